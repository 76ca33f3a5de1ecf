package org.netshard.namespace.program;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** The calls of a task as its user wrote them, with what he expects. */
public final class ScriptProgram implements Program {
  private static final String ASLEEP = "no result yet";

  private final TaskSpec task;
  private final int pid;
  private final RunLedger ledger;
  private final Map<String, Long> kept = new LinkedHashMap<>();
  private int position;

  /**
   * A script.
   *
   * @param task the task and its calls
   * @param pid its process number
   * @param ledger where met and unmet expectations are counted
   */
  public ScriptProgram(TaskSpec task, int pid, RunLedger ledger) {
    this.task = task;
    this.pid = pid;
    this.ledger = ledger;
  }

  @Override
  public String name() {
    return task.name();
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (position == task.calls().size() || kernel.cred(pid) == null) {
      return null;
    }
    ScriptedCall scripted = task.calls().get(position);
    Syscall call = scripted.call().copy();
    for (ScriptedCall.Variable variable : scripted.variables()) {
      Long value = kept.get(variable.name());
      if (value == null) {
        throw new IllegalStateException(
            scripted.place() + ": $" + variable.name() + " is not kept");
      }
      call = call.withArg(variable.argument(), value);
    }
    long fromNs = position == 0 ? Math.max(nowNs, task.startNs()) : nowNs;
    return new Step(fromNs + scripted.delayNs(), pid, call);
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    ScriptedCall scripted = task.calls().get(position++);
    if (!scripted.keepAs().isEmpty()) {
      kept.put(scripted.keepAs(), result);
    }
    Expectation expected = scripted.expected();
    if (expected.kind() == Expectation.Kind.NONE) {
      return;
    }
    Long value =
        expected.kind() == Expectation.Kind.VALUE
            ? (Long) expected.value()
            : kept.get(expected.variable());
    if (value == null || value != result) {
      String wanted = value == null ? "$" + expected.variable() : Errno.resultText(value);
      unmet(scripted, wanted, Errno.resultText(result), nowNs);
      return;
    }
    for (ScriptedCall.Written written : scripted.written()) {
      UserMem mem = call.mem(written.argument());
      if (!written.isIn(mem)) {
        unmet(scripted, written.text(), shown(mem, written.content().size()), nowNs);
        return;
      }
    }
    ledger.met();
  }

  /** What was still expected of a task that is killed has not come true. */
  @Override
  public boolean killed(int killedPid, String by, long nowNs) {
    if (killedPid == pid) {
      restUnmet("killed by " + by, nowNs);
    }
    return false;
  }

  @Override
  public void asleep(long nowNs) {
    ledger.warn(task.name() + " still waits in " + task.calls().get(position).text());
    restUnmet(ASLEEP, nowNs);
  }

  private void restUnmet(String actual, long nowNs) {
    while (position < task.calls().size()) {
      ScriptedCall scripted = task.calls().get(position++);
      Expectation expected = scripted.expected();
      if (expected.kind() == Expectation.Kind.VALUE) {
        unmet(scripted, Errno.resultText(expected.value()), actual, nowNs);
      } else if (expected.kind() == Expectation.Kind.VARIABLE) {
        unmet(scripted, "$" + expected.variable(), actual, nowNs);
      }
    }
  }

  private void unmet(ScriptedCall scripted, String expected, String actual, long nowNs) {
    ledger.unmet(
        new KernelReport.Unmet(
            scripted.place(), task.name(), scripted.text(), expected, actual, nowNs));
  }

  /** Memory as 32-bit numbers if it can be, else as bytes. */
  private static String shown(UserMem mem, int size) {
    int length = Math.min(size, mem.size());
    StringBuilder text = new StringBuilder("[");
    int step = length % Integer.BYTES == 0 ? Integer.BYTES : 1;
    for (int i = 0; i < length; i += step) {
      text.append(i == 0 ? "" : ", ").append(step == 1 ? mem.getByte(i) : mem.getInt(i));
    }
    return text.append(']').toString();
  }
}
