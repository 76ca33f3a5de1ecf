package org.netshard.node.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.program.SetupProgram;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.task.Task;
import org.netshard.node.scenario.Place;
import org.netshard.node.scenario.SetupNotation;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * A shell on the recording machine, in the namespace in which the log begins. Lines that cannot be
 * carried out are told as warnings.
 */
final class PrepProgram implements Program {
  private static final Pattern LINK_LO =
      Pattern.compile("ip\\s+link\\s+set\\s+(?:dev\\s+)?lo\\s+(up|down)");

  private final ArrayDeque<PrepLines.Line> lines;
  private final ReplaySetup setup;
  private final ArrayDeque<SetupProgram> programs = new ArrayDeque<>();
  private int pid;

  PrepProgram(List<PrepLines.Line> lines, ReplaySetup setup) {
    this.lines = new ArrayDeque<>(lines);
    this.setup = setup;
  }

  @Override
  public String name() {
    return "prep";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (pid == 0) {
      pid = setup.firstProcess(kernel.model());
    }
    while (!programs.isEmpty() || !lines.isEmpty()) {
      SetupProgram program = programs.peekFirst();
      if (program == null) {
        begin(kernel, lines.removeFirst());
        continue;
      }
      Step step = program.next(kernel, nowNs);
      if (step != null) {
        return step;
      }
      programs.removeFirst();
      if (!program.failure().isEmpty()) {
        setup.warn(program.failure());
      }
    }
    Task shell = kernel.model().task(pid);
    return shell == null ? null : new Step(nowNs, pid, Syscall.of(SyscallName.EXIT_GROUP, 0));
  }

  private void begin(KernelView kernel, PrepLines.Line line) {
    List<SetupLine> parsed = new ArrayList<>();
    try {
      Place place = new Place(line.file(), line.number(), 1);
      parsed.addAll(SetupNotation.parse(line.text(), place, SetupLine.BEFORE_ALL));
    } catch (SetupNotation.BadLineException bad) {
      Matcher lo = LINK_LO.matcher(line.text());
      Task shell = kernel.model().task(pid);
      if (lo.matches() && shell != null) {
        shell.net().setLoUp(lo.group(1).equals("up"));
      } else {
        setup.warn(line.place() + " is left out: " + line.text() + ": " + bad.getMessage());
      }
    }
    for (SetupLine one : parsed) {
      programs.add(new SetupProgram(pid, List.of(one), name -> 0, new RunLedger(name())));
    }
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    SetupProgram program = programs.peekFirst();
    if (program != null) {
      program.completed(kernel, call, result, nowNs);
    }
  }
}
