package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.Family;
import org.netshard.namespace.task.SignalHandlers;
import org.netshard.namespace.task.SignalHandlers.Action;
import org.netshard.namespace.task.Signals;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The calls that send signals and say what is to be done for them.
 *
 * <p><b>Source:</b> {@code kernel/signal.c}: {@code do_sigaction}, {@code sigprocmask}, {@code
 * kill_something_info}, {@code check_kill_permission}, {@code do_tkill}; {@code
 * kernel/time/itimer.c}: {@code do_setitimer}, {@code alarm_setitimer}.
 *
 * <p><b>Differs from Linux:</b> process groups are not simulated, so that {@code kill} of one is
 * ESRCH; of the timers only {@code ITIMER_REAL} runs, as a task here needs no time of a CPU.
 */
final class SignalCalls {
  private static final int SIGSET_BYTES = 8;
  private static final int ACTION_BYTES = 32;
  private static final int TIMERVAL_BYTES = 32;
  private static final int ITIMER_REAL = 0;
  private static final int ITIMER_PROF = 2;
  private static final int SIG_BLOCK = 0;
  private static final int SIG_UNBLOCK = 1;
  private static final int SIG_SETMASK = 2;
  private static final long NS_PER_SEC = 1_000_000_000L;
  private static final long NS_PER_US = 1000;
  private static final long US_PER_SEC = 1_000_000;

  private final KernelModel model;

  SignalCalls(KernelModel model) {
    this.model = model;
  }

