package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;

/** A symbolic link: to a path, or to a file that has none. */
abstract class Link extends Inode {
  /** The path that it leads to, relative to its directory; null if it leads to a file. */
  @Nullable String path(Task task) {
    return null;
  }

  /** The file that it leads to, or null if the task may not follow it. */
  @Nullable Inode file(Task task) {
    return null;
  }

  /** What {@code readlink} tells of it; null if that is not known here. */
  @Nullable String text(Task task) {
    return path(task);
  }

  @Override
  int type() {
    return Abi.S_IFLNK;
  }

  @Override
  public int mode() {
    return 0777;
  }
}
