package org.netshard.node.cli;

import java.io.PrintWriter;
import org.netshard.cluster.BadConfig;
import org.netshard.node.run.RunFailure;
import org.netshard.node.scenario.ScenarioException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the user sees when a command cannot do its work: one line each, no stack trace. */
final class CommandErrors {
  private CommandErrors() {}

  /** Arguments that are wrong. */
  static int badParameter(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    String problem = String.valueOf(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched && !line.getSubcommands().isEmpty()) {
      problem =
          "there is no command '%s'; there are %s"
              .formatted(
                  unmatched.getUnmatched().get(0),
                  String.join(", ", line.getSubcommands().keySet()));
    }
    print(line.getErr(), name + ": " + problem + " (see " + name + " --help)");
    return ExitCodes.BAD_INPUT;
  }

  /** A command that threw; only a bug shows where. */
  static int failed(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    if (e instanceof BadInputException bad) {
      bad.lines().forEach(one -> print(err, one));
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof ScenarioException bad) {
      bad.lines().forEach(one -> print(err, one));
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof BadConfig) {
      print(err, String.valueOf(e.getMessage()));
      return ExitCodes.BAD_INPUT;
    }
    if (e instanceof RunFailure failure) {
      print(err, String.valueOf(failure.getMessage()));
      return failure.badInput() ? ExitCodes.BAD_INPUT : ExitCodes.DIFFERENT;
    }
    err.println("this is a bug in netshard: " + e);
    e.printStackTrace(err);
    return ExitCodes.DIFFERENT;
  }

  /** One line, whatever the input that it quotes: a terminal shall not act on it. */
  private static void print(PrintWriter err, String line) {
    err.println(line.replaceAll("\\s*[\\r\\n]+\\s*", " ").replaceAll("\\p{Cntrl}", "\ufffd"));
  }
}
