package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * The timers of a connection.
 *
 * <p><b>Source:</b> RFC 6298; RFC 8985, section 7 (TLP); RFC 9293, section 3.8; {@code
 * net/ipv4/tcp_timer.c}; {@code net/ipv4/tcp_output.c}: {@code tcp_schedule_loss_probe}, {@code
 * tcp_send_loss_probe}, {@code tcp_send_probe0}.
 */
final class TcpTimers {
  private static final int RETRY_WAIT = TcpClock.HZ / 2;
  private static final int TIMEOUT_MIN = 2;

  /** {@code TCP_RTO_MIN}, jiffies. */
  private static final int RTO_MIN = TcpClock.HZ / 5;

  private static final int HANDSHAKE_LINEAR_MAX = 127;

  private TcpTimers() {}

  static TcpTimer keepalive(TcpSock tp) {
    TcpTimer timer = tp.keepaliveTimer;
    if (timer == null) {
      timer =
          new TcpTimer() {
            @Override
            void end() {
              keepaliveTimer(tp);
            }
          };
      tp.keepaliveTimer = timer;
    }
    return timer;
  }

  static TcpTimer pacing(TcpSock tp) {
    TcpTimer timer = tp.pacingTimer;
    if (timer == null) {
      timer =
          new TcpTimer() {
            @Override
            void end() {
              TcpRetransmit.sendMore(tp);
            }
          };
      tp.pacingTimer = timer;
    }
    return timer;
  }

  static TcpTimer compressedAck(TcpSock tp) {
    TcpTimer timer = tp.compressedAckTimer;
    if (timer == null) {
      timer =
          new TcpTimer() {
            @Override
            void end() {
              if (tp.compressedAck > 0) {
                tp.compressedAck--;
                TcpAcks.send(tp);
              }
            }
          };
      tp.compressedAckTimer = timer;
    }
    return timer;
  }

  static void delackTimer(TcpSock tp) {
    TcpAcks.delayedEnds(tp);
  }

  /** {@code tcp_clear_xmit_timers}. */
  static void clearAll(TcpSock tp) {
    tp.retransmitTimer.clear();
    tp.delackTimer.clear();
    tp.pending = TcpSock.PENDING_NONE;
    tp.ackPending = 0;
    if (tp.keepaliveTimer != null) {
      tp.keepaliveTimer.clear();
    }
    if (tp.pacingTimer != null) {
      tp.pacingTimer.clear();
    }
    if (tp.compressedAckTimer != null) {
      tp.compressedAckTimer.clear();
    }
  }

  /** {@code tcp_reset_xmit_timer}. */
  static void reset(TcpSock tp, int what, long jiffies) {
    long when = Math.min(jiffies, TcpRtt.rtoMax(tp));
    tp.pending = (byte) what;
    long ns = tp.net.machine().nowNs() + when * TcpClock.NS_PER_JIFFY;
    if (tp.pacing && tp.wstampNs > tp.clockCacheNs) {
      ns += tp.wstampNs - tp.clockCacheNs;
    }
    tp.retransmitTimer.set(tp.net, ns);
  }

  /** {@code tcp_rearm_rto}. */
  static void rearmRto(TcpSock tp) {
    if (tp.packetsOut == 0) {
      stopRetransmit(tp);
      return;
    }
    long rto = tp.rtoJiffies;
    TcpSkb head = tp.rtxHead();
    if ((tp.pending == TcpSock.PENDING_REO_TIMEOUT || tp.pending == TcpSock.PENDING_LOSS_PROBE)
        && head != null) {
      long deltaUs = head.sentNs / 1000 + rto * TcpClock.US_PER_JIFFY - tp.tcpMstamp;
      rto = TcpClock.usToJiffies(Math.max(deltaUs, 1));
    }
    reset(tp, TcpSock.PENDING_RETRANS, rto);
  }

  static void stopRetransmit(TcpSock tp) {
    tp.pending = TcpSock.PENDING_NONE;
    tp.retransmitTimer.clear();
  }

