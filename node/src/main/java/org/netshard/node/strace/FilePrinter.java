package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.protocol.abi.Syscall;

/**
 * Writes calls about files and mappings as {@code strace} does.
 *
 * <p><b>Source:</b> {@code strace-6.1/src}: {@code chmod.c}, {@code uid.c}, {@code renameat.c},
 * {@code umask.c}, {@code stat.c}, {@code truncate.c}, {@code fallocate.c}, {@code mem.c}.
 */
final class FilePrinter {
  private static final long MAP_TYPE_MASK = 0xf;

  private final CallPrinter printer;
  private final Syscall entry;
  private final Syscall after;
  private final boolean failed;

  FilePrinter(CallPrinter printer, Syscall entry, Syscall after, boolean failed) {
    this.printer = printer;
    this.entry = entry;
    this.after = after;
    this.failed = failed;
  }

  List<StraceValue> arguments() {
    return switch (entry.name()) {
      case FSYNC -> List.of(printer.number(0));
      case FTRUNCATE -> List.of(printer.number(0), unsigned(entry.arg(1)));
      case FALLOCATE ->
          List.of(
              printer.number(0),
              Notation.flags(entry.arg(1) & 0xffffffffL, "FALLOC_FL_???", Table.FALLOC),
              IntValue.of(entry.arg(2)),
              IntValue.of(entry.arg(3)));
      case GETDENTS64 ->
          List.of(printer.number(0), printer.address(1), unsigned(entry.arg(2) & 0xffffffffL));
      case FSTAT -> List.of(printer.number(0), stat(1));
      case NEWFSTATAT ->
          List.of(
              printer.directory(),
              printer.path(1),
              stat(2),
              Notation.flags(entry.arg(3) & 0xffffffffL, "AT_???", Table.AT));
      case MMAP -> mmap();
      default -> throw new IllegalStateException("not a call about files: " + entry);
    };
  }

  /** Of calls about owners, modes and names. */
  List<StraceValue> attributes() {
    return switch (entry.name()) {
      case FCHMOD -> List.of(printer.number(0), mode(1));
      case FCHOWN -> List.of(printer.number(0), id(1), id(2));
      case CHMOD -> List.of(printer.path(0), mode(1));
      case CHOWN, LCHOWN -> List.of(printer.path(0), id(1), id(2));
      case FCHMODAT -> List.of(printer.directory(), printer.path(1), mode(2));
      case FCHMODAT2 -> List.of(printer.directory(), printer.path(1), mode(2), atFlags(3));
      case FCHOWNAT -> List.of(printer.directory(), printer.path(1), id(2), id(3), atFlags(4));
      case RENAME -> List.of(printer.path(0), printer.path(1));
      case RENAMEAT ->
          List.of(printer.directory(), printer.path(1), printer.directory(2), printer.path(3));
      case RENAMEAT2 ->
          List.of(
              printer.directory(),
              printer.path(1),
              printer.directory(2),
              printer.path(3),
              Notation.flags(entry.arg(4) & 0xffffffffL, "RENAME_??", Table.RENAME));
      case UMASK -> List.of(mode(0));
      default -> throw new IllegalStateException("not a call about attributes: " + entry);
    };
  }

  private StraceValue mode(int index) {
    return CallPrinter.mode(entry.arg(index));
  }

  /** An id, of which -1 is none. */
  private StraceValue id(int index) {
    int id = entry.intArg(index);
    return IntValue.of(id == -1 ? -1 : Integer.toUnsignedLong(id));
  }

  private StraceValue atFlags(int index) {
    return Notation.flags(entry.arg(index) & 0xffffffffL, "AT_???", Table.AT);
  }

  static StraceValue unsigned(long number) {
    return number < 0 ? new Raw(Long.toUnsignedString(number)) : IntValue.of(number);
  }

  private StraceValue stat(int index) {
    boolean shown = !failed && after.mem(index).accessible(0, Kstat.STAT_BYTES);
    return shown ? StatNotation.struct(after.mem(index)) : printer.address(index);
  }

  private List<StraceValue> mmap() {
    long prot = entry.arg(2);
    List<StraceValue> flags = new ArrayList<>();
    flags.add(Notation.xval(entry.arg(3) & MAP_TYPE_MASK, "MAP_???", Table.MAP_TYPE));
    long rest = Notation.addFlags(entry.arg(3) & 0xffffffffL & ~MAP_TYPE_MASK, flags, Table.MAP);
    if (rest != 0) {
      flags.add(Notation.hex(rest));
    }
    return List.of(
        CallPrinter.pointer(entry.arg(0)),
        unsigned(entry.arg(1)),
        prot == 0
            ? new StraceValue.Symbol("PROT_NONE")
            : Notation.flags(prot, "PROT_???", Table.PROT),
        Notation.joined(flags),
        printer.number(4),
        Notation.hex(entry.arg(5)));
  }
}
