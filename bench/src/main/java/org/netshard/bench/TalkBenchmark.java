package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Round trips of 64 bytes between two tasks of one kernel, of which each is four calls, two sleeps
 * and over UDP two packets; over TCP also with a connection for each.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class TalkBenchmark extends OneKernel {
  /** Round trips of one invocation. */
  static final int TRIPS = 200_000;

  /** Round trips over one connection: few enough for a short invocation, then repeated. */
  private static final int TRIPS_AT_ONCE = 50_000;

  /** {@code udp}, {@code unix}, {@code tcp} or {@code connect}. */
  @Param({"udp", "unix", "tcp", "connect"})
  public String pattern = "udp";

  /** All messages from the beginning of the tasks to their end. */
  @Benchmark
  @OperationsPerInvocation(TRIPS)
  public void roundTrips() {
    for (int done = 0; done < TRIPS; done += TRIPS_AT_ONCE) {
      talk().runOn(running());
    }
  }

  private Talk talk() {
    return switch (pattern) {
      case "udp" -> Talk.udp(TRIPS_AT_ONCE);
      case "unix" -> Talk.unixPairs(1, TRIPS_AT_ONCE);
      case "tcp" -> Talk.tcp(TRIPS_AT_ONCE);
      case "connect" -> Talk.connections(TRIPS_AT_ONCE);
      default -> throw new IllegalArgumentException(pattern);
    };
  }
}
