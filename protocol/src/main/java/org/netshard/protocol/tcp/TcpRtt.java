package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;

/**
 * Round trips, and the timeout that follows from them.
 *
 * <p><b>Source:</b> RFC 6298; RFC 7323, section 4; {@code net/ipv4/tcp_input.c}: {@code
 * tcp_rtt_estimator}, {@code tcp_set_rto}, {@code tcp_ack_update_rtt}, {@code tcp_update_rtt_min},
 * {@code tcp_rcv_rtt_measure_ts}; {@code include/net/tcp.h}, {@code __tcp_set_rto}.
 */
final class TcpRtt {
  private static final int US_PER_MS = 1000;

  private TcpRtt() {}

  /** {@code tcp_min_rtt}, microseconds, unsigned; all ones if none is known. */
  static int minRtt(TcpSock tp) {
    return tp.rttMin.get();
  }

  /** {@code tcp_rtt_estimator}. */
  static void estimate(TcpSock tp, long mrttUs) {
    long m = mrttUs;
    long srtt = tp.srttUs;
    if (srtt != 0) {
      m -= srtt >> 3;
      srtt += m;
      if (m < 0) {
        m = -m;
        m -= tp.mdevUs >> 2;
        if (m > 0) {
          m >>= 3;
        }
      } else {
        m -= tp.mdevUs >> 2;
      }
      tp.mdevUs += (int) m;
      if (tp.mdevUs > tp.mdevMaxUs) {
        tp.mdevMaxUs = tp.mdevUs;
        if (tp.mdevMaxUs > tp.rttvarUs) {
          tp.rttvarUs = tp.mdevMaxUs;
        }
      }
      if (Seq.after(tp.sndUna, tp.rttSeq)) {
        if (tp.mdevMaxUs < tp.rttvarUs) {
          tp.rttvarUs -= (tp.rttvarUs - tp.mdevMaxUs) >> 2;
        }
        tp.rttSeq = tp.sndNxt;
        tp.mdevMaxUs = rtoMinUs(tp);
      }
    } else {
      srtt = m << 3;
      tp.mdevUs = (int) (m << 1);
      tp.rttvarUs = Math.max(tp.mdevUs, rtoMinUs(tp));
      tp.mdevMaxUs = tp.rttvarUs;
      tp.rttSeq = tp.sndNxt;
    }
    tp.srttUs = (int) Math.max(1, srtt);
  }

  /** {@code tcp_rto_min_us}. */
  static int rtoMinUs(TcpSock tp) {
    return rtoMin(tp) * TcpClock.US_PER_JIFFY;
  }

  /** {@code tcp_rto_min}, jiffies: the route's, if it has one. */
  static int rtoMin(TcpSock tp) {
    return TcpDst.locked(tp, FibMetrics.RTAX_RTO_MIN)
        ? TcpOptions.msToJiffies(TcpDst.metric(tp, FibMetrics.RTAX_RTO_MIN))
        : TcpOptions.of(tp.sk).rtoMinJiffies;
  }

  /** {@code tcp_rto_max}, jiffies. */
  static int rtoMax(TcpSock tp) {
    return TcpOptions.of(tp.sk).rtoMaxJiffies;
  }

  /** {@code tcp_set_rto}. */
  static void setRto(TcpSock tp) {
    tp.rtoJiffies =
        Math.min(TcpClock.usToJiffies((tp.srttUs >> 3) + (long) tp.rttvarUs), rtoMax(tp));
  }

  /**
   * {@code tcp_ack_update_rtt}.
   *
   * @param seqRttUs measured by what was acknowledged in sequence, or -1
   * @param sackRttUs measured by what was acknowledged selectively, or -1
   * @return whether a round trip was measured
   */
  static boolean ackUpdate(
      TcpSock tp, int flag, long seqRttUs, long sackRttUs, long caRttUs, RateSample rs) {
    long seqRtt = seqRttUs < 0 ? sackRttUs : seqRttUs;
    long caRtt = caRttUs;
    if (seqRtt < 0
        && tp.rxOpt.sawTstamp
        && tp.rxOpt.rcvTsecr != 0
        && (flag & TcpAck.FLAG_ACKED) != 0) {
      seqRtt = tsoptUs(tp, 1);
      caRtt = seqRtt;
    }
    rs.rttUs = caRtt;
    if (seqRtt < 0) {
      return false;
    }
    updateMin(tp, caRtt, flag);
    estimate(tp, seqRtt);
    setRto(tp);
    tp.backoff = 0;
    return true;
  }

