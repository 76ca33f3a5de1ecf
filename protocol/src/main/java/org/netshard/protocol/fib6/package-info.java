/**
 * IPv6 addresses of devices and IPv6 routes of a network namespace.
 *
 * <p>Part of the kernel: {@code net/ipv6/addrconf.c}, {@code net/ipv6/ip6_fib.c}, {@code
 * net/ipv6/route.c}. Read {@link org.netshard.protocol.fib6.Inet6Net} first, then {@link
 * org.netshard.protocol.fib6.Addrconf}.
 *
 * <p><b>Differs from Linux:</b> a route has one next hop; addresses do not expire; duplicate
 * addresses are not looked for, so that an address is usable at once.
 */
@NullMarked
package org.netshard.protocol.fib6;

import org.jspecify.annotations.NullMarked;
