package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.Constants.Table;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;

/** Compares what calls that move data or wait for it have written, as far as a log shows it. */
final class IoComparison {
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int IOVEC_BYTES = 16;

  private final Call recorded;
  private final Syscall simulated;
  private final long result;

  /** What differs. */
  record Difference(String what, String recorded, String simulated) {}

  IoComparison(Call recorded, Syscall simulated, long result) {
    this.recorded = recorded;
    this.simulated = simulated;
    this.result = result;
  }

  /** The first difference, or null. */
  @Nullable Difference difference() {
    return switch (simulated.name()) {
      case RECVMSG -> header();
      case READV -> vector(argument(1), simulated.mem(1));
      case POLL -> poll();
      case EPOLL_WAIT -> events();
      default -> null;
    };
  }

  private StraceValue argument(int index) {
    StraceValue value = recorded.arguments().get(index);
    return (value instanceof Named named ? named.value() : value).after();
  }

  private @Nullable Difference header() {
    UserMem header = simulated.mem(1);
    if (!(argument(1).plain() instanceof Struct struct)
        || !header.accessible(0, Msg.HEADER_BYTES)
        || struct.field("msg_iov") == null) {
      return null;
    }
    Difference difference = number(struct, "msg_flags", header.getInt(48));
    if (difference == null) {
      difference = number(struct, "msg_controllen", header.getLong(40));
    }
    StraceValue iov = struct.field("msg_iov");
    return difference == null && iov != null ? vector(iov, header.pointer(16)) : difference;
  }

  private static @Nullable Difference number(Struct struct, String field, long simulated) {
    StraceValue value = struct.field(field);
    if (value == null) {
      return null;
    }
    long wanted = Notation.number(value.after());
    if (wanted == simulated) {
      return null;
    }
    String shown =
        field.equals("msg_flags")
            ? Notation.flags(simulated & 0xffffffffL, "MSG_???", Table.MSG).text()
            : Long.toString(simulated);
    return new Difference(field, value.after().text(), shown);
  }

  private @Nullable Difference vector(StraceValue recordedVector, UserMem vector) {
    if (!(recordedVector.plain() instanceof Array array)) {
      return null;
    }
    int at = 0;
    for (StraceValue element : array.elements()) {
      if (element.plain() instanceof Struct piece
          && piece.field("iov_base") instanceof Str wanted
          && vector.accessible(at, IOVEC_BYTES)) {
        UserMem base = vector.pointer(at);
        byte[] bytes = wanted.bytes();
        byte[] got = base.get(0, Math.min(bytes.length, base.size()));
        if (!sameData(bytes, got)) {
          return new Difference("data", wanted.text(), Str.of(got).text());
        }
      }
      at += IOVEC_BYTES;
    }
    return null;
  }

  /**
   * Whether data are the same as far as the log tells: where it cut short what was sent, zeros were
   * sent in the simulation.
   */
  static boolean sameData(byte[] wanted, byte[] got) {
    boolean same = wanted.length == got.length;
    for (int i = 0; i < wanted.length && same; i++) {
      same = wanted[i] == got[i] || got[i] == 0;
    }
    return same;
  }

  /** {@code [{fd=6, revents=POLLIN}]}, in parentheses behind the result. */
  private @Nullable Difference poll() {
    String wanted = recorded.result().note();
    if (!wanted.startsWith("[") || !(recorded.arguments().get(0).plain() instanceof Array array)) {
      return null;
    }
    List<StraceValue> ready = new ArrayList<>();
    UserMem mem = simulated.mem(0);
    int at = 0;
    for (StraceValue element : array.elements()) {
      int revents = mem.getShort(at + 6);
      if (revents != 0 && element.plain() instanceof Struct pollfd) {
        StraceValue fd = pollfd.field("fd");
        ready.add(
            new Struct(
                List.of(
                    new Named("fd", fd == null ? IntValue.of(-1) : fd),
                    new Named("revents", Notation.flags(revents, "POLL???", Table.POLL)))));
      }
      at += POLLFD_BYTES;
    }
    String got = new Array(ready, false).text();
    return got.equals(wanted) ? null : new Difference("ready", wanted, got);
  }

  private @Nullable Difference events() {
    if (!(argument(1).plain() instanceof Array array)) {
      return null;
    }
    UserMem mem = simulated.mem(1);
    for (int i = 0; i < Math.min(result, array.elements().size()); i++) {
      if (!(array.elements().get(i).plain() instanceof Struct event)
          || !(event.field("data") instanceof Struct data)) {
        continue;
      }
      int at = i * EPOLL_EVENT_BYTES;
      long events = SockAddr.require(event, "events");
      boolean same =
          events == (mem.getInt(at) & 0xffffffffL)
              && SockAddr.optional(data, "u64") == mem.getLong(at + Integer.BYTES);
      if (!same) {
        String got = IoPrinter.event(mem, at, IntValue.of(0)).text();
        return new Difference("event", event.text(), got);
      }
    }
    return null;
  }
}