  /** {@code tcp_check_probe_timer}. */
  static void checkProbeTimer(TcpSock tp) {
    if (tp.packetsOut == 0 && tp.pending == TcpSock.PENDING_NONE) {
      reset(tp, TcpSock.PENDING_PROBE0, probe0Base(tp));
    }
  }

  private static int probe0Base(TcpSock tp) {
    return Math.max(tp.rtoJiffies, TcpOptions.of(tp.sk).rtoMinJiffies);
  }

  /** {@code tcp_probe0_when}. */
  static long probe0When(TcpSock tp, long most) {
    int backoff = Math.min(Math.max(0, log2(TcpRtt.rtoMax(tp) / RTO_MIN) + 1), tp.backoff);
    long when = (long) probe0Base(tp) << backoff;
    return Math.min(when, most);
  }

  private static int log2(int value) {
    return value <= 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }

  /** {@code tcp_write_timer_handler}. */
  static void writeTimer(TcpSock tp) {
    int state = tp.state();
    if (state == TcpState.CLOSE || state == TcpState.LISTEN || tp.pending == 0) {
      return;
    }
    tp.refresh();
    switch (tp.pending) {
      case TcpSock.PENDING_REO_TIMEOUT -> TcpRack.reoTimeout(tp);
      case TcpSock.PENDING_LOSS_PROBE -> sendLossProbe(tp);
      case TcpSock.PENDING_RETRANS -> {
        tp.pending = 0;
        retransmitTimer(tp);
      }
      default -> {
        tp.pending = 0;
        probeTimer(tp);
      }
    }
  }

  // Retransmission timeouts.

