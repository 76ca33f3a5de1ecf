package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;

/**
 * Challenge ACKs, and how many of them a namespace sends in a second.
 *
 * <p><b>Source:</b> RFC 5961, section 7; {@code net/ipv4/tcp_input.c}, {@code
 * tcp_send_challenge_ack}.
 */
final class TcpChallenge {
  private static final NetGeneric<TcpChallenge> KEY = new NetGeneric<>(TcpChallenge::new);
  private static final int HALF_BITS = 16;

  /** {@code tcp_challenge_timestamp}: the second that {@link #left} is for. */
  private int second;

  /** {@code tcp_challenge_count}: how many may still be sent in it, unsigned. */
  private int left;

  private TcpChallenge() {}

  /** {@code tcp_send_challenge_ack}: one in so long of a connection, and so many in a second. */
  static void send(TcpSock tp) {
    if (TcpAcks.oowLimited(tp, false, Mib.TCP_ACK_SKIPPED_CHALLENGE)) {
      return;
    }
    int limit = (int) tp.net.sysctl(Sysctl.IPV4_TCP_CHALLENGE_ACK_LIMIT);
    if (limit == Integer.MAX_VALUE || tp.net.generic(KEY).take(tp.net, limit)) {
      tp.net.addMib(Mib.TCP_CHALLENGE_ACK, 1);
      TcpAcks.send(tp);
    }
  }

  /** One is about to be sent; whether it may. */
  private boolean take(NetNs net, int limit) {
    int now = (int) (TcpClock.jiffies64(net) / TcpClock.HZ);
    if (now != second) {
      second = now;
      // An odd number more or less, so that nobody learns by it how many others were sent.
      int half = (limit + 1) >>> 1;
      left = half + randomBelow(net, limit);
    }
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }

  /** {@code get_random_u32_below}: unsigned; any number if there is no bound. */
  private static int randomBelow(NetNs net, int bound) {
    if (bound > 0) {
      return net.machine().randomBelow(bound);
    }
    int high = net.machine().randomBelow(1 << HALF_BITS);
    int any = (high << HALF_BITS) | net.machine().randomBelow(1 << HALF_BITS);
    return bound == 0 ? any : Integer.remainderUnsigned(any, bound);
  }
}
