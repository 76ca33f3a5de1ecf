package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;

/** Prints the arguments of calls that move data or wait for it, as {@code strace} does. */
final class IoPrinter {
  private static final int IOVEC_BYTES = 16;
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int VECTOR_MAX = 32;
  private static final long FAILED = -2;

  private final CallPrinter printer;
  private final Syscall entry;
  private final Syscall after;
  private final long result;
  private final boolean failed;

  IoPrinter(CallPrinter printer, Syscall entry, Syscall after, long result, boolean failed) {
    this.printer = printer;
    this.entry = entry;
    this.after = after;
    this.result = result;
    this.failed = failed;
  }

  List<StraceValue> arguments() {
    return switch (entry.name()) {
      case SENDTO ->
          List.of(
              printer.number(0),
              OptionPrinter.string(entry.mem(1), entry.arg(2), printer.address(1)),
              IntValue.of(entry.arg(2)),
              flags(entry.arg(3)),
              name(entry.mem(4), entry.intArg(5), printer.address(4)),
              printer.number(5));
      case RECVFROM -> recvfrom();
      case SENDMSG -> List.of(printer.number(0), header(entry.mem(1), false), flags(entry.arg(2)));
      case RECVMSG ->
          List.of(
              printer.number(0),
              failed ? printer.address(1) : header(after.mem(1), true),
              flags(entry.arg(2)));
      case READV ->
          List.of(
              printer.number(0),
              vector(after.mem(1), entry.arg(2), failed ? FAILED : result),
              IntValue.of(entry.arg(2)));
      case VMSPLICE ->
          List.of(
              printer.number(0),
              vector(entry.mem(1), entry.arg(2), -1),
              IntValue.of(entry.arg(2)),
              WaitPrinter.spliceFlags(entry.arg(3)));
      case WRITEV ->
          List.of(
              printer.number(0), vector(entry.mem(1), entry.arg(2), -1), IntValue.of(entry.arg(2)));
      case PIPE -> List.of(pair());
      case PIPE2 -> List.of(pair(), Notation.flags(entry.arg(1), "O_???", Table.OPEN_FLAG));
      case PPOLL ->
          List.of(
              pollfds(),
              IntValue.of(entry.arg(1)),
              entry.mem(2).accessible(0, 16)
                  ? WaitPrinter.time(entry.mem(2), 0, "tv_nsec")
                  : printer.address(2),
              sigset(3),
              printer.number(4));
      case EPOLL_PWAIT ->
          List.of(
              printer.number(0),
              events(),
              printer.number(2),
              printer.number(3),
              sigset(4),
              printer.number(5));
      case SENDMMSG ->
          List.of(printer.number(0), headers(), printer.number(2), flags(entry.arg(3)));
      case RECVMMSG ->
          List.of(
              printer.number(0),
              failed ? printer.address(1) : headers(),
              printer.number(2),
              flags(entry.arg(3)),
              printer.address(4));
      case POLL -> List.of(pollfds(), IntValue.of(entry.arg(1)), printer.number(2));
      case EPOLL_CTL ->
          List.of(
              printer.number(0),
              Notation.xval(entry.arg(1), "EPOLL_CTL_???", Table.EPOLL_CTL),
              printer.number(2),
              event(entry.mem(3), 0, printer.address(3)));
      case EPOLL_WAIT -> List.of(printer.number(0), events(), printer.number(2), printer.number(3));
      default -> throw new IllegalStateException("no call that moves data: " + entry);
    };
  }

  private StraceValue sigset(int index) {
    UserMem mem = entry.mem(index);
    return mem.accessible(0, 8) ? WaitPrinter.sigset(mem.getLong(0)) : printer.address(index);
  }

  private StraceValue headers() {
    List<StraceValue> entries = new ArrayList<>();
    long shown = failed || result < 0 ? Math.min(entry.arg(2), VECTOR_MAX) : result;
    for (int i = 0; i < shown; i++) {
      int at = i * Msg.ENTRY_BYTES;
      UserMem header = after.mem(1).part(at, Msg.HEADER_BYTES);
      if (!header.accessible(0, Msg.HEADER_BYTES)) {
        return printer.address(1);
      }
      int length = after.mem(1).getInt(at + Msg.HEADER_BYTES);
      entries.add(
          new Struct(
              List.of(
                  new Named("msg_hdr", header(header, false)),
                  new Named("msg_len", IntValue.of(length)))));
    }
    return new Array(entries, false);
  }

  private static StraceValue flags(long flags) {
    return Notation.flags(flags & 0xffffffffL, "MSG_???", Table.MSG);
  }

  private List<StraceValue> recvfrom() {
    UserMem length = after.mem(5);
    boolean hasLength = length.accessible(0, Integer.BYTES);
    StraceValue lengthValue = printer.address(5);
    if (hasLength) {
      int before = entry.mem(5).getInt(0);
      int now = length.getInt(0);
      lengthValue =
          new Array(
              List.of(
                  before == now
                      ? IntValue.of(now)
                      : new StraceValue.Change(IntValue.of(before), IntValue.of(now))),
              false);
    }
    boolean shown = !failed && hasLength;
    int nameLength = shown ? Math.min(entry.mem(5).getInt(0), length.getInt(0)) : 0;
    return List.of(
        printer.number(0),
        failed
            ? printer.address(1)
            : OptionPrinter.string(
                after.mem(1), Math.min(result, entry.arg(2)), printer.address(1)),
        IntValue.of(entry.arg(2)),
        flags(entry.arg(3)),
        shown ? name(after.mem(4), nameLength, printer.address(4)) : printer.address(4),
        lengthValue);
  }

