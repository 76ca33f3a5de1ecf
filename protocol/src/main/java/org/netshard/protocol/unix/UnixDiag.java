package org.netshard.protocol.unix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.netlink.SockDiagMsg;

/**
 * UNIX sockets as {@code ss} lists them; those that nobody has accepted are left out, as in Linux.
 *
 * <p><b>Source:</b> {@code net/unix/diag.c}: {@code unix_diag_dump}, {@code sk_diag_fill}.
 *
 * <p><b>Differs from Linux:</b> the file of a path name is not told.
 */
public final class UnixDiag {
  private static final int STATES_AT = 4;
  private static final int SHOW_AT = 12;
  private static final int UDIAG_SHOW_NAME = 0x01;
  private static final int UDIAG_SHOW_PEER = 0x04;
  private static final int UDIAG_SHOW_ICONS = 0x08;
  private static final int UDIAG_SHOW_RQLEN = 0x10;
  private static final int UDIAG_SHOW_MEMINFO = 0x20;
  private static final int UDIAG_SHOW_UID = 0x40;
  private static final int UNIX_DIAG_NAME = 0;
  private static final int UNIX_DIAG_PEER = 2;
  private static final int UNIX_DIAG_ICONS = 3;
  private static final int UNIX_DIAG_RQLEN = 4;
  private static final int UNIX_DIAG_MEMINFO = 5;
  private static final int UNIX_DIAG_SHUTDOWN = 6;
  private static final int UNIX_DIAG_UID = 7;
  private static final int FAMILY_BYTES = 2;

  private UnixDiag() {}

  /** Lists those in any of the states that are asked for. <b>Errors:</b> EINVAL for a protocol. */
  public static NetlinkDump dump(NlRequest request) {
    if (request.getByte(1) != 0) {
      return NetlinkDump.failed(request, Errno.EINVAL.negated());
    }
    return new NetlinkDump(request, () -> messages(request));
  }

  private static List<NlMsg> messages(NlRequest request) {
    List<NlMsg> all = new ArrayList<>();
    List<Sk> socks = request.net().sockets(Abi.AF_UNIX);
    List<Sk> waiting = new ArrayList<>();
    socks.forEach(sk -> waiting.addAll(waiting(sk)));
    for (Sk sk : socks) {
      boolean asked = (request.getInt(STATES_AT) & 1 << sk.state()) != 0;
      if (asked && !waiting.contains(sk)) {
        all.add(fill(request, sk, waiting));
      }
    }
    return all;
  }

  /** The other ends of those that wait to be accepted by a sock. */
  private static List<Sk> waiting(Sk sk) {
    List<Sk> ends = new ArrayList<>();
    Skb skb = sk.state() == Sk.TCP_LISTEN && sk.isReadable() ? sk.receiveQueue().peek() : null;
    for (; skb != null; skb = skb.next()) {
      Sk end = skb.connection() == null ? null : skb.connection().sk();
      if (end != null) {
        ends.add(end);
      }
    }
    return ends;
  }

  private static NlMsg fill(NlRequest request, Sk sk, List<Sk> waiting) {
    int show = request.getInt(SHOW_AT);
    NlMsg out = SockDiagMsg.begin(request);
    out.putByte(Abi.AF_UNIX).putByte(sk.type()).putByte(sk.state()).putByte(0);
    out.putInt(SockInodes.of(sk)).putLong(sk.cookie());
    byte[] address = UnixSock.address(sk);
    if ((show & UDIAG_SHOW_NAME) != 0 && address.length > FAMILY_BYTES) {
      out.attr(UNIX_DIAG_NAME, Arrays.copyOfRange(address, FAMILY_BYTES, address.length));
    }
    Sk peer = UnixSock.peer(sk);
    if ((show & UDIAG_SHOW_PEER) != 0 && peer != null) {
      out.attrInt(UNIX_DIAG_PEER, waiting.contains(peer) ? 0 : SockInodes.of(peer));
    }
    boolean listens = sk.state() == Sk.TCP_LISTEN;
    if ((show & UDIAG_SHOW_ICONS) != 0 && listens) {
      int at = out.nest(UNIX_DIAG_ICONS);
      for (Sk end : waiting(sk)) {
        Sk client = UnixSock.peer(end);
        out.putInt(client == null ? 0 : SockInodes.of(client));
      }
      out.nestEnd(at);
    }
    if ((show & UDIAG_SHOW_RQLEN) != 0) {
      int at = out.nest(UNIX_DIAG_RQLEN);
      out.putInt(listens ? sk.receiveQueue().size() : Math.max(0, sk.ops().inq(sk)));
      out.putInt(listens ? UnixSock.maxAckBacklog(sk) : (int) sk.ops().outq(sk)).nestEnd(at);
    }
    if ((show & UDIAG_SHOW_MEMINFO) != 0) {
      SockDiagMsg.putMeminfo(out, UNIX_DIAG_MEMINFO, sk);
    }
    out.attrByte(UNIX_DIAG_SHUTDOWN, sk.shutdown());
    return (show & UDIAG_SHOW_UID) != 0 ? out.attrInt(UNIX_DIAG_UID, sk.uid()) : out;
  }
}
