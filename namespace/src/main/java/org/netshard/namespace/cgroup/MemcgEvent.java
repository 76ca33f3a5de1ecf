package org.netshard.namespace.cgroup;

/**
 * What {@code memory.events} counts, in its order.
 *
 * <p><b>Source:</b> {@code include/linux/memcontrol.h}, {@code enum memcg_memory_event}.
 */
public enum MemcgEvent {
  /** Reclaim although the usage was below {@code memory.low}. */
  LOW("low"),
  /** A task was throttled and made to reclaim, since {@code memory.high} was passed. */
  HIGH("high"),
  /** The usage was about to pass {@code memory.max}. */
  MAX("max"),
  /** A charge was about to fail for good. */
  OOM("oom"),
  /** Tasks killed by the OOM killer. */
  OOM_KILL("oom_kill"),
  /** Times that a whole group was killed. */
  OOM_GROUP_KILL("oom_group_kill");

  private final String kernelName;

  MemcgEvent(String kernelName) {
    this.kernelName = kernelName;
  }

  /** The word in {@code memory.events}. */
  public String kernelName() {
    return kernelName;
  }
}
