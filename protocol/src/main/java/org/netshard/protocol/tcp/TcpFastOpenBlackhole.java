package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;

/**
 * Fast Open is not tried for a while, after something on the way has swallowed what it sends.
 *
 * <p><b>Source:</b> RFC 7413, section 7.1; {@code net/ipv4/tcp_fastopen.c}: {@code
 * tcp_fastopen_active_disable}, {@code tcp_fastopen_active_should_disable}, {@code
 * tcp_fastopen_active_disable_ofo_check}, {@code tcp_fastopen_active_detect_blackhole}.
 */
public final class TcpFastOpenBlackhole {
  private static final NetGeneric<TcpFastOpenBlackhole> OF_NET =
      new NetGeneric<>(TcpFastOpenBlackhole::new);

  private static final int SHIFT_MAX = 6;
  private static final int TIMEOUTS = 2;

  private int times;
  private int stamp;

  private TcpFastOpenBlackhole() {}

  /** {@code net.ipv4.tcp_fastopen_blackhole_timeout_sec} was written: it begins anew. */
  public static void reset(NetNs net) {
    net.generic(OF_NET).times = 0;
  }

  /** {@code tcp_fastopen_active_disable}. */
  static void disable(TcpSock tp) {
    NetNs net = tp.net;
    if (net.sysctl(Sysctl.IPV4_TCP_FASTOPEN_BLACKHOLE_TIMEOUT_SEC) == 0) {
      return;
    }
    TcpFastOpenBlackhole own = net.generic(OF_NET);
    own.stamp = TcpClock.jiffies(net);
    own.times++;
    net.addMib(Mib.TCP_FAST_OPEN_BLACKHOLE, 1);
  }

  /** {@code tcp_fastopen_active_should_disable}. */
  static boolean shouldDisable(TcpSock tp) {
    NetNs net = tp.net;
    long seconds = net.sysctl(Sysctl.IPV4_TCP_FASTOPEN_BLACKHOLE_TIMEOUT_SEC);
    if (seconds == 0) {
      return false;
    }
    TcpFastOpenBlackhole own = net.generic(OF_NET);
    if (own.times == 0) {
      return false;
    }
    int until =
        own.stamp + (int) ((1L << Math.min(own.times - 1, SHIFT_MAX)) * seconds * TcpClock.HZ);
    if (TcpClock.jiffies(net) - until < 0) {
      return true;
    }
    tp.synFastopenCh = true;
    return false;
  }

  /** The end of a connection: only a FIN came, out of order, or all went well. */
  static void checkAtEnd(TcpSock tp) {
    if (!tp.synFastopen) {
      return;
    }
    if (tp.dataSegsIn == 0) {
      TcpSkb first = TcpOfo.onlyOne(tp);
      if (first != null && first.has(TcpHeader.FIN)) {
        disable(tp);
      }
    } else if (tp.synFastopenCh && !tp.dstLocal) {
      tp.net.generic(OF_NET).times = 0;
    }
  }

  /** A retransmission timeout. */
  static void detect(TcpSock tp, boolean expired) {
    boolean opened = tp.synFastopen || tp.synData || tp.synDataAcked;
    if (opened && (tp.retransmits == TIMEOUTS || (tp.retransmits < TIMEOUTS && expired))) {
      disable(tp);
      tp.net.addMib(Mib.TCP_FAST_OPEN_ACTIVE_FAIL, 1);
    }
  }
}
