/**
 * The Internet Protocol, version 6: packets out and in, their fragments, and ICMPv6.
 *
 * <p>Part of the kernel: {@code net/ipv6/ip6_output.c}, {@code ip6_input.c}, {@code reassembly.c},
 * {@code icmp.c}, {@code datagram.c}. Read {@link org.netshard.protocol.ip6.Ip6Output} and {@link
 * org.netshard.protocol.ip6.Ip6Input} first.
 */
@NullMarked
package org.netshard.protocol.ip6;

import org.jspecify.annotations.NullMarked;
