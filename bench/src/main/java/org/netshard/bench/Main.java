package org.netshard.bench;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code netshard bench create}: creations and their memory, beside the live kernel.
 *
 * <p>Rates are measured in rounds, each with the live kernel right after the simulator, so that
 * both have the same neighbours on the machine; the ratio is the median of the rounds'. One kernel
 * is one thread and stands beside one process; many kernels use every core and stand beside a
 * process for each.
 */
public final class Main {
  private static final int ROUNDS = 3;
  private static final double NS_PER_SECOND = 1e9;
  private static final String JSON = "--json";

  /**
   * Slab bytes of a TCP socket with its inode, dentry and file: what {@code Slab} of {@code
   * /proc/meminfo} gained over 18,000 of them on Linux 6.18, on 2026-11-23.
   */
  private static final double LINUX_SOCKET_BYTES = 3_785;

  /** Memory of an idle namespace on Linux 6.18, as the project measured it at its design. */
  private static final double LINUX_NAMESPACE_BYTES = 220 * 1024;

  private Main() {}

  /** Runs the benchmark that the first argument names. */
  public static void main(String[] arguments) throws RunnerException, IOException {
    String asked = String.join(" ", arguments);
    if (asked.endsWith("--help")) {
      System.out.println(
          "netshard bench create [--json]: creations per second and bytes per socket and namespace,"
              + " beside the live kernel (namespaces need root); a minute and a half\n"
              + "netshard bench memcg [--json]: creations per second of a task in a memory cgroup,"
              + " beside one in the root cgroup, and a tree of 10,000 cgroups; one minute");
      return;
    }
    boolean json = asked.endsWith(" " + JSON);
    BenchReport report =
        switch (asked.replace(" " + JSON, "")) {
          case "bench create" -> create();
          case "bench memcg" -> memcg();
          default -> null;
        };
    if (report == null) {
      System.err.println(
          "netshard bench: '" + asked + "' is not a benchmark; allowed: create, memcg [--json]");
      System.exit(2);
      return;
    }
    System.out.print(json ? report.json() : report.table());
  }

  private static BenchReport create() throws RunnerException, IOException {
    LiveKernel live = LiveKernel.compile();
    int cores = Runtime.getRuntime().availableProcessors();
    BenchReport report = new BenchReport("netshard", "live kernel");
    for (int round = 0; round < ROUNDS; round++) {
      Collection<RunResult> results = jmh(CreateBenchmark.class);
      Collection<RunResult> unshares = jmh(UnshareBenchmark.class);
      Map<String, Double> beside = live.measure(cores);
      for (RunResult result : results) {
        boolean one = kernels(result).equals("1");
        double score = result.getPrimaryResult().getScore();
        report.add(
            "socket + close per second, " + kernelsText(result),
            score,
            beside.get(one ? LiveKernel.ONE : LiveKernel.ALL));
      }
      for (RunResult result : unshares) {
        report.add(
            "namespaces per second, " + kernelsText(result),
            result.getPrimaryResult().getScore(),
            beside.get(LiveKernel.NAMESPACES));
      }
    }
    for (RunResult result : jmh(HoldBenchmark.class)) {
      double ns = result.getPrimaryResult().getScore();
      report.add(
          "sockets held per second, " + kernelsText(result),
          HoldBenchmark.SOCKETS * NS_PER_SECOND / ns,
          null);
    }
    HeapUse.measure()
        .forEach(
            (what, each) ->
                report.add(
                    what,
                    each,
                    what.contains("socket") ? LINUX_SOCKET_BYTES : LINUX_NAMESPACE_BYTES));
    return report;
  }

  /** Rates of each iteration, in which all take turns. */
  private static BenchReport memcg() throws RunnerException {
    BenchReport report = new BenchReport("in cgroup", "in the root");
    for (RunResult result : jmh(MemcgBenchmark.class)) {
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
    Map<String, Result> counters = iteration.getSecondaryResults();
    return counters.get("sockets").getScore() * NS_PER_SECOND / counters.get(who).getScore();
  }

  private static Collection<RunResult> jmh(Class<?> benchmarks) throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(benchmarks.getName())
                .forks(1)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run();
  }

  private static String kernels(RunResult result) {
    return result.getParams().getParam("kernels");
  }

  private static String kernelsText(RunResult result) {
    return kernels(result).equals("1") ? "1 kernel" : kernels(result) + " kernels";
  }
}
