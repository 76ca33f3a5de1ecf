package org.netshard.namespace.vfs;

import org.netshard.namespace.task.Task;

/** A file that can be opened. */
public abstract class RegularFile extends Inode {
  /**
   * What stands behind an open file of it ({@code f_op->open}).
   *
   * @param task who opens it
   * @param flags flags of {@code open}
   */
  abstract Object open(Task task, int flags);

  @Override
  public int mode() {
    return 0444;
  }
}
