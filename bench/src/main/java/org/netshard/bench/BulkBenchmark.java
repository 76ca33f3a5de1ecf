package org.netshard.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** A gibibyte over one connection of TCP between two tasks, 64 KiB a write. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 3)
public class BulkBenchmark extends OneKernel {
  private static final int WRITES_A_MEBIBYTE = (1 << 20) / Talk.BULK_BYTES;

  /** Mebibytes that are sent. */
  @Param("1024")
  public int mebibytes = 1024;

  /** From the first task to the end of the last one. */
  @Benchmark
  public void send() {
    Talk.bulk(mebibytes * WRITES_A_MEBIBYTE).runOn(running());
  }
}
