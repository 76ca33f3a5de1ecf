package org.netshard.bench;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.load.StormProgram;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/** One call a number of times, by task 1. */
final class RepeatedCalls implements Program {
  private final Syscall call;
  private long left;

  RepeatedCalls(Syscall call, long times) {
    this.call = call;
    this.left = times;
  }

  /** Sockets made, and each closed before the next unless they are held. */
  static Program sockets(long count, boolean hold) {
    StormSpec storm =
        new StormSpec(
            "storm",
            "init",
            "/",
            0,
            0,
            0,
            0,
            count,
            Distribution.ZERO,
            Distribution.ZERO,
            Abi.AF_INET,
            Abi.SOCK_STREAM,
            0,
            hold);
    return new StormProgram(storm, 1, new LoadStats("storm", StormSpec.KIND), 0);
  }

  @Override
  public String name() {
    return call.name().kernelName();
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    return left-- > 0 ? new Step(nowNs, 1, call) : null;
  }

  @Override
  public void completed(KernelView kernel, Syscall made, long result, long nowNs) {
    if (Errno.isError(result)) {
      throw new IllegalStateException(made + " = " + Errno.resultText(result));
    }
  }
}
