package org.netshard.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code netshard bench create}: creations and their memory, beside the live kernel; {@code
 * netshard bench memcg}: what memory cgroups cost ({@link MemcgBench}); {@code netshard bench
 * talk}: messages between tasks ({@link TalkBenchmark}).
 *
 * <p>Rates are measured in rounds, each with the live kernel right after the simulator; the ratio
 * is the median of the rounds'. One kernel is one thread and stands beside one process; many
 * kernels use every core and stand beside a process for each.
 *
 * <p>Every step takes a time or a number of calls that is fixed, and fails if a kernel does not
 * answer; so the whole takes under a minute, or a few when the machine has other work.
 */
public final class Main {
  private static final double NS_PER_SECOND = 1e9;
  private static final String JSON = "--json";
  private static final String KERNELS = "kernels";
  private static final String ONE = "1";
  private static final String MANY = "100";
  private static final int STEPS = 6;

  /**
   * Slab bytes of a TCP socket with its inode, dentry and file: what {@code Slab} of {@code
   * /proc/meminfo} gained over 18,000 of them on Linux 6.18, on 2026-11-23.
   */
  private static final double LINUX_SOCKET_BYTES = 3_785;

  /** Memory of an idle namespace on Linux 6.18, as the project measured it at its design. */
  private static final double LINUX_NAMESPACE_BYTES = 220 * 1024;

  private final BenchReport report = new BenchReport("netshard", "live kernel");
  private final @Nullable Path live;
  private int steps;
  private int stepsAll = STEPS;

  private Main(@Nullable Path live) {
    this.live = live;
  }

  /** Runs the benchmark that the first argument names. */
  public static void main(String[] arguments) throws RunnerException, IOException {
    String asked = String.join(" ", arguments);
    if (asked.endsWith("--help")) {
      System.out.println(
          "netshard bench create [--json]: creations per second and bytes per socket and namespace,"
              + " beside the live kernel (namespaces need root); a minute\n"
              + "netshard bench memcg [--json]: creations per second of a task in a memory cgroup,"
              + " beside one in the root cgroup, and a tree of 10,000 cgroups; a minute\n"
              + "netshard bench talk [--json]: round trips of 64 bytes per second between two tasks,"
              + " beside two processes of the live kernel on one core, connections and MiB of TCP,"
              + " and messages of 10,000 pairs of UNIX sockets; two minutes");
      return;
    }
    boolean json = asked.endsWith(" " + JSON);
    String benchmark = asked.replace(" " + JSON, "");
    BenchReport report;
    if (benchmark.equals("bench memcg")) {
      report = MemcgBench.run();
    } else if (benchmark.equals("bench create")) {
      Main bench = new Main(LiveKernel.compile());
      bench.create();
      report = bench.report;
    } else if (benchmark.equals("bench talk")) {
      Main bench = new Main(LiveKernel.compile());
      bench.talk();
      report = bench.report;
    } else {
      System.err.println(
          "netshard bench: '"
              + asked
              + "' is not a benchmark; allowed: create, memcg, talk [--json]");
      System.exit(2);
      return;
    }
    System.out.print(json ? report.json() : report.table());
  }

  private void create() throws RunnerException {
    rates("socket + close per second, 1 kernel", CreateBenchmark.class, ONE, LiveKernel.ONE);
    rates("socket + close per second, 100 kernels", CreateBenchmark.class, MANY, LiveKernel.ALL);
    rates("namespaces per second, 1 kernel", UnshareBenchmark.class, ONE, LiveKernel.NAMESPACES);
    held("sockets held per second, 1 kernel", ONE);
    held("sockets held per second, 100 kernels", MANY);
    step("bytes of sockets, namespaces and kernels");
    HeapUse.measure()
        .forEach(
            (what, each) ->
                report.add(
                    what,
                    each,
                    what.contains("socket") ? LINUX_SOCKET_BYTES : LINUX_NAMESPACE_BYTES));
  }

  private void talk() throws RunnerException {
    stepsAll = 6;
    String udp = "udp";
    rates("UDP round trips per second", TalkBenchmark.class, "pattern", udp, LiveKernel.TALK_UDP);
    String unix = "unix";
    rates(
        "UNIX round trips per second", TalkBenchmark.class, "pattern", unix, LiveKernel.TALK_UNIX);
    rates("TCP round trips per second", TalkBenchmark.class, "pattern", "tcp", LiveKernel.TALK_TCP);
    rates(
        "TCP connections with one per second",
        TalkBenchmark.class,
        "pattern",
        "connect",
        LiveKernel.CONNECT_TCP);
    step("MiB of TCP per second");
    for (IterationResult round :
        rounds(BulkBenchmark.class, "mebibytes", "1024", LiveKernel.BULK_TCP)) {
      double seconds = round.getPrimaryResult().getScore() / NS_PER_SECOND;
      Result<?> rate = round.getSecondaryResults().get(LiveProfiler.LIVE);
      report.add("TCP, MiB per second", 1024 / seconds, rate == null ? null : rate.getScore());
    }
    step("milliseconds of 10,000 UNIX pairs with 100 messages each");
    for (IterationResult round : rounds(PairsBenchmark.class, "pairs", "10000", "")) {
      double ms = round.getPrimaryResult().getScore() * 1000 / NS_PER_SECOND;
      report.add("10,000 UNIX pairs, 100 messages each, ms", ms, null);
    }
  }

  private void step(String what) {
    steps++;
    System.err.printf("netshard bench: %d of %d, %s%n", steps, stepsAll, what);
  }

  private void rates(String what, Class<?> benchmark, String kernels, String beside)
      throws RunnerException {
    rates(what, benchmark, KERNELS, kernels, beside);
  }

  private void rates(String what, Class<?> benchmark, String parameter, String value, String beside)
      throws RunnerException {
    step(what);
    for (IterationResult round : rounds(benchmark, parameter, value, beside)) {
      Result<?> rate = round.getSecondaryResults().get(LiveProfiler.LIVE);
      report.add(what, round.getPrimaryResult().getScore(), rate == null ? null : rate.getScore());
    }
  }

  private void held(String what, String kernels) throws RunnerException {
    step(what);
    for (IterationResult round : rounds(HoldBenchmark.class, KERNELS, kernels, "")) {
      double ns = round.getPrimaryResult().getScore();
      report.add(what, HoldBenchmark.SOCKETS * NS_PER_SECOND / ns, null);
    }
  }

  private List<IterationResult> rounds(
      Class<?> benchmark, String parameter, String value, String beside) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.getName())
            .param(parameter, value)
            .forks(1)
            .jvmArgs(jvmArguments())
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (live != null && !beside.isEmpty()) {
      options.addProfiler(LiveProfiler.class, beside + " " + live);
    }
    List<IterationResult> rounds = new ArrayList<>();
    for (RunResult result : new Runner(options.build()).run()) {
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        rounds.addAll(fork.getIterationResults());
      }
    }
    return rounds;
  }

  /** This JVM's flags, but for the archive of classes: it was made for another class path. */
  static String[] jvmArguments() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.contains("SharedArchive"))
        .toArray(String[]::new);
  }
}
