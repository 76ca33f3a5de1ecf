package org.netshard.namespace.vfs;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;

/** A directory with a few entries that never change; what else Linux has there is left out. */
final class PseudoDirectory extends Directory {
  private final SuperBlock superBlock;
  private final Map<String, Inode> entries;

  PseudoDirectory(SuperBlock superBlock, Map<String, Inode> entries) {
    this.superBlock = superBlock;
    this.entries = entries;
  }

  @Override
  @Nullable Inode lookup(String name, Task task) {
    return entries.get(name);
  }

  @Override
  SuperBlock superBlock() {
    return superBlock;
  }

  @Override
  boolean leavesOut(String name) {
    return true;
  }

  @Override
  public int mode() {
    return 0755;
  }
}
