package org.netshard.namespace.actor;

import java.util.ArrayDeque;
import java.util.List;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.Family;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.NsProxy;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The calls that make and end tasks, and change what they may do.
 *
 * <p><b>Source:</b> {@code kernel/fork.c}: {@code kernel_clone}; {@code kernel/exit.c}: {@code
 * do_exit}; {@code fs/exec.c}; {@code kernel/sys.c}: {@code do_prlimit}.
 */
final class ProcessCalls {
  private static final int RLIMIT_NOFILE = 7;
  private static final int RLIMIT_BYTES = 16;
  private static final int RLIM_NLIMITS = 16;
  private final KernelModel model;
  private final SocketCalls sockets;
  private final ArrayDeque<Task> ended = new ArrayDeque<>(1);
  private int lastChildPid;

  ProcessCalls(KernelModel model, SocketCalls sockets) {
    this.model = model;
    this.sockets = sockets;
  }

  int lastChildPid() {
    return lastChildPid;
  }

  /**
   * {@code fork}, {@code vfork}, {@code clone(flags, …)}, {@code clone3({flags=…}, size)}.
   *
   * <p><b>Errors:</b> those of {@link CloneFlags}, EINVAL for a thread that would be in another pid
   * namespace, those of {@code unshare} for the namespaces asked for, ENOMEM if the pid namespace
   * for children has ended.
   */
  long fork(Task parent, Syscall call) {
    long flags = CloneFlags.of(call);
    if (flags < 0) {
      return flags;
    }
    boolean thread = (flags & Abi.CLONE_THREAD) != 0;
    if (thread && parent.hasOtherPidNsForChildren()) {
      return Errno.EINVAL.negated();
    }
    boolean shareFiles = (flags & Abi.CLONE_FILES) != 0;
    int pid = model.nextPid();
    FdTable fds = shareFiles ? parent.fds().share() : parent.fds().copy();
    int tgid = thread ? parent.tgid() : pid;
    Task child = parent.child(pid, tgid, fds, CloneFlags.exitSignal(call, flags));
    long result = NsProxy.copyNamespaces(child, flags & NsProxy.NAMESPACES);
    if (result == 0 && CloneFlags.sharesSemaphores(flags)) {
      result = Errno.EINVAL.negated();
    }
    if (result == 0 && !child.enterPidNs()) {
      result = Errno.ENOMEM.negated();
    }
    if (result < 0) {
      child.leave();
      if (!thread) {
        child.family().leave();
      }
      return fds.leave() ? sockets.releaseAll(fds, result) : result;
    }
    model.add(child);
    lastChildPid = pid;
    return pid;
  }

  /** {@code getppid()}: init, if the parent is not simulated. */
  static long getppid(Task task) {
    Family family = task.familyIfAny();
    Family parent = family == null ? null : family.parent();
    return parent == null ? 1 : parent.pid();
  }

  /** {@code unshare(flags)}; see {@link NsProxy}. */
  long unshare(Task task, long flags) {
    return NsProxy.unshare(task, flags, model.threadsOf(task).isEmpty());
  }

  /** {@code exit}, {@code exit_group}: closes what nobody else uses, and ends the task. */
  long exit(Task task, Syscall call) {
    Family family = task.familyIfAny();
    int code = call.intArg(0);
    if (call.name() == SyscallName.EXIT_GROUP) {
      if (family != null) {
        family.exitsAll(code);
      }
      model.threadsOf(task).forEach(this::zap);
    } else if (family != null) {
      family.exits(task.pid() == task.tgid(), code);
    }
    end(task);
    if (model.threadsOf(task).isEmpty() && task.leavePidNs()) {
      List.copyOf(model.tasks().values()).stream().filter(task::sharesPidNs).forEach(this::zap);
    }
    return sockets.releaseQueued(0, this::notifyEnded);
  }

  /** Tells the parents of those processes that have ended, when all that they had is closed. */
  private void notifyEnded() {
    Task task;
    while ((task = ended.pollFirst()) != null) {
      model.exits().ended(task);
    }
  }

  /** Ends a task that does not end by itself ({@code zap_other_threads}, {@code zap_pid_ns}). */
  private void zap(Task task) {
    model.noteKilled(task.pid());
    if (task.familyIfAny() != null) {
      task.family().diesOf(Signal.SIGKILL);
    }
    end(task);
  }

