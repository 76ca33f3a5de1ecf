package org.netshard.protocol.family;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.diag.GenlCtrl;
import org.netshard.protocol.diag.SockDiag;
import org.netshard.protocol.inet.InetOps;
import org.netshard.protocol.netlink.NetlinkKernel;
import org.netshard.protocol.netlink.NetlinkOps;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.packet.PacketOps;
import org.netshard.protocol.rtnetlink.Rtnetlink;
import org.netshard.protocol.unix.UnixOps;
import org.netshard.protocol.vsock.VsockOps;
import org.netshard.protocol.xdp.XdpOps;

/** Finds the calls of each kind of sock. */
public final class SockOpsTable {
  private static final NetlinkOps NETLINK = new NetlinkOps(SockOpsTable::netlinkKernel);

  private SockOpsTable() {}

  /** The kernel's end of a netlink protocol, or null. */
  private static @Nullable NetlinkKernel netlinkKernel(int protocol) {
    return switch (protocol) {
      case Nl.NETLINK_ROUTE -> Rtnetlink.INSTANCE;
      case Nl.NETLINK_SOCK_DIAG -> SockDiag.INSTANCE;
      case Nl.NETLINK_GENERIC -> GenlCtrl.INSTANCE;
      default -> null;
    };
  }

  /** The calls of this proto in this family, or null if there are none for it. */
  public static @Nullable SockOps find(int family, String prot) {
    return switch (family) {
      case Abi.AF_UNIX -> UnixOps.INSTANCE;
      case Abi.AF_NETLINK -> NETLINK;
      case Abi.AF_PACKET -> PacketOps.INSTANCE;
      case Abi.AF_VSOCK -> VsockOps.INSTANCE;
      case Abi.AF_XDP -> XdpOps.INSTANCE;
      case Abi.AF_INET, Abi.AF_INET6 -> InetOps.forProto(prot, family);
      default -> null;
    };
  }
}
