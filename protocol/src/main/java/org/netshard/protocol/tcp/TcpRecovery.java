package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * The states of congestion: what a loss does to the window, and what an acknowledgement tells of
 * losses.
 *
 * <p><b>Source:</b> RFC 5681; RFC 6582 (NewReno); RFC 6937 (PRR); RFC 5682 (F-RTO); {@code
 * net/ipv4/tcp_input.c}: {@code tcp_fastretrans_alert}, {@code tcp_enter_loss}, {@code
 * tcp_process_loss}, {@code tcp_cwnd_reduction}.
 */
final class TcpRecovery {
  /** What is sent at the end of {@code tcp_ack}. */
  static final int REXMIT_NONE = 0;

  static final int REXMIT_LOST = 1;
  static final int REXMIT_NEW = 2;

  private TcpRecovery() {}

  /** {@code tcp_set_ca_state}. */
  static void setCaState(TcpSock tp, int state) {
    tp.ca.setState(tp, state);
    tp.caState = (byte) state;
  }

  static boolean isReno(TcpSock tp) {
    return !tp.rxOpt.sackOk;
  }

  /** {@code tcp_count_delivered}. */
  static void countDelivered(TcpSock tp, int count, boolean ece) {
    tp.delivered += count;
    if (ece) {
      tp.deliveredCe += count;
    }
  }

  /** {@code tcp_mark_skb_lost}. */
  static void markLost(TcpSock tp, TcpSkb skb) {
    if (skb.tagged(TcpSkb.SACKED_ACKED)) {
      return;
    }
    TcpSkb hint = tp.retransmitHint;
    if ((hint == null && tp.retransOut >= tp.lostOut)
        || (hint != null && Seq.before(skb.seq, hint.seq))) {
      tp.retransmitHint = skb;
    }
    if (skb.tagged(TcpSkb.LOST)) {
      if (skb.tagged(TcpSkb.SACKED_RETRANS)) {
        skb.sacked &= ~TcpSkb.SACKED_RETRANS;
        tp.retransOut -= skb.pcount;
        TcpRack.countLostRetransmit(tp, skb);
        tp.lost += skb.pcount;
      }
    } else {
      tp.lostOut += skb.pcount;
      skb.sacked |= TcpSkb.LOST;
      tp.lost += skb.pcount;
    }
  }

  /** {@code tcp_any_retrans_done}. */
  static boolean anyRetransDone(TcpSock tp) {
    TcpSkb head = tp.rtxHead();
    return tp.retransOut != 0 || (head != null && head.tagged(TcpSkb.EVER_RETRANS));
  }

  static void retransStampCleanup(TcpSock tp) {
    if (!anyRetransDone(tp)) {
      tp.retransStamp = 0;
    }
  }

  /** {@code tcp_init_cwnd_reduction}. */
  static void initCwndReduction(TcpSock tp) {
    tp.highSeq = tp.sndNxt;
    tp.tlpHighSeq = 0;
    tp.sndCwndCnt = 0;
    tp.priorCwnd = tp.sndCwnd;
    tp.prrDelivered = 0;
    tp.prrOut = 0;
    tp.sndSsthresh = tp.ca.ssthresh(tp);
    queueCwr(tp);
  }

  private static void queueCwr(TcpSock tp) {
    if ((tp.ecnFlags & TcpSock.ECN_OK) != 0) {
      tp.ecnFlags |= TcpSock.ECN_QUEUE_CWR;
    }
  }

