package org.netshard.namespace.cgroup;

/**
 * Tells when tasks of a cgroup stood still for so long within so long a window.
 *
 * <p><b>Source:</b> {@code kernel/sched/psi.c}: {@code struct psi_trigger}, {@code window_update},
 * {@code update_triggers}, {@code psi_trigger_poll}.
 *
 * <p><b>Differs from Linux:</b> it is looked at when a stall begins, with its whole length, and not
 * ten times in a window.
 */
final class PsiTrigger {
  private final long thresholdNs;
  private final long windowNs;
  private final FileEvents file;
  private long startNs;
  private long startTotalNs;
  private long previousGrowthNs;
  private long lastEventNs;
  private boolean hasFired;
  private boolean event;

  /**
   * A trigger that begins now.
   *
   * @param totalNs all stalls so far
   * @param file who waits
   */
  PsiTrigger(long thresholdNs, long windowNs, long nowNs, long totalNs, FileEvents file) {
    this.thresholdNs = thresholdNs;
    this.windowNs = windowNs;
    this.file = file;
    startNs = nowNs;
    startTotalNs = totalNs;
  }

  /** There was a stall. */
  void update(long nowNs, long totalNs) {
    long growth = totalNs - startTotalNs;
    long elapsed = nowNs - startNs;
    if (elapsed > windowNs) {
      startNs = nowNs;
      startTotalNs = totalNs;
      previousGrowthNs = growth;
    } else {
      // The part of the window before this one counts as if its stalls were spread evenly.
      growth += (long) ((double) previousGrowthNs * (windowNs - elapsed) / windowNs);
    }
    boolean soonAgain = hasFired && nowNs < lastEventNs + windowNs;
    if (growth < thresholdNs || soonAgain) {
      return;
    }
    hasFired = true;
    lastEventNs = nowNs;
    if (!event) {
      event = true;
      file.happened();
    }
  }

  /** Whether it has fired since this was last asked. */
  boolean take() {
    boolean fired = event;
    event = false;
    return fired;
  }
}
