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
 * <p><b>Source:</b> {@code strace-6.1/src}: {@code stat.c}, {@code truncate.c}, {@code
 * fallocate.c}, {@code mem.c}.
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

  private static StraceValue unsigned(long number) {
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
