package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Errno;

/**
 * Counters that are raised when it is hard to reclaim memory of a cgroup and those below it,
 * version 1: what {@code memory.pressure_level} is for.
 *
 * <p><b>Source:</b> {@code mm/vmpressure.c}: {@code vmpressure}, {@code vmpressure_work_fn}, {@code
 * vmpressure_event}, {@code vmpressure_register_event}.
 */
final class PressureEvents {
  private static final List<String> LEVELS = List.of("low", "medium", "critical");
  private static final List<String> MODES = List.of("default", "hierarchy", "local");
  private static final int DEFAULT = 0;
  private static final int LOCAL = 2;
  private static final int MEDIUM_PERCENT = 60;
  private static final int CRITICAL_PERCENT = 95;

  private final List<Listener> listeners = new ArrayList<>(1);
  private long scanned;
  private long reclaimed;

  private record Listener(EventCounter counter, int level, int mode) {}

  /**
   * Adds a counter.
   *
   * @param args the level, and perhaps after a comma the mode
   * @return 0 or {@code -EINVAL}
   */
  int add(EventCounter counter, String args) {
    String[] words = args.split(",", -1);
    int level = LEVELS.indexOf(words[0]);
    int mode = words.length > 1 ? MODES.indexOf(words[1]) : DEFAULT;
    if (level < 0 || mode < 0) {
      return Errno.EINVAL.negated();
    }
    listeners.add(new Listener(counter, level, mode));
    return 0;
  }

  /** Adds a reclaim in a cgroup and below it; at the end of a window, raises counters. */
  static void add(MemcgState memcg, long scannedPages, long reclaimedPages) {
    PressureEvents own = memcg.aside().pressureEvents;
    own.scanned += scannedPages;
    own.reclaimed += reclaimedPages;
    if (scannedPages == 0 || own.scanned < VmPressure.WINDOW_PAGES) {
      return;
    }
    long percent = VmPressure.percent(own.scanned, own.reclaimed);
    own.scanned = 0;
    own.reclaimed = 0;
    int level = percent >= CRITICAL_PERCENT ? 2 : percent >= MEDIUM_PERCENT ? 1 : 0;
    boolean signalled = false;
    for (MemcgState above = memcg; above != null; above = above.parent()) {
      signalled |= above.seldom().pressureEvents.raise(level, above != memcg, signalled);
    }
  }

  private boolean raise(int level, boolean fromBelow, boolean signalled) {
    listeners.removeIf(listener -> listener.counter.isReleased());
    boolean raised = false;
    for (Listener listener : listeners) {
      boolean passedOver =
          (fromBelow && listener.mode == LOCAL) || (signalled && listener.mode == DEFAULT);
      if (!passedOver && level >= listener.level) {
        listener.counter.signal();
        raised = true;
      }
    }
    return raised;
  }

  /** Raises all, as their cgroup is going away. */
  void end() {
    listeners.forEach(listener -> listener.counter.signal());
    listeners.clear();
  }
}