  /** {@code tcp_rtt_tsopt_us}. */
  static long tsoptUs(TcpSock tp, int least) {
    int echoed = tp.rxOpt.rcvTsecr;
    int delta = tp.tsval(tp.tcpMstamp) - echoed;
    boolean us = TcpOptions.of(tp.sk).usecTs;
    if (us) {
      return Math.max(delta, least);
    }
    if (delta < 0 || delta > Integer.MAX_VALUE / US_PER_MS) {
      return -1;
    }
    return (long) Math.max(delta, least) * US_PER_MS;
  }

  /** {@code tcp_update_rtt_min}. */
  private static void updateMin(TcpSock tp, long rttUs, int flag) {
    if ((flag & TcpAck.FLAG_ACK_MAYBE_DELAYED) != 0 && rttUs > (minRtt(tp) & 0xffff_ffffL)) {
      // The other end may have delayed its acknowledgement: this tells nothing.
      return;
    }
    int window = (int) tp.net.sysctl(Sysctl.IPV4_TCP_MIN_RTT_WLEN) * TcpClock.HZ;
    int rtt = (int) (rttUs != 0 ? rttUs : TcpClock.US_PER_JIFFY);
    tp.rttMin.runningMin(window, tp.jiffies(), rtt);
  }

  /** {@code tcp_synack_rtt_meas}: the round trip of the handshake, as the server sees it. */
  static void synackMeasured(TcpSock tp, long synackSentUs, boolean retransmitted) {
    long rtt = -1;
    if (!retransmitted && synackSentUs != 0) {
      rtt = tp.tcpMstamp - synackSentUs;
    }
    RateSample none = new RateSample();
    ackUpdate(tp, TcpAck.FLAG_SYN_ACKED, rtt, -1, rtt, none);
  }

  /** How long a round trip takes, seen from the receiver ({@code tcp_rcv_rtt_measure}). */
  static void measureRcv(TcpSock tp) {
    if (tp.rcvRttTime != 0) {
      if (Seq.before(tp.rcvNxt, tp.rcvRttSeq)) {
        return;
      }
      long delta = tp.tcpMstamp - tp.rcvRttTime;
      updateRcv(tp, delta == 0 ? 1 : delta, true);
    }
    tp.rcvRttSeq = tp.rcvNxt + tp.rcvWnd;
    tp.rcvRttTime = tp.tcpMstamp;
  }

  /** {@code tcp_rcv_rtt_measure_ts}. */
  static void measureRcvTs(TcpSock tp, TcpSkb skb) {
    if (!tp.rxOpt.sawTstamp || tp.rxOpt.rcvTsecr == tp.rcvRttLastTsecr) {
      return;
    }
    tp.rcvRttLastTsecr = tp.rxOpt.rcvTsecr;
    if (skb.endSeq - skb.seq >= tp.rcvMss) {
      long delta = tsoptUs(tp, 0);
      if (delta > 0) {
        updateRcv(tp, delta, false);
      }
    }
  }

  /** {@code tcp_rcv_rtt_update}: what a reader delays is no round trip. */
  private static void updateRcv(TcpSock tp, long sample, boolean windowed) {
    long m = sample << 3;
    long now = tp.rcvRttUs;
    if (now == 0 || m < now) {
      now = m;
    } else if (!windowed && tp.rcvNxt == tp.copiedSeq) {
      now += sample - (now >> 3);
    }
    tp.rcvRttUs = (int) Math.min(now, Integer.MAX_VALUE);
  }
}