  private void end(Task task) {
    task.leave();
    model.remove(task);
    if (task.fds().leave()) {
      sockets.addToRelease(task.fds());
    }
    if (task.familyIfAny() != null && model.threadGroup(task.tgid()).isEmpty()) {
      ended.addLast(task);
    }
  }

  /** Ends all tasks of a thread group, as a signal that kills does. */
  long kill(int tgid) {
    model.threadGroup(tgid).forEach(this::zap);
    return sockets.releaseQueued(0, this::notifyEnded);
  }

  /**
   * {@code execve(path, …)}: closes the descriptors with the close-on-exec flag, and gives the
   * process the credentials that the program has, and its name.
   */
  long execve(Task task, Syscall call) {
    task.unshareFds();
    task.execve(call.mem(0));
    FdTable fds = task.fds();
    for (int fd = fds.nextOpen(0); fd >= 0; fd = fds.nextOpen(fd + 1)) {
      if (fds.closeOnExec(fd)) {
        sockets.addToRelease(fds.take(fd));
      }
    }
    return sockets.releaseQueued(0);
  }

  /**
   * {@code prlimit64(pid, RLIMIT_NOFILE, new, old)}.
   *
   * <p><b>Errors:</b> EFAULT, ESRCH for a process that is not there, EPERM for one of another user
   * without CAP_SYS_RESOURCE, EINVAL for an unknown resource, EINVAL for a soft limit above the
   * hard one, EPERM for a hard limit above {@code fs.nr_open}, EPERM for one above the present
   * without CAP_SYS_RESOURCE, EFAULT.
   */
  long prlimit64(Task task, Syscall call) {
    UserMem wanted = call.mem(2);
    if (!wanted.isNull() && !wanted.accessible(0, RLIMIT_BYTES)) {
      return Errno.EFAULT.negated();
    }
    Task target = call.intArg(0) == 0 ? task : model.task(call.intArg(0));
    if (target == null) {
      return Errno.ESRCH.negated();
    }
    if (!mayLimit(task, target)) {
      return Errno.EPERM.negated();
    }
    int resource = call.intArg(1);
    if (resource < 0 || resource >= RLIM_NLIMITS) {
      return Errno.EINVAL.negated();
    }
    if (resource != RLIMIT_NOFILE) {
      model
          .machine()
          .leftOut(
              "resource limits but RLIMIT_NOFILE are not simulated: prlimit64 has no effect there");
    }
    int oldSoft = target.nofile();
    int oldHard = target.nofileHard();
    if (!wanted.isNull()) {
      long error = setLimit(task, target, resource, wanted.getLong(0), wanted.getLong(Long.BYTES));
      if (error != 0) {
        return error;
      }
    }
    UserMem old = call.mem(3);
    if (old.isNull()) {
      return 0;
    }
    if (!old.accessible(0, RLIMIT_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (resource == RLIMIT_NOFILE) {
      old.putLong(0, oldSoft);
      old.putLong(Long.BYTES, oldHard);
    }
    return 0;
  }

  /** {@code check_prlimit_permission}. */
  private static boolean mayLimit(Task task, Task target) {
    Cred cred = task.cred();
    Cred other = target.cred();
    boolean same =
        cred.uid() == other.euid()
            && cred.uid() == other.suid()
            && cred.uid() == other.uid()
            && cred.gid() == other.egid()
            && cred.gid() == other.sgid()
            && cred.gid() == other.gid();
    return task == target || same || cred.nsCapable(other.userNs(), Capability.CAP_SYS_RESOURCE);
  }

  private long setLimit(Task task, Task target, int resource, long soft, long hard) {
    if (Long.compareUnsigned(soft, hard) > 0) {
      return Errno.EINVAL.negated();
    }
    if (resource != RLIMIT_NOFILE) {
      return 0;
    }
    boolean tooMany = Long.compareUnsigned(hard, model.nrOpen()) > 0;
    boolean raised = Long.compareUnsigned(hard, target.nofileHard()) > 0;
    if (tooMany || (raised && !task.cred().capable(Capability.CAP_SYS_RESOURCE))) {
      return Errno.EPERM.negated();
    }
    target.setNofile((int) soft, (int) hard);
    model.threadsOf(target).forEach(thread -> thread.setNofile((int) soft, (int) hard));
    return 0;
  }
}
