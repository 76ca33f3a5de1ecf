/**
 * The IPv4 layer of a sock: options of {@code SOL_IP}, multicast memberships, names.
 *
 * <p>Part of the kernel: {@code net/ipv4/ip_sockglue.c}, {@code ip_options.c}, {@code igmp.c},
 * {@code af_inet.c}. Read {@link org.netshard.protocol.inet.InetOps} first.
 */
@NullMarked
package org.netshard.protocol.inet;

import org.jspecify.annotations.NullMarked;
