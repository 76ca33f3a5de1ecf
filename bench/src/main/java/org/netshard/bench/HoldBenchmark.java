package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Creations whose sockets stay open, each needing an actor of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 3)
public class HoldBenchmark {
  /** Sockets of one shot, over all kernels. */
  static final int SOCKETS = 100_000;

  /** How many kernels share the work. */
  @Param({"1", "100"})
  public int kernels = 1;

  private @Nullable KernelGroup group;

  /** Starts kernels that hold nothing yet. */
  @Setup(Level.Iteration)
  public void start() {
    group = KernelGroup.start(kernels);
  }

  /** Ends them and all they hold. */
  @TearDown(Level.Iteration)
  public void stop() {
    running().close();
    group = null;
  }

  /** {@code socket(AF_INET, SOCK_STREAM, 0)}, {@link #SOCKETS} times. */
  @Benchmark
  public void socketHeld() {
    running().run(() -> RepeatedCalls.sockets(SOCKETS / kernels, true));
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernels have not been started");
    }
    return started;
  }
}