  private static StraceValue name(UserMem mem, int length, StraceValue address) {
    int shown = Math.min(length, mem.size());
    return mem.isNull() || shown < 2 ? address : SockAddr.struct(mem.get(0, shown));
  }

  private StraceValue header(UserMem header, boolean received) {
    if (!header.accessible(0, Msg.HEADER_BYTES)) {
      return printer.address(1);
    }
    UserMem name = header.pointer(0);
    long count = header.getLong(24);
    List<StraceValue> members = new ArrayList<>();
    members.add(new Named("msg_name", name(name, header.getInt(8), new Symbol("NULL"))));
    members.add(new Named("msg_namelen", IntValue.of(header.getInt(8))));
    members.add(new Named("msg_iov", vector(header.pointer(16), count, received ? result : -1)));
    members.add(new Named("msg_iovlen", IntValue.of(count)));
    members.add(new Named("msg_controllen", IntValue.of(header.getLong(40))));
    members.add(new Named("msg_flags", flags(header.getInt(48))));
    return new Struct(members);
  }

  /** A vector, of whose data so many bytes are shown; -1 is all, and of a failed call none. */
  private StraceValue vector(UserMem vector, long count, long bytes) {
    if (count < 0 || !vector.accessible(0, (int) Math.min(count, 1024) * IOVEC_BYTES)) {
      return printer.address(1);
    }
    List<StraceValue> pieces = new ArrayList<>();
    long left = bytes == -1 ? Long.MAX_VALUE : Math.max(0, bytes);
    for (int i = 0; i < Math.min(count, VECTOR_MAX); i++) {
      long length = vector.getLong(i * IOVEC_BYTES + 8);
      long shown = Math.min(length, left);
      left -= shown;
      UserMem base = vector.pointer(i * IOVEC_BYTES);
      StraceValue text =
          bytes == FAILED && !base.isNull()
              ? IntValue.hex(CallPrinter.GOOD_ADDRESS)
              : OptionPrinter.string(base, shown, new Symbol("NULL"));
      pieces.add(
          new Struct(
              List.of(new Named("iov_base", text), new Named("iov_len", IntValue.of(length)))));
    }
    return new Array(pieces, count > VECTOR_MAX);
  }

  private StraceValue pair() {
    UserMem mem = after.mem(0);
    if (failed || !mem.accessible(0, Long.BYTES)) {
      return printer.address(0);
    }
    return new Array(
        List.of(IntValue.of(mem.getInt(0)), IntValue.of(mem.getInt(Integer.BYTES))), false);
  }

  private StraceValue pollfds() {
    UserMem mem = entry.mem(0);
    int count = (int) Math.min(entry.arg(1) & 0xffffffffL, VECTOR_MAX);
    if (!mem.accessible(0, count * POLLFD_BYTES)) {
      return printer.address(0);
    }
    List<StraceValue> pollfds = new ArrayList<>();
    for (int at = 0; at < count * POLLFD_BYTES; at += POLLFD_BYTES) {
      List<StraceValue> members = new ArrayList<>();
      members.add(new Named("fd", IntValue.of(mem.getInt(at))));
      if (mem.getInt(at) >= 0) {
        members.add(
            new Named("events", Notation.flags(mem.getShort(at + 4), "POLL???", Table.POLL)));
      }
      pollfds.add(new Struct(members));
    }
    return new Array(pollfds, false);
  }

  /** The files of {@code poll} that are ready. */
  static StraceValue ready(Syscall after) {
    List<StraceValue> ready = new ArrayList<>();
    UserMem mem = after.mem(0);
    for (int at = 0; at + POLLFD_BYTES <= mem.size(); at += POLLFD_BYTES) {
      int revents = mem.getShort(at + 6);
      if (revents != 0) {
        ready.add(
            new Struct(
                List.of(
                    new Named("fd", IntValue.of(mem.getInt(at))),
                    new Named("revents", Notation.flags(revents, "POLL???", Table.POLL)))));
      }
    }
    return new Array(ready, false);
  }

  private StraceValue events() {
    if (failed) {
      return printer.address(1);
    }
    List<StraceValue> events = new ArrayList<>();
    for (int i = 0; i < result; i++) {
      events.add(event(after.mem(1), i * EPOLL_EVENT_BYTES, printer.address(1)));
    }
    return new Array(events, false);
  }

  static StraceValue event(UserMem mem, int at, StraceValue address) {
    if (!mem.accessible(at, EPOLL_EVENT_BYTES)) {
      return address;
    }
    long data = mem.getLong(at + 4);
    return new Struct(
        List.of(
            new Named(
                "events", Notation.flags(mem.getInt(at) & 0xffffffffL, "EPOLL???", Table.EPOLL)),
            new Named(
                "data",
                new Struct(
                    List.of(
                        new Named("u32", IntValue.of(data & 0xffffffffL)),
                        new Named("u64", IntValue.of(data)))))));
  }
}
