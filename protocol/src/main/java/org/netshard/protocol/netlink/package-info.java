/**
 * Sockets of AF_NETLINK: what a new one is, options with multicast groups, and names.
 *
 * <p>Part of the kernel: {@code net/netlink/af_netlink.c}. Messages are not here yet. Read {@link
 * org.netshard.protocol.netlink.NetlinkOps} first.
 */
@NullMarked
package org.netshard.protocol.netlink;

import org.jspecify.annotations.NullMarked;
