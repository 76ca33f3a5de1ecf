/**
 * The Internet Protocol, version 4: packets out and in, their fragments, and ICMP.
 *
 * <p>Part of the kernel: {@code net/ipv4/ip_output.c}, {@code ip_input.c}, {@code ip_fragment.c},
 * {@code icmp.c}, {@code ip_sockglue.c}. Read {@link org.netshard.protocol.ip.IpOutput} and {@link
 * org.netshard.protocol.ip.IpInput} first.
 */
@NullMarked
package org.netshard.protocol.ip;

import org.jspecify.annotations.NullMarked;
