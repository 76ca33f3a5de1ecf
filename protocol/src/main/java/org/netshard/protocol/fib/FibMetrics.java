package org.netshard.protocol.fib;

import org.jspecify.annotations.Nullable;

/**
 * The metrics of a route, {@code RTAX_…} by number less 1.
 *
 * <p><b>Source:</b> {@code net/ipv4/metrics.c}, {@code ip_metrics_convert}.
 */
final class FibMetrics {
  static final int RTAX_MTU = 2;
  static final int RTAX_WINDOW = 3;
  static final int RTAX_RTT = 4;
  static final int RTAX_ADVMSS = 8;
  static final int RTAX_HOPLIMIT = 10;
  static final int RTAX_MAX = 17;

  private static final int MTU_MOST = 65_535 - 15;
  private static final int ADVMSS_MOST = 65_535 - 40;
  private static final int HOPLIMIT_MOST = 255;

  private FibMetrics() {}

  /** Brings each down to the most that it can be, as an unsigned number. */
  static void convert(int @Nullable [] metrics) {
    if (metrics != null) {
      limit(metrics, RTAX_MTU, MTU_MOST);
      limit(metrics, RTAX_ADVMSS, ADVMSS_MOST);
      limit(metrics, RTAX_HOPLIMIT, HOPLIMIT_MOST);
    }
  }

  private static void limit(int[] metrics, int metric, int most) {
    if (Integer.compareUnsigned(metrics[metric - 1], most) > 0) {
      metrics[metric - 1] = most;
    }
  }
}
