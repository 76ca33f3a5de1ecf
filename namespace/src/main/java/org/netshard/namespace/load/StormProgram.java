package org.netshard.namespace.load;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/** The {@code socket-storm} workload: sockets at a rate, each held or closed before the next. */
public final class StormProgram implements Program {
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final StormSpec spec;
  private final int pid;
  private final LoadStats stats;
  private final Syscall socket;
  private final long perSecond;
  private final @Nullable Schedule schedule;
  private long made;
  private long begunNs;
  private int openFd = -1;
  private @Nullable Syscall closeCall;

  /**
   * The workload.
   *
   * @param pid the task that runs it
   * @param stats what is counted
   * @param seed the task's seed
   */
  public StormProgram(StormSpec spec, int pid, LoadStats stats, long seed) {
    this.spec = spec;
    this.pid = pid;
    this.stats = stats;
    this.perSecond = (long) spec.rate().first();
    boolean even = spec.rate().isConstant() && spec.thinkNs().isZero();
    this.schedule = even ? null : new Schedule(spec.rate(), spec.thinkNs(), new Draw(seed));
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
    long dueNs = schedule == null ? dueNs() : schedule.next(Math.max(nowNs, spec.startNs()));
    begunNs = Math.max(nowNs, dueNs);
    return new Step(dueNs, pid, socket);
  }

  /** When the next socket is due: the n-th comes n/rate seconds after the start, without drift. */
  private long dueNs() {
    if (perSecond == 0) {
      return spec.startNs();
    }
    long seconds = made / perSecond;
    long rest = made % perSecond;
    return spec.startNs() + seconds * NS_PER_SECOND + rest * NS_PER_SECOND / perSecond;
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
      stats.sent();
      if (Errno.isError(result)) {
        stats.failed(call.name(), result);
      } else {
        stats.received(nowNs - begunNs, 0, nowNs);
      }
      openFd = !spec.hold() && !Errno.isError(result) ? (int) result : -1;
    } else {
      openFd = -1;
    }
  }
}
