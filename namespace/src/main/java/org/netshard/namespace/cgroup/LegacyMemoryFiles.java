package org.netshard.namespace.cgroup;

import java.util.List;
import java.util.function.Function;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;

/**
 * The files of the memory controller, version 1.
 *
 * <p><b>Source:</b> {@code mm/memcontrol-v1.c}: {@code mem_cgroup_legacy_files}, {@code
 * memsw_files}.
 *
 * <p><b>Differs from Linux:</b> {@code memory.soft_limit_in_bytes} and {@code memory.swappiness}
 * are kept and change nothing, since the machine as a whole never runs out of memory, and there is
 * no swap.
 */
final class LegacyMemoryFiles {
  private static final int MAX_SWAPPINESS = 200;

  private LegacyMemoryFiles() {}

  static void addTo(List<Cftype> files) {
    addCounter(files, "", memcg -> memcg.memory);
    addCounter(files, "memsw.", memcg -> memcg.memsw);
    addCounter(files, "kmem.", memcg -> memcg.kmem);
    addCounter(files, "kmem.tcp.", memcg -> memcg.tcpmem);
    files.add(
        Cftype.memory("soft_limit_in_bytes")
            .number("mem_cgroup_read_u64", file -> bytes(file.memcg().seldom().softLimitPages))
            .store(
                "mem_cgroup_write",
                storePages(
                    (memcg, pages) -> {
                      memcg.aside().softLimitPages = pages;
                      return 0;
                    })));
    files.add(
        Cftype.memory("stat")
            .text("memory_stat_show", file -> MemoryStat.legacyText(file.memcg())));
    files.add(
        Cftype.memory("numa_stat")
            .text("memcg_numa_stat_show", file -> MemoryStat.legacyNumaText(file.memcg())));
    files.add(
        Cftype.memory("force_empty")
            .store(
                "mem_cgroup_force_empty_write", (file, writer, text) -> forceEmpty(file.memcg())));
    files.add(Cftype.memory("kmem.slabinfo").text("mem_cgroup_slab_show", file -> ""));
    addSwitches(files);
  }

  private static void addSwitches(List<Cftype> files) {
    files.add(
        Cftype.unprefixed("cgroup.event_control")
            .store("memcg_write_event_control", EventControl::store));
    files.add(
        Cftype.memory("pressure_level")
            .show("mem_cgroup_dummy_seq_show", (file, out) -> Errno.EINVAL.negated()));
    files.add(
        Cftype.memory("use_hierarchy")
            .number("mem_cgroup_hierarchy_read", file -> 1)
            .storeNumber(
                "mem_cgroup_hierarchy_write",
                (file, value) -> value == 1 ? 0 : Errno.EINVAL.negated()));
    files.add(
        Cftype.memory("swappiness")
            .number("mem_cgroup_swappiness_read", file -> file.memcg().seldom().swappiness)
            .storeNumber("mem_cgroup_swappiness_write", LegacyMemoryFiles::storeSwappiness));
    files.add(
        Cftype.memory("move_charge_at_immigrate")
            .number("mem_cgroup_move_charge_read", file -> 0)
            .storeNumber(
                "mem_cgroup_move_charge_write",
                (file, value) -> value == 0 ? 0 : Errno.EINVAL.negated()));
    files.add(
        Cftype.memory("oom_control")
            .text("mem_cgroup_oom_control_read", file -> oomControl(file.memcg()))
            .storeNumber("mem_cgroup_oom_control_write", LegacyMemoryFiles::storeOomControl));
  }

  /** The four files of a counter. */
  private static void addCounter(
      List<Cftype> files, String prefix, Function<MemcgState, PageCounter> counter) {
    String read = "mem_cgroup_read_u64";
    files.add(
        Cftype.memory(prefix + "usage_in_bytes")
            .number(read, file -> usageBytes(file.memcg(), counter.apply(file.memcg()))));
    files.add(
        Cftype.memory(prefix + "max_usage_in_bytes")
            .number(read, file -> bytes(counter.apply(file.memcg()).watermark()))
            .store(
                "mem_cgroup_reset",
                (file, writer, text) -> {
                  counter.apply(file.memcg()).resetWatermark();
                  return 0;
                }));
    files.add(
        Cftype.memory(prefix + "failcnt")
            .number(read, file -> counter.apply(file.memcg()).failcnt())
            .store(
                "mem_cgroup_reset",
                (file, writer, text) -> {
                  counter.apply(file.memcg()).resetFailcnt();
                  return 0;
                }));
    files.add(
        Cftype.memory(prefix + "limit_in_bytes")
            .number(read, file -> bytes(counter.apply(file.memcg()).max()))
            .store(
                "mem_cgroup_write",
                storePages((memcg, pages) -> storeLimit(memcg, counter.apply(memcg), pages))));
  }

  private static long bytes(long pages) {
    return pages * MemcgState.PAGE_SIZE;
  }

  private static long usageBytes(MemcgState memcg, PageCounter counter) {
    return bytes(usagePages(memcg, counter));
  }

  /** The root is not charged: its usage is what programs and the page cache have in all. */
  static long usagePages(MemcgState memcg, PageCounter counter) {
    boolean counted = counter != memcg.memory && counter != memcg.memsw;
    return !memcg.isRoot() || counted
        ? counter.usage()
        : memcg.sumBelow(one -> one.userPages().filePages() + one.userPages().anonPages());
  }

  /**
   * {@code mem_cgroup_write} of a limit.
   *
   * <p><b>Errors</b>, in order: EINVAL for the root, then those of the counter; that of kernel
   * objects takes every limit and keeps none.
   */
  private static int storeLimit(MemcgState memcg, PageCounter counter, long pages) {
    if (memcg.isRoot()) {
      return Errno.EINVAL.negated();
    }
    if (counter == memcg.memory || counter == memcg.memsw) {
      return MemoryWrites.resizeMax(memcg, pages, counter == memcg.memsw);
    }
    if (counter == memcg.kmem) {
      return 0;
    }
    if (!counter.setMax(pages)) {
      return Errno.EBUSY.negated();
    }
    memcg.socks().activateTcpmem();
    return 0;
  }

  @FunctionalInterface
  private interface StorePages {
    int store(MemcgState memcg, long pages);
  }

  private static Cftype.Store storePages(StorePages store) {
    return (file, writer, text) -> {
      long pages = MemoryWrites.parse(Kstrtox.strstrip(text), "-1");
      return pages < 0 ? (int) pages : store.store(file.memcg(), pages);
    };
  }

  private static int forceEmpty(MemcgState memcg) {
    if (memcg.isRoot()) {
      return Errno.EINVAL.negated();
    }
    MemoryWrites.forceEmpty(memcg);
    return 0;
  }

  private static int storeSwappiness(CgroupOpenFile file, long value) {
    if (Long.compareUnsigned(value, MAX_SWAPPINESS) > 0) {
      return Errno.EINVAL.negated();
    }
    file.memcg().aside().swappiness = (int) value;
    return 0;
  }

  private static String oomControl(MemcgState memcg) {
    return "oom_kill_disable "
        + (memcg.oomKillDisable ? 1 : 0)
        + "\nunder_oom 0\noom_kill "
        + memcg.events(MemcgEvent.OOM_KILL)
        + "\n";
  }

  private static int storeOomControl(CgroupOpenFile file, long value) {
    if (file.memcg().isRoot() || (value != 0 && value != 1)) {
      return Errno.EINVAL.negated();
    }
    file.memcg().oomKillDisable = value == 1;
    return 0;
  }
}
