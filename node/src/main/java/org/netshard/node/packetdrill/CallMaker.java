package org.netshard.node.packetdrill;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.Action;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Makes calls out of what a script says of them, and looks at what they write. */
final class CallMaker {
  private static final int ADDRESS_ROOM = 128;
  private static final int MODE = 0644;
  private static final int FIONBIO = 0x5421;
  private static final int MAPPED_AT = 12;

  private final Settings settings;
  private final Fds fds;
  private final long startNs;

  /**
   * For calls of a script.
   *
   * @param fds its descriptors
   * @param startNs when it began, from where time stamps in control messages count
   */
  CallMaker(Settings settings, Fds fds, long startNs) {
    this.settings = settings;
    this.fds = fds;
    this.startNs = startNs;
  }

  /**
   * The call of an event.
   *
   * @param ping whether its socket is one of ICMP, which sends requests
   * @throws ScriptSyntaxException naming what is not understood or not simulated
   */
  MadeCall make(Place place, Action.Call call, boolean ping) {
    CallValues v = new CallValues(place, call);
    return switch (call.name()) {
      case "socket" -> socket(v);
      case "bind" -> named(v, SyscallName.BIND, settings.local(), settings.bindPort());
      case "connect" -> named(v, SyscallName.CONNECT, settings.remote(), settings.connectPort());
      case "listen" -> numbers(v, SyscallName.LISTEN, 2);
      case "shutdown" -> numbers(v, SyscallName.SHUTDOWN, 2);
      case "close" -> numbers(v, SyscallName.CLOSE, 1);
      case "accept" -> accept(v, SyscallName.ACCEPT, 3);
      case "accept4" -> accept(v, SyscallName.ACCEPT4, 4);
      case "read" -> plainData(v, SyscallName.READ);
      case "write" -> plainData(v, SyscallName.WRITE);
      case "recv", "recvfrom" -> recv(v);
      case "send", "sendto" -> send(v, ping);
      case "readv" -> vector(v, SyscallName.READV);
      case "writev" -> vector(v, SyscallName.WRITEV);
      case "sendmsg" ->
          new MessageCalls(v, startNs, settings.toleranceNs())
              .sendmsg(
                  fd(v, 0),
                  name -> address(v, name, settings.remote(), settings.connectPort()),
                  ping);
      case "recvmsg" -> new MessageCalls(v, startNs, settings.toleranceNs()).recvmsg(fd(v, 0));
      case "fcntl" -> fcntl(v);
      case "ioctl" -> ioctl(v);
      case "getsockopt" -> getsockopt(v);
      case "setsockopt" -> setsockopt(v);
      case "poll" -> new PollCalls(v, fds).poll();
      case "epoll_create" -> epollCreate(v);
      case "epoll_ctl" -> new PollCalls(v, fds).epollCtl();
      case "epoll_wait" -> new PollCalls(v, fds).epollWait();
      case "pipe" -> pipe(v);
      case "open" -> open(v);
      case "sendfile" -> sendfile(v);
      case "splice" -> splice(v);
      default -> throw v.wrong("this call is not simulated");
    };
  }

  private int fd(CallValues v, int index) {
    return fds.live(v.number(index));
  }

  private MadeCall socket(CallValues v) {
    v.count(3, 3);
    int usual = settings.version().sockets6() ? Abi.AF_INET6 : Abi.AF_INET;
    long family = v.isWild(0) ? usual : v.number(0);
    return MadeCall.makingFd(Syscall.of(SyscallName.SOCKET, family, v.number(1), v.number(2)));
  }

  /** An address as sockets of the script have it: of IPv6 if they are of IPv6. */
  private byte[] forSockets(byte[] address) {
    if (!settings.version().sockets6() || address.length != 4) {
      return address;
    }
    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    System.arraycopy(address, 0, mapped, MAPPED_AT, address.length);
    return mapped;
  }

  /**
   * An address that is written out, or that of a family alone, or the usual one for {@code ...}.
   */
  private UserMem address(CallValues v, int index, byte[] usual, int port) {
    return address(v, v.arg(index), usual, port);
  }

