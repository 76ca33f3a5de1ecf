package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * Urgent data.
 *
 * <p><b>Source:</b> RFC 6093; {@code net/ipv4/tcp_input.c}: {@code tcp_urg}, {@code tcp_check_urg}.
 */
final class TcpUrg {
  private TcpUrg() {}

  /** {@code tcp_urg}, {@code tcp_check_urg}. */
  static void urg(TcpSock tp, Packet packet) {
    if ((TcpHeader.flags(packet) & TcpHeader.URG) != 0) {
      checkUrg(tp, packet);
    }
    if (tp.urgData == TcpSock.TCP_URG_NOTYET) {
      int header = TcpHeader.headerBytes(packet);
      int syn = (TcpHeader.flags(packet) & TcpHeader.SYN) != 0 ? 1 : 0;
      int offset = tp.urgSeq - TcpHeader.seq(packet) + header - syn;
      int len = packet.end() - packet.transport();
      if (offset >= 0 && offset < len) {
        int value = packet.u8(packet.transport() + offset);
        tp.urgData = (short) (TcpSock.TCP_URG_VALID | value);
        if (!tp.sk.flag(SockFlag.SOCK_DEAD)) {
          tp.sk.dataReady();
        }
      }
    }
  }

  private static void checkUrg(TcpSock tp, Packet packet) {
    int pointer = TcpHeader.urgent(packet);
    boolean std = tp.net.sysctl(Sysctl.IPV4_TCP_STDURG) != 0;
    if (pointer != 0 && !std) {
      pointer--;
    }
    int at = pointer + TcpHeader.seq(packet);
    if (Seq.after(tp.copiedSeq, at) || Seq.before(at, tp.rcvNxt)) {
      return;
    }
    if (tp.urgData != 0 && !Seq.after(at, tp.urgSeq)) {
      return;
    }
    TcpLife.sendSigurg(tp);
    if (tp.urgSeq == tp.copiedSeq
        && tp.urgData != 0
        && !tp.sk.flag(SockFlag.SOCK_URGINLINE)
        && tp.copiedSeq != tp.rcvNxt) {
      // The byte that was urgent before is passed over as one that was read.
      tp.copiedSeq++;
      TcpSkb first = tp.sk.isReadable() ? (TcpSkb) tp.sk.receiveQueue().peek() : null;
      if (first != null && !Seq.before(tp.copiedSeq, first.endSeq)) {
        TcpRcvQueue.eat(tp, first);
      }
    }
    tp.urgData = TcpSock.TCP_URG_NOTYET;
    tp.urgSeq = at;
    tp.predFlags = false;
  }
}
