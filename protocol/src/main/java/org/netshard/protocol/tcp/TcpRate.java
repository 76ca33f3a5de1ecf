package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Skb;

/**
 * How fast data are delivered.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_rate.c}: {@code tcp_rate_skb_sent}, {@code
 * tcp_rate_skb_delivered}, {@code tcp_rate_gen}, {@code tcp_rate_check_app_limited}.
 */
final class TcpRate {
  private TcpRate() {}

  static void skbSent(TcpSock tp, TcpSkb skb) {
    if (tp.packetsOut == 0) {
      long us = skb.sentNs / 1000;
      tp.firstTxMstamp = us;
      tp.deliveredMstamp = us;
    }
    skb.firstTxMstamp = tp.firstTxMstamp;
    skb.deliveredMstamp = tp.deliveredMstamp;
    skb.delivered = tp.delivered;
    skb.deliveredCe = tp.deliveredCe;
    skb.appLimited = tp.appLimited != 0;
  }

  static void skbDelivered(TcpSock tp, TcpSkb skb, RateSample rs) {
    if (skb.deliveredMstamp == 0) {
      return;
    }
    if (rs.priorDelivered == 0 || TcpRack.sentAfter(skb, tp.firstTxMstamp, rs.lastEndSeq)) {
      rs.priorDelivered = skb.delivered;
      rs.priorDeliveredCe = skb.deliveredCe;
      rs.priorMstamp = skb.deliveredMstamp;
      rs.appLimited = skb.appLimited;
      rs.retrans = skb.tagged(TcpSkb.RETRANS);
      rs.lastEndSeq = skb.endSeq;
      tp.firstTxMstamp = skb.sentNs / 1000;
      rs.sndIntervalUs = tp.firstTxMstamp - skb.firstTxMstamp;
    }
    if (skb.tagged(TcpSkb.SACKED_ACKED)) {
      skb.deliveredMstamp = 0;
    }
  }

  static void generate(TcpSock tp, int delivered, int lost, boolean sackReneg, RateSample rs) {
    if (tp.appLimited != 0 && Seq.after(tp.delivered, tp.appLimited)) {
      tp.appLimited = 0;
    }
    if (delivered != 0) {
      tp.deliveredMstamp = tp.tcpMstamp;
    }
    rs.ackedSacked = delivered;
    rs.losses = lost;
    if (rs.priorMstamp == 0 || sackReneg) {
      rs.delivered = -1;
      rs.intervalUs = -1;
      return;
    }
    rs.delivered = tp.delivered - rs.priorDelivered;
    rs.deliveredCe = tp.deliveredCe - rs.priorDeliveredCe;
    rs.rcvIntervalUs = tp.tcpMstamp - rs.priorMstamp;
    rs.intervalUs = Math.max(rs.sndIntervalUs, rs.rcvIntervalUs);
    if (rs.intervalUs < (TcpRtt.minRtt(tp) & 0xffff_ffffL)) {
      rs.intervalUs = -1;
      return;
    }
    if (!rs.appLimited
        || (long) rs.delivered * tp.rateIntervalUs >= (long) tp.rateDelivered * rs.intervalUs) {
      tp.rateDelivered = rs.delivered;
      tp.rateIntervalUs = (int) rs.intervalUs;
      tp.rateAppLimited = rs.appLimited;
    }
  }

  static void checkAppLimited(TcpSock tp) {
    if (tp.writeSeq - tp.sndNxt < tp.mssCache
        && tp.sk.wmemAlloc() - 1 <= Skb.LEAST_TRUESIZE
        && tp.inFlight() < tp.sndCwnd
        && tp.lostOut <= tp.retransOut) {
      int mark = tp.delivered + tp.inFlight();
      tp.appLimited = mark != 0 ? mark : 1;
    }
  }

  /** {@code tcp_compute_delivery_rate}: bytes a second. */
  static long deliveryRate(TcpSock tp) {
    if (tp.rateDelivered == 0 || tp.rateIntervalUs == 0) {
      return 0;
    }
    return (long) tp.rateDelivered * tp.mssCache * 1_000_000 / tp.rateIntervalUs;
  }
}