  private UserMem address(CallValues v, Expr expr, byte[] usual, int port) {
    if (expr instanceof Expr.Wildcard) {
      return CallValues.sockaddr(forSockets(usual), port);
    }
    if (expr instanceof Expr.Struct struct) {
      return v.sockaddr(struct);
    }
    if (expr instanceof Expr.Word word && word.name().equals("NULL")) {
      return UserMem.NULL;
    }
    UserMem family = UserMem.zeroed(ADDRESS_ROOM);
    family.putShort(0, (int) v.number(expr));
    return family;
  }

  private MadeCall named(CallValues v, SyscallName name, byte[] usual, int port) {
    v.count(3, 3);
    UserMem address = address(v, 1, usual, port);
    long length = v.isWild(2) ? address.size() : v.number(2);
    return MadeCall.of(Syscall.of(name, fd(v, 0), address, length));
  }

  private MadeCall numbers(CallValues v, SyscallName name, int count) {
    v.count(count, count);
    return MadeCall.of(
        count == 1 ? Syscall.of(name, fd(v, 0)) : Syscall.of(name, fd(v, 0), v.number(1)));
  }

  private MadeCall accept(CallValues v, SyscallName name, int count) {
    v.count(count, count);
    UserMem address = UserMem.zeroed(ADDRESS_ROOM);
    UserMem length = UserMem.ofInt(ADDRESS_ROOM);
    return MadeCall.makingFd(
        count == 3
            ? Syscall.of(name, fd(v, 0), address, length)
            : Syscall.of(name, fd(v, 0), address, length, v.number(3)));
  }

  private MadeCall plainData(CallValues v, SyscallName name) {
    v.count(3, 3);
    long bytes = v.number(2);
    return MadeCall.of(Syscall.of(name, fd(v, 0), v.data(1, bytes), bytes));
  }

  private MadeCall recv(CallValues v) {
    v.count(4, 6);
    long bytes = v.number(2);
    boolean named = v.size() == 6;
    return MadeCall.of(
        Syscall.of(
            SyscallName.RECVFROM,
            fd(v, 0),
            v.data(1, bytes),
            bytes,
            v.number(3),
            named ? UserMem.zeroed(ADDRESS_ROOM) : UserMem.NULL,
            named ? UserMem.ofInt(ADDRESS_ROOM) : UserMem.NULL));
  }

  private MadeCall send(CallValues v, boolean ping) {
    v.count(4, 6);
    long bytes = v.number(2);
    UserMem data = v.data(1, bytes);
    if (ping && v.isWild(1) && data.size() > 0) {
      data.putByte(0, settings.version().packets6() ? 128 : 8);
    }
    UserMem address =
        v.size() < 6 ? UserMem.NULL : address(v, 4, settings.remote(), settings.connectPort());
    long length = v.size() < 6 ? 0 : v.isWild(5) ? address.size() : v.number(5);
    return MadeCall.of(
        Syscall.of(SyscallName.SENDTO, fd(v, 0), data, bytes, v.number(3), address, length));
  }

  private MadeCall vector(CallValues v, SyscallName name) {
    v.count(3, 3);
    return MadeCall.of(Syscall.of(name, fd(v, 0), v.iovec(v.arg(1)), v.number(2)));
  }

  private MadeCall fcntl(CallValues v) {
    v.count(2, 3);
    long argument = v.size() == 3 ? v.number(2) : 0;
    return MadeCall.of(Syscall.of(SyscallName.FCNTL, fd(v, 0), v.number(1), argument));
  }

  private MadeCall ioctl(CallValues v) {
    v.count(2, 3);
    long request = v.number(1);
    if (v.size() == 2) {
      return MadeCall.of(Syscall.of(SyscallName.IOCTL, fd(v, 0), request, 0));
    }
    Expr expr = v.arg(2);
    if (!(expr instanceof Expr.Array)) {
      long argument = v.number(2);
      return MadeCall.of(Syscall.of(SyscallName.IOCTL, fd(v, 0), request, argument));
    }
    long said = v.number(v.only(expr));
    UserMem memory = UserMem.ofInt(request == FIONBIO ? (int) said : 0);
    return MadeCall.of(
        Syscall.of(SyscallName.IOCTL, fd(v, 0), request, memory),
        (made, result) -> different("value", said, made.mem(2).getInt(0)));
  }

