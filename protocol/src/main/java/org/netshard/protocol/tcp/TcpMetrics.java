package org.netshard.protocol.tcp;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;

/**
 * What a namespace remembers of other ends.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_metrics.c}: {@code tcp_get_metrics}, {@code tcpm_suck_dst},
 * {@code tcp_update_metrics}, {@code tcp_init_metrics}, {@code tcp_peer_is_proven}, {@code
 * tcp_fastopen_cache_get}, {@code tcp_fastopen_cache_set}.
 *
 * <p><b>Differs from Linux:</b> all are kept; Linux takes the oldest of a bucket if that is long.
 */
public final class TcpMetrics {
  private static final NetGeneric<TcpMetrics> OF_NET = new NetGeneric<>(TcpMetrics::new);

  /** {@code TCP_METRICS_TIMEOUT}, jiffies. */
  private static final int TIMEOUT = 60 * 60 * TcpClock.HZ;

  private static final int US_PER_MS = 1000;

  private final Map<Pair, Block> entries = new LinkedHashMap<>();

  private TcpMetrics() {}

  private record Pair(long own0, long own1, long other0, long other1) {}

  /** {@code struct tcp_fastopen_metrics}. */
  static final class FastOpen {
    /** Of the other end, bytes; 0 if not known. */
    int mss;

    /** Cookie that the other end has given; null if none. */
    @Nullable TcpFastOpenCookie cookie;

    /** 1: the next request goes in the experimental option; 2: no more. */
    int tryExp;

    int synLoss;
  }

  /** Those of a namespace. */
  static TcpMetrics of(NetNs net) {
    return net.generic(OF_NET);
  }

  /** Forgets all ({@code ip tcp_metrics flush all}). */
  public static void flush(NetNs net) {
    of(net).entries.clear();
  }

  private static Pair pair(TcpEndpoint end) {
    if (!end.isV6()) {
      return new Pair(0, end.saddr & 0xffff_ffffL, 0, end.daddr & 0xffff_ffffL);
    }
    return new Pair(
        word(end.saddr6, 0), word(end.saddr6, 8), word(end.daddr6, 0), word(end.daddr6, 8));
  }

  private static long word(byte[] address, int at) {
    return ((long) NetBytes.get32(address, at) << 32)
        | (NetBytes.get32(address, at + 4) & 0xffff_ffffL);
  }

  /** {@code struct tcp_metrics_block}. */
  private static final class Block {
    final FastOpen fastopen = new FastOpen();

    /** Bits {@code RTAX_…} of what the route says and is not to be found out. */
    int lock;

    /** The round trip, eighths of microseconds. */
    int rttUs;

    int rttvarUs;
    int ssthresh;
    int cwnd;
    int reordering;

    /** When it was true last, jiffies. */
    int stamp;

    /** {@code tcpm_suck_dst}: what the route says of it. */
    void suck(TcpSock tp) {
      stamp = tp.jiffies();
      lock = TcpDst.metric(tp, FibMetrics.RTAX_LOCK);
      rttUs = TcpDst.metric(tp, FibMetrics.RTAX_RTT) * US_PER_MS;
      rttvarUs = TcpDst.metric(tp, FibMetrics.RTAX_RTTVAR) * US_PER_MS;
      ssthresh = TcpDst.metric(tp, FibMetrics.RTAX_SSTHRESH);
      cwnd = TcpDst.metric(tp, FibMetrics.RTAX_CWND);
      reordering = TcpDst.metric(tp, FibMetrics.RTAX_REORDERING);
    }

    boolean isLocked(int metric) {
      return (lock & 1 << metric) != 0;
    }
  }

  /** What Fast Open knows of the other end, or null. */
  @Nullable FastOpen get(TcpEndpoint end) {
    Block block = entries.get(pair(end));
    return block == null ? null : block.fastopen;
  }

  /** The same, made if it is not there. */
  FastOpen getOrMake(TcpSock tp) {
    return blockOrMake(tp).fastopen;
  }

  private Block blockOrMake(TcpSock tp) {
    Block block = block(tp);
    if (block == null) {
      block = new Block();
      block.suck(tp);
      entries.put(pair(tp), block);
    }
    return block;
  }

  private @Nullable Block block(TcpSock tp) {
    Block block = entries.get(pair(tp));
    if (block != null && tp.jiffies() - block.stamp > TIMEOUT) {
      block.suck(tp);
    }
    return block;
  }

  /** Whether a round trip to the other end is known ({@code tcp_peer_is_proven}). */
  boolean isProven(TcpRequest req) {
    Block block = entries.get(pair(req));
    return block != null && block.rttUs != 0;
  }

