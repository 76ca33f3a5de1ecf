package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** Prints calls about processes, their credentials and limits, as {@code strace} does. */
final class ProcessPrinter {
  private static final int PR_CAPBSET_READ = 23;
  private static final int PR_CAPBSET_DROP = 24;
  private static final int PR_SET_NAME = 15;
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_GET_KEEPCAPS = 7;
  private static final int PR_SET_KEEPCAPS = 8;
  private static final int PR_GET_SECUREBITS = 27;
  private static final int PR_SET_SECUREBITS = 28;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_GET_NO_NEW_PRIVS = 39;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_CAP_AMBIENT = 47;
  private static final int CSIGNAL = 0xff;

  private final CallPrinter printer;
  private final Syscall entry;
  private final Syscall after;
  private final boolean failed;

  ProcessPrinter(CallPrinter printer, Syscall entry, Syscall after, boolean failed) {
    this.printer = printer;
    this.entry = entry;
    this.after = after;
    this.failed = failed;
  }

  List<StraceValue> arguments() {
    return switch (entry.name()) {
      case SETGROUPS -> List.of(IntValue.of(entry.arg(0) & 0xffffffffL), groups());
      case PRCTL -> prctl();
      case CAPSET -> List.of(capHeader(), capData(entry.mem(1)));
      case CAPGET -> List.of(capHeader(), failed ? printer.address(1) : capData(after.mem(1)));
      case PRLIMIT64 ->
          List.of(
              printer.number(0),
              Notation.xval(entry.arg(1) & 0xffffffffL, "RLIMIT_???", Table.RLIMIT),
              limits(entry, 2, false),
              limits(after, 3, failed));
      case CLONE ->
          List.of(
              new Named("child_stack", CallPrinter.pointer(entry.arg(1))),
              new Named("flags", cloneFlags(entry.arg(0))));
      case CLONE3 -> List.of(cloneArgs(), IntValue.of(entry.arg(1)));
      case EXECVE -> List.of(printer.path(0), strings(1), strings(2));
      default -> throw new IllegalArgumentException(entry.name() + " is not about processes");
    };
  }

  private List<StraceValue> prctl() {
    long option = entry.arg(0) & 0xffffffffL;
    StraceValue name = Notation.xval(option, "PR_???", Table.PRCTL);
    return switch ((int) option) {
      case PR_CAPBSET_READ, PR_CAPBSET_DROP -> List.of(name, capability(1));
      case PR_SET_NAME -> List.of(name, printer.path(1));
      case PR_SET_DUMPABLE ->
          List.of(name, Notation.xval(entry.arg(1), "SUID_DUMP_???", Table.DUMPABLE));
      case PR_CAP_AMBIENT ->
          List.of(
              name,
              Notation.xval(entry.arg(1), "PR_CAP_AMBIENT_???", Table.CAP_AMBIENT),
              capability(2),
              Notation.hex(entry.arg(3)),
              Notation.hex(entry.arg(4)));
      case PR_SET_KEEPCAPS -> List.of(name, IntValue.of(entry.arg(1)));
      case PR_GET_KEEPCAPS, PR_GET_DUMPABLE, PR_GET_SECUREBITS -> List.of(name);
      case PR_SET_SECUREBITS ->
          List.of(name, Notation.flags(entry.arg(1), "SECBIT_???", Table.SECUREBIT));
      case PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS ->
          List.of(
              name,
              Notation.hex(entry.arg(1)),
              Notation.hex(entry.arg(2)),
              Notation.hex(entry.arg(3)),
              Notation.hex(entry.arg(4)));
      default -> List.of(name, Notation.hex(entry.arg(1)));
    };
  }

  private StraceValue capability(int index) {
    return Notation.xval(entry.arg(index), "CAP_???", Table.CAP);
  }

  private StraceValue capHeader() {
    UserMem mem = entry.mem(0);
    if (!mem.accessible(0, 8)) {
      return printer.address(0);
    }
    StraceValue version =
        Notation.xval(
            mem.getInt(0) & 0xffffffffL, "_LINUX_CAPABILITY_VERSION_???", Table.CAP_VERSION);
    return new Struct(
        List.of(new Named("version", version), new Named("pid", IntValue.of(mem.getInt(4)))));
  }

