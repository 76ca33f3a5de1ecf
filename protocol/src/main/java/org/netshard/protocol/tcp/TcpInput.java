package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Segments that come to a connection.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7; {@code net/ipv4/tcp_input.c}: {@code
 * tcp_rcv_established}, {@code tcp_rcv_state_process}, {@code tcp_reset}, {@code tcp_fin}.
 */
final class TcpInput {
  /** NOP, NOP and a time stamp, as Linux writes it ({@code tcp_parse_aligned_timestamp}). */
  private static final int ALIGNED_TIMESTAMP = 0x0101080a;

  private TcpInput() {}

  /**
   * A segment for a connection that is no listener ({@code tcp_v4_do_rcv}).
   *
   * @return whether a RST is to be sent
   */
  static boolean rcv(TcpSock tp, Packet packet) {
    if (tp.state() == TcpState.ESTABLISHED) {
      established(tp, packet);
      return false;
    }
    return stateProcess(tp, packet);
  }

  static int ipEcn(Packet packet) {
    return packet.ethertype() == Packet.ETH_P_IPV6
        ? Ip6Header.tclass(packet)
        : IpHeader.tos(packet);
  }

  static int endSeq(Packet packet) {
    int flags = TcpHeader.flags(packet);
    int len = packet.end() - packet.transport() - TcpHeader.headerBytes(packet);
    return TcpHeader.seq(packet)
        + len
        + ((flags & TcpHeader.SYN) != 0 ? 1 : 0)
        + ((flags & TcpHeader.FIN) != 0 ? 1 : 0);
  }

  static TcpSkb skb(Packet packet) {
    TcpSkb skb =
        TcpSkb.received(packet, TcpHeader.seq(packet), endSeq(packet), TcpHeader.flags(packet));
    skb.ipEcn = ipEcn(packet);
    skb.gsoSize = packet.gsoSize();
    return skb;
  }

  // The usual segments.

  /** {@code tcp_fast_path_on}. */
  static void fastPathOn(TcpSock tp) {
    tp.predFlags = true;
    tp.predWindow = tp.sndWnd >>> tp.rxOpt.sndWscale;
  }

  /** {@code tcp_fast_path_check}. */
  static void fastPathCheck(TcpSock tp) {
    if (TcpOfo.isEmpty(tp)
        && tp.rcvWnd != 0
        && tp.sk.rmemAlloc() < tp.sk.rcvbuf()
        && tp.urgData == 0) {
      fastPathOn(tp);
    }
  }