  /** {@code tcp_cwnd_reduction}: proportional rate reduction. */
  static void reduceCwnd(TcpSock tp, int newlyAcked, int newlyLost, int flag) {
    if (newlyAcked <= 0 || tp.priorCwnd == 0) {
      return;
    }
    int inFlight = tp.inFlight();
    int delta = tp.sndSsthresh - inFlight;
    tp.prrDelivered += newlyAcked;
    int count;
    if (delta < 0) {
      long dividend = (long) tp.sndSsthresh * tp.prrDelivered + tp.priorCwnd - 1;
      count = (int) (dividend / tp.priorCwnd) - tp.prrOut;
    } else {
      count = Math.max(tp.prrDelivered - tp.prrOut, newlyAcked);
      if ((flag & TcpAck.FLAG_SND_UNA_ADVANCED) != 0 && newlyLost == 0) {
        count++;
      }
      count = Math.min(delta, count);
    }
    count = Math.max(count, tp.prrOut != 0 ? 0 : 1);
    tp.sndCwnd = inFlight + count;
  }

  /** {@code tcp_end_cwnd_reduction}. */
  private static void endCwndReduction(TcpSock tp) {
    if (tp.ca.hasCongControl()) {
      return;
    }
    if (tp.sndSsthresh < TcpSock.INFINITE_SSTHRESH
        && (tp.caState == TcpSock.CA_CWR || tp.hasUndoMarker)) {
      tp.sndCwnd = tp.sndSsthresh;
      tp.sndCwndStamp = tp.jiffies();
    }
  }

  /** {@code tcp_enter_cwr}. */
  static void enterCwr(TcpSock tp) {
    tp.priorSsthresh = 0;
    if (tp.caState < TcpSock.CA_CWR) {
      tp.hasUndoMarker = false;
      initCwndReduction(tp);
      setCaState(tp, TcpSock.CA_CWR);
    }
  }

  /** {@code tcp_enter_recovery}. */
  static void enterRecovery(TcpSock tp, boolean ece) {
    retransStampCleanup(tp);
    tp.net.addMib(isReno(tp) ? Mib.TCP_RENO_RECOVERY : Mib.TCP_SACK_RECOVERY, 1);
    tp.priorSsthresh = 0;
    TcpUndo.initUndo(tp);
    if (!tp.inCwndReduction()) {
      if (!ece) {
        tp.priorSsthresh = TcpCwnd.currentSsthresh(tp);
      }
      initCwndReduction(tp);
    }
    setCaState(tp, TcpSock.CA_RECOVERY);
  }

  /** {@code tcp_enter_loss}: a retransmission timeout. */
  static void enterLoss(TcpSock tp) {
    boolean newRecovery = tp.caState < TcpSock.CA_RECOVERY;
    timeoutMarkLost(tp);
    if (tp.caState <= TcpSock.CA_DISORDER
        || !Seq.after(tp.highSeq, tp.sndUna)
        || (tp.caState == TcpSock.CA_LOSS && tp.retransmits == 0)) {
      tp.priorSsthresh = TcpCwnd.currentSsthresh(tp);
      tp.priorCwnd = tp.sndCwnd;
      tp.sndSsthresh = tp.ca.ssthresh(tp);
      tp.ca.lossEvent(tp);
      TcpUndo.initUndo(tp);
    }
    tp.sndCwnd = tp.inFlight() + 1;
    tp.sndCwndCnt = 0;
    tp.sndCwndStamp = tp.jiffies();
    int reordering = (int) tp.net.sysctl(Sysctl.IPV4_TCP_REORDERING);
    if (tp.caState <= TcpSock.CA_DISORDER && tp.sackedOut >= reordering) {
      tp.reordering = Math.min(tp.reordering, reordering);
    }
    setCaState(tp, TcpSock.CA_LOSS);
    tp.highSeq = tp.sndNxt;
    tp.tlpHighSeq = 0;
    queueCwr(tp);
    tp.frto =
        tp.net.sysctl(Sysctl.IPV4_TCP_FRTO) != 0
            && (newRecovery || tp.retransmits != 0)
            && !TcpMtup.underWay(tp);
  }

