package org.netshard.protocol.tcp;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;

/**
 * What a namespace remembers of other ends.
 *
 * <p><b>Differs from Linux:</b> only what Fast Open needs; no round trips, thresholds or reordering
 * are kept, as if {@code net.ipv4.tcp_no_metrics_save} were 1.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_metrics.c}: {@code tcp_get_metrics}, {@code
 * tcp_fastopen_cache_get}, {@code tcp_fastopen_cache_set}.
 */
public final class TcpMetrics {
  private static final NetGeneric<TcpMetrics> OF_NET = new NetGeneric<>(TcpMetrics::new);

  private final Map<Pair, FastOpen> entries = new LinkedHashMap<>();

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

  /** What is known of the other end, or null. */
  @Nullable FastOpen get(TcpEndpoint end) {
    return entries.get(pair(end));
  }

  /** The same, made if it is not there. */
  FastOpen getOrMake(TcpEndpoint end) {
    return entries.computeIfAbsent(pair(end), key -> new FastOpen());
  }
}
