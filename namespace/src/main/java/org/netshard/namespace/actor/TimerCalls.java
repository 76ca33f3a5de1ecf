package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.TimerFd;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * Timers behind descriptors.
 *
 * <p><b>Source:</b> {@code fs/timerfd.c}: {@code timerfd_create}, {@code do_timerfd_settime},
 * {@code do_timerfd_gettime}.
 *
 * <p><b>Differs from Linux:</b> the clocks of the day and of the machine show virtual time alike, a
 * moment of the day that has passed long since is over at once, and nobody sets the clock.
 */
final class TimerCalls {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_BOOTTIME = 7;
  private static final int CLOCK_REALTIME_ALARM = 8;
  private static final int CLOCK_BOOTTIME_ALARM = 9;
  private static final int TIMER_ABSTIME = 1;
  private static final int TIMER_CANCEL_ON_SET = 2;
  private static final int SPEC_BYTES = 32;
  private static final int VALUE = 16;
  private static final long NS_PER_SEC = 1_000_000_000L;
  private static final long SECONDS_MAX = Long.MAX_VALUE / NS_PER_SEC / 4;

  private final KernelModel model;
  private final PollCalls files;

  TimerCalls(KernelModel model, PollCalls files) {
    this.model = model;
    this.files = files;
  }

  /**
   * {@code timerfd_create(clockid, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL; those of a new file.
   */
  long create(Task task, int clock, int flags) {
    boolean known =
        switch (clock) {
          case CLOCK_REALTIME,
              CLOCK_MONOTONIC,
              CLOCK_BOOTTIME,
              CLOCK_REALTIME_ALARM,
              CLOCK_BOOTTIME_ALARM ->
              true;
          default -> false;
        };
    if (!known || (flags & ~(Abi.O_CLOEXEC | Abi.O_NONBLOCK)) != 0) {
      return Errno.EINVAL.negated();
    }
    boolean realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
    return files.install(task, new TimerFd(model.events(), realtime), flags);
  }

  /**
   * {@code timerfd_settime(fd, flags, new, old)}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EINVAL for flags and times, EBADF, EINVAL if it is no such
   * timer, EFAULT.
   */
  long settime(Task task, Syscall asked) {
    UserMem wanted = asked.mem(2);
    if (!wanted.accessible(0, SPEC_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int flags = asked.intArg(1);
    if ((flags & ~(TIMER_ABSTIME | TIMER_CANCEL_ON_SET)) != 0
        || isBad(wanted, 0)
        || isBad(wanted, VALUE)) {
      return Errno.EINVAL.negated();
    }
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    if (!(file.payload() instanceof TimerFd timer)) {
      return Errno.EINVAL.negated();
    }
    long nowNs = model.machine().nowNs();
    long left = timer.leftNs(nowNs);
    long interval = timer.intervalNs();
    long value = ns(wanted, VALUE);
    long end = (flags & TIMER_ABSTIME) != 0 ? Math.max(value, nowNs) : nowNs + value;
    timer.set(value == 0 ? Long.MAX_VALUE : end, value == 0 ? 0 : ns(wanted, 0));
    UserMem old = asked.mem(3);
    return old.isNull() ? 0 : put(old, interval, left);
  }

  /**
   * {@code timerfd_gettime(fd, current)}.
   *
   * <p><b>Errors</b>, in order: EBADF, EINVAL if it is no such timer, EFAULT.
   */
  long gettime(Task task, Syscall asked) {
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    if (!(file.payload() instanceof TimerFd timer)) {
      return Errno.EINVAL.negated();
    }
    return put(asked.mem(1), timer.intervalNs(), timer.leftNs(model.machine().nowNs()));
  }

  private static @Nullable OpenFile file(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? null : file;
  }

  private static boolean isBad(UserMem mem, int at) {
    long ns = mem.getLong(at + 8);
    return mem.getLong(at) < 0 || ns < 0 || ns >= NS_PER_SEC;
  }

  private static long ns(UserMem mem, int at) {
    return Math.min(mem.getLong(at), SECONDS_MAX) * NS_PER_SEC + mem.getLong(at + 8);
  }

  private static long put(UserMem mem, long intervalNs, long leftNs) {
    if (!mem.accessible(0, SPEC_BYTES)) {
      return Errno.EFAULT.negated();
    }
    mem.putLong(0, intervalNs / NS_PER_SEC);
    mem.putLong(8, intervalNs % NS_PER_SEC);
    mem.putLong(VALUE, leftNs / NS_PER_SEC);
    mem.putLong(VALUE + 8, leftNs % NS_PER_SEC);
    return 0;
  }
}
