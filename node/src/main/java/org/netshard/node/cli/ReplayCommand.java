package org.netshard.node.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.node.replay.PrepLines;
import org.netshard.node.replay.Replay;
import org.netshard.node.replay.ReplayReport;
import org.netshard.node.replay.ReplayResult;
import org.netshard.node.replay.SysctlConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netshard replay}: makes the calls of strace logs again and compares. */
@Command(
    name = "replay",
    description = "Makes the calls of `strace -f` logs in a simulated kernel and compares results.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every simulated call has the recorded result",
      "1:results differ",
      "2:the input is wrong"
    })
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "LOG",
      description = {
        "Logs of strace, with -f, and with or without times. Each has its own kernel.",
        "Of NAME.prep beside NAME.strace, lines with sysctl -w, ip and tc are carried out first."
      })
  private List<Path> logs = new ArrayList<>();

  @Option(
      names = "--sysctl",
      paramLabel = "FILE",
      description = {
        "Sysctls of the recording machine, in the syntax of sysctl.conf(5).",
        "Default: sysctl.conf and NAME.sysctl.conf beside each log, if they are there."
      })
  private @Nullable Path sysctl;

  @Option(
      names = "--differences",
      paramLabel = "N",
      description = "How many differing calls to print. Default ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int differencesMax = 20;

  @Option(
      names = "--pcap",
      paramLabel = "DIR",
      description = {
        "Writes the packets of each namespace of NAME.strace as NAME/replay@NAMESPACE.pcapng",
        "into this folder."
      })
  private @Nullable Path pcap;

  @Option(names = "--json", description = "Prints the result as JSON, with all differences.")
  private boolean json;

  @Override
  public Integer call() {
    if (differencesMax < 0) {
      throw new BadInputException("--differences " + differencesMax + " is negative");
    }
    if (sysctl != null && !Files.isReadable(sysctl)) {
      throw new BadInputException("--sysctl " + sysctl + ": there is no such file");
    }
    for (Path log : logs) {
      if (!Files.isReadable(log) || Files.isDirectory(log)) {
        throw new BadInputException(log + ": there is no such file");
      }
    }
    checkCaptures();
    ReplayResult all = new ReplayResult();
    for (Path log : logs) {
      List<SysctlSetting> settings =
          sysctl == null ? SysctlConf.beside(log) : SysctlConf.read(sysctl);
      all.add(
          Replay.run(
              log.toString(), Replay.read(log), settings, PrepLines.beside(log), observe(log)));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(
        json
            ? ReplayReport.json(all).toPrettyString()
            : ReplayReport.text(all, differencesMax).stripTrailing());
    stdout.flush();
    return all.differences().isEmpty() ? ExitCodes.GOOD : ExitCodes.DIFFERENT;
  }

  private void checkCaptures() {
    if (pcap == null) {
      return;
    }
    OutFolder.check("--pcap", pcap);
    Map<String, Path> names = new TreeMap<>();
    for (Path log : logs) {
      Path other = names.put(name(log), log);
      if (other != null) {
        throw new BadInputException(
            "--pcap: the captures of %s and %s would have the same names".formatted(other, log));
      }
      OutFolder.check("--pcap", pcap.resolve(name(log)));
    }
  }

  private Observe observe(Path log) {
    return pcap == null
        ? Observe.NOTHING
        : new Observe(false, 0, pcap.resolve(name(log)).toAbsolutePath().normalize().toString());
  }

  /** The name of a log without what says that it is one. */
  private static String name(Path log) {
    String name = String.valueOf(log.getFileName());
    return name.replaceFirst("(\\.strace)?(\\.gz)?$", "");
  }
}
