package org.netshard.namespace.task;

/** What a kernel can let happen besides the call that is under way. */
public interface KernelEvents {
  /**
   * Lets something happen at a moment of virtual time, such as the end of a timer.
   *
   * @param timeNs virtual nanoseconds; one that has passed means now
   */
  void later(long timeNs, Runnable action);

  /** Virtual time in nanoseconds. */
  long nowNs();

  /** A signal waits for a task, which is to look at it ({@code signal_wake_up}). */
  void signalled(Task task);
}
