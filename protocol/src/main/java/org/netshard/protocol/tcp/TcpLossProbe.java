package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * Tail loss probes.
 *
 * <p><b>Source:</b> RFC 8985, section 7; {@code net/ipv4/tcp_output.c}: {@code
 * tcp_schedule_loss_probe}, {@code tcp_send_loss_probe}.
 */
final class TcpLossProbe {
  private TcpLossProbe() {}

  /** {@code tcp_schedule_loss_probe}; whether the timer is set. */
  static boolean scheduleLossProbe(TcpSock tp, boolean advancingRto) {
    long early = tp.net.sysctl(Sysctl.IPV4_TCP_EARLY_RETRANS);
    if ((early != 3 && early != 4)
        || tp.packetsOut == 0
        || !tp.rxOpt.sackOk
        || (tp.caState != TcpSock.CA_OPEN && tp.caState != TcpSock.CA_CWR)
        || tp.fastopenRsk != null) {
      return false;
    }
    long timeout;
    if (tp.srttUs != 0) {
      long us = tp.srttUs >> 2;
      us += tp.packetsOut == 1 ? TcpRtt.rtoMinUs(tp) : TcpTimers.TIMEOUT_MIN_US;
      timeout = TcpClock.usToJiffies(us);
    } else {
      timeout = TcpSock.TIMEOUT_INIT;
    }
    long rtoUs;
    if (advancingRto) {
      rtoUs = (long) tp.rtoJiffies * TcpClock.US_PER_JIFFY;
    } else {
      TcpSkb head = tp.rtxHead();
      rtoUs =
          head == null
              ? 0
              : head.sentNs / 1000 + (long) tp.rtoJiffies * TcpClock.US_PER_JIFFY - tp.tcpMstamp;
    }
    if (rtoUs > 0) {
      timeout = Math.min(timeout, TcpClock.usToJiffies(rtoUs));
    }
    TcpTimers.resetPaced(tp, TcpSock.PENDING_LOSS_PROBE, timeout);
    return true;
  }

  /** {@code tcp_send_loss_probe}. */
  static void sendLossProbe(TcpSock tp) {
    if (tp.tlpHighSeq != 0) {
      TcpTimers.rearmRto(tp);
      return;
    }
    tp.tlpRetrans = false;
    int mss = TcpMss.current(tp);
    TcpSkb skb = tp.sendHead();
    boolean sent = false;
    if (skb != null && TcpOutput.windowTest(tp, skb, mss)) {
      int before = tp.packetsOut;
      boolean unused = TcpOutput.writeXmit(tp, mss, TcpOutput.nonagle(tp), TcpOutput.PUSH_PROBE);
      sent = tp.packetsOut > before;
      if (!sent) {
        TcpTimers.rearmRto(tp);
        return;
      }
    }
    if (!sent) {
      skb = tp.rtxTail();
      if (skb == null) {
        tp.pending = 0;
        return;
      }
      int pcount = skb.pcount;
      if (pcount == 0 || TcpTsq.isStillInHostQueue(tp, skb)) {
        TcpTimers.rearmRto(tp);
        return;
      }
      if (pcount > 1 && skb.len > (pcount - 1) * mss) {
        boolean cut = TcpFragment.fragment(tp, skb, (pcount - 1) * mss, mss, true);
        skb = cut ? skb.following() : skb;
      }
      if (skb == null || TcpRetransmit.retransmitOnce(tp, skb, 1) != 0) {
        TcpTimers.rearmRto(tp);
        return;
      }
      tp.tlpRetrans = true;
    }
    tp.tlpHighSeq = tp.sndNxt;
    tp.net.addMib(Mib.TCP_LOSS_PROBES, 1);
    tp.pending = 0;
    TcpTimers.rearmRto(tp);
  }
}
