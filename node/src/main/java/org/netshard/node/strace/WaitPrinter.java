package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Prints calls about waiting, timers and signals as {@code strace} does. */
final class WaitPrinter {
  private static final String NS = "tv_nsec";
  private static final String US = "tv_usec";

  private final CallPrinter printer;
  private final Syscall entry;
  private final Syscall after;
  private final long result;
  private final boolean failed;

  WaitPrinter(CallPrinter printer, Syscall entry, Syscall after, long result, boolean failed) {
    this.printer = printer;
    this.entry = entry;
    this.after = after;
    this.result = result;
    this.failed = failed;
  }

  List<StraceValue> arguments() {
    return switch (entry.name()) {
      case SELECT -> List.of(printer.number(0), fds(1), fds(2), fds(3), time(4, US));
      case PSELECT6 -> List.of(printer.number(0), fds(1), fds(2), fds(3), time(4, NS), pack());
      case TIMERFD_CREATE ->
          List.of(
              Notation.xval(entry.arg(0), "CLOCK_???", Table.CLOCK),
              Notation.flags(entry.arg(1), "TFD_???", Table.TFD));
      case TIMERFD_SETTIME ->
          List.of(
              printer.number(0),
              Notation.flags(entry.arg(1), "TFD_???", Table.TFD_TIMER),
              spec(entry.mem(2), 2, NS),
              failed ? printer.address(3) : spec(after.mem(3), 3, NS));
      case TIMERFD_GETTIME ->
          List.of(printer.number(0), failed ? printer.address(1) : spec(after.mem(1), 1, NS));
      case SENDFILE -> List.of(printer.number(0), printer.number(1), offset(2), printer.number(3));
      case SPLICE ->
          List.of(
              printer.number(0),
              offset(1),
              printer.number(2),
              offset(3),
              FilePrinter.unsigned(entry.arg(4)),
              spliceFlags(entry.arg(5)));
      case TEE ->
          List.of(
              printer.number(0),
              printer.number(1),
              FilePrinter.unsigned(entry.arg(2)),
              spliceFlags(entry.arg(3)));
      case WAIT4, WAITID -> new ChildPrinter(printer, entry, after, result, failed).arguments();
      case RT_SIGACTION ->
          List.of(
              signal(0),
              action(entry.mem(1), 1),
              failed ? printer.address(2) : action(after.mem(2), 2),
              printer.number(3));
      case RT_SIGPROCMASK ->
          List.of(
              Notation.xval(entry.arg(0), "SIG_???", Table.SIG_HOW),
              sigset(entry.mem(1), 1),
              failed ? printer.address(2) : sigset(after.mem(2), 2),
              printer.number(3));
      case KILL, TKILL -> List.of(printer.number(0), signal(1));
      case TGKILL -> List.of(printer.number(0), printer.number(1), signal(2));
      case ALARM -> List.of(printer.number(0));
      case SETITIMER ->
          List.of(
              Notation.xval(entry.arg(0), "ITIMER_???", Table.ITIMER),
              spec(entry.mem(1), 1, US),
              failed ? printer.address(2) : spec(after.mem(2), 2, US));
      default -> throw new IllegalStateException("no call about waiting: " + entry);
    };
  }

  /** What stands behind the result of a call that waits: {@code (in [3])}, {@code (Timeout)}. */
  static String ready(Syscall call, long result) {
    if (result == 0) {
      return " (Timeout)";
    }
    StringBuilder text = new StringBuilder();
    String[] names = {"in", "out", "except"};
    for (int i = 0; i < names.length; i++) {
      StraceValue set = set(call.mem(i + 1), call.intArg(0));
      if (!call.mem(i + 1).isNull() && !set.text().equals("[]")) {
        text.append(text.isEmpty() ? "" : ", ").append(names[i]).append(' ').append(set.text());
      }
    }
    return " (" + text + ")";
  }

