package org.netshard.bench;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A kernel that is there from the first round of a benchmark to the last one. */
@State(Scope.Benchmark)
public abstract class OneKernel {
  private @Nullable KernelGroup group;

  /** For subclasses. */
  protected OneKernel() {}

  /** Starts the kernel. */
  @Setup
  public void start() {
    group = KernelGroup.start(1);
  }

  /** Ends it. */
  @TearDown
  public void stop() {
    running().close();
  }

  /** The kernel. */
  final KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernel has not been started");
    }
    return started;
  }
}
