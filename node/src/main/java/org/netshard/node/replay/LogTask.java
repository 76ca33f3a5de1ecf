package org.netshard.node.replay;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Syscall;

/** One call of a process of a log, which may sleep while those of others go on. */
final class LogTask implements Program {
  private final String name;
  private @Nullable Step step;
  private final LongConsumer ended;

  /**
   * A call.
   *
   * @param name of the process, for messages
   * @param step the call
   * @param ended takes its result
   */
  LogTask(String name, Step step, LongConsumer ended) {
    this.name = name;
    this.step = step;
    this.ended = ended;
  }

  @Override
  public String name() {
    return name;
  }

  /** It is told what {@code strace} tells. */
  @Override
  public boolean seesRestarts() {
    return true;
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    Step next = step;
    step = null;
    return next;
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    ended.accept(result);
  }
}
