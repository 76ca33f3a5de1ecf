package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.protocol.tcp.TcpMetrics;

/** The shell of a script at work: carries out the steps of its commands, one after the other. */
final class ShellRun {
  private final KernelView kernel;
  private final ScriptMachine machine;
  private final Consumer<String> notes;
  private final Consumer<String> failure;

  /** Counters when {@code nstat} last looked. */
  private Map<String, Long> counters = Map.of();

  /** Whether the last step has failed. */
  private boolean failed;

  /**
   * A shell.
   *
   * @param notes who is told of what failed and did not matter
   * @param failure who is told that all has failed
   */
  ShellRun(
      KernelView kernel, ScriptMachine machine, Consumer<String> notes, Consumer<String> failure) {
    this.kernel = kernel;
    this.machine = machine;
    this.notes = notes;
    this.failure = failure;
  }

  /** Carries lines out, then tells what failed first, or an empty text. */
  void lines(List<SetupLine> lines, Consumer<String> then) {
    read(lines, new ArrayList<>(), then);
  }

  /** The same; what files say is added to texts. */
  private void read(List<SetupLine> lines, List<String> texts, Consumer<String> then) {
    kernel.attach(
        new ShellProgram(
            machine.pid(),
            lines,
            texts::add,
            problem -> kernel.later(0, () -> then.accept(problem))));
  }

  /**
   * Carries out steps. As in a shell, what fails is told and the rest goes on; the last step
   * decides whether all has failed.
   *
   * @param then what comes next, if all has not failed
   */
  void run(List<ShellStep> steps, Runnable then) {
    steps(steps, 0, then);
  }

  private void steps(List<ShellStep> steps, int from, Runnable then) {
    if (from == steps.size()) {
      then.run();
      return;
    }
    ShellStep step = steps.get(from);
    if (step instanceof ShellStep.Else other) {
      List<ShellStep> rest = new ArrayList<>(failed ? other.steps() : List.of());
      rest.addAll(steps.subList(from + 1, steps.size()));
      steps(rest, 0, then);
      return;
    }
    Consumer<String> rest =
        problem -> {
          failed = !problem.isEmpty();
          if (problem.isEmpty()) {
            steps(steps, from + 1, then);
          } else if (from + 1 == steps.size()) {
            failure.accept(problem);
          } else {
            notes.accept(problem);
            steps(steps, from + 1, then);
          }
        };
    if (step instanceof ShellStep.Lines lines) {
      lines(lines.lines(), rest);
      return;
    }
    if (step instanceof ShellStep.Grep grep) {
      List<String> texts = new ArrayList<>();
      read(grep.files(), texts, problem -> rest.accept(grep.judge(texts)));
      return;
    }
    if (step instanceof ShellStep.Tso tso) {
      machine.tun().dev().setTso(tso.on());
      rest.accept("");
      return;
    }
    if (step instanceof ShellStep.FlushTcpMetrics) {
      TcpMetrics.flush(machine.net());
      rest.accept("");
      return;
    }
    Map<String, Long> now = Nstat.counters(machine.net());
    String problem = "";
    boolean stay = false;
    if (step instanceof ShellStep.NstatGrep grep) {
      stay = grep.stay();
      List<String> lines = Nstat.lines(counters, now);
      if (lines.stream().noneMatch(grep::matches)) {
        problem = grep.place() + ": nstat: no line matches " + ShellStep.shown(grep.patterns());
        problem += lines.isEmpty() ? "" : ":\n  " + String.join("\n  ", lines);
      }
    }
    if (!stay) {
      counters = now;
    }
    rest.accept(problem);
  }
}
