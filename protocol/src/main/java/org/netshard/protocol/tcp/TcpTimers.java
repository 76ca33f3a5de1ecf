package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * The timers of a connection: how they are set, which is due, and the probes of a closed window.
 *
 * <p><b>Source:</b> RFC 9293, section 3.8; {@code net/ipv4/tcp_timer.c}: {@code
 * tcp_write_timer_handler}, {@code tcp_probe_timer}; {@code net/ipv4/tcp_output.c}, {@code
 * tcp_send_probe0}.
 */
final class TcpTimers {
  static final int RETRY_WAIT = TcpClock.HZ / 2;
  static final int TIMEOUT_MIN_US = 2000;

  /** {@code TCP_TIMEOUT_MIN}, jiffies. */
  private static final int TIMEOUT_MIN = 2;

  /** {@code TCP_RTO_MIN}, jiffies. */
  static final int RTO_MIN = TcpClock.HZ / 5;

  private TcpTimers() {}

  static KernelTimer keepalive(TcpSock tp) {
    KernelTimer timer = tp.keepaliveTimer;
    if (timer == null) {
      timer =
          new KernelTimer() {
            @Override
            protected NetNs net() {
              return tp.net;
            }

            @Override
            protected void end() {
              TcpKeepalive.keepaliveTimer(tp);
            }
          };
      tp.keepaliveTimer = timer;
    }
    return timer;
  }

  static KernelTimer pacing(TcpSock tp) {
    KernelTimer timer = tp.pacingTimer;
    if (timer == null) {
      timer =
          new KernelTimer() {
            @Override
            protected NetNs net() {
              return tp.net;
            }

            @Override
            protected void end() {
              TcpTsq.handler(tp);
            }
          };
      tp.pacingTimer = timer;
    }
    return timer;
  }

