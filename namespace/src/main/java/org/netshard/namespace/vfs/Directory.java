package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;

/** A directory. */
public abstract class Directory extends Inode {
  /**
   * The entry with this name, or null.
   *
   * @param task who looks
   */
  abstract @Nullable Inode lookup(String name, Task task);

  /** Whether a task may look names up in it ({@code may_lookup}). */
  boolean maySearch(Task task) {
    return permits(task.cred(), MAY_EXEC);
  }

  /**
   * Whether a name that is not there can still be named, so that making it is what fails. A file
   * system that says ENOENT while it looks a name up cannot.
   */
  boolean hasNegativeEntries() {
    return false;
  }

  /** Whether a file system is mounted here, so that it cannot be removed. */
  boolean isMountPoint() {
    return false;
  }

  /** Whether Linux may have an entry with this name where there is none here. */
  boolean leavesOut(String name) {
    return false;
  }

  @Override
  int type() {
    return Abi.S_IFDIR;
  }

  /** Itself, the entry of the directory above, and the directories in it, if they are counted. */
  @Override
  int nlink() {
    return 2;
  }

  @Override
  public int mode() {
    return 0555;
  }
}
