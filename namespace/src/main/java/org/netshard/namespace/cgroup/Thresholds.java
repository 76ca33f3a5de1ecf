package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Usages of memory whose passing, in either direction, raises counters, version 1.
 *
 * <p><b>Source:</b> {@code mm/memcontrol-v1.c}: {@code struct mem_cgroup_thresholds}, {@code
 * __mem_cgroup_threshold}, {@code __mem_cgroup_usage_register_event}.
 */
final class Thresholds {
  private final List<Threshold> ordered = new ArrayList<>(1);

  /** The last that is not above the usage as of when that was last looked at; -1 for none. */
  private int current = -1;

  private record Threshold(long pages, EventCounter counter) {}

  /** Adds one; it is raised when the usage next passes it. */
  void add(long pages, EventCounter counter, long usagePages) {
    check(usagePages);
    ordered.add(new Threshold(pages, counter));
    ordered.sort(Comparator.comparingLong(Threshold::pages));
    current = -1;
    for (Threshold threshold : ordered) {
      if (threshold.pages > usagePages) {
        break;
      }
      current++;
    }
  }

  /** Raises all that were passed since the last look. */
  void check(long usagePages) {
    while (current >= 0 && ordered.get(current).pages > usagePages) {
      ordered.get(current--).counter.signal();
    }
    while (current + 1 < ordered.size() && ordered.get(current + 1).pages <= usagePages) {
      ordered.get(++current).counter.signal();
    }
  }

  /** Raises all, as their cgroup is going away. */
  void end() {
    ordered.forEach(threshold -> threshold.counter.signal());
    ordered.clear();
    current = -1;
  }
}
