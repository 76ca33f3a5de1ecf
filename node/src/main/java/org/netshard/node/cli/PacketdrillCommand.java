package org.netshard.node.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.Packetdrill;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netshard packetdrill}: runs scripts of packetdrill. */
@Command(
    name = "packetdrill",
    description = "Runs scripts in the language of packetdrill against a simulated kernel.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every script passed",
      "1:a script failed",
      "2:a script cannot be understood, or asks for what is not simulated"
    })
final class PacketdrillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "SCRIPT",
      description = "Scripts, and folders with scripts *.pkt below them. Each has its own kernel.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = {"-D", "--define"},
      paramLabel = "NAME=VALUE",
      description = "What a word stands for in all scripts; before what a script says of it.")
  private Map<String, String> definitions = new LinkedHashMap<>();

  @Option(
      names = "--ip_version",
      paramLabel = "V",
      description = {
        "ipv4, ipv6 or ipv4-mapped-ipv6. Default ipv4.",
        "This option and those below go before the options of scripts."
      })
  private @Nullable String ipVersion;

  @Option(
      names = "--tolerance_usecs",
      paramLabel = "N",
      description = "By how many microseconds times may be wrong. Default 0.")
  private @Nullable String toleranceUsecs;

  @Option(
      names = "--tolerance_percent",
      paramLabel = "N",
      description = "The same as a part of the time since the event before. Default 0.")
  private @Nullable String tolerancePercent;

  @Option(
      names = "--mtu",
      paramLabel = "N",
      description = "Bytes. Default 1500, and 1520 for packets of IPv6.")
  private @Nullable String mtu;

  @Option(names = "--local_ip", paramLabel = "ADDR", description = "Default 192.168.0.1.")
  private @Nullable String localIp;

  @Option(names = "--gateway_ip", paramLabel = "ADDR", description = "Default 192.168.0.2.")
  private @Nullable String gatewayIp;

  @Option(names = "--remote_ip", paramLabel = "ADDR", description = "Default 192.0.2.1.")
  private @Nullable String remoteIp;

  @Option(
      names = "--netmask_ip",
      paramLabel = "MASK",
      description = "Of the local address of IPv4. Default 255.255.0.0.")
  private @Nullable String netmaskIp;

  @Option(
      names = "--bind_port",
      paramLabel = "N",
      description = "What bind takes where a script has `...`. Default 8080.")
  private @Nullable String bindPort;

  @Option(
      names = "--connect_port",
      paramLabel = "N",
      description = "Where connect goes likewise. Default 8080.")
  private @Nullable String connectPort;

  @Option(
      names = "--mss",
      paramLabel = "N",
      description = "Bytes of each segment that a larger packet of TCP from outside stands for.")
  private @Nullable String mss;

  @Option(
      names = "--tcp_ts_tick_usecs",
      paramLabel = "N",
      description = "Microseconds of a step of the clock in time stamps, which are looked at then.")
  private @Nullable String tsTickUsecs;

  @Option(
      names = "--tcp_ts_ecr_scaled",
      description = "Time stamps that were never sent may be echoed.")
  private boolean tsEcrScaled;

  @Option(
      names = "--strict_segments",
      description = "A packet that is expected may not come in parts.")
  private boolean strictSegments;

  @Option(names = "--code_sockopt", paramLabel = "NAME", hidden = true)
  private @Nullable String codeSockopt;

  /** They mean something to the tool that the language is from, and nothing here. */
  @Option(
      names = {"--speed", "--code_command", "--code_format", "--non_fatal"},
      hidden = true)
  private @Nullable List<String> unusedValues;

  @Option(
      names = {"--send_omit_free", "--debug"},
      hidden = true)
  private boolean[] unusedFlags = {};

  @Option(
      names = {"-v", "--verbose"},
      description = "Prints each event as it happens.")
  private boolean verbose;

  @Override
  public Integer call() {
    Map<String, String> options = options();
    PrintWriter stdout = spec.commandLine().getOut();
    PrintWriter stderr = spec.commandLine().getErr();
    List<Path> scripts = Packetdrill.scripts(paths);
    int passed = 0;
    int failed = 0;
    int wrong = 0;
    for (Path script : scripts) {
      try {
        Packetdrill.Result result = Packetdrill.run(script, definitions, options);
        if (verbose) {
          stdout.println(script + ":");
          result.log().forEach(line -> stdout.println("  " + line));
        }
        stdout.println((result.passed() ? "passed " : "FAILED ") + script);
        result.notes().forEach(note -> stdout.println("note: " + note));
        if (result.passed()) {
          passed++;
        } else {
          failed++;
          stdout.println(result.failure());
        }
      } catch (ScriptSyntaxException bad) {
        wrong++;
        stdout.flush();
        stderr.println(bad.getMessage());
        stderr.flush();
      }
      stdout.flush();
    }
    stdout.printf(
        "%d scripts: %d passed, %d failed, %d not understood%n",
        scripts.size(), passed, failed, wrong);
    stdout.flush();
    return wrong > 0 ? ExitCodes.BAD_INPUT : failed > 0 ? ExitCodes.DIFFERENT : ExitCodes.GOOD;
  }

  private Map<String, String> options() {
    Map<String, String> options = new TreeMap<>();
    put(options, "ip_version", ipVersion);
    put(options, "tolerance_usecs", toleranceUsecs);
    put(options, "tolerance_percent", tolerancePercent);
    put(options, "mtu", mtu);
    put(options, "local_ip", localIp);
    put(options, "gateway_ip", gatewayIp);
    put(options, "remote_ip", remoteIp);
    put(options, "netmask_ip", netmaskIp);
    put(options, "mss", mss);
    put(options, "code_sockopt", codeSockopt);
    put(options, "bind_port", bindPort);
    put(options, "connect_port", connectPort);
    put(options, "tcp_ts_tick_usecs", tsTickUsecs);
    put(options, "tcp_ts_ecr_scaled", tsEcrScaled ? "" : null);
    put(options, "strict_segments", strictSegments ? "" : null);
    return options;
  }

  private static void put(Map<String, String> options, String name, @Nullable String value) {
    if (value != null) {
      options.put(name, value);
    }
  }
}
