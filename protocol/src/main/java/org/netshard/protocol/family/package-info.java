/**
 * Which address families a kernel has and by which rules each makes sockets.
 *
 * <p>Part of the kernel: {@code net_families[]} of {@code net/socket.c}, {@code inetsw[]} of {@code
 * net/ipv4/af_inet.c} and {@code net/ipv6/af_inet6.c}, and the {@code create} functions of the
 * families. Read {@link org.netshard.protocol.family.FamilyTable} first, then {@link
 * org.netshard.protocol.family.CreateRules}.
 */
@NullMarked
package org.netshard.protocol.family;

import org.jspecify.annotations.NullMarked;
