package org.netshard.protocol.packet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.netlink.SockDiagMsg;

/**
 * Packet sockets as {@code ss} lists them.
 *
 * <p><b>Source:</b> {@code net/packet/diag.c}: {@code packet_diag_dump}, {@code sk_diag_fill}.
 *
 * <p><b>Differs from Linux:</b> memberships and filters are not told.
 */
public final class PacketDiag {
  private static final int SHOW_AT = 8;
  private static final int PACKET_SHOW_INFO = 1;
  private static final int PACKET_SHOW_MCLIST = 2;
  private static final int PACKET_SHOW_RING_CFG = 4;
  private static final int PACKET_SHOW_FANOUT = 8;
  private static final int PACKET_SHOW_MEMINFO = 0x10;
  private static final int PACKET_DIAG_INFO = 0;
  private static final int PACKET_DIAG_MCLIST = 1;
  private static final int PACKET_DIAG_RX_RING = 2;
  private static final int PACKET_DIAG_TX_RING = 3;
  private static final int PACKET_DIAG_FANOUT = 4;
  private static final int PACKET_DIAG_UID = 5;
  private static final int PACKET_DIAG_MEMINFO = 6;
  private static final int PDI_RUNNING = 1;

  private PacketDiag() {}

  /** Lists all of them. <b>Errors:</b> EINVAL for a protocol. */
  public static NetlinkDump dump(NlRequest request) {
    if (request.getByte(1) != 0) {
      return NetlinkDump.failed(request, Errno.EINVAL.negated());
    }
    return new NetlinkDump(request, () -> messages(request));
  }

  private static List<NlMsg> messages(NlRequest request) {
    List<NlMsg> all = new ArrayList<>();
    int show = request.getInt(SHOW_AT);
    for (Sk sk : request.net().sockets(Abi.AF_PACKET)) {
      PacketOptions options = PacketOptions.of(sk);
      NlMsg out = SockDiagMsg.begin(request);
      out.putByte(Abi.AF_PACKET).putByte(sk.type()).putBe16(sk.num());
      out.putInt(SockInodes.of(sk)).putLong(sk.cookie());
      if ((show & PACKET_SHOW_INFO) != 0) {
        int at = out.nest(PACKET_DIAG_INFO);
        out.putInt(options.ifindex).putInt(options.tpVersion).putInt(options.tpReserve);
        out.putInt(options.copyThresh).putInt(options.tpTstamp);
        out.putInt(sk.num() != 0 ? PDI_RUNNING : 0).nestEnd(at);
        out.attrInt(PACKET_DIAG_UID, sk.uid());
      }
      if ((show & PACKET_SHOW_MCLIST) != 0) {
        out.attrFlag(PACKET_DIAG_MCLIST);
      }
      if ((show & PACKET_SHOW_RING_CFG) != 0) {
        RxRing rx = options.rxRing;
        putRing(out, PACKET_DIAG_RX_RING, rx == null ? null : rx.request(), options);
        putRing(out, PACKET_DIAG_TX_RING, options.txRing, options);
      }
      if ((show & PACKET_SHOW_FANOUT) != 0 && options.fanout != null) {
        out.attrInt(PACKET_DIAG_FANOUT, options.fanout.id() | options.fanout.type() << 16);
      }
      if ((show & PACKET_SHOW_MEMINFO) != 0) {
        SockDiagMsg.putMeminfo(out, PACKET_DIAG_MEMINFO, sk);
      }
      all.add(out);
    }
    return all;
  }

  /** {@code pdiag_put_ring}: a {@code struct packet_diag_ring}. */
  private static void putRing(
      NlMsg out, int type, @Nullable RingRequest ring, PacketOptions options) {
    if (ring == null) {
      return;
    }
    int at = out.nest(type);
    out.putInt((int) ring.blockBytes()).putInt((int) ring.blockCount());
    out.putInt((int) ring.frameBytes()).putInt((int) ring.frameCount());
    boolean v3 = options.tpVersion == PacketRing.TPACKET_V3;
    out.putInt(v3 ? (int) ring.retireMs() : 0).putInt(v3 ? (int) ring.privateBytes() : 0);
    out.putInt(v3 ? ring.features() : 0).nestEnd(at);
  }
}
