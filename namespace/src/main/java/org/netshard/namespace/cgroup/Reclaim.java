package org.netshard.namespace.cgroup;

import java.util.List;

/**
 * Takes pages of the page cache away from a cgroup and those below it; nothing else that is
 * simulated can be reclaimed.
 *
 * <p><b>Source:</b> {@code mm/vmscan.c}: {@code try_to_free_mem_cgroup_pages}, {@code
 * shrink_node_memcgs}; {@code mm/page_counter.c}, {@code page_counter_calculate_protection}.
 *
 * <p><b>Differs from Linux:</b> an idle page that is scanned is reclaimed, since all are clean; one
 * in use is scanned only when idle ones do not suffice, and never reclaimed. Cgroups are asked in
 * the order in which they were made, and a cgroup is protected by its own {@code memory.min} and
 * {@code memory.low} without regard to those above it. There is no swap, so pages of programs are
 * not even scanned.
 */
final class Reclaim {
  private final MemcgState target;
  private final boolean proactive;
  private long scanned;

  private Reclaim(MemcgState target, boolean proactive) {
    this.target = target;
    this.proactive = proactive;
  }

  /**
   * Reclaims for a charge that does not fit.
   *
   * @param target cgroup whose memory is short; its own protection does not count
   * @param pages how many are wanted
   * @return how many there were
   */
  static long reclaim(MemcgState target, long pages) {
    return new Reclaim(target, false).run(pages);
  }

  /** Reclaims for somebody who asks for it ({@code memory.reclaim}): it is no sign of pressure. */
  static long proactively(MemcgState target, long pages) {
    return new Reclaim(target, true).run(pages);
  }

  private long run(long pages) {
    long reclaimed = pass(target, pages, false);
    if (reclaimed == 0) {
      reclaimed = pass(target, pages, true);
    }
    if (target.control().version() == CgroupVersion.V1 && !proactive) {
      PressureEvents.add(target, scanned, reclaimed);
      if (reclaimed < pages) {
        // vmpressure_prio: what was found with ever more effort was not enough.
        PressureEvents.add(target, VmPressure.WINDOW_PAGES, 0);
      }
    }
    return reclaimed;
  }

  private long pass(MemcgState memcg, long pages, boolean intoLow) {
    // A removed cgroup leaves the list with its last page.
    List<MemcgState> below = List.copyOf(memcg.children());
    long reclaimed = 0;
    long unprotected = memcg.memory.usage();
    if (memcg != target) {
      unprotected -= memcg.minPages;
      if (!intoLow) {
        unprotected -= Math.max(0, memcg.lowPages - memcg.minPages);
      }
    }
    if (unprotected > 0 && memcg.userPages().filePages() > 0) {
      if (intoLow && memcg != target && memcg.memory.usage() <= memcg.lowPages) {
        memcg.event(MemcgEvent.LOW);
      }
      long wanted = Math.min(pages, unprotected);
      reclaimed = memcg.userPages().reclaimFile(wanted);
      if (!proactive) {
        long looked =
            reclaimed < wanted ? reclaimed + memcg.userPages().activeFilePages() : reclaimed;
        memcg.vmpressure(looked, reclaimed);
        scanned += looked;
      }
    }
    for (int i = 0; i < below.size() && reclaimed < pages; i++) {
      reclaimed += pass(below.get(i), pages - reclaimed, intoLow);
    }
    return reclaimed;
  }
}
