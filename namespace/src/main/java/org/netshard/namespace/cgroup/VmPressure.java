package org.netshard.namespace.cgroup;

/**
 * How hard it is to reclaim pages of a memory cgroup, by windows of 512 scanned pages. When it gets
 * harder than low, socks are asked for a second to hold less.
 *
 * <p><b>Source:</b> {@code mm/vmpressure.c}.
 */
final class VmPressure {
  /** {@code vmpressure_win}: scanned pages after which it is looked how it went. */
  static final long WINDOW_PAGES = 512;

  private static final long MEDIUM_PERCENT = 60;
  private static final long HOLD_NS = 1_000_000_000;

  private long scanned;
  private long reclaimed;
  private long socketPressureEndNs = Long.MIN_VALUE;

  /** Adds a reclaim. */
  void add(long scannedPages, long reclaimedPages, long nowNs) {
    if (scannedPages == 0) {
      return;
    }
    scanned += scannedPages;
    reclaimed += reclaimedPages;
    if (scanned < WINDOW_PAGES) {
      return;
    }
    if (percent(scanned, reclaimed) >= MEDIUM_PERCENT) {
      socketPressureEndNs = nowNs + HOLD_NS;
    }
    scanned = 0;
    reclaimed = 0;
  }

  /** The pressure in percent ({@code vmpressure_calc_level}). */
  static long percent(long scanned, long reclaimed) {
    if (reclaimed >= scanned) {
      return 0;
    }
    long scale = scanned + reclaimed;
    return (scale - reclaimed * scale / scanned) * 100 / scale;
  }

  /** Whether socks are to hold less. */
  boolean underPressure(long nowNs) {
    return nowNs < socketPressureEndNs;
  }
}
