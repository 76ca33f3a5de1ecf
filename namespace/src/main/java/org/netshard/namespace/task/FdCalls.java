package org.netshard.namespace.task;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * The calls that make descriptors from descriptors. What a call replaces is for the caller to
 * close.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code ksys_dup3}, {@code f_dupfd}.
 */
public final class FdCalls {
  /** Set by every {@code open} of a 64-bit program, and shown by F_GETFL. */
  public static final int O_LARGEFILE = 0x8000;

  private FdCalls() {}

  /**
   * {@code dup(fd)}.
   *
   * <p><b>Errors</b>, in order: EBADF, EMFILE.
   */
  public static int dup(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null ? Errno.EBADF.negated() : duplicate(task, file, 0, false);
  }

  /**
   * What {@code dup3(oldfd, newfd, flags)} checks; on 0 the caller removes what the new descriptor
   * was, installs the file there and closes the former one.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EINVAL for equal descriptors, EBADF for a
   * new one past the limit, EBADF for an old one that is not open.
   */
  public static int checkDup3(Task task, int oldFd, int newFd, int flags) {
    if ((flags & ~Abi.O_CLOEXEC) != 0 || oldFd == newFd) {
      return Errno.EINVAL.negated();
    }
    boolean open = task.fds().get(oldFd) != null;
    return newFd < 0 || newFd >= task.nofile() || !open ? Errno.EBADF.negated() : 0;
  }

  /** Whether a descriptor only names a file, so that most calls do not take it. */
  public static boolean isPath(OpenFile file) {
    return (file.flags() & Abi.O_PATH) != 0;
  }

  /** F_DUPFD: EINVAL for a number past the limit, EMFILE. */
  static int dupFrom(Task task, OpenFile file, int from, boolean cloexec) {
    return from < 0 || from >= task.nofile()
        ? Errno.EINVAL.negated()
        : duplicate(task, file, from, cloexec);
  }

  private static int duplicate(Task task, OpenFile file, int from, boolean cloexec) {
    int copy = task.fds().lowestFree(from, task.nofile());
    if (copy >= 0) {
      task.fds().install(copy, file, cloexec);
    }
    return copy;
  }
}
