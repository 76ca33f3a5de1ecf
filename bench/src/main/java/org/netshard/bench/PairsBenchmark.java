package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Pairs of UNIX stream sockets that exchange 100 messages each, all at the same time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class PairsBenchmark {
  /** Messages of a pair, half of them answers. */
  static final int MESSAGES = 100;

  /** How many pairs there are. */
  @Param("10000")
  public int pairs = 10_000;

  private @Nullable KernelGroup group;

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

  /** From the first task of the first pair to the end of the last one. */
  @Benchmark
  public void exchange() {
    Talk.unixPairs(pairs, MESSAGES / 2).runOn(running());
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernel has not been started");
    }
    return started;
  }
}
