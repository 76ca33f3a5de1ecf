package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What only few memory cgroups ever need, apart from the rest so that the others do without: limits
 * of swap, which is not there, and what is kept of reclaim and stalls.
 */
final class MemcgAside {
  /** What a cgroup has that never needed any of it; not to be changed. */
  static final MemcgAside UNTOUCHED = new MemcgAside();

  /** {@code memory.swap.high}, pages. */
  long swapHighPages = PageCounter.MAX;

  /** {@code memory.swap.max}, pages. */
  long swapMaxPages = PageCounter.MAX;

  /** {@code memory.soft_limit_in_bytes} of version 1, pages. */
  long softLimitPages = PageCounter.MAX;

  /** {@code memory.swappiness} of version 1. */
  int swappiness = 60;

  /** Pages that reclaim has taken for want of memory. */
  long reclaimedPages;

  /** Pages that reclaim has taken because {@code memory.reclaim} was written. */
  long proactivePages;

  final VmPressure vmPressure = new VmPressure();
  final MemStall stall = new MemStall();

  /** Of version 1: thresholds of {@code memory.usage_in_bytes}. */
  final Thresholds thresholds = new Thresholds();

  /** Those of {@code memory.memsw.usage_in_bytes}. */
  final Thresholds memswThresholds = new Thresholds();

  /** Those who wait for {@code memory.pressure_level}. */
  final PressureEvents pressureEvents = new PressureEvents();

  /** Those who wait for {@code memory.oom_control}. */
  final List<EventCounter> oomCounters = new ArrayList<>(0);

  /** Changes of {@code memory.events}, once somebody has read it. */
  @Nullable FileEvents eventsFile;

  /** Changes of {@code memory.events.local}. */
  @Nullable FileEvents eventsLocalFile;

  /** The same, from now on. */
  FileEvents eventsFile() {
    FileEvents present = eventsFile == null ? new FileEvents() : eventsFile;
    eventsFile = present;
    return present;
  }

  /** Changes of {@code memory.events.local}, from now on. */
  FileEvents eventsLocalFile() {
    FileEvents present = eventsLocalFile == null ? new FileEvents() : eventsLocalFile;
    eventsLocalFile = present;
    return present;
  }

  /** The open files {@code memory.peak} that were written. */
  private final List<CgroupOpenFile> peaks = new ArrayList<>(0);

  /** Lets an open {@code memory.peak} watch from what is charged now ({@code peak_write}). */
  void watchPeak(CgroupOpenFile file, PageCounter memory) {
    long usage = memory.usage();
    memory.setLocalWatermark(usage);
    for (CgroupOpenFile other : peaks) {
      other.peakPages = Math.max(other.peakPages, usage);
    }
    if (file.peakPages == CgroupOpenFile.PEAK_UNSET) {
      peaks.add(file);
    }
    file.peakPages = usage;
  }

  /** Forgets an open {@code memory.peak} ({@code peak_release}). */
  void forgetPeak(CgroupOpenFile file) {
    peaks.remove(file);
  }
}
