/**
 * TCP: calls, segments, timers, and what is done when memory is short.
 *
 * <p>Part of the kernel: {@code net/ipv4/tcp.c}, {@code tcp_cong.c}, {@code tcp_ipv4.c}. Read
 * {@link org.netshard.protocol.tcp.TcpOps} first.
 */
@NullMarked
package org.netshard.protocol.tcp;

import org.jspecify.annotations.NullMarked;
