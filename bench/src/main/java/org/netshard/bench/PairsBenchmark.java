package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Pairs of UNIX stream sockets that exchange 100 messages each, all at the same time. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class PairsBenchmark extends OneKernel {
  /** Messages of a pair, half of them answers. */
  static final int MESSAGES = 100;

  /** How many pairs there are. */
  @Param("10000")
  public int pairs = 10_000;

  /** From the first task of the first pair to the end of the last one. */
  @Benchmark
  public void exchange() {
    Talk.unixPairs(pairs, MESSAGES / 2).runOn(running());
  }
}