  private StraceValue capData(UserMem mem) {
    if (!mem.accessible(0, 24)) {
      return printer.address(1);
    }
    List<StraceValue> members = new ArrayList<>();
    String[] names = {"effective", "permitted", "inheritable"};
    for (int i = 0; i < names.length; i++) {
      long set = (mem.getInt(4 * i) & 0xffffffffL) | (long) mem.getInt(12 + 4 * i) << 32;
      members.add(new Named(names[i], capabilities(set)));
    }
    return new Struct(members);
  }

  private static StraceValue capabilities(long set) {
    List<StraceValue> members = new ArrayList<>();
    long rest = set;
    for (Map.Entry<String, Long> capability : Constants.of(Table.CAP).entrySet()) {
      long bit = 1L << capability.getValue();
      if ((rest & bit) != 0) {
        members.add(new Binary("<<", IntValue.of(1), new Symbol(capability.getKey())));
        rest &= ~bit;
      }
    }
    if (members.isEmpty() && rest != 0) {
      return new Annotated(IntValue.hex(rest), Annotated.Kind.COMMENT, "CAP_???");
    }
    if (rest != 0 || members.isEmpty()) {
      members.add(Notation.hex(rest));
    }
    return Notation.joined(members);
  }

  private StraceValue limits(Syscall call, int index, boolean hidden) {
    UserMem mem = call.mem(index);
    if (hidden || !mem.accessible(0, 16)) {
      return printer.address(index);
    }
    return new Struct(
        List.of(
            new Named("rlim_cur", limit(mem.getLong(0))),
            new Named("rlim_max", limit(mem.getLong(8)))));
  }

  private static StraceValue limit(long limit) {
    if (limit == -1) {
      return new Symbol("RLIM64_INFINITY");
    }
    return limit > 1024 && limit % 1024 == 0
        ? new Binary("*", IntValue.of(limit / 1024), IntValue.of(1024))
        : IntValue.of(limit);
  }

  private static StraceValue cloneFlags(long flags) {
    List<StraceValue> members = new ArrayList<>();
    long rest = Notation.addFlags(flags & ~CSIGNAL, members, Table.CLONE);
    if (rest != 0) {
      members.add(Notation.hex(rest));
    }
    long signal = flags & CSIGNAL;
    if (signal != 0 || members.isEmpty()) {
      String name = Constants.name(Table.SIGNAL, signal);
      members.add(name == null ? IntValue.of(signal) : new Symbol(name));
    }
    return Notation.joined(members);
  }

  private StraceValue cloneArgs() {
    UserMem mem = entry.mem(0);
    if (!mem.accessible(0, 64)) {
      return printer.address(0);
    }
    String signal = Constants.name(Table.SIGNAL, mem.getLong(32));
    return new Struct(
        List.of(
            new Named(
                "flags", Notation.flags(mem.getLong(0), "CLONE_???", Table.CLONE, Table.CLONE3)),
            new Named(
                "exit_signal", signal == null ? IntValue.of(mem.getLong(32)) : new Symbol(signal)),
            new Named("stack", CallPrinter.pointer(mem.getLong(40))),
            new Named("stack_size", Notation.hex(mem.getLong(48)))));
  }

  private StraceValue strings(int index) {
    UserMem mem = entry.mem(index);
    if (mem.isNull() || mem == UserMem.BAD) {
      return printer.address(index);
    }
    List<StraceValue> strings = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < mem.size(); i++) {
      if (mem.getByte(i) == 0) {
        strings.add(Str.of(mem.get(start, i - start)));
        start = i + 1;
      }
    }
    return new Array(strings, false);
  }

  private StraceValue groups() {
    int count = entry.intArg(0);
    if (entry.mem(1).isNull() || count < 0) {
      return printer.address(1);
    }
    return CallPrinter.ints(entry.mem(1), count, printer.address(1), true);
  }
}
