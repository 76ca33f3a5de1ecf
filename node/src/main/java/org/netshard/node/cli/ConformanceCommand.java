package org.netshard.node.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.node.conformance.Conformance;
import org.netshard.node.conformance.ConformancePage;
import org.netshard.node.conformance.TableResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netshard conformance}: compares the simulated kernel with tables of a live one. */
@Command(
    name = "conformance",
    description = "Compares the simulated kernel with tables that were read off a live one.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all simulated rows are the same", "1:rows differ", "2:the input is wrong"})
final class ConformanceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "TABLE.tsv",
      description = "Tables; the header line of each says what it is. May be gzip'ed.")
  private List<Path> tables = new ArrayList<>();

  @Option(
      names = "--differences",
      paramLabel = "N",
      description = "How many differing rows of a table to print. Default ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int differencesMax = 20;

  @Option(
      names = "--page",
      paramLabel = "FILE.md",
      description =
          "Writes a page with the figures of each kind of row, and all rows that are not the same,"
              + " by their reasons.")
  private @Nullable Path page;

  @Option(names = "--json", description = "Prints the result as JSON, with all differences.")
  private boolean json;

  @Override
  public Integer call() {
    if (differencesMax < 0) {
      throw new BadInputException("--differences " + differencesMax + " is negative");
    }
    List<TableResult> results = new ArrayList<>();
    for (Path table : tables) {
      results.add(Conformance.run(table));
    }
    if (page != null) {
      writePage(page, ConformancePage.of(results));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? json(results).toPrettyString() + "\n" : text(results));
    stdout.flush();
    return results.stream().allMatch(result -> result.different() == 0)
        ? ExitCodes.GOOD
        : ExitCodes.DIFFERENT;
  }

  private static void writePage(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be written: " + e.getMessage());
    }
  }

  private static ObjectNode json(List<TableResult> results) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode array = json.putArray("tables");
    for (TableResult result : results) {
      ObjectNode table = array.addObject();
      table.put("table", result.table());
      table.put("rows", result.rows());
      table.put("same", result.same());
      table.put("different", result.different());
      table.put("notSimulated", result.notSimulatedCount());
      ArrayNode differences = table.putArray("differences");
      for (TableResult.Difference difference : result.differences()) {
        differences
            .addObject()
            .put("line", difference.line())
            .put("row", difference.row())
            .put("recorded", difference.recorded())
            .put("simulated", difference.simulated());
      }
    }
    return json;
  }

  private String text(List<TableResult> results) {
    StringBuilder text = new StringBuilder();
    for (TableResult result : results) {
      text.append(result.table()).append(" rows ").append(result.rows());
      text.append(" same ").append(result.same()).append(" different ").append(result.different());
      text.append(" not-simulated ").append(result.notSimulatedCount()).append('\n');
      for (TableResult.Difference difference :
          result.differences().subList(0, (int) Math.min(differencesMax, result.different()))) {
        text.append("  line ").append(difference.line()).append(": ").append(difference.row());
        text.append("\n    recorded   ").append(difference.recorded());
        text.append("\n    simulated  ").append(difference.simulated()).append('\n');
      }
    }
    return text.toString();
  }
}
