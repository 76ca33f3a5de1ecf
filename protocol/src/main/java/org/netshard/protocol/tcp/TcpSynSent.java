package org.netshard.protocol.tcp;

import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;

/**
 * Segments that answer a SYN.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7.3; {@code net/ipv4/tcp_input.c}: {@code
 * tcp_rcv_synsent_state_process}, {@code tcp_finish_connect}.
 */
final class TcpSynSent {
  private TcpSynSent() {}

  private static final int TIMEOUT_MIN = 2;

  /** {@code tcp_rcv_synsent_state_process}; whether a RST is to be sent. */
  static boolean synSent(TcpSock tp, Packet packet, int flags) {
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
        TcpInput.reset(tp, packet);
        return false;
      }
      if ((flags & TcpHeader.SYN) == 0) {
        undoOptions(tp, savedClamp);
        TcpRcvQueue.drop(tp, packet, DropReason.TCP_FLAGS);
        return false;
      }
      connected(tp, packet, flags, seq);
      return false;
    }
    if ((flags & TcpHeader.RST) != 0) {
      undoOptions(tp, savedClamp);
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_RESET);
      return false;
    }
    boolean stale =
        tp.rxOpt.tsRecentStamp != 0
            && tp.rxOpt.sawTstamp
            && TcpValidate.pawsReject(tp.rxOpt, TcpClock.seconds(tp.net), false);
    if (stale || (flags & TcpHeader.SYN) == 0) {
      undoOptions(tp, savedClamp);
      TcpRcvQueue.drop(tp, packet, stale ? DropReason.TCP_RFC7323_PAWS : DropReason.TCP_FLAGS);
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
    int unused = TcpAck.ack(tp, packet, seq, TcpInput.endSeq(packet), TcpAck.FLAG_SLOWPATH);
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
    int unusedMss = TcpMss.sync(tp, tp.pmtu);
    TcpMss.initRcvMss(tp);
    tp.copiedSeq = tp.rcvNxt;
    finishConnect(tp, packet);
    boolean fastopenFailed = TcpFastOpenClient.rcvSynack(tp, packet);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
    }
    if (!fastopenFailed
        && (tp.writePending > 0 || TcpOptions.of(sk).deferAccept != 0 || tp.inPingpong())) {
      tp.ackPending |= TcpSock.ACK_SCHED;
      TcpAcks.enterQuick(tp, TcpAcks.MAX_QUICKACKS);
      tp.ackPending |= TcpSock.ACK_TIMER;
      tp.delackTimer.set(TcpClock.after(tp.net, TcpOptions.TCP_DELACK_MAX_JIFFIES));
      return;
    }
    if (!fastopenFailed) {
      TcpAcks.send(tp);
    }
    TcpUrg.urg(tp, packet);
    TcpOutput.dataSndCheck(tp);
  }

  /** {@code tcp_try_undo_spurious_syn}: it is the first SYN or SYN-ACK that was answered. */
  static void undoSpuriousSyn(TcpSock tp) {
    if (tp.hasUndoMarker
        && tp.retransStamp != 0
        && tp.rxOpt.sawTstamp
        && tp.retransStamp == tp.rxOpt.rcvTsecr) {
      tp.hasUndoMarker = false;
    }
  }

  /** {@code tcp_finish_connect}. */
  private static void finishConnect(TcpSock tp, Packet packet) {
    tp.setState(TcpState.ESTABLISHED);
    tp.lrcvtime = tp.jiffies();
    if (tp.ulp != null) {
      tp.ulp.finishConnect(packet);
    }
    TcpLife.initTransfer(tp);
    tp.lsndtime = tp.jiffies();
    if (tp.sk.flag(SockFlag.SOCK_KEEPOPEN)) {
      TcpKeepalive.resetKeepalive(
          tp, (long) TcpOptions.of(tp.sk).keepaliveTimeSec(tp.net) * TcpClock.HZ);
    }
    tp.predFlags = false;
    if (tp.rxOpt.sndWscale == 0) {
      TcpInput.fastPathOn(tp);
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
    TcpMtup.init(tp);
    int unused = TcpMss.sync(tp, tp.pmtu);
    TcpMss.initRcvMss(tp);
    TcpLife.sendSynack(tp);
  }
}
