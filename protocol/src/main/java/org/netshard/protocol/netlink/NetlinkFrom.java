package org.netshard.protocol.netlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;

/**
 * Who sent a netlink message, and to which group.
 *
 * <p><b>Source:</b> {@code include/linux/netlink.h}, {@code struct netlink_skb_parms}.
 *
 * @param portid the port that sent it, 0 for the kernel
 * @param dstGroup the group to which it was sent, or 0
 * @param pid process that sent it, 0 for the kernel
 * @param cred credentials of the sender, null for the kernel
 */
record NetlinkFrom(int portid, int dstGroup, int pid, @Nullable Cred cred) {
  /** A message of the kernel to one sock. */
  static final NetlinkFrom KERNEL = new NetlinkFrom(0, 0, 0, null);
}
