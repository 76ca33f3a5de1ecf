package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.Epoll;
import org.netshard.namespace.anon.EventFd;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.anon.Pipe;
import org.netshard.namespace.anon.Pollable;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.WaitQueue;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * The calls that make files without names, and those that wait for several files.
 *
 * <p><b>Source:</b> {@code fs/pipe.c}: {@code do_pipe2}; {@code fs/eventfd.c}: {@code do_eventfd};
 * {@code fs/eventpoll.c}: {@code do_epoll_create}, {@code do_epoll_ctl}, {@code do_epoll_wait}.
 */
final class PollCalls {
  private static final int O_DIRECT = 0x4000;
  private static final int PIPE_FLAGS = Abi.O_CLOEXEC | Abi.O_NONBLOCK | O_DIRECT;
  private static final int EFD_SEMAPHORE = 1;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EP_MAX_EVENTS = Integer.MAX_VALUE / EPOLL_EVENT_BYTES;
  private static final long NS_PER_MS = 1_000_000;

  private final KernelModel model;
  private final Call call;

  PollCalls(KernelModel model, Call call) {
    this.model = model;
    this.call = call;
  }

  /**
   * {@code pipe2(pipefd, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, ENFILE, ENOMEM, EMFILE, EFAULT.
   */
  long pipe2(Task task, UserMem pipefd, int flags) {
    if ((flags & ~PIPE_FLAGS) != 0) {
      return Errno.EINVAL.negated();
    }
    Pipe pipe = new Pipe((flags & O_DIRECT) != 0);
    int status = flags & (Abi.O_NONBLOCK | O_DIRECT);
    OpenFile writeEnd = file(task, pipe.writeEnd(), Abi.O_WRONLY | status);
    if (writeEnd == null) {
      return allocError;
    }
    OpenFile readEnd = file(task, pipe.readEnd(), Abi.O_RDONLY | status);
    if (readEnd == null) {
      drop(writeEnd);
      return allocError;
    }
    int first = task.fds().lowestFree(0, task.nofile());
    int second = first < 0 ? first : task.fds().lowestFree(first + 1, task.nofile());
    if (second < 0 || !SocketCalls.putFds(pipefd, first, second)) {
      drop(readEnd);
      drop(writeEnd);
      return second < 0 ? second : Errno.EFAULT.negated();
    }
    task.fds().install(first, readEnd, (flags & Abi.O_CLOEXEC) != 0);
    task.fds().install(second, writeEnd, (flags & Abi.O_CLOEXEC) != 0);
    return 0;
  }

  private int allocError;

  /** A file that nobody has a descriptor for yet; null if there is no room for it. */
  private @Nullable OpenFile file(Task task, FileOps ops, int flags) {
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    allocError = model.allocFile(task.cred(), objcg, OpenFile.Kind.ANON);
    return allocError < 0
        ? null
        : new OpenFile(
            OpenFile.Kind.ANON, flags, ops, task.cred().euid(), task.cred().egid(), objcg);
  }

  private void drop(OpenFile file) {
    model.releaseFile(file);
  }

  /** Gives a task a descriptor for a file without a name. */
  long install(Task task, FileOps ops, int flags) {
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd < 0) {
      return fd;
    }
    OpenFile file = file(task, ops, Abi.O_RDWR | (flags & Abi.O_NONBLOCK));
    if (file == null) {
      return allocError;
    }
    task.fds().install(fd, file, (flags & Abi.O_CLOEXEC) != 0);
    return fd;
  }

  /** {@code eventfd2(initval, flags)}. <b>Errors</b>, in order: EINVAL, EMFILE, ENFILE, ENOMEM. */
  long eventfd2(Task task, int count, int flags) {
    if ((flags & ~EventFd.FLAGS) != 0) {
      return Errno.EINVAL.negated();
    }
    boolean semaphore = (flags & EFD_SEMAPHORE) != 0;
    return install(task, new EventFd(Integer.toUnsignedLong(count), semaphore), flags);
  }

  /** {@code epoll_create(size)}. <b>Errors:</b> EINVAL, then as {@link #epollCreate1}. */
  long epollCreate(Task task, int size) {
    return size <= 0 ? Errno.EINVAL.negated() : epollCreate1(task, 0);
  }

  /** {@code epoll_create1(flags)}. <b>Errors</b>, in order: EINVAL, EMFILE, ENFILE, ENOMEM. */
  long epollCreate1(Task task, int flags) {
    return (flags & ~Abi.O_CLOEXEC) != 0
        ? Errno.EINVAL.negated()
        : install(task, new Epoll(), flags);
  }

  /**
   * {@code epoll_ctl(epfd, op, fd, event)}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EBADF, EPERM, EINVAL if {@code epfd} is no such set; then
   * those of {@link Epoll#control}.
   */
  long epollCtl(Task task, Syscall asked) {
    int op = asked.intArg(1);
    int fd = asked.intArg(2);
    UserMem event = asked.mem(3);
    boolean hasEvent = op != EPOLL_CTL_DEL;
    if (hasEvent && !event.accessible(0, EPOLL_EVENT_BYTES)) {
      return Errno.EFAULT.negated();
    }
    OpenFile set = open(task, asked.intArg(0));
    OpenFile file = open(task, fd);
    if (set == null || file == null) {
      return Errno.EBADF.negated();
    }
    if (Pollable.waitQueue(file) == null) {
      return Errno.EPERM.negated();
    }
    if (set == file || !(set.payload() instanceof Epoll epoll)) {
      return Errno.EINVAL.negated();
    }
    return epoll.control(
        op, fd, file, hasEvent ? event.getInt(0) : 0, hasEvent ? event.getLong(Integer.BYTES) : 0);
  }

  private static @Nullable OpenFile open(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? null : file;
  }

  /**
   * {@code epoll_wait(epfd, events, maxevents, timeout)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a number of events below 1 or absurd, EFAULT, EBADF,
   * EINVAL if it is no such set, EINTR.
   */
  long epollWait(Task task, Syscall asked) {
    int max = asked.intArg(2);
    if (max <= 0 || max > EP_MAX_EVENTS) {
      return Errno.EINVAL.negated();
    }
    OpenFile set = open(task, asked.intArg(0));
    if (set == null) {
      return Errno.EBADF.negated();
    }
    if (!(set.payload() instanceof Epoll epoll)) {
      return Errno.EINVAL.negated();
    }
    int sent = epoll.send(asked.mem(1), max);
    if (sent != 0) {
      return sent;
    }
    return sleep(asked.intArg(3), epoll.waitQueue());
  }

  /** Sleeps in a queue, or tells that the time is over with 0. */
  private long sleep(int timeoutMs, WaitQueue queue) {
    Progress progress = call.progress();
    if (timeoutMs == 0 || (progress.slept() && model.machine().nowNs() >= progress.deadlineNs())) {
      return 0;
    }
    if (progress.interrupted()) {
      return Errno.EINTR.negated();
    }
    progress.join(queue, true);
    return progress.sleepUntil(until(timeoutMs));
  }

  private long until(int timeoutMs) {
    return timeoutMs < 0 ? Long.MAX_VALUE : model.machine().nowNs() + timeoutMs * NS_PER_MS;
  }

  /**
   * {@code epoll_pwait(epfd, events, maxevents, timeout, sigmask, sigsetsize)}.
   *
   * <p><b>Errors</b>, in order: EINVAL and EFAULT for the mask; those of {@link #epollWait}.
   */
  long epollPwait(Task task, Syscall asked) {
    int masked = SelectCalls.mask(task, asked.mem(4), asked.arg(5));
    return masked < 0 ? masked : epollWait(task, asked);
  }
}
