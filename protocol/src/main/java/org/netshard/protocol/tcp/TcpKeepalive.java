package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;

/**
 * The keepalive timer, which also ends FIN_WAIT2.
 *
 * <p><b>Source:</b> RFC 9293, section 3.8.4; {@code net/ipv4/tcp_timer.c}: {@code
 * tcp_keepalive_timer}, {@code tcp_set_keepalive}.
 */
final class TcpKeepalive {
  private TcpKeepalive() {}

  /** {@code inet_csk_reset_keepalive_timer}. */
  static void resetKeepalive(TcpSock tp, long jiffies) {
    TcpTimers.keepalive(tp).set(tp.net.machine().nowNs() + jiffies * TcpClock.NS_PER_JIFFY);
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
  static long keepaliveElapsed(TcpSock tp) {
    int now = tp.jiffies();
    long data = Integer.toUnsignedLong(now - tp.lrcvtime);
    return Math.min(data, Integer.toUnsignedLong(now - tp.rcvTstamp));
  }

  /** {@code tcp_keepalive_timer}. */
  static void keepaliveTimer(TcpSock tp) {
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
      TcpTimers.writeErr(tp);
      return;
    }
    long next;
    if (TcpOutput.writeWakeup(tp, Mib.TCP_KEEP_ALIVE) <= 0) {
      tp.probesOut++;
      next = (long) options.keepaliveIntvlSec(tp.net) * TcpClock.HZ;
    } else {
      next = TcpTimers.RETRY_WAIT;
    }
    resetKeepalive(tp, next);
  }
}