  static boolean isSelect(Syscall call) {
    return call.name() == SyscallName.SELECT || call.name() == SyscallName.PSELECT6;
  }

  private StraceValue fds(int index) {
    UserMem mem = entry.mem(index);
    return mem.size() == 0 ? printer.address(index) : set(mem, entry.intArg(0));
  }

  private static StraceValue set(UserMem mem, int count) {
    List<StraceValue> fds = new ArrayList<>();
    for (int fd = 0; fd < count && mem.accessible(fd >> 3, 1); fd++) {
      if ((mem.getByte(fd >> 3) >> (fd & 7) & 1) != 0) {
        fds.add(IntValue.of(fd));
      }
    }
    return new Array(fds, true);
  }

  private StraceValue time(int index, String fraction) {
    UserMem mem = entry.mem(index);
    return mem.accessible(0, 16) ? time(mem, 0, fraction) : printer.address(index);
  }

  static StraceValue time(UserMem mem, int at, String fraction) {
    return new Struct(
        List.of(
            new Named("tv_sec", IntValue.of(mem.getLong(at))),
            new Named(fraction, IntValue.of(mem.getLong(at + 8)))));
  }

  private StraceValue spec(UserMem mem, int index, String fraction) {
    return mem.accessible(0, 32)
        ? new Struct(
            List.of(
                new Named("it_interval", time(mem, 0, fraction)),
                new Named("it_value", time(mem, 16, fraction))))
        : printer.address(index);
  }

  private StraceValue pack() {
    UserMem mem = entry.mem(5);
    if (!mem.accessible(0, 16)) {
      return printer.address(5);
    }
    UserMem mask = mem.pointer(0);
    StraceValue shown = mask.isNull() ? new Raw("NULL") : sigset(mask, 5);
    return new Struct(
        List.of(new Named("sigmask", shown), new Named("sigsetsize", IntValue.of(mem.getLong(8)))));
  }

  /** {@code SPLICE_F_…}. */
  static StraceValue spliceFlags(long flags) {
    return Notation.flags(flags & 0xffffffffL, "SPLICE_F_???", Table.SPLICE);
  }

  private StraceValue offset(int index) {
    UserMem mem = entry.mem(index);
    return mem.accessible(0, 8)
        ? new Array(List.of(IntValue.of(mem.getLong(0))), false)
        : printer.address(index);
  }

  private StraceValue signal(int index) {
    return Notation.xval(entry.arg(index) & 0xffffffffL, "SIG???", Table.SIGNAL);
  }

  private StraceValue sigset(UserMem mem, int index) {
    return mem.accessible(0, 8) ? sigset(mem.getLong(0)) : printer.address(index);
  }

  static StraceValue sigset(long set) {
    boolean most = Long.bitCount(set) > Long.SIZE * 2 / 3;
    StringBuilder text = new StringBuilder(most ? "~[" : "[");
    String space = "";
    for (int signal = 1; signal <= Signal.MAX; signal++) {
      if (((set & Signal.bit(signal)) != 0) != most) {
        String name = Constants.name(Table.SIGNAL, signal);
        text.append(space).append(name == null ? "" + signal : name.substring(3));
        space = " ";
      }
    }
    return new Raw(text.append(']').toString());
  }

  private StraceValue action(UserMem mem, int index) {
    if (!mem.accessible(0, 32)) {
      return printer.address(index);
    }
    long handler = mem.getLong(0);
    List<StraceValue> members = new ArrayList<>();
    members.add(
        new Named(
            "sa_handler",
            handler > Signal.SIG_IGN || handler < 0
                ? IntValue.hex(handler)
                : Notation.xval(handler, "SIG_???", Table.SIG_HANDLER)));
    members.add(new Named("sa_mask", sigset(mem.getLong(24))));
    members.add(new Named("sa_flags", Notation.flags(mem.getLong(8), "SA_???", Table.SA)));
    return new Struct(members);
  }
}
