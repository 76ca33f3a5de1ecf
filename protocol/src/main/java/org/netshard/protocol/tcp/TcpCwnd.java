package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;

/**
 * The congestion window, as far as all algorithms share it.
 *
 * <p><b>Source:</b> RFC 5681; RFC 2861; {@code net/ipv4/tcp_output.c}: {@code tcp_cwnd_restart},
 * {@code tcp_cwnd_validate}, {@code tcp_cwnd_application_limited}; {@code include/net/tcp.h},
 * {@code tcp_is_cwnd_limited}.
 */
final class TcpCwnd {
  private TcpCwnd() {}

  /** {@code tcp_is_cwnd_limited}. */
  static boolean isLimited(TcpSock tp) {
    if (tp.cwndLimited) {
      return true;
    }
    return tp.inSlowStart() && tp.sndCwnd < 2 * tp.maxPacketsOut;
  }

  /** {@code tcp_current_ssthresh}. */
  static int currentSsthresh(TcpSock tp) {
    if (tp.inCwndReduction()) {
      return tp.sndSsthresh;
    }
    return Math.max(tp.sndSsthresh, (tp.sndCwnd >> 1) + (tp.sndCwnd >> 2));
  }

  /** Data go out ({@code tcp_event_data_sent}). */
  static void dataSent(TcpSock tp) {
    int now = tp.jiffies();
    if (tp.inFlight() == 0) {
      tp.ca.txStart(tp);
    }
    tp.lsndtime = now;
    // A segment of data within the time of a delayed acknowledgement is an answer.
    if (Integer.compareUnsigned(now - tp.lrcvtime, tp.ackAto) < 0) {
      tp.ackPingpong = Math.min(tp.ackPingpong + 1, 255);
    }
  }

  /** {@code tcp_slow_start_after_idle_check}. */
  static void afterIdle(TcpSock tp) {
    if (tp.net.sysctl(Sysctl.IPV4_TCP_SLOW_START_AFTER_IDLE) == 0
        || tp.packetsOut != 0
        || tp.ca.hasCongControl()) {
      return;
    }
    int delta = tp.jiffies() - tp.lsndtime;
    if (delta > tp.rtoJiffies) {
      restart(tp, delta);
    }
  }

  private static void restart(TcpSock tp, int idle) {
    int restartCwnd = Math.min(init(tp), tp.sndCwnd);
    int cwnd = tp.sndCwnd;
    int delta = idle;
    tp.sndSsthresh = currentSsthresh(tp);
    while ((delta -= tp.rtoJiffies) > 0 && cwnd > restartCwnd) {
      cwnd >>= 1;
    }
    tp.sndCwnd = Math.max(cwnd, restartCwnd);
    tp.sndCwndStamp = tp.jiffies();
    tp.sndCwndUsed = 0;
  }

  /** {@code tcp_cwnd_validate}. */
  static void validate(TcpSock tp, boolean limited) {
    if (!Seq.before(tp.sndUna, tp.cwndUsageSeq)
        || limited
        || (!tp.cwndLimited && tp.packetsOut > tp.maxPacketsOut)) {
      tp.cwndLimited = limited;
      tp.maxPacketsOut = tp.packetsOut;
      tp.cwndUsageSeq = tp.sndNxt;
    }
    if (isLimited(tp)) {
      tp.sndCwndUsed = 0;
      tp.sndCwndStamp = tp.jiffies();
      return;
    }
    if (tp.packetsOut > tp.sndCwndUsed) {
      tp.sndCwndUsed = tp.packetsOut;
    }
    if (tp.net.sysctl(Sysctl.IPV4_TCP_SLOW_START_AFTER_IDLE) != 0
        && tp.jiffies() - tp.sndCwndStamp >= tp.rtoJiffies
        && !tp.ca.hasCongControl()) {
      applicationLimited(tp);
    }
    boolean blocked =
        tp.writeQueue.isEmpty()
            && tp.nospace
            && TcpState.in(tp.state(), TcpState.set(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT));
    if (blocked) {
      TcpChrono.start(tp, TcpChrono.SNDBUF_LIMITED);
    }
  }

  /** {@code tcp_init_cwnd}: the window with which a connection begins. */
  static int init(TcpSock tp) {
    int metric = TcpDst.metric(tp, FibMetrics.RTAX_INITCWND);
    int cwnd = metric == 0 ? TcpSock.INIT_CWND : metric;
    return Integer.compareUnsigned(cwnd, tp.sndCwndClamp) < 0 ? cwnd : tp.sndCwndClamp;
  }

  /** {@code tcp_cwnd_application_limited}. */
  private static void applicationLimited(TcpSock tp) {
    if (tp.caState == TcpSock.CA_OPEN && !tp.orphan && !tp.nospace) {
      int win = Math.max(tp.sndCwndUsed, init(tp));
      if (win < tp.sndCwnd) {
        tp.sndSsthresh = currentSsthresh(tp);
        tp.sndCwnd = (tp.sndCwnd + win) >> 1;
      }
      tp.sndCwndUsed = 0;
    }
    tp.sndCwndStamp = tp.jiffies();
  }
}
