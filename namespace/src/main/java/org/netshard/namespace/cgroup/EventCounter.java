package org.netshard.namespace.cgroup;

/**
 * A counter that a task waits for, as cgroups raise it.
 *
 * <p><b>Source:</b> {@code include/linux/eventfd.h}, {@code struct eventfd_ctx}.
 */
public interface EventCounter {
  /** Adds one ({@code eventfd_signal}). */
  void signal();

  /** Whether its last descriptor is closed, so that nobody hears it any more. */
  boolean isReleased();
}
