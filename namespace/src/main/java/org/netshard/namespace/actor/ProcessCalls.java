package org.netshard.namespace.actor;

import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.CredCalls;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.NsProxy;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

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
  private static final long CLONE_NAMESPACES =
      Abi.CLONE_NEWNS
          | Abi.CLONE_NEWCGROUP
          | Abi.CLONE_NEWUTS
          | Abi.CLONE_NEWIPC
          | Abi.CLONE_NEWPID
          | Abi.CLONE_NEWUSER
          | Abi.CLONE_NEWNET;

  private final KernelModel model;
  private final SocketCalls sockets;
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
   * <p><b>Errors:</b> EFAULT for the arguments of clone3, EINVAL for flags that contradict each
   * other, then those of {@code unshare} for the namespaces asked for.
   */
  long fork(Task parent, Syscall call) {
    long flags = 0;
    if (call.name() == SyscallName.CLONE) {
      flags = call.arg(0);
    } else if (call.name() == SyscallName.CLONE3) {
      if (!call.mem(0).accessible(0, Long.BYTES)) {
        return Errno.EFAULT.negated();
      }
      flags = call.mem(0).getLong(0);
    }
    if (contradictory(flags)) {
      return Errno.EINVAL.negated();
    }
    boolean thread = (flags & Abi.CLONE_THREAD) != 0;
    boolean shareFiles = (flags & Abi.CLONE_FILES) != 0;
    int pid = model.nextPid();
    FdTable fds = shareFiles ? parent.fds().share() : parent.fds().copy();
    Task child = parent.child(pid, thread ? parent.tgid() : pid, fds);
    long result = NsProxy.copyNamespaces(child, flags & CLONE_NAMESPACES);
    if (result < 0) {
      child.leave();
      return fds.leave() ? sockets.releaseAll(fds, result) : result;
    }
    model.add(child);
    lastChildPid = pid;
    return pid;
  }

  private static boolean contradictory(long flags) {
    boolean thread = (flags & Abi.CLONE_THREAD) != 0;
    boolean sighand = (flags & Abi.CLONE_SIGHAND) != 0;
    boolean vm = (flags & Abi.CLONE_VM) != 0;
    return (thread && !sighand)
        || (sighand && !vm)
        || (thread && (flags & (Abi.CLONE_NEWUSER | Abi.CLONE_NEWPID)) != 0);
  }

  /** {@code unshare(flags)}; see {@link NsProxy}. */
  long unshare(Task task, long flags) {
    return NsProxy.unshare(task, flags, model.threadsOf(task).isEmpty());
  }

  /** {@code exit}, {@code exit_group}: closes what nobody else uses, and ends the task. */
  long exit(Task task, Syscall call) {
    if (call.name() == SyscallName.EXIT_GROUP) {
      for (Task other : model.threadsOf(task)) {
        end(other);
      }
    }
    FdTable fds = task.fds();
    boolean last = end(task);
    return last ? sockets.releaseAll(fds, 0) : 0;
  }

  private boolean end(Task task) {
    task.leave();
    model.remove(task);
    return task.fds().leave();
  }

  /** Ends all tasks of a thread group, as a signal that kills does. */
  long kill(int tgid) {
    long result = 0;
    for (Task task : model.threadGroup(tgid)) {
      model.noteKilled(task.pid());
      FdTable fds = task.fds();
      if (end(task)) {
        result = sockets.releaseAll(fds, 0);
      }
    }
    return result;
  }

  /** {@code execve(…)}: closes the descriptors with the close-on-exec flag. */
  long execve(Task task, Syscall call) {
    task.unshareFds();
    task.setCred(CredCalls.execve(task.cred()));
    task.dropMemory();
    FdTable fds = task.fds();
    for (int fd = 0; fd < fds.capacity(); fd++) {
      OpenFile file = fds.get(fd);
      if (file != null && fds.closeOnExec(fd)) {
        fds.remove(fd);
        sockets.addToRelease(file);
      }
    }
    return sockets.releaseQueued(0);
  }

  /**
   * {@code prlimit64(0, RLIMIT_NOFILE, new, old)}.
   *
   * <p><b>Errors:</b> EINVAL for an unknown resource, EFAULT, ESRCH for another process that is not
   * there, EINVAL for a soft limit above the hard one, EPERM for a hard limit above {@code
   * fs.nr_open}.
   */
  long prlimit64(Task task, Syscall call) {
    int resource = call.intArg(1);
    if (resource < 0 || resource >= RLIM_NLIMITS) {
      return Errno.EINVAL.negated();
    }
    UserMem wanted = call.mem(2);
    if (!wanted.isNull() && !wanted.accessible(0, RLIMIT_BYTES)) {
      return Errno.EFAULT.negated();
    }
    Task target = call.intArg(0) == 0 ? task : model.task(call.intArg(0));
    if (target == null) {
      return Errno.ESRCH.negated();
    }
    long soft = wanted.isNull() ? 0 : wanted.getLong(0);
    long hard = wanted.isNull() ? 0 : wanted.getLong(Long.BYTES);
    if (Long.compareUnsigned(soft, hard) > 0) {
      return Errno.EINVAL.negated();
    }
    if (resource == RLIMIT_NOFILE && !wanted.isNull() && hard > model.nrOpen()) {
      return Errno.EPERM.negated();
    }
    UserMem old = call.mem(3);
    if (!old.isNull()) {
      if (!old.accessible(0, RLIMIT_BYTES)) {
        return Errno.EFAULT.negated();
      }
      if (resource == RLIMIT_NOFILE) {
        old.putLong(0, target.nofile());
        old.putLong(Long.BYTES, target.nofileHard());
      }
    }
    if (resource == RLIMIT_NOFILE && !wanted.isNull()) {
      target.setNofile((int) soft, (int) hard);
    }
    return 0;
  }

  /** The calls that change credentials; see {@link CredCalls}. */
  long credentials(Task task, Syscall call) {
    return CredCalls.perform(task, call);
  }
}
