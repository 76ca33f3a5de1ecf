package org.netshard.namespace.load;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** A task of a workload: each step is a call, and what comes next is said when it has ended. */
abstract class LoadProgram implements Program {
  /** What the tasks of the workload count together. */
  final LoadStats stats;

  private final String name;
  private final int pid;
  private final long startNs;
  private @Nullable Step step;
  private Then then = this::ended;
  private boolean fatal;
  private boolean begun;

  /** What is done when a call has its result. */
  @FunctionalInterface
  interface Then {
    void done(KernelView kernel, Syscall call, long result, long nowNs);
  }

  LoadProgram(String name, int pid, long startNs, LoadStats stats) {
    this.name = name;
    this.pid = pid;
    this.startNs = startNs;
    this.stats = stats;
  }

  /** Makes the first call. */
  abstract void begin(long nowNs);

  @Override
  public final String name() {
    return name;
  }

  /** Number of the process. */
  final int pid() {
    return pid;
  }

  @Override
  public final @Nullable Step next(KernelView kernel, long nowNs) {
    if (!begun) {
      begun = true;
      begin(Math.max(nowNs, startNs));
    }
    return kernel.cred(pid) == null ? null : step;
  }

  @Override
  public final void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    step = null;
    if (fatal && Errno.isError(result)) {
      stats.failed(call.name(), result);
      kernel.warn(name + ": " + call.callName() + ": " + Errno.resultText(result));
      exit(nowNs);
    } else {
      then.done(kernel, call, result, nowNs);
    }
  }

  /** Makes a call, whose failure is one of the results that are reckoned with. */
  final void call(long atNs, Syscall call, Then next) {
    step = new Step(atNs, pid, call);
    then = next;
    fatal = false;
  }

  /** Makes a call, without whose success there is nothing more to do. */
  final void must(long atNs, Syscall call, Then next) {
    call(atNs, call, next);
    fatal = true;
  }

  /** Ends the process, and so closes all that it has open. */
  final void exit(long nowNs) {
    call(nowNs, Syscall.of(SyscallName.EXIT_GROUP, 0), this::ended);
  }

  private void ended(KernelView kernel, Syscall call, long result, long nowNs) {
    step = null;
  }
}
