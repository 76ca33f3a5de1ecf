package org.netshard.namespace.cgroup;

/**
 * How long a task waits that has passed {@code memory.high}: the square of the overage.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code calculate_overage}, {@code
 * mem_find_max_overage}, {@code calculate_high_delay}.
 */
final class HighDelay {
  private static final int PRECISION_SHIFT = 20;
  private static final int SCALING_SHIFT = 14;
  private static final int HZ = 250;
  private static final int BATCH_PAGES = 64;
  private static final long MAX_JIFFIES = 2L * HZ;
  private static final long NS_PER_JIFFY = 1_000_000_000L / HZ;

  private HighDelay() {}

  /**
   * The delay for having charged so many pages, in nanoseconds; 0 if it is too short to be worth
   * it.
   */
  static long penaltyNs(MemcgState charged, long pages) {
    long overage = 0;
    for (MemcgState memcg = charged; memcg != null && !memcg.isRoot(); memcg = memcg.parent()) {
      overage = Math.max(overage, overage(memcg.memory.usage(), memcg.highPages));
    }
    long jiffies = overage == 0 ? 0 : Math.min(jiffies(overage, pages), MAX_JIFFIES);
    return jiffies <= HZ / 100 ? 0 : jiffies * NS_PER_JIFFY;
  }

  /** By how much of the limit it is passed, in units of 2^-20. */
  private static long overage(long usage, long high) {
    if (usage <= high) {
      return 0;
    }
    long limit = Math.max(high, 1);
    return ((usage - limit) << PRECISION_SHIFT) / limit;
  }

  private static long jiffies(long overage, long pages) {
    // Beyond this the delay is the longest anyhow, and the square would not fit.
    if (overage >= 1L << 27) {
      return MAX_JIFFIES;
    }
    long penalty = overage * overage * HZ;
    return ((penalty >>> PRECISION_SHIFT) >>> SCALING_SHIFT) * pages / BATCH_PAGES;
  }
}
