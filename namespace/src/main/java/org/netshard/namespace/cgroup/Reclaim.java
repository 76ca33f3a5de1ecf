package org.netshard.namespace.cgroup;

/**
 * Takes pages of the page cache away from a cgroup and those below it; nothing else that is
 * simulated can be reclaimed.
 *
 * <p><b>Source:</b> {@code mm/vmscan.c}: {@code try_to_free_mem_cgroup_pages}, {@code
 * shrink_node_memcgs}; {@code mm/page_counter.c}, {@code page_counter_calculate_protection}.
 *
 * <p><b>Differs from Linux:</b> pages of the cache are clean and idle, so each that is scanned is
 * reclaimed; cgroups are asked in the order in which they were made, and a cgroup is protected by
 * its own {@code memory.min} and {@code memory.low} without regard to those above it. There is no
 * swap, so pages of programs are not even scanned.
 */
final class Reclaim {
  private Reclaim() {}

  /**
   * Reclaims.
   *
   * @param target cgroup whose memory is short; its own protection does not count
   * @param pages how many are wanted
   * @return how many there were
   */
  static long reclaim(MemcgState target, long pages) {
    long reclaimed = pass(target, target, pages, false);
    if (reclaimed == 0) {
      reclaimed = pass(target, target, pages, true);
    }
    return reclaimed;
  }

  private static long pass(MemcgState target, MemcgState memcg, long pages, boolean intoLow) {
    long reclaimed = 0;
    long unprotected = memcg.memory.usage();
    if (memcg != target) {
      unprotected -= memcg.minPages;
      if (!intoLow) {
        unprotected -= Math.max(0, memcg.lowPages - memcg.minPages);
      }
    }
    if (unprotected > 0 && memcg.filePages() > 0) {
      if (intoLow && memcg != target && memcg.memory.usage() <= memcg.lowPages) {
        memcg.event(MemcgEvent.LOW);
      }
      reclaimed = memcg.reclaimFile(Math.min(pages, unprotected));
      memcg.vmpressure(reclaimed, reclaimed);
    }
    for (int i = 0; i < memcg.children().size() && reclaimed < pages; i++) {
      reclaimed += pass(target, memcg.children().get(i), pages - reclaimed, intoLow);
    }
    return reclaimed;
  }
}
