package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The files {@code memory.stat} and {@code memory.numa_stat}: every key of Linux 6.18, in its
 * order, zero where nothing is simulated.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code memory_stats}, {@code memcg_vm_event_stat},
 * {@code memcg_stat_format}; {@code mm/memcontrol-v1.c}: {@code memcg1_stat_format}.
 *
 * <p><b>Differs from Linux:</b> the figures are exact, without the delay of up to two seconds; all
 * pages of programs and of the page cache are inactive.
 */
final class MemoryStat {
  private static final List<Item> ITEMS = new ArrayList<>();
  private static final List<Item> LEGACY = new ArrayList<>();

  /**
   * A line.
   *
   * @param name its key
   * @param perNode whether it is kept for each node, too
   * @param value the value of a cgroup without those below it
   */
  private record Item(String name, boolean perNode, ToLongFunction<MemcgState> value) {}

  static {
    ToLongFunction<MemcgState> anon = memcg -> bytes(memcg.userPages().anonPages());
    ToLongFunction<MemcgState> file = memcg -> bytes(memcg.userPages().filePages());
    ToLongFunction<MemcgState> direct = memcg -> memcg.seldom().reclaimedPages;
    ToLongFunction<MemcgState> proactive = memcg -> memcg.seldom().proactivePages;
    ToLongFunction<MemcgState> all =
        memcg -> direct.applyAsLong(memcg) + proactive.applyAsLong(memcg);
    add("anon", anon);
    add("file", file);
    event("kernel", memcg -> bytes(memcg.kernelPages()));
    zeros("kernel_stack pagetables sec_pagetables");
    events("percpu");
    event("sock", memcg -> bytes(memcg.sockPages()));
    events("vmalloc");
    zeros("shmem");
    events("zswap zswapped");
    zeros("file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp");
    add("inactive_anon", anon);
    zeros("active_anon");
    add("inactive_file", file);
    zeros("active_file unevictable");
    add("slab_reclaimable", MemcgState::slabReclaimableBytes);
    add("slab_unreclaimable", memcg -> memcg.slabBytes() - memcg.slabReclaimableBytes());
    event("slab", MemcgState::slabBytes);
    zeros("workingset_refault_anon workingset_refault_file workingset_activate_anon");
    zeros("workingset_activate_file workingset_restore_anon workingset_restore_file");
    zeros("workingset_nodereclaim pgdemote_kswapd pgdemote_direct pgdemote_khugepaged");
    zeros("pgdemote_proactive pgpromote_success");
    event("pgscan", all);
    event("pgsteal", all);
    events("pswpin pswpout pgscan_kswapd");
    event("pgscan_direct", direct);
    events("pgscan_khugepaged");
    event("pgscan_proactive", proactive);
    events("pgsteal_kswapd");
    event("pgsteal_direct", direct);
    events("pgsteal_khugepaged");
    event("pgsteal_proactive", proactive);
    events("pgfault pgmajfault pgrefill pgactivate pgdeactivate pglazyfree pglazyfreed");
    events("swpin_zero swpout_zero zswpin zswpout zswpwb");
    events("thp_fault_alloc thp_collapse_alloc thp_swpout thp_swpout_fallback");
    events("numa_pages_migrated numa_pte_updates numa_hint_faults");
    legacy("cache", file);
    legacy("rss", anon);
    legacyZeros("rss_huge shmem mapped_file dirty writeback workingset_refault_anon");
    legacyZeros("workingset_refault_file swap swapcached pgpgin pgpgout pgfault pgmajfault");
    legacy("inactive_anon", anon);
    legacyZeros("active_anon");
    legacy("inactive_file", file);
    legacyZeros("active_file unevictable");
  }

  private MemoryStat() {}

  private static void add(String name, ToLongFunction<MemcgState> value) {
    ITEMS.add(new Item(name, true, value));
  }

  private static void zeros(String names) {
    for (String name : names.split(" ", -1)) {
      add(name, memcg -> 0);
    }
  }

  private static void event(String name, ToLongFunction<MemcgState> value) {
    ITEMS.add(new Item(name, false, value));
  }

  private static void events(String names) {
    for (String name : names.split(" ", -1)) {
      event(name, memcg -> 0);
    }
  }

  private static void legacy(String name, ToLongFunction<MemcgState> value) {
    LEGACY.add(new Item(name, true, value));
  }

  private static void legacyZeros(String names) {
    for (String name : names.split(" ", -1)) {
      legacy(name, memcg -> 0);
    }
  }

  private static long bytes(long pages) {
    return pages * MemcgState.PAGE_SIZE;
  }

  /** {@code memory.stat} of version 2: this cgroup with all below it. */
  static String text(MemcgState memcg) {
    StringBuilder text = new StringBuilder();
    for (Item item : ITEMS) {
      line(text, item.name(), memcg.sumBelow(item.value()));
    }
    return text.toString();
  }

  /** {@code memory.numa_stat} of version 2, for the one node that there is. */
  static String numaText(MemcgState memcg) {
    StringBuilder text = new StringBuilder();
    for (Item item : ITEMS) {
      if (item.perNode()) {
        text.append(item.name()).append(" N0=").append(memcg.sumBelow(item.value())).append('\n');
      }
    }
    return text.toString();
  }

  /** {@code memory.stat} of version 1: this cgroup alone, then with all below it. */
  static String legacyText(MemcgState memcg) {
    StringBuilder text = new StringBuilder();
    for (Item item : LEGACY) {
      line(text, item.name(), item.value().applyAsLong(memcg));
    }
    long memory = PageCounter.MAX;
    long memsw = PageCounter.MAX;
    for (MemcgState above = memcg; above != null; above = above.parent()) {
      memory = Math.min(memory, above.memory.max());
      memsw = Math.min(memsw, above.memsw.max());
    }
    line(text, "hierarchical_memory_limit", bytes(memory));
    line(text, "hierarchical_memsw_limit", bytes(memsw));
    for (Item item : LEGACY) {
      line(text, "total_" + item.name(), memcg.sumBelow(item.value()));
    }
    return text.toString();
  }

  /** {@code memory.numa_stat} of version 1, in pages. */
  static String legacyNumaText(MemcgState memcg) {
    StringBuilder text = new StringBuilder();
    numaLines(text, "", memcg.userPages().filePages(), memcg.userPages().anonPages());
    numaLines(
        text,
        "hierarchical_",
        memcg.sumBelow(one -> one.userPages().filePages()),
        memcg.sumBelow(one -> one.userPages().anonPages()));
    return text.toString();
  }

  private static void numaLines(StringBuilder text, String prefix, long file, long anon) {
    numaLine(text, prefix + "total", file + anon);
    numaLine(text, prefix + "file", file);
    numaLine(text, prefix + "anon", anon);
    numaLine(text, prefix + "unevictable", 0);
  }

  private static void numaLine(StringBuilder text, String key, long pages) {
    text.append(key).append('=').append(pages).append(" N0=").append(pages).append('\n');
  }

  private static void line(StringBuilder text, String key, long value) {
    text.append(key).append(' ').append(value).append('\n');
  }
}
