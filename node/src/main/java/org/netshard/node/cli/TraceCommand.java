package org.netshard.node.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.node.local.LocalKernel;
import org.netshard.node.strace.ScriptLine;
import org.netshard.node.strace.StraceSyntaxException;
import org.netshard.node.trace.CallTrace;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.cred.Capability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netshard trace}: the path of one call. */
@Command(
    name = "trace",
    description = "Prints the path of a call through the actors, hop by hop.",
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the call was made, whatever it returned", "2:the input is wrong"})
final class TraceCommand implements Callable<Integer> {
  private static final int NOFILE = 1024;
  private static final String CGROUP = "/trace";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "CALL",
      description = "A call as strace writes it, such as 'socket(AF_INET, SOCK_STREAM, 0)'.")
  private String line = "";

  @Option(
      names = "--uid",
      paramLabel = "N",
      description = "User and group of the task; 0 has every capability, others none. Default 0.")
  private int uid;

  @Option(
      names = "--cgroup-limit",
      paramLabel = "BYTES",
      description = "Puts the task into a memory cgroup with this limit.")
  private @Nullable Long cgroupLimit;

  @Option(names = "--mermaid", description = "Prints a Mermaid sequence diagram.")
  private boolean mermaid;

  @Override
  public Integer call() {
    if (uid < 0) {
      throw new BadInputException("--uid " + uid + " is negative; allowed are 0 and above");
    }
    if (cgroupLimit != null && cgroupLimit < 0) {
      throw new BadInputException("--cgroup-limit " + cgroupLimit + " is negative");
    }
    Syscall asked = parse();
    CallTrace trace = new CallTrace(1, asked);
    try (LocalKernel kernel = LocalKernel.start(machine())) {
      KernelReport report = kernel.run(trace);
      if (!report.crash().isEmpty()) {
        throw new IllegalStateException("a bug stopped the kernel: " + report.crash());
      }
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(mermaid ? trace.mermaid(line) : trace.text(line));
    stdout.flush();
    return ExitCodes.GOOD;
  }

  private Syscall parse() {
    try {
      ScriptLine parsed = ScriptLine.parse("CALL", 1, 1, line);
      Syscall asked = parsed.call();
      if (asked == null) {
        throw new BadInputException("CALL:1:1: call `" + parsed.name() + "` is not simulated");
      }
      if (!parsed.variables().isEmpty()) {
        throw new BadInputException("CALL:1:1: there are no kept results; allowed: numbers");
      }
      return asked;
    } catch (StraceSyntaxException bad) {
      throw new BadInputException(String.valueOf(bad.getMessage()));
    }
  }

  private KernelSpec machine() {
    List<CgroupSpec> cgroups = new ArrayList<>();
    if (cgroupLimit != null) {
      cgroups.add(new CgroupSpec(CGROUP, cgroupLimit));
    }
    TaskSpec task =
        new TaskSpec(
            "trace",
            "init",
            cgroups.isEmpty() ? "/" : CGROUP,
            uid,
            uid,
            List.of(),
            uid == 0 ? Capability.ALL : 0,
            NOFILE,
            0,
            List.of());
    return new KernelSpec(
        "trace",
        0,
        "linux-6.18",
        "",
        List.of(),
        List.of(),
        cgroups,
        List.of(),
        List.of(task),
        List.of(),
        List.of());
  }
}
