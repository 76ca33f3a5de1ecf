package org.netshard.namespace.vfs;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;

/**
 * An open directory, from which relative paths can begin.
 *
 * <p><b>Differs from Linux:</b> its entries cannot be listed, as there is no {@code getdents64}.
 */
public final class DirectoryHandle extends FileHandle {
  private final List<Directory> way;

  /**
   * A directory.
   *
   * @param above the root and every directory down to the one that has it
   */
  DirectoryHandle(List<Directory> above, Directory directory) {
    way = new ArrayList<>(above);
    if (way.get(way.size() - 1) != directory) {
      way.add(directory);
    }
    setInode(directory);
  }

  /** The root and every directory down to this one. */
  List<Directory> way() {
    return way;
  }

  /** {@code noop_fsync} of file systems in memory; the kernel's own have none. */
  @Override
  public int fsync() {
    boolean noop = way.get(way.size() - 1).superBlock() == SuperBlock.TMPFS;
    return noop ? 0 : super.fsync();
  }

  @Override
  long load(Task task, long from) {
    return Errno.EISDIR.negated();
  }

  @Override
  long sizeMax() {
    return Integer.MAX_VALUE;
  }

  @Override
  byte[] slice(long from, int count) {
    throw new IllegalStateException("a directory is not read");
  }
}
