package org.netshard.node.conformance;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SignalHandlers;
import org.netshard.namespace.task.Task;
import org.netshard.node.cli.BadInputException;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Makes the calls of a table's rows, one row after the other, as the program did that recorded
 * them.
 *
 * <p>A row plans calls; what to do with a result may plan more, which come before those that were
 * planned already. The next row begins when nothing is planned any more.
 */
abstract class TableProgram implements Program {
  /** Root on the recording machine: every capability but CAP_SYS_RESOURCE. */
  static final long ROOT_CAPS = Capability.ALL & ~Capability.CAP_SYS_RESOURCE.bit();

  static final int NOBODY = 1000;
  static final int NOFILE = 1024;

  private final List<TableRow> rows;
  private final TableResult result;
  private ArrayDeque<Planned> planned = new ArrayDeque<>();
  private int position;
  private boolean over;
  private @Nullable Planned running;
  private @Nullable BadInputException bad;

  /** What to do when a call has ended. */
  @FunctionalInterface
  interface Then {
    /** Gets the result, and the call with its memory as the kernel left it. */
    void done(long result, Syscall call);
  }

  private record Planned(int pid, Syscall call, Then then) {}

  TableProgram(List<TableRow> rows, TableResult result) {
    this.rows = rows;
    this.result = result;
  }

  /** Plans the calls of a row, or counts it as not simulated. */
  abstract void row(TableRow row, KernelModel model);

  /** What is different from the built-in profile in the kernel that the table is about; HOCON. */
  String profile() {
    return "";
  }

  /** Plans what comes after the last row. */
  void atEnd() {}

  /**
   * How long the program takes from one call to the next, nanoseconds. What the calls sent over
   * loopback has arrived by then, as softirqs run before a call returns.
   */
  long pauseNs() {
    return 0;
  }

  /** The OOM killer has ended a task; what was planned for it is not any more. */
  void killed(int pid) {}

  TableResult result() {
    return result;
  }

  /** What is wrong with the row at which the program ended, or null if it came to the last one. */
  @Nullable BadInputException bad() {
    return bad;
  }

  /** A bad row is the user's mistake, not a bug of the kernel in whose lane it was found. */
  private void end(BadInputException wrong) {
    bad = wrong;
    planned.clear();
    position = rows.size();
  }

  /** Plans a call. */
  void call(int pid, Syscall call, Then then) {
    planned.addLast(new Planned(pid, call, then));
  }

  /** Plans a call whose result does not matter. */
  void call(int pid, Syscall call) {
    call(pid, call, (ignored, made) -> {});
  }

  @Override
  public String name() {
    return result.table();
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    while (planned.isEmpty()) {
      if (position == rows.size()) {
        if (over) {
          return null;
        }
        over = true;
        atEnd();
        continue;
      }
      try {
        row(rows.get(position++), kernel.model());
      } catch (BadInputException wrong) {
        end(wrong);
      }
    }
    Planned next = planned.removeFirst();
    running = next;
    return new Step(nowNs + pauseNs(), next.pid(), next.call());
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long callResult, long nowNs) {
    Planned ended = running;
    if (ended == null) {
      return;
    }
    ArrayDeque<Planned> rest = planned;
    planned = new ArrayDeque<>(2);
    try {
      ended.then().done(callResult, call);
      planned.addAll(rest);
    } catch (BadInputException wrong) {
      end(wrong);
    }
  }

  @Override
  public boolean killed(int pid, String by, long nowNs) {
    planned.removeIf(call -> call.pid() == pid);
    killed(pid);
    return true;
  }

  /** A new namespace as {@code unshare(CLONE_NEWNET)} in the initial one leaves it; lo is up. */
  static NetState freshNetns(KernelModel model) {
    NetState net =
        model.machine().newNetNs(model.machine().initUserNs(), model.machine().initNet());
    net.setLoUp(true);
    return net;
  }

  /** Credentials with one id for user and group. */
  static Cred cred(KernelModel model, int uid, int gid, int[] groups, long caps) {
    return Cred.of(uid, gid, groups, caps, model.machine().initUserNs());
  }

  /** A process with descriptors 0, 1 and 2; its pid. */
  static int process(KernelModel model, Cred cred, NetState net, int nofile) {
    FdTable fds = new FdTable();
    for (int fd = 0; fd <= 2; fd++) {
      fds.install(fd, new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, null), false);
    }
    int pid = model.nextPid();
    Task task = new Task(pid, pid, "probe", model.cgroups().root(), cred, net, fds, nofile);
    task.signals()
        .handlers()
        .setAction(Signal.SIGPIPE, new SignalHandlers.Action(Signal.SIG_IGN, 0, 0, 0));
    model.add(task);
    return pid;
  }

  /** A result as the probes print it: OK or the name of the error. */
  static String okOrErrno(long result) {
    return Errno.isError(result) ? Errno.resultText(result) : "OK";
  }
}
