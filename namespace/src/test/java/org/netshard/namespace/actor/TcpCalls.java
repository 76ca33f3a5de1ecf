package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;

/** Random calls on connections of TCP, none of which sleeps; each is drawn from one number. */
class TcpCalls extends DatagramCalls {
  private static final int FDS = 4;
  private static final int[] SIZES = {0, 1, 2, 100, 1448, 4096, 16_384, 65_536, 200_000};
  private static final int[] FLAGS = {0, 0, 0, Abi.MSG_PEEK, Abi.MSG_TRUNC, Abi.MSG_OOB};
  private static final int[][] OPTIONS = {
    {Abi.SOL_SOCKET, SoOption.SO_RCVBUF},
    {Abi.SOL_SOCKET, SoOption.SO_SNDBUF},
    {Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT},
    {Abi.SOL_SOCKET, SoOption.SO_REUSEADDR},
    {Abi.SOL_SOCKET, SoOption.SO_REUSEPORT},
    {Abi.SOL_SOCKET, SoOption.SO_KEEPALIVE},
    {Abi.IPPROTO_TCP, TcpOption.TCP_NODELAY},
    {Abi.IPPROTO_TCP, TcpOption.TCP_CORK},
    {Abi.IPPROTO_TCP, TcpOption.TCP_MAXSEG},
    {Abi.IPPROTO_TCP, TcpOption.TCP_LINGER2},
    {Abi.IPPROTO_TCP, TcpOption.TCP_DEFER_ACCEPT},
    {Abi.IPPROTO_TCP, TcpOption.TCP_WINDOW_CLAMP},
    {Abi.IPPROTO_TCP, TcpOption.TCP_QUICKACK},
    {Abi.IPPROTO_TCP, TcpOption.TCP_USER_TIMEOUT},
  };

  TcpCalls(int family) {
    this(family, Abi.IPPROTO_TCP);
  }

  /** The same for MPTCP, whose sockets now and then meet one of TCP. */
  TcpCalls(int family, int protocol) {
    super(family, Abi.SOCK_STREAM, protocol);
  }

  @Override
  Syscall call(int number) {
    seed(number);
    int fd = FD_FIRST + pick(FDS);
    return switch (pick(20)) {
      case 0 ->
          Syscall.socket(
              family, type | Abi.SOCK_NONBLOCK, pick(3) == 0 ? Abi.IPPROTO_TCP : protocol);
      case 1 -> named(SyscallName.BIND, fd);
      case 2 -> Syscall.of(SyscallName.LISTEN, fd, pick(4));
      case 3, 4, 5 -> named(SyscallName.CONNECT, fd);
      case 6, 7 ->
          Syscall.of(
              SyscallName.ACCEPT4, fd, UserMem.NULL, UserMem.NULL, pick(8) * Abi.SOCK_NONBLOCK);
      case 8, 9, 10, 11 -> send(fd);
      case 12, 13 -> receive(fd);
      case 14 -> option(fd, OPTIONS);
      case 15 -> linger(fd);
      case 16 -> Syscall.of(SyscallName.SHUTDOWN, fd, pick(3));
      case 17 -> Syscall.of(SyscallName.POLL, UserMem.NULL, 0, 1 + pick(3) * 300);
      default -> Syscall.close(fd);
    };
  }

  @Override
  List<Syscall> first() {
    List<Syscall> calls = new ArrayList<>();
    calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
    UserMem address = address(0, true);
    calls.add(Syscall.of(SyscallName.BIND, FD_FIRST, address, address.size()));
    calls.add(Syscall.of(SyscallName.LISTEN, FD_FIRST, 2));
    calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
    calls.add(Syscall.of(SyscallName.CONNECT, FD_FIRST + 1, address, address.size()));
    return calls;
  }

  /** Calls on two listeners of one port with {@code tcp_migrate_req}. */
  static TcpCalls ofTwoListeners() {
    return new TcpCalls(Abi.AF_INET) {
      @Override
      String sysctl() {
        return "net.ipv4.tcp_migrate_req=1";
      }

      @Override
      List<Syscall> first() {
        List<Syscall> calls = new ArrayList<>();
        UserMem address = address(0, true);
        for (int fd = FD_FIRST; fd < FD_FIRST + 2; fd++) {
          calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
          calls.add(set(fd, Abi.SOL_SOCKET, SoOption.SO_REUSEPORT, UserMem.ofInt(1)));
          calls.add(Syscall.of(SyscallName.BIND, fd, address, address.size()));
          calls.add(Syscall.of(SyscallName.LISTEN, fd, 2));
        }
        for (int fd = FD_FIRST + 2; fd < FD_FIRST + FDS; fd++) {
          calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
          calls.add(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
        }
        return calls;
      }
    };
  }

  private Syscall named(SyscallName name, int fd) {
    UserMem address = pick(2) == 0 ? address(0, true) : address();
    return Syscall.of(name, fd, address, address.size());
  }

  private Syscall send(int fd) {
    int size = SIZES[pick(SIZES.length)];
    int flags = Abi.MSG_NOSIGNAL | Abi.MSG_DONTWAIT;
    flags |= pick(6) == 0 ? Abi.MSG_MORE : pick(8) == 0 ? Abi.MSG_OOB : 0;
    return Syscall.of(SyscallName.SENDTO, fd, UserMem.zeroed(size), size, flags, UserMem.NULL, 0);
  }

  private Syscall receive(int fd) {
    int size = SIZES[pick(SIZES.length)];
    int flags = FLAGS[pick(FLAGS.length)] | Abi.MSG_DONTWAIT;
    return Syscall.of(
        SyscallName.RECVFROM, fd, UserMem.zeroed(size), size, flags, UserMem.NULL, UserMem.NULL);
  }

  /** SO_LINGER of nothing: a close resets the connection. */
  private Syscall linger(int fd) {
    return set(fd, Abi.SOL_SOCKET, SoOption.SO_LINGER, UserMem.ofInts(1 + pick(2), 0));
  }
}
