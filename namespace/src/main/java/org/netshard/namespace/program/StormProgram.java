package org.netshard.namespace.program;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/** The {@code socket-storm} workload: sockets at a rate, each held or closed before the next. */
public final class StormProgram implements Program {
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final StormSpec spec;
  private final int pid;
  private final Syscall socket;
  private long made;
  private int openFd = -1;
  private @Nullable Syscall closeCall;

  /** The workload, run by the task with this pid. */
  public StormProgram(StormSpec spec, int pid) {
    this.spec = spec;
    this.pid = pid;
    this.socket = Syscall.socket(spec.family(), spec.type(), spec.protocol());
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (openFd >= 0) {
      return new Step(nowNs, pid, close(openFd));
    }
    if (made == spec.count()) {
      return null;
    }
    return new Step(dueNs(), pid, socket);
  }

  /** When the next socket is due: the n-th comes n/rate seconds after the start, without drift. */
  private long dueNs() {
    if (spec.perSecond() == 0) {
      return spec.startNs();
    }
    long seconds = made / spec.perSecond();
    long rest = made % spec.perSecond();
    return spec.startNs() + seconds * NS_PER_SECOND + rest * NS_PER_SECOND / spec.perSecond();
  }

  private Syscall close(int fd) {
    Syscall call = closeCall;
    if (call == null || call.intArg(0) != fd) {
      call = Syscall.close(fd);
      closeCall = call;
    }
    return call;
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    if (call == socket) {
      made++;
      openFd = !spec.hold() && !Errno.isError(result) ? (int) result : -1;
    } else {
      openFd = -1;
    }
  }
}
