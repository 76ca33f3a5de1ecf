package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * The states of congestion: what a loss does to the window, what is sent again, and when it turns
 * out that nothing was lost.
 *
 * <p><b>Source:</b> RFC 5681; RFC 6582 (NewReno); RFC 6937 (PRR); RFC 5682 (F-RTO); RFC 3522
 * (Eifel); {@code net/ipv4/tcp_input.c}: {@code tcp_fastretrans_alert}, {@code tcp_enter_loss},
 * {@code tcp_process_loss}, {@code tcp_cwnd_reduction}, {@code tcp_undo_cwnd_reduction}; {@code
 * net/ipv4/tcp_output.c}, {@code tcp_xmit_retransmit_queue}.
 */
final class TcpRecovery {
  /** What is sent at the end of {@code tcp_ack}. */
  static final int REXMIT_NONE = 0;

  static final int REXMIT_LOST = 1;
  static final int REXMIT_NEW = 2;

  private static final int PERSIST_MAX = 16;

  private TcpRecovery() {}

  /** {@code tcp_set_ca_state}. */
  static void setCaState(TcpSock tp, int state) {
    tp.ca.setState(tp, state);
    tp.caState = (byte) state;
  }

  private static boolean isReno(TcpSock tp) {
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

  private static void retransStampCleanup(TcpSock tp) {
    if (!anyRetransDone(tp)) {
      tp.retransStamp = 0;
    }
  }

  // The window goes down.

  /** {@code tcp_init_undo}. */
  private static void initUndo(TcpSock tp) {
    tp.undoMarker = tp.sndUna;
    tp.undoRetrans = tp.retransOut;
    if (tp.tlpHighSeq != 0 && tp.tlpRetrans) {
      tp.undoRetrans++;
    }
    if (tp.undoRetrans == 0) {
      tp.undoRetrans = -1;
    }
    tp.hasUndoMarker = true;
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
    initUndo(tp);
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
      initUndo(tp);
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
    tp.frto = tp.net.sysctl(Sysctl.IPV4_TCP_FRTO) != 0 && (newRecovery || tp.retransmits != 0);
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
        if (tryUndoRecovery(tp)) {
          return flag;
        }
        endCwndReduction(tp);
      }
    }
    switch (tp.caState) {
      case TcpSock.CA_RECOVERY -> {
        if ((flag & TcpAck.FLAG_SND_UNA_ADVANCED) == 0) {
          if (isReno(tp)) {
            addRenoSack(tp, dupacks, ece);
          }
        } else if (tryUndoPartial(tp, priorSndUna)) {
          return flag;
        }
        if (tryUndoDsack(tp)) {
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
      addRenoSack(tp, dupacks, ece);
    }
    if (tp.caState <= TcpSock.CA_DISORDER) {
      boolean unused = tryUndoDsack(tp);
    }
    int flag = identifyLoss(tp, flags);
    if (tp.lostOut == 0) {
      tryToOpen(tp, flag);
      return ~flag;
    }
    enterRecovery(tp, ece);
    return flag;
  }

  private static void updateRtoTime(TcpSock tp) {
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
    if (advanced && tryUndoLoss(tp, false)) {
      return;
    }
    if (tp.frto) {
      if ((flag & TcpAck.FLAG_ORIG_SACK_ACKED) != 0 && tryUndoLoss(tp, true)) {
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
      boolean unused = tryUndoRecovery(tp);
      return;
    }
    if (isReno(tp)) {
      if (Seq.after(tp.sndNxt, tp.highSeq) && dupacks > 0) {
        addRenoSack(tp, dupacks, (flag & TcpAck.FLAG_ECE) != 0);
      } else if (advanced) {
        tp.sackedOut = 0;
      }
    }
    rexmit[0] = REXMIT_LOST;
  }

  // Nothing was lost after all.

  /** {@code tcp_packet_delayed}. */
  private static boolean packetDelayed(TcpSock tp) {
    if (tp.retransStamp != 0
        && tp.rxOpt.sawTstamp
        && tp.rxOpt.rcvTsecr != 0
        && Seq.before(tp.rxOpt.rcvTsecr, tp.retransStamp)) {
      return true;
    }
    return tp.retransStamp == 0 && tp.state() != TcpState.SYN_SENT;
  }

  private static boolean mayUndo(TcpSock tp) {
    return tp.hasUndoMarker && (tp.undoRetrans == 0 || packetDelayed(tp));
  }

  /** {@code tcp_undo_cwnd_reduction}. */
  private static void undoCwnd(TcpSock tp, boolean unmarkLoss) {
    if (unmarkLoss) {
      for (TcpSkb skb = tp.rtxHead(); skb != null; skb = skb.following()) {
        skb.sacked &= ~TcpSkb.LOST;
      }
      tp.lostOut = 0;
      tp.retransmitHint = null;
    }
    if (tp.priorSsthresh != 0) {
      tp.sndCwnd = tp.ca.undoCwnd(tp);
      if (tp.priorSsthresh > tp.sndSsthresh) {
        tp.sndSsthresh = tp.priorSsthresh;
        tp.ecnFlags &= (byte) ~TcpSock.ECN_QUEUE_CWR;
      }
    }
    tp.sndCwndStamp = tp.jiffies();
    tp.hasUndoMarker = false;
    tp.rackAdvanced = true;
  }

  /** {@code tcp_is_non_sack_preventing_reopen}. */
  private static boolean preventsReopen(TcpSock tp) {
    if (tp.sndUna == tp.highSeq && isReno(tp)) {
      retransStampCleanup(tp);
      return true;
    }
    return false;
  }

  /** {@code tcp_try_undo_recovery}. */
  private static boolean tryUndoRecovery(TcpSock tp) {
    if (mayUndo(tp)) {
      Mib mib = tp.caState == TcpSock.CA_LOSS ? Mib.TCP_LOSS_UNDO : Mib.TCP_FULL_UNDO;
      undoCwnd(tp, false);
      tp.net.addMib(mib, 1);
    } else if (tp.rackReoWndPersist > 0) {
      tp.rackReoWndPersist--;
    }
    if (preventsReopen(tp)) {
      return true;
    }
    setCaState(tp, TcpSock.CA_OPEN);
    tp.sackReneg = false;
    return false;
  }

  /** {@code tcp_try_undo_dsack}. */
  private static boolean tryUndoDsack(TcpSock tp) {
    if (tp.hasUndoMarker && tp.undoRetrans == 0) {
      tp.rackReoWndPersist = (byte) Math.min(PERSIST_MAX, tp.rackReoWndPersist + 1);
      undoCwnd(tp, false);
      tp.net.addMib(Mib.TCP_DSACK_UNDO, 1);
      return true;
    }
    return false;
  }

  /** {@code tcp_try_undo_loss}. */
  private static boolean tryUndoLoss(TcpSock tp, boolean frtoUndo) {
    if (!frtoUndo && !mayUndo(tp)) {
      return false;
    }
    undoCwnd(tp, true);
    tp.net.addMib(Mib.TCP_LOSS_UNDO, 1);
    if (frtoUndo) {
      tp.net.addMib(Mib.TCP_SPURIOUS_RTOS, 1);
    }
    tp.retransmits = 0;
    if (preventsReopen(tp)) {
      return true;
    }
    if (frtoUndo || !isReno(tp)) {
      setCaState(tp, TcpSock.CA_OPEN);
      tp.sackReneg = false;
    }
    return true;
  }

  /** {@code tcp_try_undo_partial}. */
  private static boolean tryUndoPartial(TcpSock tp, int priorSndUna) {
    if (!tp.hasUndoMarker || !packetDelayed(tp)) {
      return false;
    }
    checkSackReordering(tp, priorSndUna, true);
    if (tp.retransOut != 0) {
      return true;
    }
    retransStampCleanup(tp);
    undoCwnd(tp, true);
    tp.net.addMib(Mib.TCP_PARTIAL_UNDO, 1);
    tryKeepOpen(tp);
    return false;
  }

  private static void tryKeepOpen(TcpSock tp) {
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

  // Duplicate acknowledgements stand for selective ones.

  private static boolean limitRenoSacked(TcpSock tp) {
    int holes = Math.min(Math.max(tp.lostOut, 1), tp.packetsOut);
    if (tp.sackedOut + holes > tp.packetsOut) {
      tp.sackedOut = tp.packetsOut - holes;
      return true;
    }
    return false;
  }

  private static void checkRenoReordering(TcpSock tp, int addend) {
    if (!limitRenoSacked(tp)) {
      return;
    }
    int most = (int) tp.net.sysctl(Sysctl.IPV4_TCP_MAX_REORDERING);
    tp.reordering = Math.min(tp.packetsOut + addend, most);
    tp.reordSeen++;
    tp.net.addMib(Mib.TCP_RENO_REORDER, 1);
  }

  private static void addRenoSack(TcpSock tp, int dupacks, boolean ece) {
    if (dupacks == 0) {
      return;
    }
    int prior = tp.sackedOut;
    tp.sackedOut += dupacks;
    checkRenoReordering(tp, 0);
    int delivered = tp.sackedOut - prior;
    if (delivered > 0) {
      countDelivered(tp, delivered, ece);
    }
  }

  /** {@code tcp_remove_reno_sacks}. */
  static void removeRenoSacks(TcpSock tp, int acked, boolean ece) {
    if (acked > 0) {
      countDelivered(tp, Math.max(acked - tp.sackedOut, 1), ece);
      tp.sackedOut = acked - 1 >= tp.sackedOut ? 0 : tp.sackedOut - (acked - 1);
    }
    checkRenoReordering(tp, acked);
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

  /** {@code tcp_xmit_recovery}. */
  static void xmit(TcpSock tp, int rexmit) {
    if (rexmit == REXMIT_NONE || tp.state() == TcpState.SYN_SENT) {
      return;
    }
    if (rexmit == REXMIT_NEW) {
      TcpOutput.pushPending(tp, TcpMss.current(tp), TcpOutput.NAGLE_OFF);
      if (Seq.after(tp.sndNxt, tp.highSeq)) {
        return;
      }
      tp.frto = false;
    }
    retransmitQueue(tp);
  }

  /** The pace allows more ({@code tcp_tsq_write}). */
  static void sendMore(TcpSock tp) {
    if (!TcpState.in(
        tp.state(),
        TcpState.set(
            TcpState.ESTABLISHED,
            TcpState.FIN_WAIT1,
            TcpState.CLOSING,
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK))) {
      return;
    }
    if (tp.lostOut > tp.retransOut && tp.sndCwnd > tp.inFlight()) {
      tp.refresh();
      retransmitQueue(tp);
    }
    boolean unused =
        TcpOutput.writeXmit(tp, TcpMss.current(tp), TcpOutput.nonagle(tp), TcpOutput.PUSH_ALL);
  }

  /** {@code tcp_xmit_retransmit_queue}. */
  static void retransmitQueue(TcpSock tp) {
    if (tp.packetsOut == 0) {
      return;
    }
    TcpSkb head = tp.rtxHead();
    @Nullable TcpSkb hole = null;
    boolean rearm = false;
    int maxSegs = TcpMss.tsoSegs(tp, TcpMss.current(tp));
    TcpSkb skb = tp.retransmitHint != null ? tp.retransmitHint : head;
    for (; skb != null; skb = skb.following()) {
      if (TcpPacing.mustWait(tp)) {
        break;
      }
      if (hole == null) {
        tp.retransmitHint = skb;
      }
      int segs = Math.min(tp.sndCwnd - tp.inFlight(), maxSegs);
      if (segs <= 0 || tp.retransOut >= tp.lostOut) {
        break;
      }
      if (!skb.tagged(TcpSkb.LOST)) {
        if (hole == null
            && !skb.tagged(TcpSkb.SACKED_RETRANS)
            && !skb.tagged(TcpSkb.SACKED_ACKED)) {
          hole = skb;
        }
        continue;
      }
      if (skb.tagged(TcpSkb.SACKED_ACKED) || skb.tagged(TcpSkb.SACKED_RETRANS)) {
        continue;
      }
      Mib mib = tp.caState == TcpSock.CA_LOSS ? Mib.TCP_SLOW_START_RETRANS : Mib.TCP_FAST_RETRANS;
      if (TcpRetransmit.retransmit(tp, skb, segs) != 0) {
        break;
      }
      tp.net.addMib(mib, skb.pcount);
      if (tp.inCwndReduction()) {
        tp.prrOut += skb.pcount;
      }
      if (skb == head && tp.pending != TcpSock.PENDING_REO_TIMEOUT) {
        rearm = true;
      }
    }
    if (rearm) {
      TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, tp.rtoJiffies);
    }
  }
}
