/**
 * Sockets of AF_NETLINK: what a new one is, options with multicast groups, names, and messages.
 *
 * <p>Part of the kernel: {@code net/netlink/af_netlink.c}, {@code lib/nlattr.c}. What the kernel
 * answers is in the packages of its parts, which implement {@link
 * org.netshard.protocol.netlink.NetlinkKernel}. Read {@link
 * org.netshard.protocol.netlink.NetlinkOps} first, then {@code NetlinkData}.
 *
 * <p><b>Differs from Linux:</b> a dump takes its list anew for each buffer and goes on where it
 * was; the capabilities of who made the socket are not asked, only those of who sends; socket
 * filters do not see messages.
 */
@NullMarked
package org.netshard.protocol.netlink;

import org.jspecify.annotations.NullMarked;
