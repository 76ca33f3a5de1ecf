package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Time that tasks stood still for want of memory ({@code memory.pressure}).
 *
 * <p>The averages decay in steps of two seconds, as Linux computes them.
 *
 * <p><b>Source:</b> {@code kernel/sched/psi.c}: {@code collect_percpu_times}, {@code calc_avgs}.
 *
 * <p><b>Differs from Linux:</b> a stall counts as one of all tasks ({@code full}) too, since one
 * task of a kernel runs at a time.
 */
final class MemStall {
  private static final long PERIOD_NS = 2_000_000_000L;
  private static final int FSHIFT = 11;
  private static final long FIXED_1 = 1L << FSHIFT;

  /** {@code EXP_10s}, {@code EXP_60s}, {@code EXP_300s}: decay of a period of two seconds. */
  private static final long[] DECAY = {1677, 1981, 2034};

  private final List<PsiTrigger> triggers = new ArrayList<>(0);
  private final long[] avg = new long[DECAY.length];
  private long totalNs;
  private long countedNs;
  private long nextUpdateNs = PERIOD_NS;

  /** Adds a stall, and tells those who wait for it. */
  void add(long ns, long nowNs) {
    totalNs += ns;
    for (int i = 0; i < triggers.size(); i++) {
      triggers.get(i).update(nowNs, totalNs);
    }
  }

  /** Lets somebody wait for stalls from now on. */
  PsiTrigger watch(long thresholdNs, long windowNs, long nowNs, FileEvents file) {
    PsiTrigger trigger = new PsiTrigger(thresholdNs, windowNs, nowNs, totalNs, file);
    triggers.add(trigger);
    return trigger;
  }

  /** Forgets one who waited. */
  void forget(PsiTrigger trigger) {
    triggers.remove(trigger);
  }

  /** Microseconds of all stalls. */
  long totalUs() {
    return totalNs / 1000;
  }

  /** The file {@code memory.pressure}. */
  String text(long nowNs) {
    update(nowNs);
    String line =
        String.format(
            Locale.ROOT,
            "avg10=%s avg60=%s avg300=%s total=%d",
            percent(avg[0]),
            percent(avg[1]),
            percent(avg[2]),
            totalUs());
    return "some " + line + "\nfull " + line + "\n";
  }

  private void update(long nowNs) {
    while (nextUpdateNs <= nowNs) {
      long stalled = Math.min(totalNs - countedNs, PERIOD_NS);
      countedNs += stalled;
      long active = stalled * 100 * FIXED_1 / PERIOD_NS;
      for (int i = 0; i < avg.length; i++) {
        avg[i] = load(avg[i], DECAY[i], active);
      }
      nextUpdateNs += PERIOD_NS;
      if (stalled == 0 && avg[0] == 0 && avg[1] == 0 && avg[2] == 0) {
        nextUpdateNs = Math.max(nextUpdateNs, nowNs / PERIOD_NS * PERIOD_NS + PERIOD_NS);
      }
    }
  }

  /** {@code calc_load}. */
  private static long load(long load, long decay, long active) {
    long sum = load * decay + active * (FIXED_1 - decay);
    return (active >= load ? sum + FIXED_1 - 1 : sum) / FIXED_1;
  }

  private static String percent(long value) {
    long hundredths = ((value & (FIXED_1 - 1)) * 100) >> FSHIFT;
    return (value >> FSHIFT) + "." + (hundredths < 10 ? "0" : "") + hundredths;
  }
}
