package org.netshard.namespace.vfs;

import org.netshard.protocol.core.WaitQueue;

/**
 * What can be waited for together with other files.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code poll} of {@code struct file_operations}.
 */
public interface PollSource {
  /** What can be done now, {@link org.netshard.protocol.core.Poll} bits. */
  int poll();

  /** Those who wait for a change. */
  WaitQueue waitQueue();
}
