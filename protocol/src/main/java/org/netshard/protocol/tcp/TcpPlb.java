package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * Protective load balancing: a connection whose way stays congested tries another one.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_plb.c}; {@code include/net/tcp.h}, {@code struct
 * tcp_plb_state}.
 */
final class TcpPlb {
  /** {@code TCP_PLB_SCALE}: shares are parts of 256. */
  static final int SCALE = 8;

  private static final int ROUNDS_MAX = 31;

  /** {@code consec_cong_rounds}, 5 bits. */
  private int congestedRounds;

  /** {@code pause_until}, jiffies; 0 if nothing holds it back. */
  private int pauseUntil;

  private static boolean isOn(TcpSock tp) {
    return tp.net.sysctl(Sysctl.IPV4_TCP_PLB_ENABLED) != 0;
  }

  /**
   * {@code tcp_plb_update_state}: a round trip is over.
   *
   * @param share of what was delivered that was marked, of 256
   */
  void updateState(TcpSock tp, int share) {
    if (!isOn(tp) || share < 0) {
      return;
    }
    if (share < tp.net.sysctl(Sysctl.IPV4_TCP_PLB_CONG_THRESH)) {
      congestedRounds = 0;
    } else if (congestedRounds < tp.net.sysctl(Sysctl.IPV4_TCP_PLB_REHASH_ROUNDS)) {
      congestedRounds = (congestedRounds + 1) & ROUNDS_MAX;
    }
  }

  /** {@code tcp_plb_check_rehash}: whether it is time for another way. */
  void checkRehash(TcpSock tp) {
    if (!isOn(tp)) {
      return;
    }
    long idleRounds = tp.net.sysctl(Sysctl.IPV4_TCP_PLB_IDLE_REHASH_ROUNDS);
    boolean idle = idleRounds != 0 && tp.packetsOut == 0 && congestedRounds >= idleRounds;
    if (congestedRounds < tp.net.sysctl(Sysctl.IPV4_TCP_PLB_REHASH_ROUNDS) && !idle) {
      return;
    }
    int now = tp.jiffies();
    int longest = 2 * suspendJiffies(tp);
    if (pauseUntil != 0
        && (!Seq.before(now, pauseUntil) || Seq.before(now + longest, pauseUntil))) {
      pauseUntil = 0;
    }
    if (pauseUntil != 0) {
      return;
    }
    boolean unused = TcpRehash.rethink(tp);
    congestedRounds = 0;
    tp.plbRehash++;
    tp.net.addMib(Mib.TCP_PLB_REHASH, 1);
  }

  /**
   * {@code tcp_plb_update_state_upon_rto}: a timeout chooses the way; no other is tried for long.
   */
  void updateUponRto(TcpSock tp) {
    if (!isOn(tp)) {
      return;
    }
    int pause = suspendJiffies(tp);
    pause += pause == 0 ? 0 : tp.net.machine().randomBelow(pause);
    pauseUntil = tp.jiffies() + pause;
    congestedRounds = 0;
  }

  private static int suspendJiffies(TcpSock tp) {
    return (int) tp.net.sysctl(Sysctl.IPV4_TCP_PLB_SUSPEND_RTO_SEC) * TcpClock.HZ;
  }
}
