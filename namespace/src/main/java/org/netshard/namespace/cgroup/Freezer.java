package org.netshard.namespace.cgroup;

/**
 * Whether the tasks of a cgroup stand still, and for how long they have.
 *
 * <p><b>Source:</b> {@code include/linux/cgroup-defs.h}, {@code struct cgroup_freezer_state};
 * {@code kernel/cgroup/freezer.c}.
 */
final class Freezer {
  /** {@code cgroup.freeze}. */
  boolean freeze;

  private boolean effective;
  private long sinceNs;
  private long frozenNs;

  /** Whether it stands still, by its own {@code cgroup.freeze} or by one above it. */
  boolean effective() {
    return effective;
  }

  /** Stops it, or lets it go on. */
  void setEffective(boolean on, long nowNs) {
    if (on == effective) {
      return;
    }
    effective = on;
    if (on) {
      sinceNs = nowNs;
    } else {
      frozenNs += nowNs - sinceNs;
    }
  }

  /** Microseconds that it has stood still ({@code frozen_usec} of {@code cgroup.stat.local}). */
  long frozenUs(long nowNs) {
    return (frozenNs + (effective ? nowNs - sinceNs : 0)) / 1000;
  }
}