  /** {@code tcp_init_metrics}: a connection begins with what is known. */
  static void init(TcpSock tp) {
    tp.sndSsthresh = TcpSock.INFINITE_SSTHRESH;
    Block block = tp.dev == null ? null : of(tp.net).block(tp);
    int rtt = 0;
    if (block != null) {
      if (block.isLocked(FibMetrics.RTAX_CWND)) {
        tp.sndCwndClamp = block.cwnd;
      }
      boolean saved = tp.net.sysctl(Sysctl.IPV4_TCP_NO_SSTHRESH_METRICS_SAVE) == 0;
      if (saved && block.ssthresh != 0) {
        boolean over = Integer.compareUnsigned(block.ssthresh, tp.sndCwndClamp) > 0;
        tp.sndSsthresh = over ? tp.sndCwndClamp : block.ssthresh;
      }
      if (block.reordering != 0) {
        tp.reordering = block.reordering;
      }
      rtt = block.rttUs;
    }
    if (rtt > tp.srttUs) {
      int jiffies = rtt / (8 * TcpClock.US_PER_JIFFY);
      tp.rtoJiffies = jiffies + Math.max(2 * jiffies, TcpRtt.rtoMin(tp));
    } else if (tp.srttUs == 0) {
      // No round trip of the handshake is known: the timeout is that of RFC 6298, 5.7.
      int fallback = 3 * TcpClock.HZ;
      tp.rttvarUs = fallback * TcpClock.US_PER_JIFFY;
      tp.mdevUs = tp.rttvarUs;
      tp.mdevMaxUs = tp.rttvarUs;
      tp.rtoJiffies = fallback;
    }
  }

  /** {@code tcp_update_metrics}: a connection has ended well, and what it found out is kept. */
  static void update(TcpSock tp) {
    if (tp.net.sysctl(Sysctl.IPV4_TCP_NO_METRICS_SAVE) != 0 || tp.dev == null) {
      return;
    }
    TcpMetrics metrics = of(tp.net);
    if (tp.backoff != 0 || tp.srttUs == 0) {
      Block block = metrics.block(tp);
      if (block != null && !block.isLocked(FibMetrics.RTAX_RTT)) {
        block.rttUs = 0;
      }
      return;
    }
    Block block = metrics.blockOrMake(tp);
    updateRtt(tp, block);
    boolean savesSsthresh =
        tp.net.sysctl(Sysctl.IPV4_TCP_NO_SSTHRESH_METRICS_SAVE) == 0
            && !block.isLocked(FibMetrics.RTAX_SSTHRESH);
    boolean savesCwnd = !block.isLocked(FibMetrics.RTAX_CWND);
    if (tp.inInitialSlowstart()) {
      if (savesSsthresh && block.ssthresh != 0 && tp.sndCwnd >> 1 > block.ssthresh) {
        block.ssthresh = tp.sndCwnd >> 1;
      }
      if (savesCwnd && tp.sndCwnd > block.cwnd) {
        block.cwnd = tp.sndCwnd;
      }
    } else if (!tp.inSlowStart() && tp.caState == TcpSock.CA_OPEN) {
      if (savesSsthresh) {
        block.ssthresh = Math.max(tp.sndCwnd >> 1, tp.sndSsthresh);
      }
      if (savesCwnd) {
        block.cwnd = (block.cwnd + tp.sndCwnd) >> 1;
      }
    } else {
      if (savesCwnd) {
        block.cwnd = (block.cwnd + tp.sndSsthresh) >>> 1;
      }
      if (savesSsthresh && block.ssthresh != 0 && tp.sndSsthresh > block.ssthresh) {
        block.ssthresh = tp.sndSsthresh;
      }
      boolean reordered =
          block.reordering < tp.reordering
              && tp.reordering != tp.net.sysctl(Sysctl.IPV4_TCP_REORDERING);
      if (reordered && !block.isLocked(FibMetrics.RTAX_REORDERING)) {
        block.reordering = tp.reordering;
      }
    }
    block.stamp = tp.jiffies();
  }

  private static void updateRtt(TcpSock tp, Block block) {
    int rtt = block.rttUs;
    int m = rtt - tp.srttUs;
    if (!block.isLocked(FibMetrics.RTAX_RTT)) {
      block.rttUs = m <= 0 ? tp.srttUs : rtt - (m >> 3);
    }
    if (!block.isLocked(FibMetrics.RTAX_RTTVAR)) {
      int deviation = Math.max(Math.abs(m) >> 1, tp.mdevUs);
      int var = block.rttvarUs;
      block.rttvarUs = deviation >= var ? deviation : var - ((var - deviation) >> 2);
    }
  }
}
