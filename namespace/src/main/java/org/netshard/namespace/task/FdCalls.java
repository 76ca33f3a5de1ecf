package org.netshard.namespace.task;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The calls that make descriptors from descriptors, and {@code fcntl}. What a call replaces is for
 * the caller to close.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code ksys_dup3}, {@code f_dupfd}; {@code fs/fcntl.c}:
 * {@code do_fcntl}, {@code setfl}.
 *
 * <p><b>Differs from Linux:</b> of the commands of {@code fcntl} only F_DUPFD, F_DUPFD_CLOEXEC,
 * F_GETFD, F_SETFD, F_GETFL and F_SETFL are there; all others are EINVAL, as unknown ones are, and
 * those that Linux has are told as left out.
 */
public final class FdCalls {
  /** Set by every {@code open} of a 64-bit program, and shown by F_GETFL. */
  public static final int O_LARGEFILE = 0x8000;

  private static final int SETFL_MASK =
      Abi.O_APPEND | Abi.O_NONBLOCK | Abi.O_ASYNC | Abi.O_DIRECT | Abi.O_NOATIME;

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

  /**
   * {@code fcntl(fd, cmd, arg)}.
   *
   * <p><b>Errors</b>, in order: EBADF; EBADF for a command that an {@code O_PATH} descriptor does
   * not have; EINVAL for an unknown command; those of the command.
   */
  public static int fcntl(Task task, int fd, int command, int arg) {
    OpenFile file = task.fds().get(fd);
    if (file == null) {
      return Errno.EBADF.negated();
    }
    return switch (command) {
      case Abi.F_DUPFD -> dupFrom(task, file, arg, false);
      case Abi.F_DUPFD_CLOEXEC -> dupFrom(task, file, arg, true);
      case Abi.F_GETFD -> task.fds().closeOnExec(fd) ? Abi.FD_CLOEXEC : 0;
      case Abi.F_SETFD -> {
        task.fds().setCloseOnExec(fd, (arg & Abi.FD_CLOEXEC) != 0);
        yield 0;
      }
      case Abi.F_GETFL -> file.flags();
      case Abi.F_SETFL -> isPath(file) ? Errno.EBADF.negated() : setfl(file, arg, task.cred());
      default -> isPath(file) ? Errno.EBADF.negated() : unknown(task, command);
    };
  }

  private static int unknown(Task task, int command) {
    String name = leftOut(command);
    if (name != null) {
      task.net().machine().leftOut("fcntl " + name + " is not simulated: it fails with EINVAL");
    }
    return Errno.EINVAL.negated();
  }

  /** The name of a command that Linux has and that is left out here, or null. */
  private static @Nullable String leftOut(int command) {
    return switch (command) {
      case 5 -> "F_GETLK";
      case 6 -> "F_SETLK";
      case 7 -> "F_SETLKW";
      case 8 -> "F_SETOWN";
      case 9 -> "F_GETOWN";
      case 10 -> "F_SETSIG";
      case 11 -> "F_GETSIG";
      case 15 -> "F_SETOWN_EX";
      case 16 -> "F_GETOWN_EX";
      case 17 -> "F_GETOWNER_UIDS";
      case 36 -> "F_OFD_GETLK";
      case 37 -> "F_OFD_SETLK";
      case 38 -> "F_OFD_SETLKW";
      case 1024 -> "F_SETLEASE";
      case 1025 -> "F_GETLEASE";
      case 1026 -> "F_NOTIFY";
      case 1027 -> "F_DUPFD_QUERY";
      case 1028 -> "F_CREATED_QUERY";
      case 1031 -> "F_SETPIPE_SZ";
      case 1032 -> "F_GETPIPE_SZ";
      case 1033 -> "F_ADD_SEALS";
      case 1034 -> "F_GET_SEALS";
      case 1035 -> "F_GET_RW_HINT";
      case 1036 -> "F_SET_RW_HINT";
      case 1037 -> "F_GET_FILE_RW_HINT";
      case 1038 -> "F_SET_FILE_RW_HINT";
      default -> null;
    };
  }

  /**
   * F_SETFL: replaces those flags that can change.
   *
   * <p><b>Errors</b>, in order: EPERM for O_NOATIME on a file of another user without CAP_FOWNER,
   * EINVAL for O_DIRECT on a file that cannot do it, which no socket or file of {@code /proc} can.
   */
  static int setfl(OpenFile file, int arg, Cred cred) {
    boolean noatime = (arg & Abi.O_NOATIME) != 0 && (file.flags() & Abi.O_NOATIME) == 0;
    if (noatime && !ownerOrCapable(file, cred)) {
      return Errno.EPERM.negated();
    }
    if ((arg & Abi.O_DIRECT) != 0 && file.kind() != OpenFile.Kind.OTHER) {
      return Errno.EINVAL.negated();
    }
    file.setFlags((file.flags() & ~SETFL_MASK) | (arg & SETFL_MASK));
    return 0;
  }

  private static boolean ownerOrCapable(OpenFile file, Cred cred) {
    boolean capable = (cred.effective() & Capability.CAP_FOWNER.bit()) != 0;
    return file.ownerUid() == cred.euid() || (capable && cred.userNs().maps(file.ownerUid()));
  }

  /** Whether a descriptor only names a file, so that most calls do not take it. */
  public static boolean isPath(OpenFile file) {
    return (file.flags() & Abi.O_PATH) != 0;
  }

  private static int dupFrom(Task task, OpenFile file, int from, boolean cloexec) {
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