  static @Nullable String different(String what, long expected, long found) {
    return expected == found ? null : what + ": expected " + expected + ", found " + found;
  }

  private MadeCall setsockopt(CallValues v) {
    v.count(5, 5);
    return MadeCall.of(
        Syscall.of(
            SyscallName.SETSOCKOPT,
            fd(v, 0),
            v.number(1),
            v.number(2),
            v.optionValue(v.arg(3)),
            v.number(4)));
  }

  private MadeCall getsockopt(CallValues v) {
    v.count(5, 5);
    long length = v.number(v.only(v.arg(4)));
    boolean any = v.isWild(3);
    UserMem expected = any ? UserMem.zeroed(0) : v.optionValue(v.arg(3));
    Syscall call =
        Syscall.of(
            SyscallName.GETSOCKOPT,
            fd(v, 0),
            v.number(1),
            v.number(2),
            v.buffer(Math.max(length, 0)),
            UserMem.ofInt((int) length));
    return MadeCall.of(
        call,
        (made, result) -> {
          int returned = made.mem(4).getInt(0);
          String wrong = different("length of the value", length, returned);
          int bytes = Math.min(expected.size(), Math.min(returned, made.mem(3).size()));
          boolean same = Arrays.equals(expected.get(0, bytes), made.mem(3).get(0, bytes));
          if (wrong != null || same) {
            return wrong;
          }
          String found =
              bytes == Integer.BYTES
                  ? Integer.toString(made.mem(3).getInt(0))
                  : HexFormat.of().formatHex(made.mem(3).get(0, bytes));
          return "value: expected " + ScriptPrinter.print(v.arg(3)) + ", found " + found;
        });
  }

  private MadeCall epollCreate(CallValues v) {
    v.count(1, 1);
    return MadeCall.makingFd(Syscall.of(SyscallName.EPOLL_CREATE, v.number(0)));
  }

  private MadeCall pipe(CallValues v) {
    v.count(1, 1);
    var ends = v.elements(v.arg(0));
    if (ends.size() != 2) {
      throw v.wrong("expected two descriptors in brackets");
    }
    long first = v.number(ends.get(0));
    long second = v.number(ends.get(1));
    return MadeCall.of(
        Syscall.of(SyscallName.PIPE, UserMem.zeroed(Long.BYTES)),
        (made, result) -> {
          fds.opened(first, made.mem(0).getInt(0));
          fds.opened(second, made.mem(0).getInt(Integer.BYTES));
          return null;
        });
  }

  private MadeCall open(CallValues v) {
    v.count(2, 3);
    long mode = v.size() == 3 ? v.number(2) : MODE;
    return MadeCall.makingFd(Syscall.of(SyscallName.OPEN, v.path(0), v.number(1), mode));
  }

  private MadeCall sendfile(CallValues v) {
    v.count(4, 4);
    return MadeCall.of(
        Syscall.of(SyscallName.SENDFILE, fd(v, 0), fd(v, 1), offset(v, 2), v.number(3)));
  }

  private MadeCall splice(CallValues v) {
    v.count(6, 6);
    return MadeCall.of(
        Syscall.of(
            SyscallName.SPLICE,
            fd(v, 0),
            offset(v, 1),
            fd(v, 2),
            offset(v, 3),
            v.number(4),
            v.number(5)));
  }

  /** {@code [1024]}, a position in memory, or NULL. */
  private static UserMem offset(CallValues v, int index) {
    if (!(v.arg(index) instanceof Expr.Array)) {
      return UserMem.NULL;
    }
    UserMem offset = UserMem.zeroed(Long.BYTES);
    offset.putLong(0, v.number(v.only(v.arg(index))));
    return offset;
  }
}
