package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;

/**
 * The window is given back, as nothing was lost after all.
 *
 * <p><b>Source:</b> RFC 3522 (Eifel); RFC 3708 (D-SACK); {@code net/ipv4/tcp_input.c}: {@code
 * tcp_undo_cwnd_reduction}, {@code tcp_try_undo_recovery}, {@code tcp_try_undo_loss}, {@code
 * tcp_try_undo_partial}, {@code tcp_try_undo_dsack}.
 */
final class TcpUndo {
  private TcpUndo() {}

  private static final int PERSIST_MAX = 16;

  /** {@code tcp_init_undo}. */
  static void initUndo(TcpSock tp) {
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

  /** {@code tcp_packet_delayed}. */
  private static boolean packetDelayed(TcpSock tp) {
    if (tp.retransStamp != 0) {
      return tp.rxOpt.sawTstamp
          && tp.rxOpt.rcvTsecr != 0
          && Seq.before(tp.rxOpt.rcvTsecr, tp.retransStamp);
    }
    // Without selective acknowledgements it is cleared as soon as all is acknowledged (RFC 6582).
    boolean cleared = TcpRecovery.isReno(tp) && !Seq.before(tp.sndUna, tp.highSeq);
    return !cleared && tp.state() != TcpState.SYN_SENT;
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
    if (tp.sndUna == tp.highSeq && TcpRecovery.isReno(tp)) {
      TcpRecovery.retransStampCleanup(tp);
      return true;
    }
    return false;
  }

  /** {@code tcp_try_undo_recovery}. */
  static boolean tryUndoRecovery(TcpSock tp) {
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
    TcpRecovery.setCaState(tp, TcpSock.CA_OPEN);
    tp.sackReneg = false;
    return false;
  }

  /** {@code tcp_try_undo_dsack}. */
  static boolean tryUndoDsack(TcpSock tp) {
    if (tp.hasUndoMarker && tp.undoRetrans == 0) {
      tp.rackReoWndPersist = (byte) Math.min(PERSIST_MAX, tp.rackReoWndPersist + 1);
      undoCwnd(tp, false);
      tp.net.addMib(Mib.TCP_DSACK_UNDO, 1);
      return true;
    }
    return false;
  }

  /** {@code tcp_try_undo_loss}. */
  static boolean tryUndoLoss(TcpSock tp, boolean frtoUndo) {
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
    if (frtoUndo || !TcpRecovery.isReno(tp)) {
      TcpRecovery.setCaState(tp, TcpSock.CA_OPEN);
      tp.sackReneg = false;
    }
    return true;
  }

  /** {@code tcp_try_undo_partial}. */
  static boolean tryUndoPartial(TcpSock tp, int priorSndUna) {
    if (!tp.hasUndoMarker || !packetDelayed(tp)) {
      return false;
    }
    TcpRecovery.checkSackReordering(tp, priorSndUna, true);
    if (tp.retransOut != 0) {
      return true;
    }
    TcpRecovery.retransStampCleanup(tp);
    undoCwnd(tp, true);
    tp.net.addMib(Mib.TCP_PARTIAL_UNDO, 1);
    TcpRecovery.tryKeepOpen(tp);
    return false;
  }
}