  /** {@code tcp_retransmit_timer}. */
  private static void retransmitTimer(TcpSock tp) {
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
      if (windowTimedOut(tp)) {
        writeErr(tp);
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
    tp.retransmits++;
    updateRtoStats(tp);
    head = tp.rtxHead();
    if (head != null && TcpRetransmit.retransmit(tp, head, 1) > 0) {
      // It did not go out for want of room: it is tried again soon.
      reset(tp, TcpSock.PENDING_RETRANS, RETRY_WAIT);
      return;
    }
    tp.backoff++;
    resetRtx(tp);
  }

  private static void resetRtx(TcpSock tp) {
    int state = tp.state();
    TcpOptions options = TcpOptions.of(tp.sk);
    boolean thin = options.thinLto || tp.net.sysctl(Sysctl.IPV4_TCP_THIN_LINEAR_TIMEOUTS) != 0;
    boolean isThin = tp.packetsOut < 4 && !tp.inInitialSlowstart();
    boolean linearSyn =
        state == TcpState.SYN_SENT
            && tp.backoff
                <= Math.min(
                    tp.net.sysctl(Sysctl.IPV4_TCP_SYN_LINEAR_TIMEOUTS), HANDSHAKE_LINEAR_MAX);
    if (state == TcpState.ESTABLISHED && thin && isThin && tp.retransmits <= 6) {
      tp.backoff = 0;
      TcpRtt.setRto(tp);
    } else if (!linearSyn) {
      tp.rtoJiffies = (int) Math.min((long) tp.rtoJiffies << 1, TcpRtt.rtoMax(tp));
    }
    reset(tp, TcpSock.PENDING_RETRANS, clampToUserTimeout(tp));
    if (timedOut(tp, (int) tp.net.sysctl(Sysctl.IPV4_TCP_RETRIES1) + 1, 0)) {
      TcpMss.route(tp);
    }
  }

  private static void updateRtoStats(TcpSock tp) {
    if (tp.rtoStamp == 0) {
      tp.totalRtoRecoveries++;
      tp.rtoStamp = (int) (tp.tcpMstamp / 1000) + 1;
    }
    tp.totalRto++;
  }

  private static long clampToUserTimeout(TcpSock tp) {
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    if (user == 0) {
      return tp.rtoJiffies;
    }
    int elapsed = tp.tsval(tp.tcpMstamp) - tp.retransStamp;
    long left = Integer.toUnsignedLong(user) - elapsed;
    if (left <= 0) {
      return 1;
    }
    return Math.min(tp.rtoJiffies, TcpOptions.msToJiffies((int) left));
  }

  private static boolean windowTimedOut(TcpSock tp) {
    int sinceMs = tp.tsval(tp.tcpMstamp) - tp.retransStamp;
    long rtoMaxMs = (long) TcpRtt.rtoMax(tp) * TcpClock.MS_PER_JIFFY;
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    if (user != 0 && tp.retransStamp != 0 && sinceMs >= user) {
      return true;
    }
    return tp.retransStamp != 0
        && (tp.jiffies() - tp.rcvTstamp) * (long) TcpClock.MS_PER_JIFFY > rtoMaxMs * 2
        && sinceMs > rtoMaxMs * 2;
  }

  /** {@code tcp_write_timeout}: whether the connection is given up. */
  private static boolean writeTimeout(TcpSock tp) {
    NetNs net = tp.net;
    boolean expired = false;
    int until;
    if (TcpState.in(tp.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
      int retries = TcpOptions.of(tp.sk).synRetries(net);
      until = retries;
      if (tp.state() == TcpState.SYN_SENT) {
        until += (int) net.sysctl(Sysctl.IPV4_TCP_SYN_LINEAR_TIMEOUTS);
      }
      expired = tp.retransmits >= until;
    } else {
      if (timedOut(tp, (int) net.sysctl(Sysctl.IPV4_TCP_RETRIES1), 0)) {
        TcpMss.route(tp);
      }
      until = (int) net.sysctl(Sysctl.IPV4_TCP_RETRIES2);
      if (tp.sk.flag(SockFlag.SOCK_DEAD)) {
        boolean alive = tp.rtoJiffies < TcpRtt.rtoMax(tp);
        until = orphanRetries(tp, alive);
        boolean stays = alive || !timedOut(tp, until, 0);
        if (outOfResources(tp, stays)) {
          return true;
        }
      }
    }
    if (!expired) {
      expired = timedOut(tp, until, TcpOptions.of(tp.sk).userTimeoutMs);
    }
    if (expired) {
      writeErr(tp);
    }
    return expired;
  }

  /** {@code tcp_orphan_retries}. */
  private static int orphanRetries(TcpSock tp, boolean alive) {
    int retries = (int) tp.net.sysctl(Sysctl.IPV4_TCP_ORPHAN_RETRIES);
    if (tp.sk.rare().errSoft() != 0 && !alive) {
      retries = 0;
    }
    return retries == 0 && alive ? 8 : retries;
  }

  /** {@code tcp_out_of_resources}. */
  private static boolean outOfResources(TcpSock tp, boolean reset) {
    int shift = 0;
    if (tp.jiffies() - tp.lsndtime > 2 * TcpRtt.rtoMax(tp) || !reset) {
      shift++;
    }
    if (tp.sk.rare().errSoft() != 0) {
      shift++;
    }
    if (!TcpMem.checkOom(tp.sk, shift)) {
      return false;
    }
    if (tp.jiffies() - tp.lsndtime <= TcpClock.HZ * 60 || (tp.sndWnd == 0 && tp.packetsOut == 0)) {
      TcpOutput.sendActiveReset(tp);
    }
    TcpLife.done(tp);
    tp.net.addMib(Mib.TCP_ABORT_ON_MEMORY, 1);
    return true;
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
    return tp.tsval(tp.tcpMstamp) - tp.retransStamp - timeout >= 0;
  }

  /** {@code tcp_model_timeout}. */
  private static long modelTimeoutMs(TcpSock tp, int boundary, int baseJiffies) {
    int most = TcpRtt.rtoMax(tp);
    int linear = log2(most / baseJiffies);
    long jiffies =
        boundary <= linear
            ? ((2L << boundary) - 1) * baseJiffies
            : ((2L << linear) - 1) * baseJiffies + (long) (boundary - linear) * most;
    return jiffies * TcpClock.MS_PER_JIFFY;
  }

  /** {@code tcp_write_err}. */
  static void writeErr(TcpSock tp) {
    int soft = tp.sk.rare().errSoft();
    TcpLife.doneWithError(tp, soft != 0 ? soft : Errno.ETIMEDOUT.number());
    tp.net.addMib(Mib.TCP_ABORT_ON_TIMEOUT, 1);
  }

  // Probes of a closed window.

  /** {@code tcp_probe_timer}. */
  private static void probeTimer(TcpSock tp) {
    TcpSkb head = tp.sendHead();
    if (tp.packetsOut != 0 || head == null) {
      tp.probesOut = 0;
      tp.probesTstamp = 0;
      return;
    }
    int now = tp.jiffies();
    if (tp.probesTstamp == 0) {
      tp.probesTstamp = now == 0 ? 1 : now;
    } else {
      int user = TcpOptions.of(tp.sk).userTimeoutMs;
      if (user != 0 && (long) (now - tp.probesTstamp) * TcpClock.MS_PER_JIFFY >= user) {
        writeErr(tp);
        return;
      }
    }
    int most = (int) tp.net.sysctl(Sysctl.IPV4_TCP_RETRIES2);
    if (tp.sk.flag(SockFlag.SOCK_DEAD)) {
      boolean alive = probe0When(tp, TcpRtt.rtoMax(tp)) < TcpRtt.rtoMax(tp);
      most = orphanRetries(tp, alive);
      if (!alive && tp.backoff >= most) {
        writeErr(tp);
        return;
      }
      if (outOfResources(tp, true)) {
        return;
      }
    }
    if (tp.probesOut >= most) {
      writeErr(tp);
    } else {
      sendProbe0(tp);
    }
  }

  /** {@code tcp_send_probe0}. */
  private static void sendProbe0(TcpSock tp) {
    int result = TcpOutput.writeWakeup(tp, Mib.TCP_WIN_PROBE);
    if (tp.packetsOut != 0 || tp.writeQueue.isEmpty()) {
      tp.probesOut = 0;
      tp.backoff = 0;
      tp.probesTstamp = 0;
      return;
    }
    tp.probesOut++;
    long timeout;
    if (result <= 0) {
      if (tp.backoff < tp.net.sysctl(Sysctl.IPV4_TCP_RETRIES2)) {
        tp.backoff++;
      }
      timeout = probe0When(tp, TcpRtt.rtoMax(tp));
    } else {
      timeout = RETRY_WAIT;
    }
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    if (user != 0 && tp.probesTstamp != 0) {
      long elapsed = (long) (tp.jiffies() - tp.probesTstamp) * TcpClock.MS_PER_JIFFY;
      long left = Math.max(user - elapsed, TcpClock.MS_PER_JIFFY);
      timeout = Math.min(timeout, TcpOptions.msToJiffies((int) left));
    }
    reset(tp, TcpSock.PENDING_PROBE0, timeout);
  }

  // Tail loss probes.

  /** {@code tcp_schedule_loss_probe}; whether the timer is set. */
  static boolean scheduleLossProbe(TcpSock tp, boolean advancingRto) {
    long early = tp.net.sysctl(Sysctl.IPV4_TCP_EARLY_RETRANS);
    if ((early != 3 && early != 4)
        || tp.packetsOut == 0
        || !tp.rxOpt.sackOk
        || (tp.caState != TcpSock.CA_OPEN && tp.caState != TcpSock.CA_CWR)
        || tp.fastopenReqOut) {
      return false;
    }
    long timeout;
    if (tp.srttUs != 0) {
      long us = tp.srttUs >> 2;
      timeout = TcpClock.usToJiffies(us);
      timeout += tp.packetsOut == 1 ? RTO_MIN : TIMEOUT_MIN;
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
    reset(tp, TcpSock.PENDING_LOSS_PROBE, timeout);
    return true;
  }

  /** {@code tcp_send_loss_probe}. */
  private static void sendLossProbe(TcpSock tp) {
    if (tp.tlpHighSeq != 0) {
      rearmRto(tp);
      return;
    }
    tp.tlpRetrans = false;
    int mss = TcpMss.current(tp);
    TcpSkb skb = tp.sendHead();
    boolean sent = false;
    if (skb != null && !Seq.after(Math.min(skb.len, mss) + skb.seq, tp.wndEnd())) {
      int before = tp.packetsOut;
      boolean unused = TcpOutput.writeXmit(tp, mss, TcpOutput.nonagle(tp), TcpOutput.PUSH_PROBE);
      sent = tp.packetsOut > before;
      if (!sent) {
        rearmRto(tp);
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
      if (pcount == 0) {
        rearmRto(tp);
        return;
      }
      if (pcount > 1 && skb.len > (pcount - 1) * mss) {
        boolean cut = TcpFragment.fragment(tp, skb, (pcount - 1) * mss, mss, true);
        skb = cut ? skb.following() : skb;
      }
      if (skb == null || TcpRetransmit.retransmitOnce(tp, skb, 1) != 0) {
        rearmRto(tp);
        return;
      }
      tp.tlpRetrans = true;
    }
    tp.tlpHighSeq = tp.sndNxt;
    tp.net.addMib(Mib.TCP_LOSS_PROBES, 1);
    tp.pending = 0;
    rearmRto(tp);
  }

  // Keepalive, and the end of FIN_WAIT2.

  /** {@code inet_csk_reset_keepalive_timer}. */
  static void resetKeepalive(TcpSock tp, long jiffies) {
    keepalive(tp).set(tp.net, tp.net.machine().nowNs() + jiffies * TcpClock.NS_PER_JIFFY);
  }

  /** {@code tcp_set_keepalive}. */
  static void setKeepalive(TcpSock tp, boolean on) {
    if (TcpState.in(tp.state(), TcpState.set(TcpState.CLOSE, TcpState.LISTEN))) {
      return;
    }
    if (on && !tp.sk.flag(SockFlag.SOCK_KEEPOPEN)) {
      resetKeepalive(tp, (long) TcpOptions.of(tp.sk).keepaliveTimeSec(tp.net) * TcpClock.HZ);
    } else if (!on && tp.keepaliveTimer != null) {
      tp.keepaliveTimer.clear();
    }
  }

  /** {@code keepalive_time_elapsed}, jiffies. */
  static int keepaliveElapsed(TcpSock tp) {
    int now = tp.jiffies();
    return Math.min(now - tp.lrcvtime, now - tp.rcvTstamp);
  }

  /** {@code tcp_keepalive_timer}. */
  private static void keepaliveTimer(TcpSock tp) {
    Sk sk = tp.sk;
    tp.refresh();
    if (tp.state() == TcpState.FIN_WAIT2 && sk.flag(SockFlag.SOCK_DEAD)) {
      if (tp.linger2 >= 0) {
        int tmo = TcpLife.finTime(tp) - TcpClock.HZ * 60;
        if (tmo > 0) {
          TcpTimeWait.enter(tp, TcpState.FIN_WAIT2, tmo);
          return;
        }
      }
      TcpOutput.sendActiveReset(tp);
      TcpLife.done(tp);
      return;
    }
    if (!sk.flag(SockFlag.SOCK_KEEPOPEN)
        || TcpState.in(tp.state(), TcpState.set(TcpState.CLOSE, TcpState.SYN_SENT))) {
      return;
    }
    TcpOptions options = TcpOptions.of(sk);
    long idle = (long) options.keepaliveTimeSec(tp.net) * TcpClock.HZ;
    if (tp.packetsOut != 0 || !tp.writeQueue.isEmpty()) {
      resetKeepalive(tp, idle);
      return;
    }
    long elapsed = keepaliveElapsed(tp);
    if (elapsed < idle) {
      resetKeepalive(tp, idle - elapsed);
      return;
    }
    int user = options.userTimeoutMs;
    boolean gone =
        user != 0
            ? elapsed >= TcpOptions.msToJiffies(user) && tp.probesOut > 0
            : tp.probesOut >= options.keepaliveProbes(tp.net);
    if (gone) {
      TcpOutput.sendActiveReset(tp);
      writeErr(tp);
      return;
    }
    long next;
    if (TcpOutput.writeWakeup(tp, Mib.TCP_KEEP_ALIVE) <= 0) {
      tp.probesOut++;
      next = (long) options.keepaliveIntvlSec(tp.net) * TcpClock.HZ;
    } else {
      next = RETRY_WAIT;
    }
    resetKeepalive(tp, next);
  }
}
