package org.netshard.node.strace;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/** The memory of a call as a recorded kernel left it: what a perfect simulation would do. */
final class RecordedMemory {
  private static final int CLD_EXITED = 1;
  private static final int CLD_KILLED = 2;
  private static final Pattern STATUS = Pattern.compile("(WEXITSTATUS|WTERMSIG)\\(s\\) == (\\w+)");

  private RecordedMemory() {}

  static Syscall after(Call recorded, Syscall entry) {
    Syscall after = entry.copy();
    if (!recorded.result().known() || recorded.result().isError()) {
      return after;
    }
    if (entry.name() == SyscallName.GETSOCKOPT) {
      StraceValue value = recorded.arguments().get(3);
      put(after.mem(4), (int) Notation.elementAfter(recorded.arguments().get(4)));
      if (!OptionValue.isAddress(value) && !Notation.isNull(value)) {
        byte[] bytes = OptionValue.bytes(entry.intArg(1), value);
        after.mem(3).put(0, bytes, Math.min(bytes.length, after.mem(3).size()));
      }
    } else if ((entry.name() == SyscallName.GETSOCKNAME
            || entry.name() == SyscallName.GETPEERNAME
            || entry.name() == SyscallName.ACCEPT
            || entry.name() == SyscallName.ACCEPT4)
        && recorded.arguments().get(2) instanceof Array) {
      int length = (int) Notation.elementAfter(recorded.arguments().get(2));
      put(after.mem(2), length);
      if (recorded.arguments().get(1) instanceof Struct name) {
        byte[] bytes = SockAddr.bytes(name, length);
        after.mem(1).put(0, bytes, Math.min(length, after.mem(1).size()));
      }
    } else if (entry.name() == SyscallName.SOCKETPAIR) {
      Array pair = (Array) recorded.arguments().get(3);
      put(after.mem(3), Notation.intNumber(pair.elements().get(0)));
      after.mem(3).putInt(4, Notation.intNumber(pair.elements().get(1)));
    } else if (entry.name() == SyscallName.PRLIMIT64
        && recorded.arguments().get(3) instanceof Struct limits) {
      after.mem(3).putLong(0, SockAddr.require(limits, "rlim_cur"));
      after.mem(3).putLong(8, SockAddr.require(limits, "rlim_max"));
    } else if (entry.name() == SyscallName.CAPGET
        && recorded.arguments().get(1) instanceof Struct sets) {
      String[] names = {"effective", "permitted", "inheritable"};
      for (int i = 0; i < names.length; i++) {
        long set = Notation.capabilities(Objects.requireNonNull(sets.field(names[i])));
        after.mem(1).putInt(4 * i, (int) set);
        after.mem(1).putInt(12 + 4 * i, (int) (set >>> Integer.SIZE));
      }
    }
    io(recorded, after);
    boolean read =
        entry.name() == SyscallName.READ
            || entry.name() == SyscallName.PREAD64
            || entry.name() == SyscallName.RECVFROM;
    if (read && recorded.arguments().get(1).plain() instanceof Str text) {
      after.mem(1).put(0, text.bytes(), Math.min(text.bytes().length, after.mem(1).size()));
    }
    return after;
  }

  private static void io(Call recorded, Syscall after) {
    switch (after.name()) {
      case RECVMSG -> {
        header(recorded.arguments().get(1), after.mem(1), after.mem(1), 0);
      }
      case READV -> vector(recorded.arguments().get(1), after.mem(1));
      case SENDMMSG, RECVMMSG -> headers(recorded, after);
      case SELECT, PSELECT6 -> sets(recorded, after);
      case POLL, PPOLL -> poll(recorded, after.mem(0));
      case EPOLL_WAIT, EPOLL_PWAIT -> events(recorded.arguments().get(1), after.mem(1));
      case RECVFROM -> {
        if (recorded.arguments().get(5) instanceof Array) {
          put(after.mem(5), (int) Notation.elementAfter(recorded.arguments().get(5)));
        }
        if (recorded.arguments().get(4) instanceof Struct name) {
          byte[] bytes = SockAddr.bytes(name, -1);
          after.mem(4).put(0, bytes, Math.min(bytes.length, after.mem(4).size()));
        }
      }
      case IOCTL -> {
        if (recorded.arguments().size() > 2 && recorded.arguments().get(2) instanceof Array) {
          put(after.mem(2), (int) Notation.elementAfter(recorded.arguments().get(2)));
        }
      }
      case PIPE, PIPE2 -> {
        Array pair = (Array) recorded.arguments().get(0);
        put(after.mem(0), Notation.intNumber(pair.elements().get(0)));
        after.mem(0).putInt(4, Notation.intNumber(pair.elements().get(1)));
      }
      case WAIT4 -> ended(recorded.arguments().get(1).text(), after.mem(1));
      case WAITID -> told(recorded.arguments().get(2), after.mem(2));
      case FSTAT -> stat(recorded.arguments().get(1), after.mem(1));
      case NEWFSTATAT -> stat(recorded.arguments().get(2), after.mem(2));
      default -> {}
    }
  }

