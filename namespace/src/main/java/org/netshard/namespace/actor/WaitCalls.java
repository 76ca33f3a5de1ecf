package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.ExitNotify;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.Family;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.cred.Cred;

/**
 * The calls that wait for children.
 *
 * <p><b>Source:</b> {@code kernel/exit.c}: {@code kernel_wait4}, {@code kernel_waitid_prepare},
 * {@code do_wait}, {@code eligible_child}, {@code wait_task_zombie}.
 *
 * <p><b>Differs from Linux:</b> process groups are not simulated: 0 stands for all children, and a
 * group for the child of its number. No child stops or goes on, and none has used time.
 */
final class WaitCalls {
  private static final int WNOHANG = 1;
  private static final int WUNTRACED = 2;
  private static final int WEXITED = 4;
  private static final int WCONTINUED = 8;
  private static final int WNOWAIT = 0x0100_0000;
  private static final int WNOTHREAD = 0x2000_0000;
  private static final int WALL = 0x4000_0000;
  private static final int WCLONE = 0x8000_0000;
  private static final int ALL_KINDS = WNOTHREAD | WALL | WCLONE;
  private static final int WAIT4_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED | ALL_KINDS;
  private static final int EVENTS = WEXITED | WUNTRACED | WCONTINUED;
  private static final int WAITID_OPTIONS = WNOHANG | WNOWAIT | EVENTS | ALL_KINDS;
  private static final int P_ALL = 0;
  private static final int P_PID = 1;
  private static final int P_PGID = 2;
  private static final int P_PIDFD = 3;
  private static final int RUSAGE_BYTES = 144;
  private static final int SIGINFO_BYTES = 28;
  private static final int CLD_EXITED = 1;
  private static final int CLD_KILLED = 2;
  private static final int ANY = -1;

  private final KernelModel model;
  private final Call call;

  WaitCalls(KernelModel model, Call call) {
    this.model = model;
    this.call = call;
  }

  /**
   * {@code wait4(pid, wstatus, options, rusage)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown options, ESRCH for a group that no number names,
   * ECHILD, a signal; EFAULT, when the child is gone already.
   */
  long wait4(Task task, Syscall asked) {
    int pid = asked.intArg(0);
    int options = asked.intArg(2);
    if ((options & ~WAIT4_OPTIONS) != 0) {
      return Errno.EINVAL.negated();
    }
    if (pid == Integer.MIN_VALUE) {
      return Errno.ESRCH.negated();
    }
    int wanted = pid == 0 ? ANY : pid < ANY ? -pid : pid;
    long found = await(task, wanted, options | WEXITED);
    Family child = reaped;
    if (found <= 0 || child == null) {
      return found;
    }
    UserMem status = asked.mem(1);
    if (!status.isNull()) {
      if (!status.accessible(0, Integer.BYTES)) {
        return Errno.EFAULT.negated();
      }
      status.putInt(0, child.status());
    }
    return usage(asked.mem(3), found);
  }

  /** What the child has used, which is nothing. */
  private static long usage(UserMem rusage, long result) {
    if (rusage.isNull()) {
      return result;
    }
    if (!rusage.accessible(0, RUSAGE_BYTES)) {
      return Errno.EFAULT.negated();
    }
    rusage.put(0, new byte[RUSAGE_BYTES], RUSAGE_BYTES);
    return result;
  }

  /**
   * {@code waitid(which, pid, info, options, rusage)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown options or none of what is waited for, EINVAL
   * for whom, ECHILD, a signal; EFAULT, when the child is gone already.
   */
  long waitid(Task task, Syscall asked) {
    int options = asked.intArg(3);
    if ((options & ~WAITID_OPTIONS) != 0 || (options & EVENTS) == 0) {
      return Errno.EINVAL.negated();
    }
    int id = asked.intArg(1);
    int wanted =
        switch (asked.intArg(0)) {
          case P_ALL -> ANY;
          case P_PID -> id <= 0 ? 0 : id;
          case P_PGID -> id < 0 ? 0 : id == 0 ? ANY : id;
          case P_PIDFD -> 0;
          default -> 0;
        };
    if (wanted == 0) {
      return Errno.EINVAL.negated();
    }
    long found = await(task, wanted, options);
    if (found < 0) {
      return found;
    }
    Family child = found == 0 ? null : reaped;
    UserMem info = asked.mem(2);
    if (!info.isNull() && !putInfo(task, info, child)) {
      return Errno.EFAULT.negated();
    }
    return child == null ? 0 : usage(asked.mem(4), 0);
  }

  private static boolean putInfo(Task task, UserMem info, @Nullable Family child) {
    if (!info.accessible(0, SIGINFO_BYTES)) {
      return false;
    }
    boolean exited = child != null && (child.status() & 0x7f) == 0;
    info.putInt(0, child == null ? 0 : Signal.SIGCHLD);
    info.putInt(4, 0);
    info.putInt(8, child == null ? 0 : exited ? CLD_EXITED : CLD_KILLED);
    info.putInt(16, child == null ? 0 : child.pid());
    Cred cred = child == null ? null : child.cred();
    info.putInt(20, cred == null ? 0 : task.cred().userNs().seenUid(cred.uid()));
    info.putInt(24, child == null ? 0 : exited ? child.status() >> 8 : child.status() & 0x7f);
    return true;
  }

  private @Nullable Family reaped;

  /** {@code do_wait}: the pid of a child that has ended, 0 for none yet, or why not. */
  private long await(Task task, int wanted, int options) {
    Family family = task.familyIfAny();
    boolean any = false;
    if (family != null) {
      for (Family child : family.children()) {
        if (!isEligible(child, wanted, options)) {
          continue;
        }
        any = true;
        if ((options & WEXITED) != 0 && ExitNotify.canBeReaped(child)) {
          reaped = child;
          if ((options & WNOWAIT) == 0) {
            model.exits().release(child);
          }
          return child.pid();
        }
      }
    }
    if (family == null || !any) {
      return Errno.ECHILD.negated();
    }
    if ((options & WNOHANG) != 0) {
      return 0;
    }
    Progress progress = call.progress();
    if (progress.interrupted()) {
      return Progress.ERESTARTSYS;
    }
    progress.join(family.waitQueue(), false);
    return progress.sleepUntil(Long.MAX_VALUE);
  }

  private static boolean isEligible(Family child, int wanted, int options) {
    if (wanted != ANY && wanted != child.pid()) {
      return false;
    }
    boolean clone = child.exitSignal() != Signal.SIGCHLD;
    return (options & WALL) != 0 || clone == ((options & WCLONE) != 0);
  }
}