  /**
   * {@code rt_sigaction(sig, act, oldact, sigsetsize)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for the size, EFAULT, EINVAL for the signal, EFAULT.
   */
  static long rtSigaction(Task task, Syscall asked) {
    UserMem act = asked.mem(1);
    UserMem old = asked.mem(2);
    int signal = asked.intArg(0);
    if (asked.arg(3) != SIGSET_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!act.isNull() && !act.accessible(0, ACTION_BYTES)) {
      return Errno.EFAULT.negated();
    }
    boolean fixed = signal == Signal.SIGKILL || signal == Signal.SIGSTOP;
    if (signal < 1 || signal > Signal.MAX || (!act.isNull() && fixed)) {
      return Errno.EINVAL.negated();
    }
    SignalHandlers handlers = task.signals().handlers();
    Action before = handlers.action(signal);
    if (!act.isNull()) {
      long mask = act.getLong(24) & ~(Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP));
      handlers.setAction(signal, new Action(act.getLong(0), act.getLong(8), mask, act.getLong(16)));
    }
    if (!old.isNull()) {
      if (!old.accessible(0, ACTION_BYTES)) {
        return Errno.EFAULT.negated();
      }
      old.putLong(0, before.handler());
      old.putLong(8, before.flags());
      old.putLong(16, before.restorer());
      old.putLong(24, before.mask());
    }
    return 0;
  }

  /**
   * {@code rt_sigprocmask(how, set, oldset, sigsetsize)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for the size, EFAULT, EINVAL for how, EFAULT.
   */
  long rtSigprocmask(Task task, Syscall asked) {
    UserMem set = asked.mem(1);
    UserMem old = asked.mem(2);
    if (asked.arg(3) != SIGSET_BYTES) {
      return Errno.EINVAL.negated();
    }
    Signals signals = task.signals();
    long before = signals.blocked();
    if (!set.isNull()) {
      if (!set.accessible(0, SIGSET_BYTES)) {
        return Errno.EFAULT.negated();
      }
      long bits = set.getLong(0);
      switch (asked.intArg(0)) {
        case SIG_BLOCK -> signals.setBlocked(before | bits);
        case SIG_UNBLOCK -> signals.setBlocked(before & ~bits);
        case SIG_SETMASK -> signals.setBlocked(bits);
        default -> {
          return Errno.EINVAL.negated();
        }
      }
    }
    if (!old.isNull()) {
      if (!old.accessible(0, SIGSET_BYTES)) {
        return Errno.EFAULT.negated();
      }
      old.putLong(0, before);
    }
    return 0;
  }

  /**
   * {@code kill(pid, sig)}.
   *
   * <p><b>Errors</b>, in order: ESRCH, EINVAL for the signal, EPERM.
   */
  long kill(Task task, int pid, int signal) {
    if (pid <= 0) {
      model.machine().leftOut("kill of process groups is not simulated: it fails with ESRCH");
      return Errno.ESRCH.negated();
    }
    Task target = model.task(pid);
    if (target == null) {
      return killZombie(task, model.exits().zombie(pid), signal);
    }
    return send(task, target, signal, true);
  }

  /** A process that has ended is there until somebody waits for it, and no signal does anything. */
  private static long killZombie(Task task, @Nullable Family zombie, int signal) {
    Cred target = zombie == null ? null : zombie.cred();
    if (target == null) {
      return Errno.ESRCH.negated();
    }
    if (signal < 0 || signal > Signal.MAX) {
      return Errno.EINVAL.negated();
    }
    return mayKill(task.cred(), target) ? 0 : Errno.EPERM.negated();
  }

  /**
   * {@code tgkill(tgid, tid, sig)}, and {@code tkill} with 0 for any process.
   *
   * <p><b>Errors</b>, in order: EINVAL for numbers of no task, ESRCH, EINVAL for the signal, EPERM.
   */
  long tgkill(Task task, int tgid, int tid, int signal) {
    if (tid <= 0 || tgid < 0) {
      return Errno.EINVAL.negated();
    }
    Task target = model.task(tid);
    if (target == null || (tgid > 0 && target.tgid() != tgid)) {
      return Errno.ESRCH.negated();
    }
    return send(task, target, signal, false);
  }

  private long send(Task task, Task target, int signal, boolean process) {
    if (signal < 0 || signal > Signal.MAX) {
      return Errno.EINVAL.negated();
    }
    if (task.tgid() != target.tgid() && !mayKill(task.cred(), target.cred())) {
      return Errno.EPERM.negated();
    }
    if (signal != 0) {
      model.sendSignal(target, signal, process);
    }
    return 0;
  }

  /** {@code kill_ok_by_cred}. */
  private static boolean mayKill(Cred cred, Cred target) {
    return cred.euid() == target.suid()
        || cred.euid() == target.uid()
        || cred.uid() == target.suid()
        || cred.uid() == target.uid()
        || cred.nsCapable(target.userNs(), Capability.CAP_KILL);
  }

  /** {@code alarm(seconds)}: the seconds that were left of the last one, rounded, at least 1. */
  long alarm(Task task, long seconds) {
    long left = leftNs(task.signals().handlers());
    long ns = Math.min(seconds & 0xffff_ffffL, Integer.MAX_VALUE) * NS_PER_SEC;
    start(task, ns, 0);
    long whole = left / NS_PER_SEC;
    long rest = left % NS_PER_SEC;
    boolean up = rest >= NS_PER_SEC / 2 || (whole == 0 && rest >= NS_PER_US);
    return up ? whole + 1 : whole;
  }

  private long leftNs(SignalHandlers handlers) {
    long end = handlers.timerNs();
    return end == Long.MAX_VALUE ? 0 : Math.max(NS_PER_US, end - model.machine().nowNs());
  }

  private void start(Task task, long ns, long intervalNs) {
    SignalHandlers handlers = task.signals().handlers();
    if (ns == 0) {
      handlers.setTimer(Long.MAX_VALUE, 0);
      return;
    }
    long end = model.machine().nowNs() + ns;
    handlers.setTimer(end, intervalNs);
    model.events().later(end, () -> timerEnds(task.tgid(), handlers, end));
  }

  /** {@code it_real_fn}. */
  private void timerEnds(int tgid, SignalHandlers handlers, long end) {
    Task leader = model.task(tgid);
    if (handlers.timerNs() != end || leader == null || leader.signals().handlers() != handlers) {
      return;
    }
    if (handlers.timerIntervalNs() > 0) {
      start(leader, handlers.timerIntervalNs(), handlers.timerIntervalNs());
    } else {
      handlers.setTimer(Long.MAX_VALUE, 0);
    }
    model.sendSignal(leader, Signal.SIGALRM, true);
  }

  /**
   * {@code setitimer(which, new, old)}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EINVAL for the times, EINVAL for which, EFAULT.
   */
  long setitimer(Task task, Syscall asked) {
    UserMem wanted = asked.mem(1);
    if (!wanted.isNull() && !wanted.accessible(0, TIMERVAL_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (!wanted.isNull() && (isBad(wanted, 0) || isBad(wanted, 16))) {
      return Errno.EINVAL.negated();
    }
    int which = asked.intArg(0);
    if (which < ITIMER_REAL || which > ITIMER_PROF) {
      return Errno.EINVAL.negated();
    }
    long left = 0;
    long interval = 0;
    if (which == ITIMER_REAL) {
      SignalHandlers handlers = task.signals().handlers();
      left = leftNs(handlers);
      interval = handlers.timerIntervalNs();
      start(task, wanted.isNull() ? 0 : ns(wanted, 16), wanted.isNull() ? 0 : ns(wanted, 0));
    } else {
      model.machine().leftOut("setitimer of other timers than ITIMER_REAL has no effect");
    }
    UserMem old = asked.mem(2);
    if (old.isNull()) {
      return 0;
    }
    if (!old.accessible(0, TIMERVAL_BYTES)) {
      return Errno.EFAULT.negated();
    }
    put(old, 0, interval);
    put(old, 16, left);
    return 0;
  }

  private static boolean isBad(UserMem mem, int at) {
    long us = mem.getLong(at + 8);
    return mem.getLong(at) < 0 || us < 0 || us >= US_PER_SEC;
  }

  private static long ns(UserMem mem, int at) {
    long seconds = Math.min(mem.getLong(at), Integer.MAX_VALUE);
    return seconds * NS_PER_SEC + mem.getLong(at + 8) * NS_PER_US;
  }

  private static void put(UserMem mem, int at, long ns) {
    mem.putLong(at, ns / NS_PER_SEC);
    mem.putLong(at + 8, ns % NS_PER_SEC / NS_PER_US);
  }
}
