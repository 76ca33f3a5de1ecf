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
 * <p><b>Source:</b> RFC 9293, section 3.10.7; RFC 5961; RFC 7323, section 5; {@code
 * net/ipv4/tcp_input.c}: {@code tcp_rcv_established}, {@code tcp_rcv_state_process}, {@code
 * tcp_validate_incoming}, {@code tcp_rcv_synsent_state_process}, {@code tcp_fin}, {@code tcp_urg}.
 */
final class TcpInput {
  /** {@code TCP_PAWS_24DAYS}, seconds. */
  static final int PAWS_24DAYS = 60 * 60 * 24 * 24;

  private static final int PAWS_WINDOW = 1;
  private static final int TIMEOUT_MIN = 2;

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

  private static TcpSkb skb(Packet packet) {
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
    if (!validate(tp, packet, true)) {
      return;
    }
    step5(tp, packet);
  }

  /** Header prediction; false if the segment is not as expected after all. */
  private static boolean fastPath(TcpSock tp, Packet packet, int seq, int headerBytes) {
    int len = packet.end() - packet.transport();
    if (tp.rxOpt.tstampOk) {
      tp.rxOpt.parse(tp.net, packet, true);
      if (!tp.rxOpt.sawTstamp || tp.rxOpt.rcvTsval - tp.rxOpt.tsRecent < 0) {
        return false;
      }
    }
    if (len == headerBytes) {
      if (tp.rxOpt.tstampOk && tp.rcvNxt == tp.rcvWup) {
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
    if (skb.truesize() > tp.sk.forwardAlloc()) {
      step5(tp, packet);
      return true;
    }
    if (tp.rxOpt.tstampOk && tp.rcvNxt == tp.rcvWup) {
      TcpAck.storeTsRecent(tp);
    }
    TcpRtt.measureRcvTs(tp, skb);
    tp.net.addMib(Mib.TCP_HP_HITS, 1);
    TcpRcvQueue.add(tp, skb);
    TcpAcks.dataReceived(tp, skb);
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
    urg(tp, packet);
    TcpRcvQueue.dataQueue(tp, skb, packet);
    TcpOutput.dataSndCheck(tp);
    TcpAcks.check(tp);
  }

  private static DropReason ackReason(int result) {
    return result == TcpAck.UNSENT_DATA
        ? DropReason.TCP_ACK_UNSENT_DATA
        : DropReason.TCP_TOO_OLD_ACK;
  }

  // Checks.

  private static boolean paws(TcpSock tp) {
    return pawsOk(tp.rxOpt, TcpClock.seconds(tp.net), PAWS_WINDOW);
  }

  /** {@code tcp_paws_check}: whether a time stamp is not older than what came before. */
  static boolean pawsOk(RxOpt opt, int seconds, int window) {
    if (opt.tsRecent - opt.rcvTsval <= window) {
      return true;
    }
    return seconds - (opt.tsRecentStamp + PAWS_24DAYS) >= 0 || opt.tsRecent == 0;
  }

  /** {@code tcp_paws_reject}. */
  static boolean pawsReject(RxOpt opt, int seconds, boolean rst) {
    if (pawsOk(opt, seconds, 0)) {
      return false;
    }
    return !rst || seconds - opt.tsRecentStamp < 60;
  }

  private static boolean disorderedAck(TcpSock tp, Packet packet) {
    int seq = TcpHeader.seq(packet);
    int ack = TcpHeader.ackSeq(packet);
    int window = TcpHeader.window(packet) << tp.rxOpt.sndWscale;
    boolean pure =
        (TcpHeader.flags(packet) & TcpHeader.ACK) != 0 && seq == endSeq(packet) && seq == tp.rcvNxt;
    boolean updates =
        Seq.after(ack, tp.sndUna)
            || Seq.after(seq, tp.sndWl1)
            || (seq == tp.sndWl1 && (window > tp.sndWnd || window == 0));
    int replay = tp.rtoJiffies * TcpClock.MS_PER_JIFFY * 12 / 10;
    return pure && ack == tp.sndUna && !updates && tp.rxOpt.tsRecent - tp.rxOpt.rcvTsval <= replay;
  }

  /** {@code tcp_sequence}; null if the segment is acceptable. */
  private static @Nullable DropReason sequence(TcpSock tp, int seq, int endSeq) {
    if (Seq.before(endSeq, tp.rcvWup)) {
      return DropReason.TCP_OLD_SEQUENCE;
    }
    int edge = tp.rcvNxt + tp.receiveWindow();
    if (Seq.after(endSeq, edge)) {
      if (Seq.after(seq, edge)) {
        return DropReason.TCP_INVALID_SEQUENCE;
      }
      if (tp.sk.isReadable()) {
        return DropReason.TCP_INVALID_END_SEQUENCE;
      }
    }
    return null;
  }

  private static boolean resetCheck(TcpSock tp, int seq) {
    return seq == tp.rcvNxt - 1
        && TcpState.in(
            tp.state(), TcpState.set(TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING));
  }

  /** {@code tcp_validate_incoming}: whether the segment is to be looked at further. */
  private static boolean validate(TcpSock tp, Packet packet, boolean synInErr) {
    int flags = TcpHeader.flags(packet);
    int seq = TcpHeader.seq(packet);
    int endSeq = endSeq(packet);
    boolean rst = (flags & TcpHeader.RST) != 0;
    boolean syn = (flags & TcpHeader.SYN) != 0;
    boolean data = seq != endSeq && !syn;
    if (TcpHeader.headerBytes(packet) > TcpHeader.BYTES) {
      tp.rxOpt.parse(tp.net, packet, true);
    } else {
      tp.rxOpt.sackBytes = 0;
      tp.rxOpt.sawTstamp = false;
    }
    if (tp.rxOpt.sawTstamp && !paws(tp) && !disorderedAck(tp, packet) && !rst) {
      if (syn) {
        synChallenge(tp, packet, synInErr);
        return false;
      }
      tp.net.addMib(Mib.TCP_PAWS_ESTAB_REJECTED, 1);
      if (!TcpAcks.oowLimited(tp, data, Mib.TCP_ACK_SKIPPED_PAWS)) {
        TcpAcks.sendDup(tp, seq, endSeq);
      }
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_RFC7323_PAWS);
      return false;
    }
    DropReason bad = sequence(tp, seq, endSeq);
    if (bad != null) {
      if (!rst) {
        if (syn) {
          synChallenge(tp, packet, synInErr);
          return false;
        }
        if (bad == DropReason.TCP_INVALID_END_SEQUENCE) {
          tp.net.addMib(Mib.TCP_BEYOND_WINDOW, 1);
        }
        if (!TcpAcks.oowLimited(tp, data, Mib.TCP_ACK_SKIPPED_SEQ)) {
          TcpAcks.sendDup(tp, seq, endSeq);
        }
      } else if (resetCheck(tp, seq)) {
        reset(tp);
        return false;
      }
      TcpRcvQueue.drop(tp, packet, bad);
      return false;
    }
    if (rst) {
      boolean exact = seq == tp.rcvNxt || resetCheck(tp, seq);
      if (!exact && tp.rxOpt.sackOk && tp.rxOpt.numSacks > 0) {
        exact = seq == TcpOfo.rightmost(tp);
      }
      if (exact) {
        reset(tp);
      } else {
        TcpAcks.challenge(tp);
        TcpRcvQueue.drop(tp, packet, DropReason.TCP_RESET);
      }
      return false;
    }
    if (syn) {
      boolean crossed =
          tp.state() == TcpState.SYN_RECV
              && !tp.orphan
              && (flags & TcpHeader.ACK) != 0
              && seq + 1 == endSeq
              && seq + 1 == tp.rcvNxt
              && TcpHeader.ackSeq(packet) == tp.sndNxt;
      if (!crossed) {
        synChallenge(tp, packet, synInErr);
        return false;
      }
    }
    return true;
  }

  private static void synChallenge(TcpSock tp, Packet packet, boolean inErr) {
    if (inErr) {
      tp.net.addMib(Mib.TCP_IN_ERRS, 1);
    }
    tp.net.addMib(Mib.TCP_SYN_CHALLENGE, 1);
    TcpAcks.challenge(tp);
    TcpRcvQueue.drop(tp, packet, DropReason.TCP_INVALID_SYN);
  }

  /** {@code tcp_reset}: the other end has ended the connection. */
  static void reset(TcpSock tp) {
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
      return synSent(tp, packet, flags);
    }
    tp.refresh();
    tp.rxOpt.sawTstamp = false;
    if ((flags & (TcpHeader.ACK | TcpHeader.RST | TcpHeader.SYN)) == 0) {
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_FLAGS);
      return false;
    }
    if (!validate(tp, packet, false)) {
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
        TcpAcks.challenge(tp);
        TcpRcvQueue.drop(tp, packet, ackReason(result));
        return false;
      }
    }
    boolean fin = (flags & TcpHeader.FIN) != 0;
    switch (tp.state()) {
      case TcpState.SYN_RECV -> synReceived(tp, packet, seq);
      case TcpState.FIN_WAIT1 -> {
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
          TcpLife.done(tp);
          return false;
        }
      }
      default -> {
        // Nothing changes by an acknowledgement.
      }
    }
    urg(tp, packet);
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
      TcpLife.done(tp);
      tp.net.addMib(Mib.TCP_ABORT_ON_DATA, 1);
      packet.drop(DropReason.TCP_ABORT_ON_DATA);
      TcpRcv.sendReset(tp.net, packet);
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

  private static void synReceived(TcpSock tp, Packet packet, int seq) {
    Sk sk = tp.sk;
    tp.delivered++;
    if (tp.srttUs == 0) {
      TcpRtt.synackMeasured(tp, tp.synackSentUs, tp.totalRetrans > 0);
    }
    if (tp.rxOpt.tstampOk) {
      tp.advmss -= RxOpt.TIMESTAMP_ALIGNED_BYTES;
    }
    tp.retransStamp = 0;
    TcpLife.initTransfer(tp);
    tp.copiedSeq = tp.rcvNxt;
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
      return after(tp, false);
    }
    if (state != TcpState.ESTABLISHED
        && (tp.sk.shutdown() & Sk.RCV_SHUTDOWN) != 0
        && endSeq != seq
        && Seq.after(endSeq - (fin ? 1 : 0), tp.rcvNxt)) {
      tp.net.addMib(Mib.TCP_ABORT_ON_DATA, 1);
      reset(tp);
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

  // SYN_SENT.

  /** {@code tcp_rcv_synsent_state_process}; whether a RST is to be sent. */
  private static boolean synSent(TcpSock tp, Packet packet, int flags) {
    int savedClamp = tp.rxOpt.mssClamp;
    tp.rxOpt.parse(tp.net, packet, false);
    int seq = TcpHeader.seq(packet);
    if ((flags & TcpHeader.ACK) != 0) {
      int ack = TcpHeader.ackSeq(packet);
      if (!Seq.after(ack, tp.sndUna) || Seq.after(ack, tp.sndNxt)) {
        if (tp.retransmits == 0) {
          TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, TIMEOUT_MIN);
        }
        undoOptions(tp, savedClamp);
        packet.drop(DropReason.TCP_INVALID_ACK_SEQUENCE);
        return true;
      }
      if (tp.rxOpt.sawTstamp
          && tp.rxOpt.rcvTsecr != 0
          && !Seq.between(tp.rxOpt.rcvTsecr, tp.retransStamp, tp.tsval(tp.tcpMstamp))) {
        tp.net.addMib(Mib.TCP_PAWS_ACTIVE_REJECTED, 1);
        undoOptions(tp, savedClamp);
        packet.drop(DropReason.TCP_RFC7323_PAWS);
        return true;
      }
      if ((flags & TcpHeader.RST) != 0) {
        reset(tp);
        return false;
      }
      if ((flags & TcpHeader.SYN) == 0) {
        undoOptions(tp, savedClamp);
        packet.drop(DropReason.TCP_FLAGS);
        return false;
      }
      connected(tp, packet, flags, seq);
      return false;
    }
    if ((flags & TcpHeader.RST) != 0) {
      undoOptions(tp, savedClamp);
      packet.drop(DropReason.TCP_RESET);
      return false;
    }
    boolean stale =
        tp.rxOpt.tsRecentStamp != 0
            && tp.rxOpt.sawTstamp
            && pawsReject(tp.rxOpt, TcpClock.seconds(tp.net), false);
    if (stale || (flags & TcpHeader.SYN) == 0) {
      undoOptions(tp, savedClamp);
      packet.drop(stale ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_FLAGS);
      return false;
    }
    simultaneous(tp, packet, flags, seq);
    return false;
  }

  private static void undoOptions(TcpSock tp, int savedClamp) {
    tp.rxOpt.clear();
    tp.rxOpt.mssClamp = savedClamp;
  }

  private static void connected(TcpSock tp, Packet packet, int flags, int seq) {
    Sk sk = tp.sk;
    TcpEcn.rcvSynack(tp, flags);
    tp.sndWl1 = seq;
    undoSpuriousSyn(tp);
    int unused = TcpAck.ack(tp, packet, seq, endSeq(packet), TcpAck.FLAG_SLOWPATH);
    tp.rcvNxt = seq + 1;
    tp.rcvWup = seq + 1;
    tp.sndWnd = TcpHeader.window(packet);
    if (!tp.rxOpt.wscaleOk) {
      tp.rxOpt.sndWscale = 0;
      tp.rxOpt.rcvWscale = 0;
      tp.windowClamp = Math.min(tp.windowClamp, 0xffff);
    }
    if (tp.rxOpt.sawTstamp) {
      tp.rxOpt.tstampOk = true;
      tp.tcpHeaderLen = TcpHeader.BYTES + RxOpt.TIMESTAMP_ALIGNED_BYTES;
      tp.advmss -= RxOpt.TIMESTAMP_ALIGNED_BYTES;
      TcpAck.storeTsRecent(tp);
    } else {
      tp.tcpHeaderLen = TcpHeader.BYTES;
    }
    int mss = TcpMss.sync(tp, tp.pmtu);
    TcpMss.initRcvMss(tp);
    tp.copiedSeq = tp.rcvNxt;
    finishConnect(tp);
    boolean fastopenFailed = TcpFastOpen.rcvSynack(tp, packet, mss);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
    }
    if (!fastopenFailed
        && (tp.writePending > 0 || TcpOptions.of(sk).deferAccept != 0 || tp.inPingpong())) {
      tp.ackPending |= TcpSock.ACK_SCHED;
      TcpAcks.enterQuick(tp, TcpAcks.MAX_QUICKACKS);
      tp.ackPending |= TcpSock.ACK_TIMER;
      tp.delackTimer.set(tp.net, TcpClock.after(tp.net, TcpOptions.TCP_DELACK_MAX_JIFFIES));
      return;
    }
    if (!fastopenFailed) {
      TcpAcks.send(tp);
    }
    urg(tp, packet);
    TcpOutput.dataSndCheck(tp);
  }

  private static void undoSpuriousSyn(TcpSock tp) {
    if (tp.hasUndoMarker
        && tp.retransStamp != 0
        && tp.rxOpt.sawTstamp
        && tp.retransStamp == tp.rxOpt.rcvTsecr) {
      tp.hasUndoMarker = false;
    }
  }

  /** {@code tcp_finish_connect}. */
  private static void finishConnect(TcpSock tp) {
    tp.setState(TcpState.ESTABLISHED);
    tp.lrcvtime = tp.jiffies();
    TcpLife.initTransfer(tp);
    tp.lsndtime = tp.jiffies();
    if (tp.sk.flag(SockFlag.SOCK_KEEPOPEN)) {
      TcpKeepalive.resetKeepalive(
          tp, (long) TcpOptions.of(tp.sk).keepaliveTimeSec(tp.net) * TcpClock.HZ);
    }
    tp.predFlags = false;
    if (tp.rxOpt.sndWscale == 0) {
      fastPathOn(tp);
    }
  }

  /** Both ends have sent a SYN, or it is the own one of a sock that connects to itself. */
  private static void simultaneous(TcpSock tp, Packet packet, int flags, int seq) {
    tp.setState(TcpState.SYN_RECV);
    if (tp.rxOpt.sawTstamp) {
      tp.rxOpt.tstampOk = true;
      TcpAck.storeTsRecent(tp);
      tp.tcpHeaderLen = TcpHeader.BYTES + RxOpt.TIMESTAMP_ALIGNED_BYTES;
    } else {
      tp.tcpHeaderLen = TcpHeader.BYTES;
    }
    tp.rcvNxt = seq + 1;
    tp.copiedSeq = tp.rcvNxt;
    tp.rcvWup = seq + 1;
    tp.sndWnd = TcpHeader.window(packet);
    tp.sndWl1 = seq;
    tp.maxWindow = tp.sndWnd;
    TcpEcn.rcvSyn(tp, flags);
    int unused = TcpMss.sync(tp, tp.pmtu);
    TcpMss.initRcvMss(tp);
    TcpLife.sendSynack(tp);
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

  /** {@code tcp_urg}, {@code tcp_check_urg}. */
  private static void urg(TcpSock tp, Packet packet) {
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
    boolean std = tp.net.sysctl(org.netshard.protocol.core.Sysctl.IPV4_TCP_STDURG) != 0;
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
