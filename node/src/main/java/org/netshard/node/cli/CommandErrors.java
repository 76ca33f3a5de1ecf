package org.netshard.node.cli;

import java.io.PrintWriter;
import org.netshard.cluster.BadConfig;
import org.netshard.node.run.RunFailure;
import org.netshard.node.scenario.ScenarioException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What the user sees when a command cannot do its work: one line each, no stack trace. */
final class CommandErrors {
  private CommandErrors() {}

  /** Arguments that are wrong. */
  static int badParameter(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    line.getErr()
        .println(
            name
                + ": "
                + String.valueOf(e.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " ")
                + " (see "
                + name
                + " --help)");
    return ExitCodes.BAD_INPUT;
  }

  /** A command that threw; only a bug shows where. */
  static int failed(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    if (e instanceof BadInputException bad) {
      bad.lines().forEach(err::println);
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof ScenarioException bad) {
      bad.lines().forEach(err::println);
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof BadConfig) {
      err.println(e.getMessage());
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof RunFailure failure) {
      err.println(failure.getMessage());
      return failure.badInput() ? ExitCodes.BAD_INPUT : ExitCodes.DIFFERENT;
    }
    err.println("this is a bug in netshard: " + e);
    e.printStackTrace(err);
    return ExitCodes.DIFFERENT;
  }
}
