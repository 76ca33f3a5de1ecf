package org.netshard.namespace.cgroup;

import org.netshard.protocol.core.WaitQueue;

/**
 * How often a control file that somebody has open has changed by itself, and who waits for that.
 *
 * <p><b>Source:</b> {@code fs/kernfs/file.c}: {@code struct kernfs_open_node}, {@code
 * kernfs_notify}; {@code kernel/cgroup/cgroup.c}, {@code cgroup_file_notify}.
 *
 * <p><b>Differs from Linux:</b> nobody is made to wait until 10 ms after the last change.
 */
final class FileEvents {
  private final WaitQueue waitQueue = new WaitQueue();
  private int count = 1;
  private boolean populated;

  /** Changes so far, and 1. */
  int count() {
    return count;
  }

  /** Those who wait for the next. */
  WaitQueue waitQueue() {
    return waitQueue;
  }

  /** The file has changed. */
  void happened() {
    count++;
    waitQueue.wake(0);
  }

  /** Says what {@code cgroup.events} last showed; if it is new, the file has changed. */
  void populated(boolean now) {
    if (now != populated) {
      populated = now;
      happened();
    }
  }

  /** The same, when somebody begins to look. */
  FileEvents from(boolean now) {
    populated = now;
    return this;
  }
}
