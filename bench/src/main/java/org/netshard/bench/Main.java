package org.netshard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** {@code netshard bench create}: creations and their memory, beside the live kernel. */
public final class Main {
  /** Slab bytes of a TCP socket, its inode, dentry and file on Linux 6.18. */
  private static final long LINUX_SOCKET_BYTES = 3_900;

  /** Kernel memory of an idle network namespace on Linux 6.18. */
  private static final long LINUX_NAMESPACE_BYTES = 220 * 1024;

  private Main() {}

  /** Runs the benchmark that the first argument names. */
  public static void main(String[] arguments) throws RunnerException, IOException {
    String asked = String.join(" ", arguments);
    if (asked.endsWith("--help")) {
      System.out.println(
          "netshard bench create: creations per second and bytes per socket and namespace, beside"
              + " the live kernel; about a minute");
      return;
    }
    if (!asked.equals("bench create")) {
      System.err.println("netshard bench: '" + asked + "' is not a benchmark; allowed: create");
      System.exit(2);
    }
    Map<String, Double> live = live();
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(CreateBenchmark.class.getName())
                    .forks(1)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    System.out.printf(Locale.ROOT, "%-34s %14s %14s %8s%n", "", "netshard", "live kernel", "ratio");
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      name = name.substring(name.lastIndexOf('.') + 1);
      double score = result.getPrimaryResult().getScore();
      Double beside = live.get(name.equals("unshareNewnet") ? "namespaces" : "sockets");
      line(name + "/s, " + result.getParams().getParam("kernels") + " kernels", score, beside);
    }
    Map<String, Long> bytes = HeapUse.measure();
    bytes.forEach(
        (what, each) ->
            line(
                what,
                each,
                (double) (what.contains("socket") ? LINUX_SOCKET_BYTES : LINUX_NAMESPACE_BYTES)));
  }

  private static void line(
      String what, double ours, @org.jspecify.annotations.Nullable Double live) {
    String beside = live == null || live == 0 ? "-" : String.format(Locale.ROOT, "%,.0f", live);
    String ratio =
        live == null || live == 0 ? "-" : String.format(Locale.ROOT, "%.2f", ours / live);
    System.out.printf(Locale.ROOT, "%-34s %,14.0f %14s %8s%n", what, ours, beside, ratio);
  }

  /** What the live kernel does on this machine; empty where there is no C compiler. */
  private static Map<String, Double> live() throws IOException {
    Map<String, Double> rates = new LinkedHashMap<>();
    Path folder = Files.createTempDirectory("netshard-bench");
    Path source = folder.resolve("live.c");
    try (InputStream in = Main.class.getResourceAsStream("live.c")) {
      if (in == null) {
        throw new IllegalStateException("live.c is not in the jar");
      }
      Files.copy(in, source);
    }
    String program = folder.resolve("live").toString();
    try {
      Process compiler =
          new ProcessBuilder("cc", "-O2", "-o", program, source.toString()).inheritIO().start();
      if (compiler.waitFor() == 0) {
        Process process = new ProcessBuilder(program).start();
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", 2);
            rates.put(words[0], Double.valueOf(words[1]));
          }
        }
      }
    } catch (IOException noCompiler) {
      System.err.println("no C compiler: the live kernel is not measured");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return rates;
  }
}
