package org.netshard.protocol.tcp;

import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.Sysctl;

/**
 * How fast segments follow each other.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_update_skb_after_send}, {@code
 * tcp_pacing_check}; {@code net/ipv4/tcp_input.c}, {@code tcp_update_pacing_rate}.
 */
final class TcpPacing {
  private static final long NS_PER_SEC = 1_000_000_000L;
  private static final int FIRST_SEGMENTS = 10;

  private TcpPacing() {}

  /** The rate that follows from window and round trip, bytes a second. */
  static void updateRate(TcpSock tp) {
    long rate = (long) tp.mssCache * ((1_000_000 / 100) << 3);
    boolean early = Integer.compareUnsigned(tp.sndCwnd, tp.sndSsthresh >>> 1) < 0;
    rate *=
        tp.net.sysctl(early ? Sysctl.IPV4_TCP_PACING_SS_RATIO : Sysctl.IPV4_TCP_PACING_CA_RATIO);
    rate *= Math.max(tp.sndCwnd, tp.packetsOut);
    if (tp.srttUs != 0) {
      rate /= tp.srttUs;
    }
    long most = tp.sk.rare().maxPacingRateBps();
    tp.pacingRate = Long.compareUnsigned(rate, most) < 0 ? rate : most;
  }

  /** Whether anybody spaces what it sends. */
  static boolean isPaced(TcpSock tp) {
    return tp.sk.rare().pacingStatus() != SkRare.SK_PACING_NONE;
  }

  /** {@code tcp_needs_internal_pacing}: whether the sock itself spaces what it sends. */
  private static boolean needsInternal(TcpSock tp) {
    return tp.sk.rare().pacingStatus() == SkRare.SK_PACING_NEEDED;
  }

  /** {@code sk_pacing_rate}: what a program allows at most bounds it at once. */
  static long rate(TcpSock tp) {
    long most = tp.sk.rare().maxPacingRateBps();
    return Long.compareUnsigned(tp.pacingRate, most) < 0 ? tp.pacingRate : most;
  }

  /** A piece has gone: when the next may follow. */
  static void afterSend(TcpSock tp, TcpSkb skb, long priorWstampNs) {
    if (isPaced(tp)) {
      long rate = rate(tp);
      if (rate > 0 && tp.dataSegsOut >= FIRST_SEGMENTS) {
        long lenNs = skb.len * NS_PER_SEC / rate;
        long credit = tp.wstampNs - priorWstampNs;
        lenNs -= Math.min(lenNs / 2, credit);
        tp.wstampNs += lenNs;
      }
    }
    TcpSorted.moveToEnd(tp, skb);
  }

  /** Whether the next one must wait; then the timer is set. */
  static boolean mustWait(TcpSock tp) {
    if (!needsInternal(tp) || tp.wstampNs <= tp.clockCacheNs) {
      return false;
    }
    KernelTimer timer = TcpTimers.pacing(tp);
    if (!timer.isSet()) {
      timer.set(tp.wstampNs - TcpClock.BASE_NS);
    }
    return true;
  }
}
