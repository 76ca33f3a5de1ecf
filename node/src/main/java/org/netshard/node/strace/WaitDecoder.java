package org.netshard.node.strace;

import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Makes calls about waiting, timers and signals out of what a log says of them. */
final class WaitDecoder {
  private static final int FD_SET_BYTES = 128;
  private static final int ACTION_BYTES = 32;
  private static final int RUSAGE_BYTES = 144;
  private static final int SIGINFO_BYTES = 128;
  private static final String NS = "tv_nsec";
  private static final String US = "tv_usec";

  private final CallDecoder decoder;

  WaitDecoder(CallDecoder decoder) {
    this.decoder = decoder;
  }

  Syscall decode(SyscallName name) {
    CallDecoder d = decoder;
    return switch (name) {
      case PPOLL ->
          Syscall.of(
              name,
              new IoDecoder(d).pollfds(),
              d.number(1),
              time(d.argument(2), NS),
              sigset(d.argument(3)),
              d.number(4));
      case SELECT -> Syscall.of(name, d.number(0), fds(1), fds(2), fds(3), time(d.argument(4), US));
      case PSELECT6 ->
          Syscall.of(name, d.number(0), fds(1), fds(2), fds(3), time(d.argument(4), NS), mask());
      case EPOLL_PWAIT ->
          Syscall.of(
              name,
              d.number(0),
              IoDecoder.events(d),
              d.number(2),
              d.number(3),
              sigset(d.argument(4)),
              d.number(5));
      case TIMERFD_CREATE -> Syscall.of(name, d.number(0), d.number(1));
      case TIMERFD_SETTIME ->
          Syscall.of(
              name, d.number(0), d.number(1), spec(d.argument(2), NS), d.output(d.argument(3), 32));
      case TIMERFD_GETTIME -> Syscall.of(name, d.number(0), d.output(d.argument(1), 32));
      case RT_SIGACTION ->
          Syscall.of(
              name, d.number(0), action(d.argument(1)), d.output(d.argument(2), 32), d.number(3));
      case RT_SIGPROCMASK ->
          Syscall.of(
              name, d.number(0), sigset(d.argument(1)), d.output(d.argument(2), 8), d.number(3));
      case SETITIMER ->
          Syscall.of(name, d.number(0), spec(d.argument(1), US), d.output(d.argument(2), 32));
      case WAIT4 ->
          Syscall.of(
              name,
              d.number(0),
              d.output(d.argument(1), Integer.BYTES),
              d.number(2),
              d.output(d.argument(3), RUSAGE_BYTES));
      case WAITID ->
          Syscall.of(
              name,
              d.number(0),
              d.number(1),
              d.output(d.argument(2), SIGINFO_BYTES),
              d.number(3),
              d.output(d.argument(4), RUSAGE_BYTES));
      default -> throw new IllegalStateException("no call about waiting: " + name);
    };
  }

  /** {@code [3 5]}. */
  private UserMem fds(int index) {
    StraceValue value = decoder.argument(index).before();
    long bytes = (Math.max(0, Math.min(decoder.number(0), 1 << 20)) + 63) / 64 * 8;
    int size = (int) Math.max(FD_SET_BYTES, bytes);
    if (!(value.plain() instanceof Array array)) {
      return decoder.unknown(value, size);
    }
    UserMem set = UserMem.zeroed(size);
    for (StraceValue element : array.elements()) {
      int fd = Notation.intNumber(element);
      if (set.accessible(fd >> 3, 1)) {
        set.putByte(fd >> 3, set.getByte(fd >> 3) | 1 << (fd & 7));
      }
    }
    return set;
  }

  /** {@code {tv_sec=1, tv_nsec=0}}. */
  private UserMem time(StraceValue value, String fraction) {
    if (!(value.before().plain() instanceof Struct struct)) {
      return decoder.unknown(value, 16);
    }
    UserMem time = UserMem.zeroed(16);
    putTime(time, 0, struct, fraction);
    return time;
  }

  private static void putTime(UserMem mem, int at, StraceValue value, String fraction) {
    if (value.plain() instanceof Struct struct) {
      mem.putLong(at, SockAddr.require(struct, "tv_sec"));
      mem.putLong(at + 8, SockAddr.require(struct, fraction));
    }
  }

  /** {@code {it_interval={…}, it_value={…}}}. */
  private UserMem spec(StraceValue value, String fraction) {
    if (!(value.before().plain() instanceof Struct struct)) {
      return decoder.unknown(value, 32);
    }
    UserMem spec = UserMem.zeroed(32);
    StraceValue interval = struct.field("it_interval");
    StraceValue first = struct.field("it_value");
    if (interval == null || first == null) {
      throw new NotationException(value.text(), "expected {it_interval=…, it_value=…}");
    }
    putTime(spec, 0, interval, fraction);
    putTime(spec, 16, first, fraction);
    return spec;
  }

  /** {@code {sigmask=[…], sigsetsize=8}}. */
  private UserMem mask() {
    StraceValue value = decoder.argument(5);
    if (!(value.plain() instanceof Struct struct)) {
      return decoder.unknown(value, 16);
    }
    UserMem pack = UserMem.zeroed(16);
    StraceValue mask = struct.field("sigmask");
    if (mask != null && !Notation.isNull(mask)) {
      pack.putPointer(0, sigset(mask));
    }
    pack.putLong(8, SockAddr.require(struct, "sigsetsize"));
    return pack;
  }

  private UserMem sigset(StraceValue value) {
    String text = value.text();
    if (!text.matches("~?\\[.*\\]")) {
      return decoder.unknown(value, 8);
    }
    UserMem mem = UserMem.zeroed(8);
    mem.putLong(0, signals(text));
    return mem;
  }

  /** {@code [PIPE USR1]}, or {@code ~[RTMIN]} for all others. */
  private static long signals(String text) {
    long set = 0;
    String inner = text.substring(text.indexOf('[') + 1, text.length() - 1).strip();
    for (String word : inner.isEmpty() ? new String[0] : inner.split("[ ,]+")) {
      String name = word.startsWith("SIG") ? word : "SIG" + word;
      Long number = Character.isDigit(word.charAt(0)) ? Long.valueOf(word) : Constants.number(name);
      if (number == null) {
        throw new NotationException(word, "unknown signal '" + word + "'");
      }
      set |= Signal.bit(number.intValue());
    }
    return text.startsWith("~") ? ~set : set;
  }

  private UserMem action(StraceValue value) {
    if (!(value.before().plain() instanceof Struct struct)) {
      return decoder.unknown(value, ACTION_BYTES);
    }
    UserMem mem = UserMem.zeroed(ACTION_BYTES);
    StraceValue mask = struct.field("sa_mask");
    mem.putLong(0, SockAddr.require(struct, "sa_handler"));
    mem.putLong(8, SockAddr.optional(struct, "sa_flags"));
    mem.putLong(16, SockAddr.optional(struct, "sa_restorer"));
    mem.putLong(24, mask == null ? 0 : signals(mask.text()));
    return mem;
  }
}