  /** {@code tcp_timeout_mark_lost}. */
  private static void timeoutMarkLost(TcpSock tp) {
    TcpSkb head = tp.rtxHead();
    boolean reneged = head != null && head.tagged(TcpSkb.SACKED_ACKED);
    if (reneged) {
      tp.net.addMib(Mib.TCP_SACK_RENEGING, 1);
      tp.sackedOut = 0;
      tp.sackReneg = true;
    } else if (isReno(tp)) {
      tp.sackedOut = 0;
    }
    for (TcpSkb skb = head; skb != null; skb = skb.following()) {
      if (reneged) {
        skb.sacked &= ~TcpSkb.SACKED_ACKED;
      } else if (skb != head && TcpRack.timeout(tp, skb, 0) > 0) {
        // It was sent too short a time ago to count as lost.
        continue;
      }
      markLost(tp, skb);
    }
    tp.retransmitHint = null;
  }

  /** {@code tcp_non_congestion_loss_retransmit}: what is lost goes out, the window stays. */
  static void nonCongestionRetransmit(TcpSock tp) {
    if (tp.caState != TcpSock.CA_LOSS) {
      tp.highSeq = tp.sndNxt;
      tp.sndSsthresh = TcpCwnd.currentSsthresh(tp);
      tp.priorSsthresh = 0;
      tp.hasUndoMarker = false;
      setCaState(tp, TcpSock.CA_LOSS);
    }
    TcpRetransmit.retransmitQueue(tp);
  }

  // What an acknowledgement tells of losses.

