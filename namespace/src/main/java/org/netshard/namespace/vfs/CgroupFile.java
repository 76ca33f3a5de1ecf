package org.netshard.namespace.vfs;

import org.netshard.namespace.cgroup.CgroupOpenFile;
import org.netshard.namespace.cgroup.ControlHandle;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.WaitQueue;

/**
 * An open control file of a cgroup. What is done with it is done by whoever has the cgroups, the
 * actor {@code MemCgroup}.
 *
 * <p><b>Source:</b> {@code fs/kernfs/file.c}.
 */
public final class CgroupFile extends SeqFile implements ControlHandle, PollSource {
  private static final long PAGE_SIZE = 4096;

  private final CgroupOpenFile open;

  CgroupFile(CgroupOpenFile open) {
    this.open = open;
  }

  /** The kernel's function that makes its text. */
  public String showFunction() {
    return open.type().showFunction();
  }

  /** The kernel's function that takes what is written. */
  public String storeFunction() {
    return open.type().storeFunction();
  }

  /** {@code noop_fsync}. */
  @Override
  public int fsync() {
    return 0;
  }

  /** {@code kernfs_fop_mmap} asks the file, of which none has it. */
  @Override
  public boolean hasMmap() {
    return true;
  }

  @Override
  int show(StringBuilder out) {
    return open.show(out);
  }

  /** <b>Errors:</b> E2BIG for more than a page. */
  @Override
  public long writable(long count) {
    return count > PAGE_SIZE ? Errno.E2BIG.negated() : count;
  }

  @Override
  public long write(Task task, String text) {
    long result = open.store(task, text);
    if (result > 0) {
      setPosition(position() + result);
    }
    return result;
  }

  @Override
  long sizeMax() {
    return Integer.MAX_VALUE;
  }

  /** <b>Errors:</b> ENODEV if the cgroup was removed; then as of any file. */
  @Override
  public long seek(long offset, int whence) {
    return open.gone() ? Errno.ENODEV.negated() : super.seek(offset, whence);
  }

  @Override
  public CgroupOpenFile controlFile() {
    return open;
  }

  @Override
  public int poll() {
    return open.poll();
  }

  @Override
  public WaitQueue waitQueue() {
    return open.waitQueue();
  }

  @Override
  public void release() {
    open.release();
  }

  @Override
  public String toString() {
    return open.cgroup() + "/" + open.type();
  }
}
