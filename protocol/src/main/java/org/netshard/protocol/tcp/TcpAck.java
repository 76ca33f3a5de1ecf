package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;

/**
 * Acknowledgements that come.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7.4; {@code net/ipv4/tcp_input.c}: {@code tcp_ack},
 * {@code tcp_ack_update_window}, {@code tcp_clean_rtx_queue}, {@code tcp_ack_probe}.
 */
final class TcpAck {
  static final int FLAG_DATA = 0x01;
  static final int FLAG_WIN_UPDATE = 0x02;
  static final int FLAG_DATA_ACKED = 0x04;
  static final int FLAG_RETRANS_DATA_ACKED = 0x08;
  static final int FLAG_SYN_ACKED = 0x10;
  static final int FLAG_DATA_SACKED = 0x20;
  static final int FLAG_ECE = 0x40;
  static final int FLAG_LOST_RETRANS = 0x80;
  static final int FLAG_SLOWPATH = 0x100;
  static final int FLAG_ORIG_SACK_ACKED = 0x200;
  static final int FLAG_SND_UNA_ADVANCED = 0x400;
  static final int FLAG_DSACKING_ACK = 0x800;
  static final int FLAG_SET_XMIT_TIMER = 0x1000;
  static final int FLAG_SACK_RENEGING = 0x2000;
  static final int FLAG_UPDATE_TS_RECENT = 0x4000;
  static final int FLAG_NO_CHALLENGE_ACK = 0x8000;
  static final int FLAG_ACK_MAYBE_DELAYED = 0x10000;
  static final int FLAG_DSACK_TLP = 0x20000;
  static final int FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED;
  static final int FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED;
  static final int FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK;
  static final int FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED;

  /** The acknowledgement is of what was not sent. */
  static final int UNSENT_DATA = -1;

  /** It is too old to be true. */
  static final int TOO_OLD = -2;

  private TcpAck() {}

  /** What the scoreboard has found ({@code struct tcp_sacktag_state}). */
  static final class State {
    int flag;
    int reord;
    long firstSackUs;
    long lastSackUs;
    int sackDelivered;
    final RateSample rate = new RateSample();
  }

