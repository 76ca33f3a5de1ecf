package org.netshard.protocol.netlink;

import java.util.List;
import java.util.Locale;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/**
 * The text of {@code /proc/net/netlink}.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code netlink_native_seq_show}.
 *
 * <p><b>Differs from Linux:</b> socks stand in the order of their ports, not of a hash; inode
 * numbers of the kernel's own are made up.
 */
public final class NetlinkSeq {
  private static final String HEAD =
      "sk               Eth Pid        Groups   "
          + "Rmem     Wmem     Dump  Locks    Drops    Inode\n";

  private NetlinkSeq() {}

  /**
   * The text.
   *
   * @param kernel the protocols at which the kernel listens
   */
  public static String text(NetNs net, List<Integer> kernel) {
    StringBuilder text = new StringBuilder(HEAD);
    for (int protocol = 0; protocol < 32; protocol++) {
      for (Sk sk : NetlinkTable.of(net).socks()) {
        if (sk.protocol() == protocol) {
          text.append(line(sk));
        }
      }
      if (kernel.contains(protocol)) {
        int inode = (int) net.cookie() * 32 + protocol;
        text.append(line(SockInodes.pointer(inode), protocol, 0, 0, 0, 0, 0, inode));
      }
    }
    return text.toString();
  }

  private static String line(Sk sk) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    return line(
        SockInodes.pointer(sk),
        sk.protocol(),
        options.portid,
        (int) options.groups,
        sk.rmemAlloc(),
        options.dump == null ? 0 : 1,
        sk.rare().drops(),
        SockInodes.of(sk));
  }

  private static String line(
      String pointer,
      int protocol,
      int portid,
      int groups,
      int rmem,
      int dump,
      int drops,
      int ino) {
    return String.format(
        Locale.ROOT,
        "%s %-3d %-10d %08x %-8d %-8d %-5d %-8d %-8d %-8d\n",
        pointer,
        protocol,
        Integer.toUnsignedLong(portid),
        groups,
        rmem,
        0,
        dump,
        2,
        drops,
        ino);
  }
}
