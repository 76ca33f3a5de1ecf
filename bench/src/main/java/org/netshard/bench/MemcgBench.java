package org.netshard.bench;

import java.util.Objects;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code netshard bench memcg}: creations of a task in a memory cgroup, beside one in the root
 * cgroup in turns, so that both have the same neighbours on the machine; and a large tree.
 */
final class MemcgBench {
  private static final double NS_PER_SECOND = 1e9;

  private MemcgBench() {}

  static BenchReport run() throws RunnerException {
    BenchReport report = new BenchReport("in cgroup", "in the root");
    for (RunResult result : rates()) {
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          double root = rate(iteration, "root");
          report.add("socket + close per second, /a", rate(iteration, "one"), root);
          report.add("socket + close per second, /a/b/c/d/e", rate(iteration, "five"), root);
        }
      }
    }
    CgroupTreeUse.measure().forEach((what, each) -> report.add(what, each, null));
    return report;
  }

  private static double rate(IterationResult iteration, String who) {
    return counter(iteration, "sockets") * NS_PER_SECOND / counter(iteration, who);
  }

  private static double counter(IterationResult iteration, String name) {
    return Objects.requireNonNull(iteration.getSecondaryResults().get(name), name).getScore();
  }

  private static Iterable<RunResult> rates() throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(MemcgBenchmark.class.getName())
                .forks(1)
                .jvmArgs(Main.jvmArguments())
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run();
  }
}
