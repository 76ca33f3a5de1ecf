package org.netshard.protocol.netlink;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/**
 * Netlink sockets as {@code ss} lists them; those in groups stand there twice.
 *
 * <p><b>Source:</b> {@code net/netlink/diag.c}: {@code netlink_diag_dump}, {@code sk_diag_fill}.
 *
 * <p><b>Differs from Linux:</b> the kernel's own sockets are not listed.
 */
public final class NetlinkDiag {
  private static final int PROTOCOL_ALL = 255;
  private static final int PROTOCOLS = 32;
  private static final int SHOW_AT = 12;
  private static final int NDIAG_SHOW_MEMINFO = 1;
  private static final int NDIAG_SHOW_GROUPS = 2;
  private static final int NDIAG_SHOW_FLAGS = 8;
  private static final int NETLINK_DIAG_MEMINFO = 0;
  private static final int NETLINK_DIAG_GROUPS = 1;
  private static final int NETLINK_DIAG_FLAGS = 4;

  private NetlinkDiag() {}

  /** Lists the sockets of a protocol, or of all. <b>Errors:</b> ENOENT. */
  public static NetlinkDump dump(NlRequest request) {
    int protocol = request.getByte(1);
    if (protocol != PROTOCOL_ALL && protocol >= PROTOCOLS) {
      return NetlinkDump.failed(request, Errno.ENOENT.negated());
    }
    return new NetlinkDump(request, () -> messages(request, protocol)).doneTogether();
  }

  private static List<NlMsg> messages(NlRequest request, int protocol) {
    List<NlMsg> all = new ArrayList<>();
    NetlinkTable table = NetlinkTable.of(request.net());
    for (int of = 0; of < PROTOCOLS; of++) {
      if (protocol != PROTOCOL_ALL && protocol != of) {
        continue;
      }
      for (Sk sk : table.socks()) {
        if (sk.protocol() == of) {
          all.add(fill(request, sk));
        }
      }
      table.members(of).forEach(sk -> all.add(fill(request, sk)));
    }
    return all;
  }

  private static NlMsg fill(NlRequest request, Sk sk) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    int show = request.getInt(SHOW_AT - 4);
    NlMsg out = SockDiagMsg.begin(request);
    out.putByte(Abi.AF_NETLINK).putByte(sk.type()).putByte(sk.protocol()).putByte(sk.state());
    out.putInt(options.portid).putInt(options.dstPortid).putInt(options.dstGroup);
    out.putInt(SockInodes.of(sk)).putLong(sk.cookie());
    if ((show & NDIAG_SHOW_GROUPS) != 0 && options.groupCount > 0) {
      int at = out.nest(NETLINK_DIAG_GROUPS);
      out.putLong(options.groups).nestEnd(at);
    }
    if ((show & NDIAG_SHOW_MEMINFO) != 0) {
      SockDiagMsg.putMeminfo(out, NETLINK_DIAG_MEMINFO, sk);
    }
    if ((show & NDIAG_SHOW_FLAGS) != 0) {
      out.attrInt(NETLINK_DIAG_FLAGS, options.dump == null ? 0 : 1);
    }
    return out;
  }
}
