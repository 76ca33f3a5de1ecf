package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * Losses seen by time: a segment is lost if one that was sent later has arrived, and it had its
 * time too.
 *
 * <p><b>Source:</b> RFC 8985; {@code net/ipv4/tcp_recovery.c}.
 */
final class TcpRack {
  private static final int NO_DUPTHRESH = 4;
  private static final int STATIC_REO_WND = 2;
  private static final int RECOVERY_THRESH = 16;
  private static final int STEPS_MAX = 255;

  private TcpRack() {}

  /** {@code tcp_rack_sent_after}: whether a piece was sent after another one. */
  private static boolean sentAfter(long us1, long us2, int seq1, int seq2) {
    return us1 > us2 || (us1 == us2 && Seq.after(seq1, seq2));
  }

  /** {@code tcp_skb_sent_after}. */
  static boolean sentAfter(TcpSkb skb, long us, int endSeq) {
    return sentAfter(skb.sentNs / 1000, us, skb.endSeq, endSeq);
  }

  /** {@code tcp_rack_reo_wnd}, microseconds. */
  private static long reoWnd(TcpSock tp) {
    if (tp.reordSeen == 0) {
      if (tp.caState >= TcpSock.CA_RECOVERY) {
        return 0;
      }
      if (tp.sackedOut >= tp.reordering
          && (tp.net.sysctl(Sysctl.IPV4_TCP_RECOVERY) & NO_DUPTHRESH) == 0) {
        return 0;
      }
    }
    long quarter = (TcpRtt.minRtt(tp) & 0xffff_ffffL) >> 2;
    return Math.min(quarter * (tp.rackReoWndSteps & 0xff), tp.srttUs >> 3);
  }

  /** {@code tcp_rack_skb_timeout}: how long until a piece counts as lost, microseconds. */
  static long timeout(TcpSock tp, TcpSkb skb, long reoWnd) {
    return tp.rackRttUs + reoWnd - (tp.tcpMstamp - skb.sentNs / 1000);
  }

  /**
   * {@code tcp_rack_detect_loss}: the longest that must still be waited, microseconds; 0 if none.
   */
  private static long detect(TcpSock tp) {
    long wait = 0;
    long reoWnd = reoWnd(tp);
    @Nullable TcpSkb next;
    for (TcpSkb skb = tp.tsortedFirst; skb != null; skb = next) {
      next = skb.later;
      if (skb.tagged(TcpSkb.LOST) && !skb.tagged(TcpSkb.SACKED_RETRANS)) {
        continue;
      }
      if (!sentAfter(tp.rackMstamp, skb.sentNs / 1000, tp.rackEndSeq, skb.endSeq)) {
        break;
      }
      long remaining = timeout(tp, skb, reoWnd);
      if (remaining <= 0) {
        TcpRecovery.markLost(tp, skb);
        TcpSorted.remove(tp, skb);
      } else {
        wait = Math.max(wait, remaining);
      }
    }
    return wait;
  }

  /** {@code tcp_rack_mark_lost}; whether the timer was set. */
  static boolean markLost(TcpSock tp) {
    if (!tp.rackAdvanced) {
      return false;
    }
    tp.rackAdvanced = false;
    long wait = detect(tp);
    if (wait > 0) {
      int jiffies = TcpClock.usToJiffies(wait + TcpTimers.TIMEOUT_MIN_US);
      TcpTimers.reset(tp, TcpSock.PENDING_REO_TIMEOUT, Math.min(jiffies, tp.rtoJiffies));
    }
    return wait > 0;
  }

  /** {@code tcp_rack_advance}: a piece has arrived. */
  static void advance(TcpSock tp, int sacked, int endSeq, long sentUs) {
    long rtt = tp.tcpMstamp - sentUs;
    if (rtt < (TcpRtt.minRtt(tp) & 0xffff_ffffL) && (sacked & TcpSkb.RETRANS) != 0) {
      // It cannot be told whether this acknowledges what was sent first or what was sent again.
      return;
    }
    tp.rackAdvanced = true;
    tp.rackRttUs = (int) rtt;
    if (sentAfter(sentUs, tp.rackMstamp, endSeq, tp.rackEndSeq)) {
      tp.rackMstamp = sentUs;
      tp.rackEndSeq = endSeq;
    }
  }

  /** {@code tcp_rack_reo_timeout}. */
  static void reoTimeout(TcpSock tp) {
    int lost = tp.lost;
    int priorInFlight = tp.inFlight();
    long unused = detect(tp);
    if (priorInFlight != tp.inFlight()) {
      if (tp.caState != TcpSock.CA_RECOVERY) {
        TcpRecovery.enterRecovery(tp, false);
        if (!tp.ca.hasCongControl()) {
          TcpRecovery.reduceCwnd(tp, 1, tp.lost - lost, 0);
        }
      }
      TcpRetransmit.retransmitQueue(tp);
    }
    if (tp.pending != TcpSock.PENDING_RETRANS) {
      TcpTimers.rearmRto(tp);
    }
  }

  /** {@code tcp_rack_update_reo_wnd}: what was needlessly sent again widens the window. */
  static void updateReoWnd(TcpSock tp, RateSample rs) {
    if ((tp.net.sysctl(Sysctl.IPV4_TCP_RECOVERY) & STATIC_REO_WND) != 0 || rs.priorDelivered == 0) {
      return;
    }
    if (Seq.before(rs.priorDelivered, tp.rackLastDelivered)) {
      tp.rackDsackSeen = false;
    }
    if (tp.rackDsackSeen) {
      tp.rackReoWndSteps = (byte) Math.min(STEPS_MAX, (tp.rackReoWndSteps & 0xff) + 1);
      tp.rackDsackSeen = false;
      tp.rackLastDelivered = tp.delivered;
      tp.rackReoWndPersist = RECOVERY_THRESH;
    } else if (tp.rackReoWndPersist == 0) {
      tp.rackReoWndSteps = 1;
    }
  }

  /** {@code tcp_newreno_mark_lost}: without selective acknowledgements the first one is lost. */
  static void newrenoMarkLost(TcpSock tp, boolean advanced) {
    boolean enough = tp.caState < TcpSock.CA_RECOVERY && tp.sackedOut >= tp.reordering;
    if (!enough && !(tp.caState == TcpSock.CA_RECOVERY && advanced)) {
      return;
    }
    TcpSkb skb = tp.rtxHead();
    if (skb == null || skb.tagged(TcpSkb.LOST)) {
      return;
    }
    int mss = skb.gsoSize != 0 ? skb.gsoSize : skb.len;
    if (skb.pcount > 1 && skb.len > mss) {
      boolean unused = TcpFragment.fragment(tp, skb, mss, mss, true);
    }
    TcpRecovery.markLost(tp, skb);
  }

  /** Counts a loss of a retransmission. */
  static void countLostRetransmit(TcpSock tp, TcpSkb skb) {
    tp.net.addMib(Mib.TCP_LOST_RETRANSMIT, skb.pcount);
  }
}
