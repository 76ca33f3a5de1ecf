package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Namespaces made per second, those before being cleaned up. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class UnshareBenchmark {
  /** Namespaces of one invocation, over all kernels. */
  static final int CALLS = 100_000;

  /** How many kernels share the work. */
  @Param("1")
  public int kernels = 1;

  private @Nullable KernelGroup group;

  /** Starts the kernels. */
  @Setup
  public void start() {
    group = KernelGroup.start(kernels);
  }

  /** Ends them. */
  @TearDown
  public void stop() {
    running().close();
  }

  /** {@code unshare(CLONE_NEWNET)}, the former namespace being cleaned up. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void unshareNewnet() {
    running()
        .run(
            () ->
                new RepeatedCalls(
                    Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET), CALLS / kernels));
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernels have not been started");
    }
    return started;
  }
}
