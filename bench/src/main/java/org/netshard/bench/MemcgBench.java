package org.netshard.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code netshard bench memcg}: creations of a task in a memory cgroup, beside one in the root
 * cgroup in the same round, so that both have the same neighbours on the machine; and a large tree.
 */
final class MemcgBench {
  private static final int ROUNDS = 5;

  private MemcgBench() {}

  static BenchReport run() throws RunnerException {
    BenchReport report = new BenchReport("in cgroup", "in the root");
    for (int round = 1; round <= ROUNDS; round++) {
      System.err.printf("netshard bench: round %d of %d%n", round, ROUNDS);
      Map<String, Double> rates = new LinkedHashMap<>();
      for (RunResult result : rates()) {
        rates.put(result.getParams().getParam("cgroup"), result.getPrimaryResult().getScore());
      }
      Double root = rates.get("/");
      rates.forEach(
          (cgroup, rate) -> {
            if (!cgroup.equals("/")) {
              report.add("socket + close per second, " + cgroup, rate, root);
            }
          });
    }
    CgroupTreeUse.measure().forEach((what, each) -> report.add(what, each, null));
    return report;
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