  /** {@code tcp_fastretrans_alert}; the flags as they are then. */
  static int alert(TcpSock tp, int priorSndUna, int dupacks, int flags, int[] rexmit) {
    int flag = flags;
    boolean ece = (flag & TcpAck.FLAG_ECE) != 0;
    if (tp.packetsOut == 0 && tp.sackedOut != 0) {
      tp.sackedOut = 0;
    }
    if (ece) {
      tp.priorSsthresh = 0;
    }
    if ((flag & TcpAck.FLAG_SACK_RENEGING) != 0 && (flag & TcpAck.FLAG_SND_UNA_ADVANCED) != 0) {
      int delay = Math.max(TcpClock.usToJiffies(tp.srttUs >> 4), TcpOptions.msToJiffies(10));
      TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, delay);
      return flag & ~TcpAck.FLAG_SET_XMIT_TIMER;
    }
    if (tp.caState == TcpSock.CA_OPEN) {
      tp.retransStamp = 0;
    } else if (!Seq.before(tp.sndUna, tp.highSeq)) {
      if (tp.caState == TcpSock.CA_CWR) {
        if (tp.sndUna != tp.highSeq) {
          endCwndReduction(tp);
          setCaState(tp, TcpSock.CA_OPEN);
        }
      } else if (tp.caState == TcpSock.CA_RECOVERY) {
        if (isReno(tp)) {
          tp.sackedOut = 0;
        }
        if (TcpUndo.tryUndoRecovery(tp)) {
          return flag;
        }
        endCwndReduction(tp);
      }
    }
    switch (tp.caState) {
      case TcpSock.CA_RECOVERY -> {
        if ((flag & TcpAck.FLAG_SND_UNA_ADVANCED) == 0) {
          if (isReno(tp)) {
            TcpRenoSack.addRenoSack(tp, dupacks, ece);
          }
        } else if (TcpUndo.tryUndoPartial(tp, priorSndUna)) {
          return flag;
        }
        if (TcpUndo.tryUndoDsack(tp)) {
          tryToOpen(tp, flag);
        }
        flag = identifyLoss(tp, flag);
        if (tp.caState != TcpSock.CA_RECOVERY) {
          if (tp.lostOut == 0) {
            return flag;
          }
          enterRecovery(tp, ece);
        }
      }
      case TcpSock.CA_LOSS -> {
        processLoss(tp, flag, dupacks, rexmit);
        if (tp.caState != TcpSock.CA_LOSS) {
          updateRtoTime(tp);
        }
        flag = identifyLoss(tp, flag);
        if (tp.caState != TcpSock.CA_OPEN && (flag & TcpAck.FLAG_LOST_RETRANS) == 0) {
          return flag;
        }
        int entered = maybeEnter(tp, flag, dupacks, ece);
        if (entered < 0) {
          return ~entered;
        }
        flag = entered;
      }
      default -> {
        int entered = maybeEnter(tp, flag, dupacks, ece);
        if (entered < 0) {
          return ~entered;
        }
        flag = entered;
      }
    }
    rexmit[0] = REXMIT_LOST;
    return flag;
  }

  /** The states in which nothing is lost yet: the flags, or their complement if it stays so. */
  private static int maybeEnter(TcpSock tp, int flags, int dupacks, boolean ece) {
    if (isReno(tp)) {
      if ((flags & TcpAck.FLAG_SND_UNA_ADVANCED) != 0) {
        tp.sackedOut = 0;
      }
      TcpRenoSack.addRenoSack(tp, dupacks, ece);
    }
    if (tp.caState <= TcpSock.CA_DISORDER) {
      boolean unused = TcpUndo.tryUndoDsack(tp);
    }
    int flag = identifyLoss(tp, flags);
    if (tp.lostOut == 0) {
      tryToOpen(tp, flag);
      return ~flag;
    }
    if (tp.caState < TcpSock.CA_CWR && TcpMtup.failed(tp)) {
      TcpRetransmit.simpleRetransmit(tp);
      return ~flag;
    }
    enterRecovery(tp, ece);
    return flag;
  }

  static void updateRtoTime(TcpSock tp) {
    if (tp.rtoStamp != 0) {
      tp.totalRtoTimeMs += (int) (tp.tcpMstamp / 1000) + 1 - tp.rtoStamp;
      tp.rtoStamp = 0;
    }
  }

  /** {@code tcp_identify_packet_loss}. */
  private static int identifyLoss(TcpSock tp, int flag) {
    if (tp.rtxQueue.isEmpty()) {
      return flag;
    }
    if (isReno(tp)) {
      TcpRack.newrenoMarkLost(tp, (flag & TcpAck.FLAG_SND_UNA_ADVANCED) != 0);
      return flag;
    }
    int prior = tp.retransOut;
    int result = flag;
    if (TcpRack.markLost(tp)) {
      result &= ~TcpAck.FLAG_SET_XMIT_TIMER;
    }
    return prior > tp.retransOut ? result | TcpAck.FLAG_LOST_RETRANS : result;
  }

  /** {@code tcp_process_loss}. */
  private static void processLoss(TcpSock tp, int flag, int dupacks, int[] rexmit) {
    boolean recovered = !Seq.before(tp.sndUna, tp.highSeq);
    boolean advanced = (flag & TcpAck.FLAG_SND_UNA_ADVANCED) != 0;
    if ((advanced || tp.fastopenRsk != null) && TcpUndo.tryUndoLoss(tp, false)) {
      return;
    }
    if (tp.frto) {
      if ((flag & TcpAck.FLAG_ORIG_SACK_ACKED) != 0 && TcpUndo.tryUndoLoss(tp, true)) {
        return;
      }
      if (Seq.after(tp.sndNxt, tp.highSeq)) {
        if ((flag & TcpAck.FLAG_DATA_SACKED) != 0 || dupacks > 0) {
          tp.frto = false;
        }
      } else if (advanced && !recovered) {
        tp.highSeq = tp.sndNxt;
        if (!tp.writeQueue.isEmpty() && Seq.after(tp.wndEnd(), tp.sndNxt)) {
          rexmit[0] = REXMIT_NEW;
          return;
        }
        tp.frto = false;
      }
    }
    if (recovered) {
      boolean unused = TcpUndo.tryUndoRecovery(tp);
      return;
    }
    if (isReno(tp)) {
      if (Seq.after(tp.sndNxt, tp.highSeq) && dupacks > 0) {
        TcpRenoSack.addRenoSack(tp, dupacks, (flag & TcpAck.FLAG_ECE) != 0);
      } else if (advanced) {
        tp.sackedOut = 0;
      }
    }
    rexmit[0] = REXMIT_LOST;
  }

  static void tryKeepOpen(TcpSock tp) {
    boolean disorder = tp.sackedOut + tp.lostOut != 0 || anyRetransDone(tp);
    int state = disorder ? TcpSock.CA_DISORDER : TcpSock.CA_OPEN;
    if (tp.caState != state) {
      setCaState(tp, state);
      tp.highSeq = tp.sndNxt;
    }
  }

  private static void tryToOpen(TcpSock tp, int flag) {
    retransStampCleanup(tp);
    if ((flag & TcpAck.FLAG_ECE) != 0) {
      enterCwr(tp);
    }
    if (tp.caState != TcpSock.CA_CWR) {
      tryKeepOpen(tp);
    }
  }

  /** {@code tcp_check_sack_reordering}. */
  static void checkSackReordering(TcpSock tp, int lowSeq, boolean byTimestamp) {
    int fack = highestSackSeq(tp);
    if (!Seq.before(lowSeq, fack)) {
      return;
    }
    int metric = fack - lowSeq;
    int mss = tp.mssCache;
    if (mss > 0 && metric > tp.reordering * mss) {
      int most = (int) tp.net.sysctl(Sysctl.IPV4_TCP_MAX_REORDERING);
      tp.reordering = Math.min((metric + mss - 1) / mss, most);
    }
    tp.reordSeen++;
    tp.net.addMib(byTimestamp ? Mib.TCP_TS_REORDER : Mib.TCP_SACK_REORDER, 1);
  }

  /** {@code tcp_highest_sack_seq}. */
  static int highestSackSeq(TcpSock tp) {
    return tp.sackedOut == 0 ? tp.sndUna : tp.fackSeq;
  }

  // What goes out.

  /** {@code tcp_process_tlp_ack}. */
  static void tlpAck(TcpSock tp, int ack, int flag) {
    if (Seq.before(ack, tp.tlpHighSeq)) {
      return;
    }
    if (!tp.tlpRetrans || (flag & TcpAck.FLAG_DSACK_TLP) != 0) {
      tp.tlpHighSeq = 0;
    } else if (Seq.after(ack, tp.tlpHighSeq)) {
      initCwndReduction(tp);
      setCaState(tp, TcpSock.CA_CWR);
      endCwndReduction(tp);
      tryKeepOpen(tp);
      tp.net.addMib(Mib.TCP_LOSS_PROBE_RECOVERY, 1);
    } else if ((flag
            & (TcpAck.FLAG_SND_UNA_ADVANCED | TcpAck.FLAG_NOT_DUP | TcpAck.FLAG_DATA_SACKED))
        == 0) {
      tp.tlpHighSeq = 0;
    }
  }

  /** {@code tcp_cong_control}. */
  static void congControl(TcpSock tp, int ack, int acked, int flag, RateSample rs) {
    if (tp.ca.hasCongControl()) {
      tp.ca.congControl(tp, ack, flag, rs);
      return;
    }
    if (tp.inCwndReduction()) {
      reduceCwnd(tp, acked, rs.losses, flag);
    } else if (mayRaise(tp, flag)) {
      tp.ca.congAvoid(tp, ack, acked);
      tp.sndCwndStamp = tp.jiffies();
    }
    TcpPacing.updateRate(tp);
  }

  private static boolean mayRaise(TcpSock tp, int flag) {
    boolean reordered = tp.reordering > tp.net.sysctl(Sysctl.IPV4_TCP_REORDERING);
    int wanted = reordered ? TcpAck.FLAG_FORWARD_PROGRESS : TcpAck.FLAG_DATA_ACKED;
    return (flag & wanted) != 0;
  }
}