  /** {@code tcp_rcv_established}. */
  private static void established(TcpSock tp, Packet packet) {
    tp.refresh();
    tp.rxOpt.sawTstamp = false;
    tp.rxOpt.sackBytes = 0;
    int flags = TcpHeader.flags(packet);
    int seq = TcpHeader.seq(packet);
    int headerBytes = TcpHeader.headerBytes(packet);
    int plain = TcpHeader.ACK | TcpHeader.PSH;
    if (tp.predFlags
        && (flags & ~TcpHeader.PSH) == TcpHeader.ACK
        && (flags | plain) == plain
        && headerBytes == tp.tcpHeaderLen
        && TcpHeader.window(packet) == tp.predWindow
        && seq == tp.rcvNxt
        && !Seq.after(TcpHeader.ackSeq(packet), tp.sndNxt)
        && fastPath(tp, packet, seq, headerBytes)) {
      return;
    }
    if ((flags & (TcpHeader.ACK | TcpHeader.RST | TcpHeader.SYN)) == 0) {
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_FLAGS);
      return;
    }
    if (!TcpValidate.validate(tp, packet, true)) {
      return;
    }
    step5(tp, packet);
  }

  /** Header prediction; false if the segment is not as expected after all. */
  private static boolean fastPath(TcpSock tp, Packet packet, int seq, int headerBytes) {
    int len = packet.end() - packet.transport();
    boolean stamped = headerBytes == TcpHeader.BYTES + RxOpt.TIMESTAMP_ALIGNED_BYTES;
    if (stamped) {
      if (packet.u32(packet.transport() + TcpHeader.BYTES) != ALIGNED_TIMESTAMP) {
        return false;
      }
      tp.rxOpt.parse(tp.net, packet, true);
      if (tp.rxOpt.rcvTsval - tp.rxOpt.tsRecent < 0) {
        return false;
      }
    }
    if (len == headerBytes) {
      if (stamped && tp.rcvNxt == tp.rcvWup) {
        TcpAck.storeTsRecent(tp);
      }
      tp.rcvRttLastTsecr = tp.rxOpt.rcvTsecr;
      int unused = TcpAck.ack(tp, packet, seq, seq, 0);
      TcpOutput.dataSndCheck(tp);
      return true;
    }
    if (!TcpRcv.checksumOk(packet)) {
      TcpRcv.csumError(tp.net, packet);
      return true;
    }
    TcpSkb skb = skb(packet);
    if (Seq.after(skb.endSeq, tp.rcvNxt + tp.receiveWindow())) {
      if (TcpValidate.validate(tp, packet, true)) {
        step5(tp, packet);
      }
      return true;
    }
    if (skb.truesize() > tp.sk.forwardAlloc()) {
      step5(tp, packet);
      return true;
    }
    if (stamped && tp.rcvNxt == tp.rcvWup) {
      TcpAck.storeTsRecent(tp);
    }
    TcpRtt.measureRcvTs(tp, skb);
    tp.net.addMib(Mib.TCP_HP_HITS, 1);
    int truesize = skb.truesize();
    boolean paged = skb.isPaged();
    TcpRcvQueue.add(tp, skb);
    TcpAcks.dataReceived(tp, skb, truesize, paged);
    TcpRehash.save(tp, packet);
    if (TcpHeader.ackSeq(packet) != tp.sndUna) {
      int unused = TcpAck.ack(tp, packet, seq, skb.endSeq, TcpAck.FLAG_DATA);
      TcpOutput.dataSndCheck(tp);
      if ((tp.ackPending & TcpSock.ACK_SCHED) == 0) {
        TcpRcvQueue.dataReady(tp);
        return true;
      }
    } else {
      tp.sndWl1 = seq;
    }
    TcpAcks.check(tp, false);
    TcpRcvQueue.dataReady(tp);
    return true;
  }

  private static void step5(TcpSock tp, Packet packet) {
    int seq = TcpHeader.seq(packet);
    int result =
        TcpAck.ack(
            tp, packet, seq, endSeq(packet), TcpAck.FLAG_SLOWPATH | TcpAck.FLAG_UPDATE_TS_RECENT);
    if (result < 0) {
      TcpRcvQueue.drop(tp, packet, ackReason(result));
      return;
    }
    TcpSkb skb = skb(packet);
    TcpRtt.measureRcvTs(tp, skb);
    TcpUrg.urg(tp, packet);
    TcpRcvQueue.dataQueue(tp, skb, packet);
    TcpOutput.dataSndCheck(tp);
    TcpAcks.check(tp);
  }

  private static DropReason ackReason(int result) {
    return result == TcpAck.UNSENT_DATA
        ? DropReason.TCP_ACK_UNSENT_DATA
        : DropReason.TCP_TOO_OLD_ACK;
  }

  /** {@code tcp_reset}: the other end has ended the connection. */
  static void reset(TcpSock tp, Packet packet) {
    if (tp.ulp != null) {
      boolean unused = tp.ulp.incoming(packet, null);
    }
    int errno =
        switch (tp.state()) {
          case TcpState.SYN_SENT -> Errno.ECONNREFUSED.number();
          case TcpState.CLOSE_WAIT -> Errno.EPIPE.number();
          case TcpState.CLOSE -> 0;
          default -> Errno.ECONNRESET.number();
        };
    if (errno != 0) {
      TcpLife.doneWithError(tp, errno);
    }
  }

  // States other than ESTABLISHED.

  /** {@code tcp_rcv_state_process}; whether a RST is to be sent. */
  private static boolean stateProcess(TcpSock tp, Packet packet) {
    HopTrace.note(tp.net, "Sock", "state", tp.state(), "tcp_rcv_state_process");
    int flags = TcpHeader.flags(packet);
    int state = tp.state();
    if (state == TcpState.CLOSE) {
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_CLOSE);
      return false;
    }
    if (state == TcpState.SYN_SENT) {
      tp.rxOpt.sawTstamp = false;
      tp.refresh();
      return TcpSynSent.synSent(tp, packet, flags);
    }
    tp.refresh();
    tp.rxOpt.sawTstamp = false;
    TcpRequest req = tp.fastopenRsk;
    if (req != null && !TcpCheckReq.check(tp.sk, req, packet, tp)) {
      return false;
    }
    if ((flags & (TcpHeader.ACK | TcpHeader.RST | TcpHeader.SYN)) == 0) {
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_FLAGS);
      return false;
    }
    if (!TcpValidate.validate(tp, packet, false)) {
      return false;
    }
    int seq = TcpHeader.seq(packet);
    int endSeq = endSeq(packet);
    int result =
        TcpAck.ack(
            tp,
            packet,
            seq,
            endSeq,
            TcpAck.FLAG_SLOWPATH | TcpAck.FLAG_UPDATE_TS_RECENT | TcpAck.FLAG_NO_CHALLENGE_ACK);
    if (result <= 0) {
      if (state == TcpState.SYN_RECV) {
        packet.drop(result == 0 ? DropReason.TCP_OLD_ACK : ackReason(result));
        return true;
      }
      if (result < 0) {
        TcpChallenge.send(tp);
        TcpRcvQueue.drop(tp, packet, ackReason(result));
        return false;
      }
    }
    boolean fin = (flags & TcpHeader.FIN) != 0;
    switch (tp.state()) {
      case TcpState.SYN_RECV -> synReceived(tp, packet, seq, req);
      case TcpState.FIN_WAIT1 -> {
        if (req != null) {
          TcpFastOpen.established(tp);
        }
        if (tp.sndUna == tp.writeSeq && !finAcked(tp, seq, endSeq, fin, packet)) {
          return false;
        }
      }
      case TcpState.CLOSING -> {
        if (tp.sndUna == tp.writeSeq) {
          TcpTimeWait.enter(tp, TcpState.TIME_WAIT, 0);
          return false;
        }
      }
      case TcpState.LAST_ACK -> {
        if (tp.sndUna == tp.writeSeq) {
          TcpMetrics.update(tp);
          TcpLife.done(tp);
          return false;
        }
      }
      default -> {
        // Nothing changes by an acknowledgement.
      }
    }
    TcpUrg.urg(tp, packet);
    return text(tp, packet, seq, endSeq, fin);
  }

  /** Our FIN is acknowledged; false if the connection is gone. */
  private static boolean finAcked(TcpSock tp, int seq, int endSeq, boolean fin, Packet packet) {
    Sk sk = tp.sk;
    tp.setState(TcpState.FIN_WAIT2);
    sk.setShutdown(sk.shutdown() | Sk.SEND_SHUTDOWN);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
      return true;
    }
    boolean data = endSeq != seq && Seq.after(endSeq - (fin ? 1 : 0), tp.rcvNxt);
    if (tp.linger2 < 0 || data) {
      if (tp.linger2 >= 0 && tp.synFastopen && fin) {
        TcpFastOpenBlackhole.disable(tp);
      }
      TcpLife.done(tp);
      tp.net.addMib(Mib.TCP_ABORT_ON_DATA, 1);
      packet.drop(DropReason.TCP_ABORT_ON_DATA);
      TcpReply.reset(tp.net, sk, packet);
      return false;
    }
    int tmo = TcpLife.finTime(tp);
    if (tmo > TcpTimeWait.LEN) {
      TcpKeepalive.resetKeepalive(tp, tmo - TcpTimeWait.LEN);
    } else if (fin) {
      TcpKeepalive.resetKeepalive(tp, tmo);
    } else {
      TcpTimeWait.enter(tp, TcpState.FIN_WAIT2, tmo);
      return false;
    }
    return true;
  }

  private static void synReceived(TcpSock tp, Packet packet, int seq, @Nullable TcpRequest req) {
    Sk sk = tp.sk;
    tp.delivered++;
    if (tp.srttUs == 0) {
      long sentUs = req != null ? req.sntSynackUs : tp.synackSentUs;
      boolean again = req != null ? req.numRetrans > 0 : tp.totalRetrans > 0;
      TcpRtt.synackMeasured(tp, sentUs, again);
    }
    if (tp.rxOpt.tstampOk) {
      tp.advmss -= RxOpt.TIMESTAMP_ALIGNED_BYTES;
    }
    if (req != null) {
      TcpFastOpen.established(tp);
    } else {
      TcpSynSent.undoSpuriousSyn(tp);
      tp.retransStamp = 0;
      TcpLife.initTransfer(tp);
      tp.copiedSeq = tp.rcvNxt;
    }
    tp.setState(TcpState.ESTABLISHED);
    sk.stateChange();
    tp.sndUna = TcpHeader.ackSeq(packet);
    tp.sndWnd = TcpHeader.window(packet) << tp.rxOpt.sndWscale;
    tp.sndWl1 = seq;
    if (!tp.ca.hasCongControl()) {
      TcpPacing.updateRate(tp);
    }
    tp.lsndtime = tp.jiffies();
    TcpMss.initRcvMss(tp);
    fastPathOn(tp);
    if ((sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      TcpLife.shutdownSend(tp);
    }
  }

  /** The segment's data; whether a RST is to be sent. */
  private static boolean text(TcpSock tp, Packet packet, int seq, int endSeq, boolean fin) {
    int state = tp.state();
    boolean late =
        TcpState.in(state, TcpState.set(TcpState.CLOSE_WAIT, TcpState.CLOSING, TcpState.LAST_ACK));
    if (late && !Seq.before(seq, tp.rcvNxt)) {
      if (tp.ulp != null && !tp.ulp.incoming(packet, null)) {
        TcpRcvQueue.drop(tp, packet, DropReason.NOT_SPECIFIED);
        return false;
      }
      boolean unused = after(tp, false);
      // All that such a segment has to say is said.
      TcpRcvQueue.drop(tp, packet, DropReason.NOT_SPECIFIED);
      return false;
    }
    if (state != TcpState.ESTABLISHED
        && (tp.sk.shutdown() & Sk.RCV_SHUTDOWN) != 0
        && endSeq != seq
        && Seq.after(endSeq - (fin ? 1 : 0), tp.rcvNxt)) {
      tp.net.addMib(Mib.TCP_ABORT_ON_DATA, 1);
      reset(tp, packet);
      packet.drop(DropReason.TCP_ABORT_ON_DATA);
      return true;
    }
    TcpRcvQueue.dataQueue(tp, skb(packet), packet);
    return after(tp, false);
  }

  private static boolean after(TcpSock tp, boolean reset) {
    if (tp.state() != TcpState.CLOSE && tp.state() != TcpState.TIME_WAIT) {
      TcpOutput.dataSndCheck(tp);
      TcpAcks.check(tp);
    }
    return reset;
  }

  // Ends and urgent data.

  /** {@code tcp_fin}. */
  static void fin(TcpSock tp) {
    Sk sk = tp.sk;
    tp.ackPending |= TcpSock.ACK_SCHED;
    sk.setShutdown(sk.shutdown() | Sk.RCV_SHUTDOWN);
    sk.setFlag(SockFlag.SOCK_DONE, true);
    switch (tp.state()) {
      case TcpState.SYN_RECV, TcpState.ESTABLISHED -> {
        tp.setState(TcpState.CLOSE_WAIT);
        tp.ackPingpong = TcpAcks.pingpongThresh(tp);
      }
      case TcpState.FIN_WAIT1 -> {
        TcpAcks.send(tp);
        tp.setState(TcpState.CLOSING);
      }
      case TcpState.FIN_WAIT2 -> {
        TcpAcks.send(tp);
        TcpTimeWait.enter(tp, TcpState.TIME_WAIT, 0);
      }
      default -> {
        // A FIN that was seen before.
      }
    }
    TcpOfo.purge(tp);
    tp.rxOpt.dsack = false;
    tp.rxOpt.numSacks = 0;
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
      sk.wake(Poll.IN | Poll.RDNORM | Poll.RDHUP | Poll.HUP);
    }
  }
}
