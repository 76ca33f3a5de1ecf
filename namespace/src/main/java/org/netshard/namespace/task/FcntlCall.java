package org.netshard.namespace.task;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * {@code fcntl(fd, cmd, arg)}.
 *
 * <p><b>Source:</b> {@code fs/fcntl.c}: {@code do_fcntl}, {@code setfl}, {@code f_setown}; {@code
 * fs/file.c}, {@code f_dupfd}.
 *
 * <p><b>Differs from Linux:</b> locks and hints about writing are not there: EINVAL, as for unknown
 * commands, and told as left out. No task leads a process group, so that a file that one owns has
 * no owner.
 */
public final class FcntlCall {
  private static final int SETFL_MASK =
      Abi.O_APPEND | Abi.O_NONBLOCK | Abi.O_ASYNC | Abi.O_DIRECT | Abi.O_NOATIME;

  private static final int F_UNLCK = 2;
  private static final int DN_MULTISHOT = 1 << 31;
  private static final int NSIG = 64;
  private static final int OWNER_BYTES = 8;

  private FcntlCall() {}

  /** Whether this kernel has the command; any other is EINVAL. */
  public static boolean simulates(int command) {
    return leftOut(command) == null;
  }

  /** The name of a command of Linux that is not there, or null. */
  private static @Nullable String leftOut(int command) {
    return switch (command) {
      case Abi.F_GETLK -> "F_GETLK";
      case Abi.F_SETLK -> "F_SETLK";
      case Abi.F_SETLKW -> "F_SETLKW";
      case Abi.F_OFD_GETLK -> "F_OFD_GETLK";
      case Abi.F_OFD_SETLK -> "F_OFD_SETLK";
      case Abi.F_OFD_SETLKW -> "F_OFD_SETLKW";
      case Abi.F_GET_RW_HINT -> "F_GET_RW_HINT";
      case Abi.F_SET_RW_HINT -> "F_SET_RW_HINT";
      default -> null;
    };
  }

  /**
   * Makes the call.
   *
   * <p><b>Errors</b>, in order: EBADF; EBADF for a command that an {@code O_PATH} descriptor does
   * not have; EINVAL for an unknown command; those of the command.
   *
   * @param tasks the task with a pid, or null
   */
  public static int perform(Task task, Syscall call, IntFunction<@Nullable Task> tasks) {
    int fd = call.intArg(0);
    int command = call.intArg(1);
    int arg = call.intArg(2);
    OpenFile file = task.fds().get(fd);
    if (file == null || (FdCalls.isPath(file) && !isForPath(command))) {
      return Errno.EBADF.negated();
    }
    return switch (command) {
      case Abi.F_DUPFD -> FdCalls.dupFrom(task, file, arg, false);
      case Abi.F_DUPFD_CLOEXEC -> FdCalls.dupFrom(task, file, arg, true);
      case Abi.F_DUPFD_QUERY -> sameFile(file, task.fds().get(arg));
      case Abi.F_CREATED_QUERY -> 0;
      case Abi.F_GETFD -> task.fds().closeOnExec(fd) ? Abi.FD_CLOEXEC : 0;
      case Abi.F_SETFD -> {
        task.fds().setCloseOnExec(fd, (arg & Abi.FD_CLOEXEC) != 0);
        yield 0;
      }
      case Abi.F_GETFL -> file.flags();
      case Abi.F_SETFL -> setfl(file, arg, task.cred());
      case Abi.F_GETOWN -> getown(file, tasks);
      case Abi.F_SETOWN -> setown(file, arg, task.cred(), tasks);
      case Abi.F_GETOWN_EX -> getownEx(file, call.mem(2), tasks);
      case Abi.F_SETOWN_EX -> setownEx(file, call.mem(2), task.cred(), tasks);
      case Abi.F_GETOWNER_UIDS -> ownerUids(file, call.mem(2), task.cred());
      case Abi.F_GETSIG -> owner(file).signal();
      case Abi.F_SETSIG -> setsig(file, arg);
      case Abi.F_GETLEASE -> F_UNLCK;
      case Abi.F_NOTIFY -> (arg & ~DN_MULTISHOT) == 0 ? 0 : Errno.ENOTDIR.negated();
      case Abi.F_GETPIPE_SZ ->
          file.payload() instanceof PipeSize pipe ? pipe.pipeSize() : Errno.EBADF.negated();
      case Abi.F_SETPIPE_SZ ->
          file.payload() instanceof PipeSize pipe
              ? pipe.setPipeSize(arg, task.cred().capable(Capability.CAP_SYS_RESOURCE))
              : Errno.EBADF.negated();
      case Abi.F_ADD_SEALS ->
          ((file.flags() & Abi.O_ACCMODE) == Abi.O_RDONLY ? Errno.EPERM : Errno.EINVAL).negated();
      default -> unknown(task, command);
    };
  }

  private static int unknown(Task task, int command) {
    String name = leftOut(command);
    if (name != null) {
      task.net().machine().leftOut("fcntl " + name + " is not simulated: it fails with EINVAL");
    }
    return Errno.EINVAL.negated();
  }

