package org.netshard.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * Measures the live kernel right after each iteration of the simulator, so that both have the same
 * neighbours on the machine.
 */
public final class LiveProfiler implements InternalProfiler {
  /** What the live kernel's rate is called among an iteration's results. */
  static final String LIVE = "live";

  private final String what;
  private final Path program;

  /**
   * Called by JMH, by reflection.
   *
   * @param line what to measure, a space, and the program that does
   */
  public LiveProfiler(String line) {
    int space = line.indexOf(' ');
    what = line.substring(0, space);
    program = Path.of(line.substring(space + 1));
  }

  @Override
  public String getDescription() {
    return "the live kernel, after each iteration";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    if (iteration.getType() == IterationType.WARMUP) {
      return List.of();
    }
    try {
      Double rate = LiveKernel.measure(program, what);
      return rate == null
          ? List.of()
          : List.of(new ScalarResult(LIVE, rate, "ops/s", AggregationPolicy.AVG));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
