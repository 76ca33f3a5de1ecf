/**
 * IPv4 addresses of devices and IPv4 routes of a network namespace.
 *
 * <p>Part of the kernel: {@code net/ipv4/devinet.c}, {@code net/ipv4/fib_frontend.c}, {@code
 * net/ipv4/fib_semantics.c}, {@code net/ipv4/fib_trie.c}. Addresses are numbers in host byte order
 * here. Read {@link org.netshard.protocol.fib.InetNet} first, then {@link
 * org.netshard.protocol.fib.FibFrontend}.
 *
 * <p><b>Differs from Linux:</b> a route has one next hop; rules are those of a new namespace, so
 *
 * <p>that the tables local and main are one; what uses metrics is TCP, and of the others {@code
 * mtu} and {@code hoplimit}.
 */
@NullMarked
package org.netshard.protocol.fib;

import org.jspecify.annotations.NullMarked;