  /**
   * {@code tcp_ack}.
   *
   * @param seq sequence number of the segment
   * @param endSeq the number behind it
   * @return 1, 0 if it is old, {@link #UNSENT_DATA} or {@link #TOO_OLD}
   */
  static int ack(TcpSock tp, Packet packet, int seq, int endSeq, int flags) {
    int flag = flags;
    int ack = TcpHeader.ackSeq(packet);
    int priorSndUna = tp.sndUna;
    int priorPackets = tp.packetsOut;
    int delivered = tp.delivered;
    int lost = tp.lost;
    boolean reneg = tp.sackReneg;
    int[] rexmit = new int[1];
    State state = new State();
    if (Seq.before(ack, priorSndUna)) {
      long window = Math.min(tp.maxWindow & 0xffff_ffffL, tp.bytesAcked);
      if (Seq.before(ack, priorSndUna - (int) window)) {
        if ((flag & FLAG_NO_CHALLENGE_ACK) == 0) {
          TcpChallenge.send(tp);
        }
        return TOO_OLD;
      }
      oldAck(tp, packet, flag, priorSndUna, delivered, state, rexmit);
      return 0;
    }
    if (Seq.after(ack, tp.sndNxt)) {
      if ((flag & FLAG_NO_CHALLENGE_ACK) == 0) {
        TcpChallenge.send(tp);
      }
      return UNSENT_DATA;
    }
    if (Seq.after(ack, priorSndUna)) {
      flag |= FLAG_SND_UNA_ADVANCED;
      tp.retransmits = 0;
    }
    int priorFack = tp.rxOpt.sackOk ? TcpRecovery.highestSackSeq(tp) : tp.sndUna;
    state.reord = tp.sndNxt;
    state.rate.priorInFlight = tp.inFlight();
    if ((flag & FLAG_UPDATE_TS_RECENT) != 0) {
      replaceTsRecent(tp, seq);
    }
    if ((flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) == FLAG_SND_UNA_ADVANCED) {
      tp.sndWl1 = seq;
      updateSndUna(tp, ack);
      flag |= FLAG_WIN_UPDATE;
      tp.net.addMib(Mib.TCP_HP_ACKS, 1);
    } else {
      if (seq != endSeq) {
        flag |= FLAG_DATA;
      } else {
        tp.net.addMib(Mib.TCP_PURE_ACKS, 1);
      }
      flag |= updateWindow(tp, packet, ack, seq);
      if (tp.rxOpt.sackBytes > 0 && tp.rxOpt.sackOk) {
        flag |= TcpSack.tag(tp, packet, priorSndUna, state);
      }
      boolean ece =
          (TcpHeader.flags(packet) & (TcpHeader.ECE | TcpHeader.SYN)) == TcpHeader.ECE
              && (tp.ecnFlags & TcpSock.ECN_OK) != 0;
      if (ece) {
        flag |= FLAG_ECE;
      }
      if (state.sackDelivered > 0) {
        TcpRecovery.countDelivered(tp, state.sackDelivered, ece);
      }
    }
    TcpEcn.acceptCwr(tp, TcpHeader.flags(packet), seq != endSeq);
    if (tp.sk.rare().errSoft() != 0) {
      tp.sk.rareForWrite().setErrSoft(0);
    }
    tp.probesOut = 0;
    tp.rcvTstamp = tp.jiffies();
    if (priorPackets == 0) {
      tp.ca.inAck(tp);
      if ((flag & FLAG_DSACKING_ACK) != 0) {
        flag = TcpRecovery.alert(tp, priorSndUna, 0, flag, rexmit);
      }
      ackProbe(tp);
      if (tp.tlpHighSeq != 0) {
        TcpRecovery.tlpAck(tp, ack, flag);
      }
      return 1;
    }
    flag |= cleanRtxQueue(tp, packet, priorFack, priorSndUna, state, (flag & FLAG_ECE) != 0);
    TcpRack.updateReoWnd(tp, state.rate);
    tp.ca.inAck(tp);
    if (tp.tlpHighSeq != 0) {
      TcpRecovery.tlpAck(tp, ack, flag);
    }
    boolean dubious =
        (flag & FLAG_NOT_DUP) == 0 || (flag & FLAG_CA_ALERT) != 0 || tp.caState != TcpSock.CA_OPEN;
    if (dubious) {
      int dupacks = 0;
      if ((flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK)) == 0) {
        dupacks = 1;
      }
      flag = TcpRecovery.alert(tp, priorSndUna, dupacks, flag, rexmit);
    }
    if ((flag & FLAG_SET_XMIT_TIMER) != 0 && !TcpLossProbe.scheduleLossProbe(tp, true)) {
      TcpTimers.rearmRto(tp);
    }
    int newly = newlyDelivered(tp, delivered, flag);
    state.rate.ackDelayed = (flag & FLAG_ACK_MAYBE_DELAYED) != 0;
    TcpRate.generate(tp, newly, tp.lost - lost, reneg, state.rate);
    TcpRecovery.congControl(tp, ack, newly, flag, state.rate);
    TcpRetransmit.xmit(tp, rexmit[0]);
    return 1;
  }

  private static void oldAck(
      TcpSock tp,
      Packet packet,
      int flags,
      int priorSndUna,
      int delivered,
      State state,
      int[] rexmit) {
    if (tp.rxOpt.sackBytes == 0 || !tp.rxOpt.sackOk) {
      return;
    }
    state.reord = tp.sndNxt;
    // What it says of blocks that have come is believed, but not counted as delivered.
    int flag = flags | TcpSack.tag(tp, packet, priorSndUna, state);
    flag = TcpRecovery.alert(tp, priorSndUna, 0, flag, rexmit);
    int unused = newlyDelivered(tp, delivered, flag);
    TcpRetransmit.xmit(tp, rexmit[0]);
  }

  private static int newlyDelivered(TcpSock tp, int prior, int flag) {
    int delivered = tp.delivered - prior;
    tp.net.addMib(Mib.TCP_DELIVERED, delivered);
    if ((flag & FLAG_ECE) != 0) {
      tp.net.addMib(Mib.TCP_DELIVERED_CE, delivered);
    }
    return delivered;
  }

  /** {@code tcp_snd_una_update}. */
  private static void updateSndUna(TcpSock tp, int ack) {
    tp.bytesAcked += ack - tp.sndUna & 0xffff_ffffL;
    tp.sndUna = ack;
  }

  /** {@code tcp_ack_update_window}. */
  private static int updateWindow(TcpSock tp, Packet packet, int ack, int seq) {
    int flag = 0;
    int window = TcpHeader.window(packet);
    if ((TcpHeader.flags(packet) & TcpHeader.SYN) == 0) {
      window <<= tp.rxOpt.sndWscale;
    }
    boolean may =
        Seq.after(ack, tp.sndUna)
            || Seq.after(seq, tp.sndWl1)
            || (seq == tp.sndWl1 && (window > tp.sndWnd || window == 0));
    if (may) {
      flag |= FLAG_WIN_UPDATE;
      tp.sndWl1 = seq;
      if (tp.sndWnd != window) {
        tp.sndWnd = window;
        tp.predFlags = false;
        TcpInput.fastPathCheck(tp);
        if (!tp.writeQueue.isEmpty()) {
          TcpCwnd.afterIdle(tp);
        }
        if (window > tp.maxWindow) {
          tp.maxWindow = window;
          int unused = TcpMss.sync(tp, tp.pmtu);
        }
      }
    }
    updateSndUna(tp, ack);
    return flag;
  }

  /** {@code tcp_replace_ts_recent}. */
  static void replaceTsRecent(TcpSock tp, int seq) {
    if (tp.rxOpt.sawTstamp
        && !Seq.after(seq, tp.rcvWup)
        && TcpValidate.pawsOk(tp.rxOpt, TcpClock.seconds(tp.net), 0)) {
      storeTsRecent(tp);
    }
  }

  /** {@code tcp_store_ts_recent}. */
  static void storeTsRecent(TcpSock tp) {
    tp.rxOpt.tsRecent = tp.rxOpt.rcvTsval;
    tp.rxOpt.tsRecentStamp = TcpClock.seconds(tp.net);
  }

  /** {@code tcp_clean_rtx_queue}: what is acknowledged is gone. */
  private static int cleanRtxQueue(
      TcpSock tp, Packet packet, int priorFack, int priorSndUna, State state, boolean ece) {
    int flag = 0;
    int priorSacked = tp.sackedOut;
    int reord = tp.sndNxt;
    long firstAckUs = 0;
    long lastAckUs = 0;
    int pktsAcked = 0;
    boolean fully = true;
    @Nullable TcpSkb skb = tp.rtxHead();
    while (skb != null) {
      int startSeq = skb.seq;
      int sacked = skb.sacked;
      int acked;
      if (Seq.after(skb.endSeq, tp.sndUna)) {
        if (skb.pcount == 1 || !Seq.after(tp.sndUna, skb.seq)) {
          break;
        }
        int before = skb.pcount;
        TcpFragment.trimHead(tp, skb, tp.sndUna - skb.seq);
        acked = before - skb.pcount;
        if (acked == 0) {
          break;
        }
        fully = false;
      } else {
        acked = skb.pcount;
      }
      long sentUs = skb.sentNs / 1000;
      if ((sacked & TcpSkb.RETRANS) != 0) {
        if ((sacked & TcpSkb.SACKED_RETRANS) != 0) {
          tp.retransOut -= acked;
        }
        flag |= FLAG_RETRANS_DATA_ACKED;
      } else if ((sacked & TcpSkb.SACKED_ACKED) == 0) {
        lastAckUs = sentUs + 1;
        if (firstAckUs == 0) {
          firstAckUs = lastAckUs;
        }
        if (Seq.before(startSeq, reord)) {
          reord = startSeq;
        }
        if (!Seq.after(skb.endSeq, tp.highSeq)) {
          flag |= FLAG_ORIG_SACK_ACKED;
        }
      }
      if ((sacked & TcpSkb.SACKED_ACKED) != 0) {
        tp.sackedOut -= acked;
      } else if (tp.rxOpt.sackOk) {
        TcpRecovery.countDelivered(tp, acked, ece);
        if (!spurious(tp, skb)) {
          TcpRack.advance(tp, sacked, skb.endSeq, sentUs);
        }
      }
      if ((sacked & TcpSkb.LOST) != 0) {
        tp.lostOut -= acked;
      }
      tp.packetsOut -= acked;
      pktsAcked += acked;
      TcpRate.skbDelivered(tp, skb, state.rate);
      if (skb.has(TcpHeader.SYN)) {
        flag |= FLAG_SYN_ACKED;
        tp.retransStamp = 0;
      } else {
        flag |= FLAG_DATA_ACKED;
      }
      if (!fully) {
        break;
      }
      TcpTimestamping.acked(tp, skb, priorSndUna, packet);
      TcpSkb next = skb.following();
      if (skb == tp.retransmitHint) {
        tp.retransmitHint = null;
      }
      tp.rtxQueue.unlink(skb);
      TcpSorted.remove(tp, skb);
      TcpFragment.freeQueued(tp, skb);
      skb = next;
    }
    if (skb == null) {
      TcpChrono.stop(tp, TcpChrono.BUSY);
    } else {
      TcpTimestamping.acked(tp, skb, priorSndUna, packet);
      flag |= skb.tagged(TcpSkb.SACKED_ACKED) ? FLAG_SACK_RENEGING : 0;
    }
    if (Seq.between(tp.sndUp, priorSndUna, tp.sndUna)) {
      tp.sndUp = tp.sndUna;
    }
    long seqRtt = -1;
    long caRtt = -1;
    if (firstAckUs != 0 && (flag & FLAG_RETRANS_DATA_ACKED) == 0) {
      seqRtt = tp.tcpMstamp - (firstAckUs - 1);
      caRtt = tp.tcpMstamp - (lastAckUs - 1);
      boolean lone =
          pktsAcked == 1
              && fully
              && priorSacked == 0
              && tp.sndUna - priorSndUna < tp.mssCache
              && state.rate.priorDelivered + 1 == tp.delivered
              && (flag & (FLAG_CA_ALERT | FLAG_SYN_ACKED)) == 0;
      if (lone) {
        flag |= FLAG_ACK_MAYBE_DELAYED;
      }
    }
    long sackRtt = -1;
    if (state.firstSackUs != 0) {
      sackRtt = tp.tcpMstamp - (state.firstSackUs - 1);
      caRtt = tp.tcpMstamp - (state.lastSackUs - 1);
    }
    boolean updated = TcpRtt.ackUpdate(tp, flag, seqRtt, sackRtt, caRtt, state.rate);
    if ((flag & FLAG_ACKED) != 0) {
      flag |= FLAG_SET_XMIT_TIMER;
      TcpMtup.acked(tp);
      if (!tp.rxOpt.sackOk) {
        TcpRenoSack.removeRenoSacks(tp, pktsAcked, ece);
        if ((flag & FLAG_RETRANS_DATA_ACKED) != 0) {
          flag &= ~FLAG_ORIG_SACK_ACKED;
        }
      } else if (Seq.before(reord, priorFack)) {
        TcpRecovery.checkSackReordering(tp, reord, false);
      }
    } else if (skb != null
        && updated
        && sackRtt >= 0
        && sackRtt > tp.tcpMstamp - skb.sentNs / 1000) {
      flag |= FLAG_SET_XMIT_TIMER;
    }
    tp.ca.pktsAcked(
        tp, pktsAcked, state.rate.rttUs, tp.mssCache * (tp.delivered - state.rate.priorDelivered));
    if (tp.packetsOut == 0 && tp.rxOpt.sackOk) {
      // What was sent again, given up as spurious and sent again is counted twice: "Leak r" in
      // Linux.
      tp.lostOut = 0;
      tp.sackedOut = 0;
      tp.retransOut = 0;
    }
    return flag;
  }

  /** {@code tcp_skb_spurious_retrans}. */
  private static boolean spurious(TcpSock tp, TcpSkb skb) {
    return skb.tagged(TcpSkb.RETRANS)
        && tp.rxOpt.sawTstamp
        && tp.rxOpt.rcvTsecr != 0
        && Seq.before(tp.rxOpt.rcvTsecr, tp.tsval(skb.sentNs / 1000));
  }

  /** {@code tcp_ack_probe}: the window has opened, or is probed further. */
  private static void ackProbe(TcpSock tp) {
    TcpSkb head = tp.sendHead();
    if (head == null) {
      return;
    }
    if (!Seq.after(head.endSeq, tp.wndEnd())) {
      tp.backoff = 0;
      tp.probesTstamp = 0;
      if (tp.pending == TcpSock.PENDING_PROBE0) {
        TcpTimers.stopRetransmit(tp);
      }
    } else {
      long when = TcpTimers.probe0When(tp, TcpRtt.rtoMax(tp));
      TcpTimers.resetPaced(tp, TcpSock.PENDING_PROBE0, TcpTimers.clampProbe0(tp, when));
    }
  }
}
