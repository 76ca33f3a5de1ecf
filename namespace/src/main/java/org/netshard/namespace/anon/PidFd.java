package org.netshard.namespace.anon;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Family;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;

/**
 * A file that stands for a process: it can be read, as {@code poll} has it, when that has ended,
 * and hangs up when somebody has waited for it.
 *
 * <p><b>Source:</b> {@code fs/pidfs.c}: {@code pidfd_poll}, {@code pidfs_file_operations}.
 */
public final class PidFd implements FileOps {
  private static final int ENDED = Poll.IN | Poll.RDNORM;

  private final @Nullable Family family;
  private final WaitQueue none = new WaitQueue();

  /**
   * A file.
   *
   * @param family the process; null for one that is gone
   */
  public PidFd(@Nullable Family family) {
    this.family = family;
  }

  @Override
  public int poll() {
    if (family == null || family.released()) {
      return ENDED | Poll.HUP;
    }
    return family.ended() ? ENDED : 0;
  }

  @Override
  public WaitQueue waitQueue() {
    return family == null ? none : family.endQueue();
  }

  @Override
  public int llseek() {
    return Errno.ESPIPE.negated();
  }

  @Override
  public boolean hasPosition() {
    return true;
  }
}