  static KernelTimer compressedAck(TcpSock tp) {
    KernelTimer timer = tp.compressedAckTimer;
    if (timer == null) {
      timer =
          new KernelTimer() {
            @Override
            protected NetNs net() {
              return tp.net;
            }

            @Override
            protected void end() {
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

  /** {@code tcp_delack_timer}. */
  static void delackTimer(TcpSock tp) {
    boolean nothing = (tp.ackPending & TcpSock.ACK_TIMER) == 0 && tp.compressedAck == 0;
    if (nothing) {
      return;
    }
    if (tp.backlog != null) {
      tp.backlog.deferDelackTimer();
    } else {
      TcpAcks.delayedEnds(tp);
    }
  }

  /** {@code tcp_clear_xmit_timers}. */
  static void clearAll(TcpSock tp) {
    tp.retransmitTimer.delete();
    tp.delackTimer.delete();
    tp.pending = TcpSock.PENDING_NONE;
    tp.ackPending = 0;
    if (tp.keepaliveTimer != null) {
      tp.keepaliveTimer.delete();
    }
    if (tp.pacingTimer != null) {
      tp.pacingTimer.delete();
    }
    if (tp.compressedAckTimer != null) {
      tp.compressedAckTimer.delete();
    }
  }

  /** {@code tcp_reset_xmit_timer} without {@code pace_delay}. */
  static void reset(TcpSock tp, int what, long jiffies) {
    long when = Math.min(jiffies, TcpRtt.rtoMax(tp));
    tp.pending = (byte) what;
    tp.retransmitTimer.set(tp.net.machine().nowNs() + when * TcpClock.NS_PER_JIFFY);
  }

  /** {@code tcp_reset_xmit_timer} with {@code pace_delay}: from when the next segment may go. */
  static void resetPaced(TcpSock tp, int what, long jiffies) {
    long delayNs = Math.max(0, tp.wstampNs - tp.clockCacheNs);
    reset(tp, what, jiffies + delayNs / TcpClock.NS_PER_JIFFY);
  }

  /** {@code tcp_rearm_rto}. */
  static void rearmRto(TcpSock tp) {
    if (tp.fastopenRsk != null) {
      // The timer is that of the SYN-ACK.
      return;
    }
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
    resetPaced(tp, TcpSock.PENDING_RETRANS, rto);
  }

  static void stopRetransmit(TcpSock tp) {
    tp.pending = TcpSock.PENDING_NONE;
    tp.retransmitTimer.clear();
  }

  /** {@code tcp_check_probe_timer}. */
  static void checkProbeTimer(TcpSock tp) {
    if (tp.packetsOut == 0 && tp.pending == TcpSock.PENDING_NONE) {
      resetPaced(tp, TcpSock.PENDING_PROBE0, probe0Base(tp));
    }
  }

  /** {@code tcp_probe0_base}: never sooner than {@code TCP_RTO_MIN}, whatever the socket allows. */
  private static int probe0Base(TcpSock tp) {
    return Math.max(tp.rtoJiffies, RTO_MIN);
  }

  /** {@code tcp_probe0_when}. */
  static long probe0When(TcpSock tp, long most) {
    int backoff = Math.min(log2(TcpSock.RTO_MAX / RTO_MIN) + 1, tp.backoff);
    long when = (long) probe0Base(tp) << backoff;
    return Math.min(when, most);
  }

  static int log2(int value) {
    return value <= 0 ? 0 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }

  /** {@code tcp_write_timer}. */
  static void writeTimer(TcpSock tp) {
    if (tp.backlog != null) {
      tp.backlog.deferWriteTimer();
    } else {
      writeTimerEnds(tp);
    }
  }

  /** {@code tcp_write_timer_handler}. */
  static void writeTimerEnds(TcpSock tp) {
    int state = tp.state();
    if (state == TcpState.CLOSE || state == TcpState.LISTEN || tp.pending == 0) {
      return;
    }
    tp.refresh();
    switch (tp.pending) {
      case TcpSock.PENDING_REO_TIMEOUT -> TcpRack.reoTimeout(tp);
      case TcpSock.PENDING_LOSS_PROBE -> TcpLossProbe.sendLossProbe(tp);
      case TcpSock.PENDING_RETRANS -> {
        tp.pending = 0;
        TcpRtoTimer.retransmitTimer(tp);
      }
      default -> {
        tp.pending = 0;
        probeTimer(tp);
      }
    }
  }

  /** {@code tcp_orphan_retries}. */
  static int orphanRetries(TcpSock tp, boolean alive) {
    int retries = (int) tp.net.sysctl(Sysctl.IPV4_TCP_ORPHAN_RETRIES);
    if (tp.sk.rare().errSoft() != 0 && !alive) {
      retries = 0;
    }
    return retries == 0 && alive ? 8 : retries;
  }

  /** {@code tcp_out_of_resources}. */
  static boolean outOfResources(TcpSock tp, boolean reset) {
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
    boolean recent = tp.jiffies() - tp.lsndtime <= TcpClock.HZ * 60;
    if (reset || recent || (tp.sndWnd == 0 && tp.packetsOut == 0)) {
      TcpOutput.sendActiveReset(tp);
    }
    TcpLife.done(tp);
    tp.net.addMib(Mib.TCP_ABORT_ON_MEMORY, 1);
    return true;
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
      if (user != 0 && now - tp.probesTstamp >= TcpOptions.msToJiffies(user)) {
        writeErr(tp);
        return;
      }
    }
    int most = (int) tp.net.sysctl(Sysctl.IPV4_TCP_RETRIES2);
    if (tp.sk.flag(SockFlag.SOCK_DEAD)) {
      // inet_csk_rto_backoff.
      boolean alive = (long) tp.rtoJiffies << tp.backoff < TcpRtt.rtoMax(tp);
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
    resetPaced(tp, TcpSock.PENDING_PROBE0, clampProbe0(tp, timeout));
  }

  /** {@code tcp_clamp_probe0_to_user_timeout}. */
  static long clampProbe0(TcpSock tp, long when) {
    int user = TcpOptions.of(tp.sk).userTimeoutMs;
    if (user == 0 || tp.probesTstamp == 0) {
      return when;
    }
    int elapsed = Math.max(0, tp.jiffies() - tp.probesTstamp);
    int left = TcpOptions.msToJiffies(user) - elapsed;
    return Math.min(Math.max(left, TIMEOUT_MIN), when);
  }
}
