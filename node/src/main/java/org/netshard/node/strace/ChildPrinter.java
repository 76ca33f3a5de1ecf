package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Prints calls that wait for children, {@code wait4} and {@code waitid}, as {@code strace} does.
 */
final class ChildPrinter {
  private static final int SIGNAL_BITS = 0x7f;
  private static final int CLD_EXITED = 1;

  private final CallPrinter printer;
  private final Syscall entry;
  private final Syscall after;
  private final long result;
  private final boolean failed;

  ChildPrinter(CallPrinter printer, Syscall entry, Syscall after, long result, boolean failed) {
    this.printer = printer;
    this.entry = entry;
    this.after = after;
    this.result = result;
    this.failed = failed;
  }

  List<StraceValue> arguments() {
    if (entry.name() == SyscallName.WAIT4) {
      boolean told = !failed && result > 0 && !after.mem(1).isNull();
      return List.of(
          printer.number(0),
          told ? new Raw("[{" + status(after.mem(1).getInt(0)) + "}]") : printer.address(1),
          Notation.flags(entry.arg(2) & 0xffffffffL, "W???", Table.WAIT4),
          printer.address(3));
    }
    boolean told = !failed && !after.mem(2).isNull();
    return List.of(
        Notation.xval(entry.arg(0), "P_???", Table.IDTYPE),
        IntValue.of(entry.intArg(1)),
        told ? info(after.mem(2)) : printer.address(2),
        Notation.flags(entry.arg(3) & 0xffffffffL, "W???", Table.WAITID),
        printer.address(4));
  }

  /** How a child has ended: {@code WIFEXITED(s) && WEXITSTATUS(s) == 3}. */
  private static String status(int status) {
    int signal = status & SIGNAL_BITS;
    if (signal == 0) {
      return "WIFEXITED(s) && WEXITSTATUS(s) == " + (status >> 8 & 0xff);
    }
    return "WIFSIGNALED(s) && WTERMSIG(s) == " + signalName(signal);
  }

  private static String signalName(int signal) {
    String name = Constants.name(Table.SIGNAL, signal);
    return name == null ? Integer.toString(signal) : name;
  }

  private static StraceValue info(UserMem info) {
    if (info.getInt(0) != Signal.SIGCHLD) {
      return new Struct(List.of());
    }
    boolean exited = info.getInt(8) == CLD_EXITED;
    int status = info.getInt(24);
    List<StraceValue> members = new ArrayList<>();
    members.add(new Named("si_signo", new Symbol("SIGCHLD")));
    members.add(new Named("si_code", new Symbol(exited ? "CLD_EXITED" : "CLD_KILLED")));
    members.add(new Named("si_pid", IntValue.of(info.getInt(16))));
    members.add(new Named("si_uid", IntValue.of(info.getInt(20))));
    members.add(
        new Named("si_status", exited ? IntValue.of(status) : new Symbol(signalName(status))));
    return new Struct(members);
  }

  /**
   * What a child's end differs in from that of a log, or null. Pids are numbered otherwise.
   *
   * @param shown the call of the log, as printed
   */
  static @Nullable String difference(String shown, Syscall call, long result) {
    if (call.name() == SyscallName.WAIT4) {
      boolean told = result > 0 && !call.mem(1).isNull() && shown.contains("WIF");
      String status = told ? status(call.mem(1).getInt(0)) : "";
      return shown.contains(status) ? null : status;
    }
    if (call.mem(2).isNull() || !shown.contains("si_status=")) {
      return null;
    }
    UserMem info = call.mem(2);
    boolean exited = info.getInt(8) == CLD_EXITED;
    int number = info.getInt(24);
    String status = "si_status=" + (exited ? Integer.toString(number) : signalName(number));
    String code = exited ? "CLD_EXITED" : "CLD_KILLED";
    return shown.contains(code) && shown.contains(status) ? null : code + ", " + status;
  }
}
