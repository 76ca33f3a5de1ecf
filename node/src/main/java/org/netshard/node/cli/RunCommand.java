package org.netshard.node.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.spec.Observe;
import org.netshard.node.report.JsonReport;
import org.netshard.node.report.RunReport;
import org.netshard.node.report.SeriesCsv;
import org.netshard.node.report.TextReport;
import org.netshard.node.run.Nodes;
import org.netshard.node.run.RunFailure;
import org.netshard.node.run.RunOutcome;
import org.netshard.node.scenario.Scenario;
import org.netshard.node.scenario.ScenarioException;
import org.netshard.node.scenario.ScenarioReader;
import org.netshard.node.scenario.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netshard run}: runs a scenario and reports. */
@Command(
    name = "run",
    description = "Runs a scenario and tells what happened.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every expectation was met",
      "1:an expectation was not met, a kernel crashed, or the run did not come to its end",
      "2:the input is wrong"
    })
final class RunCommand implements Callable<Integer> {
  private static final String LEDGER = "ledger";
  private static final long SAMPLE_NS = 10_000_000;
  private static final int SAMPLES = 1000;
  private static final String JSON_FILE = "report.json";
  private static final String TEXT_FILE = "report.txt";
  private static final String CGROUPS_FILE = "cgroups.csv";
  private static final String SOCKETS_FILE = "sockets.csv";

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClusterOptions clusterOptions = new ClusterOptions();

  @Parameters(
      index = "0",
      paramLabel = "SCENARIO.yaml",
      description = "What to run; docs/scenario.md describes it.")
  private Path file = Path.of("");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of everything random, in place of the scenario's.")
  private @Nullable Long seed;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Runs on N cluster nodes in this JVM. Default 1.")
  private int nodes = 1;

  @Option(
      names = "--cluster",
      paramLabel = "HOST:PORT",
      description = "Joins the cluster of this `netshard node` and runs there. May be repeated.")
  private List<String> cluster = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Also writes report.json, report.txt, and memory over time as cgroups.csv and"
              + " sockets.csv into this folder.")
  private @Nullable Path out;

  @Option(
      names = "--sample",
      paramLabel = "TIME",
      description =
          "Virtual time between two rows of the CSV files, such as 10ms. Default is a thousandth of"
              + " the horizon, or 10ms without one.")
  private @Nullable String sample;

  @Option(
      names = "--check",
      paramLabel = "WHAT",
      description =
          "`ledger`: sums up all memory after each event and compares it with every counter; a"
              + " mismatch ends the kernel like any bug.")
  private List<String> checks = new ArrayList<>();

  @Option(
      names = "--pcap",
      paramLabel = "DIR",
      description =
          "Writes the packets of each kernel and namespace as KERNEL@NAMESPACE.pcapng into this"
              + " folder, on the node where the kernel runs. Nodes of --cluster must allow it with"
              + " `netshard.captures.within`.")
  private @Nullable Path pcap;

  @Option(names = "--json", description = "Prints the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws ScenarioException, RunFailure {
    checkOptions();
    Scenario scenario = ScenarioReader.read(file, StraceCalls.NOTATION);
    if (seed != null) {
      scenario = scenario.withSeed(seed);
    }
    String captures = pcap == null ? "" : pcap.toAbsolutePath().normalize().toString();
    scenario =
        scenario.observed(new Observe(checks.contains(LEDGER), sampleNs(scenario), captures));
    RunReport report = new RunReport(scenario, run(scenario));
    String jsonText = JsonReport.text(report);
    String text = TextReport.text(report);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? jsonText : text);
    stdout.flush();
    write(JSON_FILE, jsonText);
    write(TEXT_FILE, text);
    write(CGROUPS_FILE, SeriesCsv.cgroups(report.outcome().summary()));
    write(SOCKETS_FILE, SeriesCsv.sockets(report.outcome().summary()));
    if (report.outcome().summary().samplesCut()) {
      spec.commandLine().getErr().println("the CSV files are cut: choose a longer --sample");
    }
    return report.isGood() ? ExitCodes.GOOD : ExitCodes.DIFFERENT;
  }

  private void checkOptions() {
    if (nodes < 1 || nodes > Nodes.IN_PROCESS_MAX) {
      throw new BadInputException(
          "--nodes %d is out of range; allowed are 1 to %d".formatted(nodes, Nodes.IN_PROCESS_MAX));
    }
    if (seed != null && seed < 0) {
      throw new BadInputException("--seed %d is negative; allowed are 0 and above".formatted(seed));
    }
    if (!cluster.isEmpty() && spec.commandLine().getParseResult().hasMatchedOption("--nodes")) {
      throw new BadInputException("--nodes and --cluster cannot be given together");
    }
    if (cluster.isEmpty() && clusterOptions.isGiven()) {
      throw new BadInputException("--host and --config need --cluster");
    }
    for (String check : checks) {
      if (!check.equals(LEDGER)) {
        throw new BadInputException(
            "--check " + check + ": there is no such check; allowed: ledger");
      }
    }
    if (sample != null && out == null) {
      throw new BadInputException("--sample needs --out");
    }
    if (out != null) {
      checkOut(out);
    }
    if (pcap != null) {
      OutFolder.check("--pcap", pcap);
    }
  }

  /** Nothing is written before there is a report, so what can be wrong is looked for here. */
  private static void checkOut(Path folder) {
    OutFolder.check("--out", folder);
    for (String name : List.of(JSON_FILE, TEXT_FILE, CGROUPS_FILE, SOCKETS_FILE)) {
      Path file = folder.resolve(name);
      if (Files.exists(file) && !(Files.isRegularFile(file) && Files.isWritable(file))) {
        throw new BadInputException("--out " + folder + ": " + file + " cannot be written");
      }
    }
  }

  /** Time between two samples; 0 if nobody asks for them. */
  private long sampleNs(Scenario scenario) {
    if (out == null) {
      return 0;
    }
    if (sample != null) {
      long nanos = Units.nanos(sample).orElse(0L);
      if (nanos <= 0) {
        throw new BadInputException(
            "--sample " + sample + " is no time above 0; allowed are such as 10ms, 1s");
      }
      return nanos;
    }
    long horizon = scenario.horizonNs();
    return horizon == Long.MAX_VALUE ? SAMPLE_NS : Math.max(1, horizon / SAMPLES);
  }

  private RunOutcome run(Scenario scenario) throws RunFailure {
    ProgressLine progress = new ProgressLine(scenario, spec.commandLine().getErr());
    if (!cluster.isEmpty()) {
      List<String> seeds = ClusterOptions.addresses(cluster);
      ClusterOptions.checkReachable(seeds);
      try (Nodes member =
          Nodes.member(
              clusterOptions.host(),
              OptionalInt.of(0),
              seeds,
              clusterOptions.config(),
              Kernel::create)) {
        return member.run(scenario, progress, true);
      } finally {
        progress.clear();
      }
    }
    Nodes group = Nodes.inProcess(nodes, Kernel::create);
    try {
      return group.run(scenario, progress, false);
    } finally {
      progress.clear();
      group.terminate();
    }
  }

  private void write(String name, String text) {
    if (out != null) {
      Path path = out.resolve(name);
      try {
        if (!Files.isDirectory(out)) {
          Files.createDirectories(out);
        }
        Files.writeString(path, text);
      } catch (IOException e) {
        throw new BadInputException(path + ": cannot be written: " + e.getMessage());
      }
    }
  }
}
