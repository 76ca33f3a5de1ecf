package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Sysctl;

/**
 * What is put off, and where a piece is cut, when it is to be sent.
 *
 * <p><b>Source:</b> RFC 896 (Nagle); {@code net/ipv4/tcp_output.c}: {@code tcp_nagle_test}, {@code
 * tcp_tso_should_defer}, {@code tcp_mss_split_point}.
 */
final class TcpTso {
  private TcpTso() {}

  private static final long NS_PER_US = 1_000;
  private static final long NS_PER_MS = 1_000_000;

  static boolean nagleTest(TcpSock tp, TcpSkb skb, int mss, int nonagle) {
    if ((nonagle & TcpOutput.NAGLE_PUSH) != 0 || tp.sndUna != tp.sndUp || skb.has(TcpHeader.FIN)) {
      return true;
    }
    return !nagleCheck(skb.len < mss, tp, nonagle);
  }

  /** {@code tcp_nagle_check}: whether a segment that is not full has to wait. */
  private static boolean nagleCheck(boolean partial, TcpSock tp, int nonagle) {
    return partial
        && ((nonagle & TcpOutput.NAGLE_CORK) != 0
            || (nonagle == 0 && tp.packetsOut != 0 && minshall(tp)));
  }

  /** {@code tcp_minshall_check}: a small segment is on its way. */
  private static boolean minshall(TcpSock tp) {
    return Seq.after(tp.sndSml, tp.sndUna) && !Seq.after(tp.sndSml, tp.sndNxt);
  }

  static final int SEND = 0;
  private static final int DEFER = 1;
  static final int DEFER_CWND = 2;
  static final int DEFER_RWND = 3;

  /** {@code tcp_tso_should_defer}: whether to wait so that more goes out at once. */
  static int shouldDefer(TcpSock tp, TcpSkb skb, int maxSegs, boolean last) {
    if (tp.caState >= TcpSock.CA_RECOVERY) {
      return SEND;
    }
    // Exactly one millisecond, which no real clock ever shows, counts as over.
    if (tp.clockCacheNs - tp.wstampNs >= NS_PER_MS) {
      return SEND;
    }
    int sendWin = tp.wndEnd() - skb.seq;
    int congWin = (tp.sndCwnd - tp.inFlight()) * tp.mssCache;
    int limit = Math.min(sendWin, congWin);
    if (limit >= maxSegs * tp.mssCache) {
      return SEND;
    }
    if (!last && limit >= skb.len) {
      return SEND;
    }
    int divisor = (int) tp.net.sysctl(Sysctl.IPV4_TCP_TSO_WIN_DIVISOR);
    if (divisor != 0) {
      long chunk = Math.min(tp.sndWnd & 0xffff_ffffL, (long) tp.sndCwnd * tp.mssCache) / divisor;
      if (limit >= chunk) {
        return SEND;
      }
    } else if (limit > 3L * tp.mssCache) {
      return SEND;
    }
    TcpSkb head = tp.rtxHead();
    if (head == null) {
      return SEND;
    }
    // An acknowledgement that is far away is not waited for. A microsecond is what a round trip of
    // no time at all is measured as: there it is always due.
    long srttNs = tp.srttUs >> 3 <= 1 ? 0 : (NS_PER_US * tp.srttUs) >> 3;
    long untilAckNs = head.sentNs + srttNs - tp.clockCacheNs;
    if (untilAckNs > Math.min(srttNs >> 1, NS_PER_MS)) {
      return SEND;
    }
    if (congWin < sendWin) {
      if (congWin <= skb.len) {
        return DEFER_CWND;
      }
    } else if (sendWin <= skb.len) {
      return DEFER_RWND;
    }
    return skb.has(TcpHeader.FIN) || skb.eor ? SEND : DEFER;
  }

  /** {@code tcp_mss_split_point}. */
  static int splitPoint(TcpSock tp, TcpSkb skb, int mss, int maxSegs, int nonagle, boolean last) {
    int window = tp.wndEnd() - skb.seq;
    int most = mss * maxSegs;
    if (most <= window && !last) {
      return most;
    }
    int needed = Math.min(skb.len, window);
    if (most <= needed) {
      return most;
    }
    int partial = needed % mss;
    return nagleCheck(partial != 0, tp, nonagle) ? needed - partial : needed;
  }
}
