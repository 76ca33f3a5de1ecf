package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.Pollable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.WaitQueue;

/**
 * The calls that wait for several files at once.
 *
 * <p>A time that is over is written back as what is left of it, as Linux does, whatever the call
 * returns.
 *
 * <p><b>Source:</b> {@code fs/select.c}: {@code do_sys_poll}, {@code core_sys_select}, {@code
 * do_select}, {@code do_pselect}, {@code poll_select_finish}; {@code kernel/signal.c}: {@code
 * set_user_sigmask}.
 */
final class SelectCalls {
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS = 4;
  private static final int REVENTS = 6;
  private static final int FDS_MIN = 64;
  private static final int SIGSET_BYTES = 8;
  private static final int TIME_BYTES = 16;
  private static final long NS_PER_SEC = 1_000_000_000L;
  private static final long NS_PER_MS = 1_000_000;
  private static final long NS_PER_US = 1000;
  private static final long US_PER_SEC = 1_000_000;

  /** A time that is longer than virtual time goes. */
  private static final long SECONDS_MAX = Long.MAX_VALUE / NS_PER_SEC / 2;

  private static final int IN_SET = Poll.RDNORM | Poll.RDBAND | Poll.IN | Poll.HUP | Poll.ERR;
  private static final int OUT_SET = Poll.WRBAND | Poll.WRNORM | Poll.OUT | Poll.ERR;
  private static final int EX_SET = Poll.PRI;
  private static final int[] SETS = {IN_SET, OUT_SET, EX_SET};

  private static final long NO_LIMIT = -1;

  private final KernelModel model;
  private final Call call;

  SelectCalls(KernelModel model, Call call) {
    this.model = model;
    this.call = call;
  }

  /**
   * {@code poll(fds, nfds, timeout)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for more files than the task may have, EFAULT; {@link
   * Progress#ERESTART_RESTARTBLOCK}.
   */
  long poll(Task task, Syscall asked) {
    int timeoutMs = asked.intArg(2);
    long limit = timeoutMs < 0 ? NO_LIMIT : timeoutMs * NS_PER_MS;
    return poll(task, asked, limit, Progress.ERESTART_RESTARTBLOCK);
  }

  /**
   * {@code ppoll(fds, nfds, time, sigmask, sigsetsize)}.
   *
   * <p><b>Errors</b>, in order: EFAULT and EINVAL for the time, EINVAL and EFAULT for the mask;
   * those of {@link #poll}; {@link Progress#ERESTARTNOHAND}.
   */
  long ppoll(Task task, Syscall asked) {
    long limit = limit(asked.mem(2), false);
    if (limit < NO_LIMIT) {
      return limit;
    }
    int masked = mask(task, asked.mem(3), asked.arg(4));
    if (masked < 0) {
      return masked;
    }
    return finish(poll(task, asked, limit, Progress.ERESTARTNOHAND), asked.mem(2), limit, false);
  }

  /**
   * A time that a program gives.
   *
   * @param timeval whether it is in microseconds
   * @return nanoseconds, {@link #NO_LIMIT}, or an error below that
   */
  private static long limit(UserMem time, boolean timeval) {
    if (time.isNull()) {
      return NO_LIMIT;
    }
    if (!time.accessible(0, TIME_BYTES)) {
      return Errno.EFAULT.negated();
    }
    long seconds = time.getLong(0);
    long ns = time.getLong(8);
    if (timeval) {
      seconds += ns / US_PER_SEC;
      ns = ns % US_PER_SEC * NS_PER_US;
    }
    if (seconds < 0 || ns < 0 || ns >= NS_PER_SEC) {
      return Errno.EINVAL.negated();
    }
    return Math.min(seconds, SECONDS_MAX) * NS_PER_SEC + ns;
  }

  /** {@code set_user_sigmask}. */
  static int mask(Task task, UserMem mask, long size) {
    if (mask.isNull()) {
      return 0;
    }
    if (size != SIGSET_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!mask.accessible(0, SIGSET_BYTES)) {
      return Errno.EFAULT.negated();
    }
    task.signals().blockForCall(mask.getLong(0));
    return 0;
  }

  /** {@code poll_select_finish}: writes what is left of the time. */
  private long finish(long result, UserMem time, long limitNs, boolean timeval) {
    if (result == Progress.WAIT || limitNs == NO_LIMIT || !time.accessible(0, TIME_BYTES)) {
      return result;
    }
    Progress progress = call.progress();
    long end = progress.slept() ? progress.deadlineNs() : model.machine().nowNs() + limitNs;
    long left = limitNs == 0 ? 0 : Math.max(0, end - model.machine().nowNs());
    time.putLong(0, left / NS_PER_SEC);
    time.putLong(8, timeval ? left % NS_PER_SEC / NS_PER_US : left % NS_PER_SEC);
    return result;
  }

  private long poll(Task task, Syscall asked, long limitNs, int interrupted) {
    UserMem fds = asked.mem(0);
    long count = asked.arg(1) & 0xffff_ffffL;
    if (count > task.nofile()) {
      return Errno.EINVAL.negated();
    }
    int bytes = (int) count * POLLFD_BYTES;
    if (!fds.accessible(0, bytes)) {
      return Errno.EFAULT.negated();
    }
    int ready = 0;
    for (int at = 0; at < bytes; at += POLLFD_BYTES) {
      int mask = mask(task, fds.getInt(at), fds.getShort(at + EVENTS));
      fds.putShort(at + REVENTS, mask);
      ready += mask != 0 ? 1 : 0;
    }
    if (ready > 0 || isOver(limitNs)) {
      return ready;
    }
    if (call.progress().interrupted()) {
      return interrupted;
    }
    for (int at = 0; at < bytes; at += POLLFD_BYTES) {
      join(open(task, fds.getInt(at)));
    }
    return sleep(limitNs);
  }

