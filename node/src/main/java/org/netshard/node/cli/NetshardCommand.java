package org.netshard.node.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program without a command. */
@Command(
    name = "netshard",
    description = "Simulates Linux 6.18 network namespaces as actors, in virtual time.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went as expected",
      "1:an expectation was not met, results differ, or a run did not come to its end",
      "2:the input is wrong"
    },
    subcommands = {
      // One line for each command.
      RunCommand.class,
      ReplayCommand.class,
      ConformanceCommand.class,
      TraceCommand.class,
      PacketdrillCommand.class,
      NodeCommand.class,
    })
public final class NetshardCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing; there are "
            + String.join(", ", spec.commandLine().getSubcommands().keySet()));
  }

  /** The version that the jar or the build says. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = NetshardCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "netshard " + (version == null ? BuildInfo.version() : version),
        "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name", "unknown VM")
      };
    }
  }

  /** The command line with all commands, and one line on standard error for bad input. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new NetshardCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(CommandErrors::badParameter);
    line.setExecutionExceptionHandler(CommandErrors::failed);
    return line;
  }
}
