package org.netshard.node.packetdrill;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Makes {@code poll} and the calls of epoll. */
final class PollCalls {
  private static final int POLLFD_BYTES = 8;
  private static final int EPOLL_EVENT_BYTES = 12;
  private static final int EVENTS_MAX = 1024;

  private final CallValues v;
  private final Fds fds;

  PollCalls(CallValues v, Fds fds) {
    this.v = v;
    this.fds = fds;
  }

  MadeCall poll() {
    v.count(3, 3);
    List<Expr> entries = v.elements(v.arg(0));
    UserMem memory = UserMem.zeroed(POLLFD_BYTES * entries.size());
    int[] expected = new int[entries.size()];
    for (int i = 0; i < entries.size(); i++) {
      Expr.Struct entry = v.struct(entries.get(i));
      memory.putInt(POLLFD_BYTES * i, fds.live(v.number(v.field(entry, "fd"))));
      memory.putShort(POLLFD_BYTES * i + 4, (int) v.number(v.field(entry, "events")));
      Expr revents = entry.field("revents");
      expected[i] = revents == null ? 0 : (int) v.number(revents);
    }
    Syscall call = Syscall.of(SyscallName.POLL, memory, v.number(1), v.number(2));
    return MadeCall.of(
        call,
        (made, result) -> {
          for (int i = 0; i < expected.length; i++) {
            int found = made.mem(0).getShort(POLLFD_BYTES * i + 6);
            if (found != expected[i]) {
              return hex("revents of entry " + (i + 1), expected[i], found);
            }
          }
          return null;
        });
  }

  private static @Nullable String hex(String what, long expected, long found) {
    return expected == found
        ? null
        : "%s: expected 0x%x, found 0x%x".formatted(what, expected, found);
  }

  /** What goes with an event: whichever member of the union the script names. */
  private long data(Expr.Struct event) {
    for (String member : List.of("fd", "ptr", "u32", "u64")) {
      Expr value = event.field(member);
      if (value != null) {
        return v.number(value);
      }
    }
    return 0;
  }

  MadeCall epollCtl() {
    v.count(4, 4);
    UserMem memory = UserMem.NULL;
    if (v.arg(3) instanceof Expr.Struct event) {
      memory = UserMem.zeroed(EPOLL_EVENT_BYTES);
      memory.putInt(0, (int) v.number(v.field(event, "events")));
      memory.putLong(Integer.BYTES, data(event));
    }
    return MadeCall.of(
        Syscall.of(
            SyscallName.EPOLL_CTL,
            fds.live(v.number(0)),
            v.number(1),
            fds.live(v.number(2)),
            memory));
  }

  MadeCall epollWait() {
    v.count(4, 4);
    List<Expr> events = v.arg(1) instanceof Expr.Array array ? array.elements() : List.of(v.arg(1));
    boolean any = v.isWild(1);
    long max = v.number(2);
    long room = Math.max(0, Math.min(max, EVENTS_MAX));
    Syscall call =
        Syscall.of(
            SyscallName.EPOLL_WAIT,
            fds.live(v.number(0)),
            UserMem.zeroed((int) room * EPOLL_EVENT_BYTES),
            max,
            v.number(3));
    events.stream().filter(event -> !any).forEach(event -> v.field(v.struct(event), "events"));
    return MadeCall.of(
        call,
        (made, result) -> {
          for (int i = 0; !any && i < Math.min(result, events.size()); i++) {
            Expr.Struct event = v.struct(events.get(i));
            long wanted = v.number(v.field(event, "events")) & 0xffff_ffffL;
            long found = made.mem(1).getInt(EPOLL_EVENT_BYTES * i) & 0xffff_ffffL;
            String wrong = hex("events of entry " + (i + 1), wanted, found);
            long data = made.mem(1).getLong(EPOLL_EVENT_BYTES * i + Integer.BYTES);
            wrong = wrong != null ? wrong : hex("data of entry " + (i + 1), data(event), data);
            if (wrong != null) {
              return wrong;
            }
          }
          return null;
        });
  }
}
