package org.netshard.node.packetdrill;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Syscall;

/** A program that makes one call, and tells what came of it. */
final class OneCall implements Program {
  private final String name;
  private final int pid;
  private final Ended ended;
  private @Nullable Syscall call;

  /** Who is told of the result. */
  @FunctionalInterface
  interface Ended {
    void ended(Syscall made, long result);
  }

  /**
   * A call.
   *
   * @param name for messages
   * @param pid who makes it
   * @param ended who is told of the result
   */
  OneCall(String name, int pid, Syscall call, Ended ended) {
    this.name = name;
    this.pid = pid;
    this.call = call;
    this.ended = ended;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    Syscall made = call;
    call = null;
    return made == null ? null : new Step(nowNs, pid, made);
  }

  @Override
  public void completed(KernelView kernel, Syscall made, long result, long nowNs) {
    ended.ended(made, result);
  }
}
