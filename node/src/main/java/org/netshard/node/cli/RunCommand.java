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
import org.netshard.node.report.JsonReport;
import org.netshard.node.report.RunReport;
import org.netshard.node.report.TextReport;
import org.netshard.node.run.Nodes;
import org.netshard.node.run.RunFailure;
import org.netshard.node.run.RunOutcome;
import org.netshard.node.scenario.Scenario;
import org.netshard.node.scenario.ScenarioException;
import org.netshard.node.scenario.ScenarioReader;
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
  private static final String JSON_FILE = "report.json";
  private static final String TEXT_FILE = "report.txt";

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
      description = "Also writes report.json and report.txt into this folder.")
  private @Nullable Path out;

  @Option(names = "--json", description = "Prints the report as JSON.")
  private boolean json;

  @Override
  public Integer call() throws ScenarioException, RunFailure {
    checkOptions();
    Scenario scenario = ScenarioReader.read(file, StraceCalls.NOTATION);
    if (seed != null) {
      scenario = scenario.withSeed(seed);
    }
    RunReport report = new RunReport(scenario, run(scenario));
    String jsonText = JsonReport.text(report);
    String text = TextReport.text(report);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? jsonText : text);
    stdout.flush();
    write(JSON_FILE, jsonText);
    write(TEXT_FILE, text);
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
    if (out != null) {
      checkOut(out);
    }
  }

  /** Nothing is written before there is a report, so what can be wrong is looked for here. */
  private static void checkOut(Path folder) {
    if (folder.toString().isEmpty()) {
      throw new BadInputException("--out is empty; allowed is a folder");
    }
    for (String name : List.of(JSON_FILE, TEXT_FILE)) {
      Path file = folder.resolve(name);
      if (Files.exists(file) && !(Files.isRegularFile(file) && Files.isWritable(file))) {
        throw new BadInputException("--out " + folder + ": " + file + " cannot be written");
      }
    }
    if (Files.exists(folder)) {
      if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
        throw new BadInputException("--out " + folder + ": this is not a folder to write to");
      }
      return;
    }
    List<Path> made = new ArrayList<>();
    try {
      Path folders = folder.toAbsolutePath().normalize();
      for (Path one = folders; one != null && !Files.exists(one); one = one.getParent()) {
        made.add(one);
      }
      Files.createDirectories(folders);
      for (Path one : made) {
        Files.delete(one);
      }
    } catch (IOException e) {
      throw new BadInputException("--out " + folder + ": cannot be made: " + e.getMessage());
    }
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