  private static int mask(Task task, int fd, int events) {
    if (fd < 0) {
      return 0;
    }
    OpenFile file = open(task, fd);
    return file == null ? Poll.NVAL : Pollable.poll(file) & (events | Poll.ERR | Poll.HUP);
  }

  private static @Nullable OpenFile open(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? null : file;
  }

  private boolean isOver(long limitNs) {
    Progress progress = call.progress();
    return limitNs == 0 || (progress.slept() && model.machine().nowNs() >= progress.deadlineNs());
  }

  private void join(@Nullable OpenFile file) {
    WaitQueue queue = file == null ? null : Pollable.waitQueue(file);
    if (queue != null) {
      call.progress().join(queue, false);
    }
  }

  private long sleep(long limitNs) {
    boolean forever = limitNs == NO_LIMIT;
    return call.progress().sleepUntil(forever ? Long.MAX_VALUE : model.machine().nowNs() + limitNs);
  }

  /**
   * {@code select(n, in, out, ex, time)}.
   *
   * <p><b>Errors</b>, in order: EFAULT and EINVAL for the time, EINVAL for a number below 0, EFAULT
   * for the sets, EBADF, {@link Progress#ERESTARTNOHAND}.
   */
  long select(Task task, Syscall asked) {
    long limit = limit(asked.mem(4), true);
    return limit < NO_LIMIT ? limit : finish(select(task, asked, limit), asked.mem(4), limit, true);
  }

  /**
   * {@code pselect6(n, in, out, ex, time, {sigmask, sigsetsize})}.
   *
   * <p><b>Errors</b>, in order: EFAULT for the structure of the mask, EFAULT and EINVAL for the
   * time, EINVAL and EFAULT for the mask; those of {@link #select}.
   */
  long pselect6(Task task, Syscall asked) {
    UserMem pack = asked.mem(5);
    if (!pack.isNull() && !pack.accessible(0, TIME_BYTES)) {
      return Errno.EFAULT.negated();
    }
    long limit = limit(asked.mem(4), false);
    if (limit < NO_LIMIT) {
      return limit;
    }
    int masked = pack.isNull() ? 0 : mask(task, pack.pointer(0), pack.getLong(8));
    if (masked < 0) {
      return masked;
    }
    return finish(select(task, asked, limit), asked.mem(4), limit, false);
  }

  private long select(Task task, Syscall asked, long limitNs) {
    int asks = asked.intArg(0);
    if (asks < 0) {
      return Errno.EINVAL.negated();
    }
    int count = Math.min(asks, tableSize(task));
    int bytes = (count + 63) / 64 * 8;
    UserMem[] sets = {asked.mem(1), asked.mem(2), asked.mem(3)};
    long[][] wanted = new long[SETS.length][];
    for (int i = 0; i < SETS.length; i++) {
      if (!sets[i].isNull() && !sets[i].accessible(0, bytes)) {
        return Errno.EFAULT.negated();
      }
      wanted[i] = words(sets[i], bytes, count);
    }
    for (int fd = 0; fd < count; fd++) {
      if (isIn(fd, wanted) && open(task, fd) == null) {
        return Errno.EBADF.negated();
      }
    }
    long[][] found = new long[SETS.length][bytes / 8];
    int ready = 0;
    for (int fd = 0; fd < count; fd++) {
      OpenFile file = isIn(fd, wanted) ? open(task, fd) : null;
      ready += file == null ? 0 : look(fd, Pollable.poll(file), wanted, found);
    }
    if (ready > 0 || isOver(limitNs)) {
      write(sets, found);
      return ready;
    }
    if (call.progress().interrupted()) {
      return Progress.ERESTARTNOHAND;
    }
    for (int fd = 0; fd < count; fd++) {
      if (isIn(fd, wanted)) {
        join(open(task, fd));
      }
    }
    return sleep(limitNs);
  }

  /** How many descriptors the table has room for ({@code fdt->max_fds}, {@code alloc_fdtable}). */
  private static int tableSize(Task task) {
    int used = Math.max(FDS_MIN, task.fds().capacity());
    return used == Integer.highestOneBit(used) ? used : Integer.highestOneBit(used) << 1;
  }

  private static long[] words(UserMem set, int bytes, int count) {
    long[] words = new long[bytes / 8];
    for (int i = 0; i < words.length && !set.isNull(); i++) {
      int beyond = (i + 1) * 64 - count;
      words[i] = set.getLong(i * 8) & (beyond > 0 ? -1L >>> beyond : -1L);
    }
    return words;
  }

  private static boolean isIn(int fd, long[][] sets) {
    long bit = 1L << fd;
    int word = fd >> 6;
    return ((sets[0][word] | sets[1][word] | sets[2][word]) & bit) != 0;
  }

  private static int look(int fd, int mask, long[][] wanted, long[][] found) {
    int ready = 0;
    for (int i = 0; i < SETS.length; i++) {
      long bit = 1L << fd;
      if ((wanted[i][fd >> 6] & bit) != 0 && (mask & SETS[i]) != 0) {
        found[i][fd >> 6] |= bit;
        ready++;
      }
    }
    return ready;
  }

  private static void write(UserMem[] sets, long[][] found) {
    for (int i = 0; i < sets.length; i++) {
      for (int word = 0; word < found[i].length && !sets[i].isNull(); word++) {
        sets[i].putLong(word * 8, found[i][word]);
      }
    }
  }
}
