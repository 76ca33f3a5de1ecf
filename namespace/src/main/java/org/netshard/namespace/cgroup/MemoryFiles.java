package org.netshard.namespace.cgroup;

import java.util.List;
import java.util.function.ToLongFunction;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;

/**
 * The files of the memory controller, version 2.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code memory_files}, {@code swap_files}.
 *
 * <p><b>Differs from Linux:</b> there is no swap, so its limits are kept and change nothing, and
 * there are no files of zswap.
 */
final class MemoryFiles {
  private MemoryFiles() {}

  static void addTo(List<Cftype> files) {
    addUsage(files);
    addLimits(files);
    addEvents(files);
    addSwap(files);
    files.add(
        Cftype.memory("reclaim")
            .store(
                "memory_reclaim",
                (file, writer, text) -> MemoryWrites.reclaim(file.memcg(), text)));
  }

  private static void addUsage(List<Cftype> files) {
    files.add(
        Cftype.memory("current")
            .notOnRoot()
            .number("memory_current_read", file -> file.memcg().currentBytes()));
    files.add(
        Cftype.memory("peak")
            .notOnRoot()
            .number("memory_peak_show", MemoryFiles::peakBytes)
            .store(
                "memory_peak_write",
                (file, writer, text) -> {
                  file.memcg().aside().watchPeak(file, file.memcg().memory);
                  return 0;
                }));
    files.add(
        Cftype.memory("stat").text("memory_stat_show", file -> MemoryStat.text(file.memcg())));
    files.add(
        Cftype.memory("numa_stat")
            .text("memory_numa_stat_show", file -> MemoryStat.numaText(file.memcg())));
  }

  /** The most since this descriptor was last written, or ever. */
  private static long peakBytes(CgroupOpenFile file) {
    PageCounter memory = file.memcg().memory;
    long pages =
        file.peakPages == CgroupOpenFile.PEAK_UNSET
            ? memory.watermark()
            : Math.max(file.peakPages, memory.localWatermark());
    return pages * MemcgState.PAGE_SIZE;
  }

  private static void addLimits(List<Cftype> files) {
    files.add(
        limit("min", memcg -> memcg.minPages)
            .store("memory_min_write", storePages((file, pages) -> file.memcg().minPages = pages)));
    files.add(
        limit("low", memcg -> memcg.lowPages)
            .store("memory_low_write", storePages((file, pages) -> file.memcg().lowPages = pages)));
    files.add(
        limit("high", memcg -> memcg.highPages)
            .store(
                "memory_high_write",
                storePages(
                    (file, pages) -> MemoryWrites.high(file.memcg(), pages, file.nonblocking()))));
    files.add(
        limit("max", memcg -> memcg.memory.max())
            .store(
                "memory_max_write",
                storePages(
                    (file, pages) -> MemoryWrites.max(file.memcg(), pages, file.nonblocking()))));
    files.add(
        Cftype.memory("oom.group")
            .notOnRoot()
            .number("memory_oom_group_show", file -> file.memcg().oomGroup ? 1 : 0)
            .store("memory_oom_group_write", MemoryFiles::storeOomGroup));
  }

  private static void addEvents(List<Cftype> files) {
    files.add(
        Cftype.memory("events")
            .notOnRoot()
            .notifies(file -> file.memcg().aside().eventsFile())
            .text("memory_events_show", file -> events(file.memcg()::events)));
    files.add(
        Cftype.memory("events.local")
            .notOnRoot()
            .notifies(file -> file.memcg().aside().eventsLocalFile())
            .text("memory_events_local_show", file -> events(file.memcg()::eventsLocal)));
  }

  private static String events(ToLongFunction<MemcgEvent> count) {
    StringBuilder text = new StringBuilder();
    for (MemcgEvent event : MemcgEvent.values()) {
      text.append(event.kernelName()).append(' ').append(count.applyAsLong(event)).append('\n');
    }
    return text.toString();
  }

  private static void addSwap(List<Cftype> files) {
    files.add(Cftype.memory("swap.current").notOnRoot().number("swap_current_read", file -> 0));
    files.add(Cftype.memory("swap.peak").notOnRoot().number("swap_peak_show", file -> 0));
    files.add(
        limit("swap.high", memcg -> memcg.seldom().swapHighPages)
            .store(
                "swap_high_write",
                storePages((file, pages) -> file.memcg().aside().swapHighPages = pages)));
    files.add(
        limit("swap.max", memcg -> memcg.seldom().swapMaxPages)
            .store(
                "swap_max_write",
                storePages((file, pages) -> file.memcg().aside().swapMaxPages = pages)));
    files.add(
        Cftype.memory("swap.events")
            .notOnRoot()
            .text("swap_events_show", file -> "high 0\nmax 0\nfail 0\n"));
  }

  /** A file that shows pages as bytes, or {@code max} ({@code seq_puts_memcg_tunable}). */
  private static Cftype limit(String name, ToLongFunction<MemcgState> pages) {
    String function = (name.startsWith("swap") ? "" : "memory_") + name.replace('.', '_');
    return Cftype.memory(name)
        .notOnRoot()
        .text(
            function + "_show",
            file -> {
              long value = pages.applyAsLong(file.memcg());
              return value == PageCounter.MAX ? "max\n" : value * MemcgState.PAGE_SIZE + "\n";
            });
  }

  @FunctionalInterface
  private interface StorePages {
    void store(CgroupOpenFile file, long pages);
  }

  private static Cftype.Store storePages(StorePages store) {
    return (file, writer, text) -> {
      long pages = MemoryWrites.parse(Kstrtox.strstrip(text), "max");
      if (pages < 0) {
        return (int) pages;
      }
      store.store(file, pages);
      return 0;
    };
  }

  private static int storeOomGroup(CgroupOpenFile file, CgroupTask writer, String text) {
    Kstrtox.Parsed group = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (group.failed()) {
      return group.result();
    }
    if (group.value() != 0 && group.value() != 1) {
      return Errno.EINVAL.negated();
    }
    file.memcg().oomGroup = group.value() == 1;
    return 0;
  }
}
