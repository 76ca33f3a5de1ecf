package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * The retransmission timer, and when a connection is given up.
 *
 * <p><b>Source:</b> RFC 6298; {@code net/ipv4/tcp_timer.c}: {@code tcp_retransmit_timer}, {@code
 * tcp_write_timeout}, {@code retransmits_timed_out}, {@code tcp_rtx_probe0_timed_out}.
 */
final class TcpRtoTimer {
  private static final int US_PER_MS = 1000;

  private TcpRtoTimer() {}

  /** {@code tcp_retransmit_timer}. */
  static void retransmitTimer(TcpSock tp) {
    if (tp.fastopenRsk != null) {
      TcpFastOpen.synackTimer(tp, tp.fastopenRsk);
      return;
    }
    if (tp.packetsOut == 0) {
      return;
    }
    TcpSkb head = tp.rtxHead();
    if (head == null) {
      return;
    }
    NetNs net = tp.net;
    int state = tp.state();
    boolean handshake = TcpState.in(state, TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV));
    if (tp.sndWnd == 0 && !tp.sk.flag(SockFlag.SOCK_DEAD) && !handshake) {
      tp.pending = 0;
      // The other end has closed its window in the middle of what it was sent.
      if (probe0TimedOut(tp, head)) {
        TcpTimers.writeErr(tp);
        return;
      }
      TcpRecovery.enterLoss(tp);
      TcpRetransmit.retransmit(tp, head, 1);
      resetRtx(tp);
      return;
    }
    net.addMib(Mib.TCP_TIMEOUTS, 1);
    if (writeTimeout(tp)) {
      return;
    }
    if (tp.retransmits == 0) {
      Mib mib = null;
      if (tp.caState == TcpSock.CA_RECOVERY) {
        mib = tp.rxOpt.sackOk ? Mib.TCP_SACK_RECOVERY_FAIL : Mib.TCP_RENO_RECOVERY_FAIL;
      } else if (tp.caState == TcpSock.CA_LOSS) {
        mib = Mib.TCP_LOSS_FAILURES;
      } else if (tp.caState == TcpSock.CA_DISORDER || tp.sackedOut != 0) {
        mib = tp.rxOpt.sackOk ? Mib.TCP_SACK_FAILURES : Mib.TCP_RENO_FAILURES;
      }
      if (mib != null) {
        net.addMib(mib, 1);
      }
    }
    TcpRecovery.enterLoss(tp);
    updateRtoStats(tp);
    head = tp.rtxHead();
    if (head != null && TcpRetransmit.retransmit(tp, head, 1) > 0) {
      // It did not go out for want of room: it is tried again soon.
      TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, TcpTimers.RETRY_WAIT);
      return;
    }
    resetRtx(tp);
  }

  /**
   * {@code tcp_ld_RTO_revert}: a segment was sent again to who cannot be reached at present, so its
   * loss does not tell of congestion, and the timeout is halved (RFC 6069, section 3).
   *
   * @param seq of the segment that ICMP tells of
   */
  static void revert(TcpSock tp, int seq) {
    TcpSkb head = tp.rtxHead();
    boolean owned = tp.backlog != null;
    boolean again = seq == tp.sndUna && tp.retransmits != 0 && tp.backoff != 0;
    if (owned || tp.fastopenRsk != null || !again || head == null) {
      return;
    }
    tp.backoff--;
    tp.rtoJiffies = TcpSock.TIMEOUT_INIT;
    if (tp.srttUs != 0) {
      TcpRtt.setRto(tp);
    }
    tp.rtoJiffies = (int) Math.min((long) tp.rtoJiffies << tp.backoff, TcpRtt.rtoMax(tp));
    tp.refresh();
    long left = (long) tp.rtoJiffies - TcpClock.usToJiffies(tp.tcpMstamp - head.sentNs / 1000);
    if (left > 0) {
      TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, left);
    } else {
      retransmitTimer(tp);
    }
  }

  private static void resetRtx(TcpSock tp) {
    int state = tp.state();
    TcpOptions options = TcpOptions.of(tp.sk);
    boolean thin = options.thinLto || tp.net.sysctl(Sysctl.IPV4_TCP_THIN_LINEAR_TIMEOUTS) != 0;
    boolean isThin = tp.packetsOut < 4 && !tp.inInitialSlowstart();
    boolean linearSyn =
        state == TcpState.SYN_SENT
            && tp.totalRto <= tp.net.sysctl(Sysctl.IPV4_TCP_SYN_LINEAR_TIMEOUTS);
    if (state == TcpState.ESTABLISHED && thin && isThin && tp.retransmits <= 6) {
      tp.backoff = 0;
      TcpRtt.setRto(tp);
      tp.rtoJiffies = Math.max(tp.rtoJiffies, TcpRtt.rtoMin(tp));
    } else if (!linearSyn) {
      tp.backoff++;
      tp.rtoJiffies = (int) Math.min((long) tp.rtoJiffies << 1, TcpRtt.rtoMax(tp));
    }
    TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, clampToUserTimeout(tp));
    if (timedOut(tp, (int) tp.net.sysctl(Sysctl.IPV4_TCP_RETRIES1) + 1, 0)) {
      TcpMss.route(tp);
    }
  }

  /** {@code tcp_update_rto_stats}. */
  static void updateRtoStats(TcpSock tp) {
    if (tp.retransmits == 0) {
      tp.totalRtoRecoveries++;
      tp.rtoStamp = (int) (tp.tcpMstamp / 1000) + 1;
    }
    tp.retransmits++;
    tp.totalRto++;
  }

  private static long clampToUserTimeout(TcpSock tp) {
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    if (user == 0) {
      return tp.rtoJiffies;
    }
    int elapsed = sinceMs(tp, tp.retransStamp);
    long left = Integer.toUnsignedLong(user) - elapsed;
    if (left <= 0) {
      return 1;
    }
    return Math.min(tp.rtoJiffies, TcpOptions.msToJiffies((int) left));
  }

  /** How long ago a stamp was, milliseconds, whatever the clock of time stamps counts. */
  private static int sinceMs(TcpSock tp, int stamp) {
    int since = tp.tsval(tp.tcpMstamp) - stamp;
    return TcpOptions.of(tp.sk).usecTs ? Integer.divideUnsigned(since, US_PER_MS) : since;
  }

  /** {@code tcp_rtx_probe0_timed_out}, of a segment that goes again into a closed window. */
  private static boolean probe0TimedOut(TcpSock tp, TcpSkb head) {
    int since = tp.retransStamp != 0 ? tp.retransStamp : tp.tsval(head.sentNs / US_PER_MS);
    int deltaMs = sinceMs(tp, since);
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    int timeout = TcpRtt.rtoMax(tp) * 2;
    if (user != 0) {
      if (Integer.compareUnsigned(deltaMs, user) > 0) {
        return true;
      }
      timeout = Math.min(timeout, TcpOptions.msToJiffies(user));
    }
    return tp.jiffies() - tp.rcvTstamp > timeout && TcpOptions.msToJiffies(deltaMs) > timeout;
  }

  /** {@code tcp_write_timeout}: whether the connection is given up. */
  private static boolean writeTimeout(TcpSock tp) {
    NetNs net = tp.net;
    boolean expired = false;
    int until;
    if (TcpState.in(tp.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
      int retries = TcpOptions.of(tp.sk).synRetries(net);
      until = retries;
      int most = retries;
      if (tp.state() == TcpState.SYN_SENT) {
        most += (int) net.sysctl(Sysctl.IPV4_TCP_SYN_LINEAR_TIMEOUTS);
      }
      expired = tp.retransmits >= most;
    } else {
      if (timedOut(tp, (int) net.sysctl(Sysctl.IPV4_TCP_RETRIES1), 0)) {
        TcpMtup.blackhole(tp);
        TcpMss.route(tp);
      }
      until = (int) net.sysctl(Sysctl.IPV4_TCP_RETRIES2);
      if (tp.sk.flag(SockFlag.SOCK_DEAD)) {
        boolean alive = tp.rtoJiffies < TcpRtt.rtoMax(tp);
        until = TcpTimers.orphanRetries(tp, alive);
        boolean stays = alive || !timedOut(tp, until, 0);
        if (TcpTimers.outOfResources(tp, stays)) {
          return true;
        }
      }
    }
    if (!expired) {
      expired = timedOut(tp, until, TcpOptions.of(tp.sk).userTimeoutMs);
    }
    TcpFastOpenBlackhole.detect(tp, expired);
    if (tp.ulp != null && tp.state() == TcpState.SYN_SENT) {
      tp.ulp.synTimeout(tp.retransmits, expired);
    }
    if (expired) {
      TcpTimers.writeErr(tp);
    } else {
      TcpRehash.timeout(tp);
    }
    return expired;
  }

  /** {@code retransmits_timed_out}. */
  private static boolean timedOut(TcpSock tp, int boundary, int userTimeoutMs) {
    if (tp.retransmits == 0) {
      return false;
    }
    if (tp.retransStamp == 0) {
      return false;
    }
    long timeout = Integer.toUnsignedLong(userTimeoutMs);
    if (timeout == 0) {
      int base = TcpClock.HZ / 5;
      if (TcpState.in(tp.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
        base = TcpSock.TIMEOUT_INIT;
      }
      timeout = modelTimeoutMs(tp, boundary, base);
    }
    int since = tp.tsval(tp.tcpMstamp) - tp.retransStamp;
    if (TcpOptions.of(tp.sk).usecTs) {
      // The timer may end up to a jiffy too soon.
      return (int) (since + TcpClock.US_PER_JIFFY - timeout * US_PER_MS) >= 0;
    }
    return (int) (since - timeout) >= 0;
  }

  /** {@code tcp_model_timeout}. */
  private static long modelTimeoutMs(TcpSock tp, int boundary, int baseJiffies) {
    int most = TcpRtt.rtoMax(tp);
    int linear = TcpTimers.log2(most / baseJiffies);
    long jiffies =
        boundary <= linear
            ? ((2L << boundary) - 1) * baseJiffies
            : ((2L << linear) - 1) * baseJiffies + (long) (boundary - linear) * most;
    return jiffies * TcpClock.MS_PER_JIFFY;
  }
}