  /** The status of a child that has ended, from {@code [{WIFEXITED(s) && WEXITSTATUS(s) == 3}]}. */
  private static void ended(String text, UserMem status) {
    Matcher matcher = STATUS.matcher(text);
    if (matcher.find()) {
      boolean exited = matcher.group(1).equals("WEXITSTATUS");
      int number = Notation.intNumber(StraceParser.parseValue(matcher.group(2)));
      put(status, exited ? number << 8 : number);
    }
  }

  private static void told(StraceValue value, UserMem info) {
    if (value instanceof Struct child && child.field("si_status") != null) {
      info.putInt(0, (int) SockAddr.require(child, "si_signo"));
      boolean exited = "CLD_EXITED".equals(Objects.requireNonNull(child.field("si_code")).text());
      info.putInt(8, exited ? CLD_EXITED : CLD_KILLED);
      info.putInt(24, (int) SockAddr.require(child, "si_status"));
    }
  }

  private static void stat(StraceValue value, UserMem mem) {
    if (value instanceof Struct struct) {
      byte[] bytes = StatNotation.bytes(struct);
      mem.put(0, bytes, bytes.length);
    }
  }

  /** The header is a copy of the part of some memory that begins at a position. */
  private static void header(StraceValue value, UserMem header, UserMem mem, int at) {
    if (value instanceof Struct struct && struct.field("msg_flags") != null) {
      mem.putInt(at + 48, (int) SockAddr.require(struct, "msg_flags"));
      mem.putLong(at + 40, SockAddr.require(struct, "msg_controllen"));
      vector(Objects.requireNonNull(struct.field("msg_iov")), header.pointer(16));
    }
  }

  private static void headers(Call recorded, Syscall after) {
    if (!(recorded.arguments().get(1) instanceof Array array)) {
      return;
    }
    int at = 0;
    for (StraceValue element : array.elements()) {
      UserMem header = after.mem(1).part(at, 56);
      if (element instanceof Struct entry && entry.field("msg_len") != null) {
        after.mem(1).putInt(at + 56, (int) SockAddr.require(entry, "msg_len"));
        header(Objects.requireNonNull(entry.field("msg_hdr")), header, after.mem(1), at);
      }
      at += 64;
    }
  }

  private static void sets(Call recorded, Syscall after) {
    String[] names = {"in", "out", "except"};
    for (int i = 0; i < names.length; i++) {
      UserMem set = after.mem(i + 1);
      for (int at = 0; at < set.size() && recorded.result().value() >= 0; at++) {
        set.putByte(at, 0);
      }
      for (int fd : IoComparison.recordedSet(recorded, names[i])) {
        set.putByte(fd >> 3, set.getByte(fd >> 3) | 1 << (fd & 7));
      }
    }
  }

  private static void vector(StraceValue value, UserMem vector) {
    int at = 0;
    for (StraceValue element : ((Array) value.plain()).elements()) {
      if (((Struct) element).field("iov_base") instanceof Str text) {
        UserMem base = vector.pointer(at);
        base.put(0, text.bytes(), Math.min(text.bytes().length, base.size()));
      }
      at += 16;
    }
  }

  /** The files that are ready stand behind the result, in the order of those that were asked. */
  private static void poll(Call recorded, UserMem fds) {
    if (!recorded.result().note().startsWith("[")) {
      return;
    }
    String note = recorded.result().note().replaceFirst("], left .*", "]");
    StraceValue ready = StraceParser.parseValue(note);
    int at = 0;
    for (StraceValue element : ((Array) ready).elements()) {
      Struct pollfd = (Struct) element;
      int revents = (int) SockAddr.require(pollfd, "revents");
      int always = Poll.ERR | Poll.HUP | Poll.NVAL;
      while (fds.getInt(at) != SockAddr.require(pollfd, "fd")
          || (revents & ~(fds.getShort(at + 4) | always)) != 0) {
        at += 8;
      }
      fds.putShort(at + 6, revents);
      at += 8;
    }
  }

  private static void events(StraceValue value, UserMem mem) {
    int at = 0;
    if (value.plain() instanceof Array array) {
      for (StraceValue element : array.elements()) {
        Struct event = (Struct) element;
        mem.putInt(at, (int) SockAddr.require(event, "events"));
        mem.putLong(
            at + 4, SockAddr.optional((Struct) Objects.requireNonNull(event.field("data")), "u64"));
        at += 12;
      }
    }
  }

  private static void put(UserMem mem, int number) {
    mem.putInt(0, number);
  }
}
