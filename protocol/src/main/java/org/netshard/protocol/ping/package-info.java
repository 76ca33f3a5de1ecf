/**
 * Socks of ICMP echo, which need no privilege.
 *
 * <p>Part of the kernel: {@code net/ipv4/ping.c}, {@code net/ipv6/ping.c}. Read {@link
 * org.netshard.protocol.ping.PingOps} first.
 */
@NullMarked
package org.netshard.protocol.ping;

import org.jspecify.annotations.NullMarked;
