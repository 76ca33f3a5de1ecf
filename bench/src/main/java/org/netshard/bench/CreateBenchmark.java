package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** Creations through the whole actor path, per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class CreateBenchmark {
  /** Sockets of one invocation, over all kernels. */
  static final int CALLS = 100_000;

  /** How many kernels share the work. */
  @Param({"1", "100"})
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

  /** {@code close(socket(AF_INET, SOCK_STREAM, 0))}. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void socketAndClose() {
    running().run(() -> RepeatedCalls.sockets(CALLS / kernels, false));
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernels have not been started");
    }
    return started;
  }
}