  /** {@code check_fcntl_cmd}. */
  private static boolean isForPath(int command) {
    return switch (command) {
      case Abi.F_CREATED_QUERY,
          Abi.F_DUPFD,
          Abi.F_DUPFD_CLOEXEC,
          Abi.F_DUPFD_QUERY,
          Abi.F_GETFD,
          Abi.F_SETFD,
          Abi.F_GETFL ->
          true;
      default -> false;
    };
  }

  private static int sameFile(OpenFile file, @Nullable OpenFile other) {
    if (other == null) {
      return Errno.EBADF.negated();
    }
    return file == other ? 1 : 0;
  }

  /**
   * F_SETFL: replaces those flags that can change.
   *
   * <p><b>Errors</b>, in order: EPERM for O_NOATIME on a file of another user without CAP_FOWNER,
   * EINVAL for O_DIRECT on a file that cannot do it, which no socket or file of {@code /proc} can.
   * O_ASYNC is only kept where there are signals to send.
   */
  static int setfl(OpenFile file, int arg, Cred cred) {
    boolean noatime = (arg & Abi.O_NOATIME) != 0 && (file.flags() & Abi.O_NOATIME) == 0;
    if (noatime && !ownerOrCapable(file, cred)) {
      return Errno.EPERM.negated();
    }
    if ((arg & Abi.O_DIRECT) != 0 && file.kind() != OpenFile.Kind.OTHER) {
      return Errno.EINVAL.negated();
    }
    boolean async = file.kind() == OpenFile.Kind.SOCKET || file.kind() == OpenFile.Kind.OTHER;
    int mask = async ? SETFL_MASK : SETFL_MASK & ~Abi.O_ASYNC;
    file.setFlags((file.flags() & ~mask) | (arg & mask));
    return 0;
  }

  private static boolean ownerOrCapable(OpenFile file, Cred cred) {
    boolean capable = (cred.effective() & Capability.CAP_FOWNER.bit()) != 0;
    return file.ownerUid() == cred.euid() || (capable && cred.userNs().hasUid(file.ownerUid()));
  }

  private static FileOwner owner(OpenFile file) {
    FileOwner owner = file.owner();
    return owner == null ? FileOwner.NOBODY : owner;
  }

  /** The pid of the owner if it is still there, else 0. */
  private static int livingPid(FileOwner owner, IntFunction<@Nullable Task> tasks) {
    Task task = owner.pid() == 0 ? null : tasks.apply(owner.pid());
    boolean there =
        switch (owner.type()) {
          case FileOwner.TID -> task != null;
          case FileOwner.PID -> task != null && task.tgid() == task.pid();
          default -> false;
        };
    return there ? owner.pid() : 0;
  }

  /** {@code f_getown}: the process that gets the signals of a file, 0 if there is none. */
  public static int getown(OpenFile file, IntFunction<@Nullable Task> tasks) {
    return livingPid(owner(file), tasks);
  }

  /** EINVAL for the least number, ESRCH; a negative one is a process group. */
  public static int setown(OpenFile file, int who, Cred cred, IntFunction<@Nullable Task> tasks) {
    if (who == Integer.MIN_VALUE) {
      return Errno.EINVAL.negated();
    }
    return setown(file, who < 0 ? FileOwner.PGRP : FileOwner.PID, Math.abs(who), cred, tasks);
  }

  private static int setown(
      OpenFile file, int type, int pid, Cred cred, IntFunction<@Nullable Task> tasks) {
    FileOwner was = owner(file);
    if (pid != 0 && tasks.apply(pid) == null) {
      file.setOwner(was);
      return Errno.ESRCH.negated();
    }
    int uid = pid == 0 ? was.uid() : cred.uid();
    int euid = pid == 0 ? was.euid() : cred.euid();
    file.setOwner(new FileOwner(type, pid, uid, euid, was.signal()));
    return 0;
  }

  private static int getownEx(OpenFile file, UserMem to, IntFunction<@Nullable Task> tasks) {
    if (!to.accessible(0, OWNER_BYTES)) {
      return Errno.EFAULT.negated();
    }
    to.putInt(0, owner(file).type());
    to.putInt(Integer.BYTES, livingPid(owner(file), tasks));
    return 0;
  }

  /** EFAULT, EINVAL for an unknown type, ESRCH. */
  private static int setownEx(
      OpenFile file, UserMem from, Cred cred, IntFunction<@Nullable Task> tasks) {
    if (!from.accessible(0, OWNER_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int type = from.getInt(0);
    return type < FileOwner.TID || type > FileOwner.PGRP
        ? Errno.EINVAL.negated()
        : setown(file, type, from.getInt(Integer.BYTES), cred, tasks);
  }

  private static int ownerUids(OpenFile file, UserMem to, Cred cred) {
    if (!to.accessible(0, OWNER_BYTES)) {
      return Errno.EFAULT.negated();
    }
    FileOwner owner = owner(file);
    to.putInt(0, cred.userNs().uidMap().fromKernel(owner.uid()));
    to.putInt(Integer.BYTES, cred.userNs().uidMap().fromKernel(owner.euid()));
    return 0;
  }

  private static int setsig(OpenFile file, int signal) {
    if (signal < 0 || signal > NSIG) {
      return Errno.EINVAL.negated();
    }
    file.setOwner(owner(file).withSignal(signal));
    return 0;
  }
}
