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
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceSyntaxException;
import org.netshard.node.trace.CallTrace;
import org.netshard.node.trace.TraceText;
import org.netshard.protocol.abi.Errno;
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
    exitCodeList = {
      "0:the call was made, and returned what was expected if the line says so",
      "1:it returned something else",
      "2:the input is wrong"
    })
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
      names = "--before",
      paramLabel = "CALL",
      description = {
        "A call that the task makes before, such as",
        "'socket(AF_INET, SOCK_DGRAM, 0)', which then is 3. May be repeated."
      })
  private List<String> before = new ArrayList<>();

  @Option(
      names = "--waiting",
      paramLabel = "CALL",
      description = "A call that a thread of the task has begun, and sleeps in.")
  private @Nullable String waiting;

  @Option(names = "--uid", paramLabel = "N", description = "User of the task. Default 0.")
  private int uid;

  @Option(
      names = "--gid",
      paramLabel = "N",
      description = "Group of the task. Default: the number of the user.")
  private @Nullable Integer gid;

  @Option(
      names = "--caps",
      paramLabel = "CAP",
      split = ",",
      description = {
        "Capabilities of the task: all, none, or names such as CAP_NET_RAW,CAP_NET_ADMIN.",
        "Default: all for user 0, none for others."
      })
  private @Nullable List<String> caps;

  @Option(
      names = "--cgroup-limit",
      paramLabel = "BYTES",
      description = "Puts the task into a memory cgroup with this limit.")
  private @Nullable Long cgroupLimit;

  @Option(names = "--mermaid", description = "Prints a Mermaid sequence diagram.")
  private boolean mermaid;

  @Option(names = "--json", description = "Prints the hops as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (uid < 0) {
      throw new BadInputException("--uid " + uid + " is negative; allowed are 0 and above");
    }
    if (cgroupLimit != null && cgroupLimit < 0) {
      throw new BadInputException("--cgroup-limit " + cgroupLimit + " is negative");
    }
    if (gid != null && gid < 0) {
      throw new BadInputException("--gid " + gid + " is negative; allowed are 0 and above");
    }
    if (mermaid && json) {
      throw new BadInputException("--mermaid and --json exclude each other");
    }
    ScriptLine asked = parse("CALL", line);
    List<Syscall> first = new ArrayList<>();
    for (String one : before) {
      first.add(parse("--before", one).call());
    }
    Syscall sleeping = waiting == null ? null : parse("--waiting", waiting).call();
    CallTrace trace = new CallTrace(1, first, sleeping, asked.call());
    KernelReport report;
    try (LocalKernel kernel = LocalKernel.start(machine())) {
      report = kernel.run(trace);
      if (!report.crash().isEmpty()) {
        throw new IllegalStateException("a bug stopped the kernel: " + report.crash());
      }
    }
    if (!trace.failed().isEmpty()) {
      throw new BadInputException("--before " + trace.failed());
    }
    PrintWriter stdout = spec.commandLine().getOut();
    TraceText text = new TraceText(asked.text(), trace, report.warnings());
    if (json) {
      stdout.print(text.json().toPrettyString() + "\n");
    } else {
      stdout.print(mermaid ? text.mermaid() : text.graph());
    }
    stdout.flush();
    return asExpected(asked, trace) ? ExitCodes.GOOD : ExitCodes.DIFFERENT;
  }

  private boolean asExpected(ScriptLine asked, CallTrace trace) {
    ScriptLine.Expected expected = asked.expected();
    if (expected == null
        || expected.result().kind() != Result.Kind.VALUE
        || expected.result().value() == trace.result()) {
      return true;
    }
    spec.commandLine()
        .getErr()
        .println(
            "expected "
                + Errno.resultText(expected.result().value())
                + ", got "
                + Errno.resultText(trace.result()));
    return false;
  }

  private static ScriptLine parse(String place, String text) {
    try {
      ScriptLine parsed = ScriptLine.parse(place, 1, 1, text);
      boolean kept = parsed.expected() != null && parsed.expected().isVariable();
      if (kept || !parsed.variables().isEmpty()) {
        throw new BadInputException(place + ":1:1: there are no kept results; allowed: numbers");
      }
      return parsed;
    } catch (StraceSyntaxException bad) {
      throw new BadInputException(String.valueOf(bad.getMessage()));
    }
  }

  private long capabilities() {
    if (caps == null) {
      return uid == 0 ? Capability.ALL : 0;
    }
    long set = 0;
    for (String name : caps) {
      Capability capability = Capability.byName(name);
      if (capability != null) {
        set |= capability.bit();
      } else if (name.equals("all")) {
        set = Capability.ALL;
      } else if (!name.equals("none") || caps.size() > 1) {
        throw new BadInputException(
            "--caps " + name + ": allowed are all, none, or names such as CAP_NET_RAW");
      }
    }
    return set;
  }

  private KernelSpec machine() {
    List<CgroupSpec> cgroups = new ArrayList<>();
    if (cgroupLimit != null) {
      cgroups.add(new CgroupSpec(CGROUP, cgroupLimit, false));
    }
    TaskSpec task =
        new TaskSpec(
            "trace",
            "init",
            cgroups.isEmpty() ? "/" : CGROUP,
            uid,
            gid == null ? uid : gid,
            List.of(),
            capabilities(),
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
