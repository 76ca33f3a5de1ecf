package org.netshard.namespace.vfs;

import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;

/** A file that can be opened. */
public abstract class RegularFile extends Inode {
  /**
   * Checks an {@code open} that the mode allows.
   *
   * @return 0 or {@code -errno}
   */
  int checkOpen(Task task, int flags) {
    return 0;
  }

  /**
   * What stands behind an open file of it ({@code f_op->open}).
   *
   * @param task who opens it
   * @param flags flags of {@code open}
   */
  abstract Object open(Task task, int flags);

  @Override
  int type() {
    return Abi.S_IFREG;
  }

  @Override
  public int mode() {
    return 0444;
  }
}
