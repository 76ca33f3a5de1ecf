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

/**
 * Messages of 64 bytes between tasks of one kernel: round trips of one pair, of which each is four
 * calls, two sleeps and over UDP two packets; and the messages of 10,000 pairs at once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class TalkBenchmark {
  /** Round trips of one invocation; of pairs, messages. */
  static final int TRIPS = 1_000_000;

  private static final int PAIRS = 10_000;

  /** Round trips over one connection: few enough for a short invocation, then repeated. */
  private static final int TRIPS_AT_ONCE = 50_000;

  /** {@code udp} or {@code unix} between two tasks, or {@code pairs}. */
  @Param({"udp", "unix", "pairs"})
  public String pattern = "udp";

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

  /** All messages from the beginning of the tasks to their end. */
  @Benchmark
  @OperationsPerInvocation(TRIPS)
  public void roundTrips() {
    switch (pattern) {
      case "pairs" -> running().run(() -> Talk.unixPairs(PAIRS, TRIPS / PAIRS / 2));
      case "unix" -> {
        for (int done = 0; done < TRIPS; done += TRIPS_AT_ONCE) {
          running().run(() -> Talk.unixPairs(1, TRIPS_AT_ONCE));
        }
      }
      default -> {
        for (int done = 0; done < TRIPS; done += TRIPS_AT_ONCE) {
          running().run(() -> Talk.udp(TRIPS_AT_ONCE));
        }
      }
    }
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernel has not been started");
    }
    return started;
  }
}
