package org.netshard.node.packetdrill;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.program.SetupProgram;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.protocol.abi.Syscall;

/** The shell of a script at work: carries lines out, and tells when it is done. */
final class ShellProgram implements Program {
  private final SetupProgram lines;
  private final Consumer<String> done;
  private boolean told;

  /**
   * A shell.
   *
   * @param pid its process
   * @param lines what it does
   * @param reader who gets the text of each file that it reads
   * @param done who is told of the end: with the first failure, or an empty text
   */
  ShellProgram(int pid, List<SetupLine> lines, Consumer<String> reader, Consumer<String> done) {
    this.lines = new SetupProgram(pid, lines, name -> 0, new RunLedger("shell"), reader);
    this.done = done;
  }

  @Override
  public String name() {
    return "shell";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    Step step = lines.next(kernel, nowNs);
    if (step == null && !told) {
      told = true;
      done.accept(lines.failure());
    }
    return step;
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    lines.completed(kernel, call, result, nowNs);
  }
}
