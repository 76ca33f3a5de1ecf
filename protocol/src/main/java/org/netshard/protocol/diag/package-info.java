/**
 * Sockets as {@code ss} asks for them, over NETLINK_SOCK_DIAG.
 *
 * <p>Part of the kernel: {@code net/core/sock_diag.c}, {@code net/ipv4/inet_diag.c}, {@code
 * net/ipv4/udp_diag.c}, {@code net/unix/diag.c}, {@code net/netlink/diag.c}, {@code
 * net/packet/diag.c}. Read {@link org.netshard.protocol.diag.SockDiag} first.
 *
 * <p><b>Differs from Linux:</b> filters in bytecode let everything pass; of sockets that are not of
 * TCP, one alone cannot be asked for and none can be ended.
 */
@NullMarked
package org.netshard.protocol.diag;

import org.jspecify.annotations.NullMarked;
