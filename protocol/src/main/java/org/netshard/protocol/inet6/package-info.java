/**
 * The IPv6 layer of a sock: options of {@code SOL_IPV6}, multicast memberships, flow labels.
 *
 * <p>Part of the kernel: {@code net/ipv6/ipv6_sockglue.c}, {@code mcast.c}, {@code anycast.c},
 * {@code ip6_flowlabel.c}. Read {@link org.netshard.protocol.inet6.Inet6Options} first.
 */
@NullMarked
package org.netshard.protocol.inet6;

import org.jspecify.annotations.NullMarked;
