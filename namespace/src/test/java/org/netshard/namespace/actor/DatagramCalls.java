package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UdpOption;
import org.netshard.protocol.abi.UserMem;

/** Random calls on sockets of datagrams, none of which sleeps; each is drawn from one number. */
class DatagramCalls {
  private static final int FDS = 4;
  static final int FD_FIRST = 3;
  private static final int FPROG_BYTES = 16;
  private static final int BPF_RET_K = 0x06;
  private static final int BPF_RET_A = 0x16;
  private static final int BPF_LD_B_ABS = 0x30;
  private static final int PORT_FIRST = 7000;
  private static final int[] PORTS = {7000, 7000, 7001, 7001, 9, 0};
  private static final int[] SIZES = {0, 1, 5, 64, 1000, 1473, 9000, 65_000, 65_507, 65_508};
  private static final int[] ADDRESSES = {
    0x0100007f, 0, 0x0100007f, 0x0200007f, 0x010000e0, 0, 0x0100007f, -1, 0x0101020a
  };

  /** Levels and names of options that change what happens to datagrams. */
  private static final int[][] OPTIONS = {
    {Abi.SOL_SOCKET, SoOption.SO_RCVBUF},
    {Abi.SOL_SOCKET, SoOption.SO_SNDBUF},
    {Abi.SOL_SOCKET, SoOption.SO_REUSEADDR},
    {Abi.SOL_SOCKET, SoOption.SO_REUSEPORT},
    {Abi.SOL_SOCKET, SoOption.SO_BROADCAST},
    {Abi.SOL_SOCKET, SoOption.SO_NO_CHECK},
    {Abi.SOL_SOCKET, SoOption.SO_PEEK_OFF},
    {Abi.SOL_SOCKET, SoOption.SO_RXQ_OVFL},
    {Abi.IPPROTO_UDP, UdpOption.UDP_CORK},
    {Abi.IPPROTO_UDP, UdpOption.UDP_SEGMENT},
    {Abi.IPPROTO_UDP, UdpOption.UDP_GRO},
    {Abi.IPPROTO_UDPLITE, 10},
    {Abi.IPPROTO_UDPLITE, 11},
    {Abi.IPPROTO_IP, 11},
    {Abi.IPPROTO_IP, 10},
    {Abi.IPPROTO_IP, 2},
    {Abi.IPPROTO_IP, 34},
    {Abi.IPPROTO_IPV6, 25},
    {Abi.IPPROTO_IPV6, 26},
    {Abi.IPPROTO_IPV6, 23},
  };

  private static final int[] VALUES = {0, 1, 2, 3, 8, 100, 2304, 5000, 70_000, -1};
  private static final int[] FLAGS = {
    0, 0, 0, Abi.MSG_PEEK, Abi.MSG_TRUNC, Abi.MSG_ERRQUEUE, Abi.MSG_PEEK | Abi.MSG_TRUNC
  };

  final int family;
  final int type;
  final int protocol;
  private int random;

  /**
   * Calls on sockets of one kind.
   *
   * @param family {@code AF_INET} or {@code AF_INET6}
   */
  DatagramCalls(int family, int type, int protocol) {
    this.family = family;
    this.type = type;
    this.protocol = protocol;
  }

  /** A digit of the number from which the present call is drawn. */
  final int pick(int bound) {
    int picked = random % bound;
    random /= bound;
    return picked;
  }

  /** Begins to draw from a number. */
  final void seed(int number) {
    random = number;
  }

  /** A call that is drawn from a number. */
  Syscall call(int number) {
    random = number;
    int fd = FD_FIRST + pick(FDS);
    return switch (pick(16)) {
      case 0, 1 -> Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol);
      case 2, 3, 4 -> named(SyscallName.BIND, fd);
      case 5 -> named(SyscallName.CONNECT, fd);
      case 6, 7, 8, 9 -> send(fd);
      case 10, 11 -> receive(fd);
      case 12, 13 -> option(fd);
      case 14 ->
          pick(3) == 0
              ? Syscall.of(SyscallName.SHUTDOWN, fd, pick(4))
              : Syscall.of(
                  SyscallName.GETSOCKOPT,
                  fd,
                  Abi.SOL_SOCKET,
                  SoOption.SO_ERROR,
                  UserMem.zeroed(4),
                  UserMem.ofInt(4));
      default -> Syscall.close(fd);
    };
  }

  /** What both namespaces need before, as {@code net.x=value}; empty is nothing. */
  String sysctl() {
    return "";
  }

  /** Calls with which a task begins: three sockets, two with a port and one connected to a port. */
  List<Syscall> first() {
    List<Syscall> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol));
    }
    UserMem any = address(0, false);
    UserMem loopback = address(1, true);
    calls.add(Syscall.of(SyscallName.BIND, FD_FIRST, any, any.size()));
    calls.add(Syscall.of(SyscallName.BIND, FD_FIRST + 1, loopback, loopback.size()));
    UserMem first = address(0, true);
    calls.add(Syscall.of(SyscallName.CONNECT, FD_FIRST + 2, first, first.size()));
    return calls;
  }

  UserMem address(int port, boolean loopback) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    if (family == Abi.AF_INET) {
      return cut(storage, SockAddr.putIn(storage, loopback ? ADDRESSES[0] : 0, PORT_FIRST + port));
    }
    byte[] address = new byte[16];
    address[15] = (byte) (loopback ? 1 : 0);
    return cut(storage, SockAddr.putIn6(storage, address, PORT_FIRST + port, 0));
  }

  private Syscall named(SyscallName name, int fd) {
    UserMem address = address();
    return Syscall.of(name, fd, address, address.size());
  }

  /** A random address. */
  UserMem address() {
    int which = pick(16);
    if (which == 0) {
      return UserMem.zeroed(SockAddr.IN_BYTES);
    }
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    int port = PORTS[pick(PORTS.length)];
    if (family == Abi.AF_INET) {
      return cut(storage, SockAddr.putIn(storage, ADDRESSES[which % ADDRESSES.length], port));
    }
    byte[] address = new byte[16];
    switch (which % 4) {
      case 0 -> address[15] = 0;
      case 1 -> {
        // ::ffff:127.0.0.1
        address[10] = -1;
        address[11] = -1;
        address[12] = 127;
        address[15] = 1;
      }
      default -> address[15] = 1;
    }
    return cut(storage, SockAddr.putIn6(storage, address, port, 0));
  }

  static UserMem cut(byte[] storage, int length) {
    return UserMem.of(Arrays.copyOf(storage, length));
  }

  private Syscall send(int fd) {
    int size = SIZES[pick(SIZES.length)];
    int flags = pick(6) == 0 ? Abi.MSG_MORE : 0;
    UserMem data = data(size);
    if (pick(4) == 0) {
      return Syscall.of(SyscallName.SENDTO, fd, data, size, flags, UserMem.NULL, 0);
    }
    UserMem address = address();
    return Syscall.of(SyscallName.SENDTO, fd, data, size, flags, address, address.size());
  }

  /** What is sent: an echo, if it is sent by a socket of ICMP. */
  UserMem data(int size) {
    UserMem data = UserMem.zeroed(size);
    if (size >= 8) {
      data.putByte(0, family == Abi.AF_INET ? 8 : 128);
    }
    return data;
  }

  private Syscall receive(int fd) {
    int size = SIZES[pick(SIZES.length)];
    return Syscall.of(
        SyscallName.RECVFROM,
        fd,
        UserMem.zeroed(size),
        size,
        FLAGS[pick(FLAGS.length)],
        UserMem.NULL,
        UserMem.NULL);
  }

  /** Sets a random option. */
  Syscall option(int fd) {
    return option(fd, OPTIONS);
  }

  /** Sets one of these options to a random number. */
  final Syscall option(int fd, int[][] options) {
    int[] option = options[pick(options.length)];
    return set(fd, option[0], option[1], UserMem.ofInt(VALUES[pick(VALUES.length)]));
  }

  static Syscall set(int fd, int level, int option, UserMem value) {
    return Syscall.of(SyscallName.SETSOCKOPT, fd, level, option, value, value.size());
  }

  /** Attaches a program that takes all, nothing, a part, or what a byte of the packet says. */
  final Syscall filter(int fd) {
    return program(fd, Abi.SOL_SOCKET, SoOption.SO_ATTACH_FILTER);
  }

  /** The same by another option that takes a program. */
  final Syscall program(int fd, int level, int option) {
    int[][] programs = {
      {BPF_RET_K, -1}, {BPF_RET_K, 0}, {BPF_RET_K, 30}, {BPF_LD_B_ABS, 21, BPF_RET_A, 0},
    };
    int[] program = programs[pick(programs.length)];
    int count = program.length / 2;
    UserMem fprog = UserMem.zeroed(FPROG_BYTES + count * 8);
    fprog.putShort(0, count);
    fprog.putLong(8, FPROG_BYTES);
    for (int i = 0; i < count; i++) {
      fprog.putShort(FPROG_BYTES + i * 8, program[2 * i]);
      fprog.putInt(FPROG_BYTES + i * 8 + 4, program[2 * i + 1]);
    }
    return Syscall.of(SyscallName.SETSOCKOPT, fd, level, option, fprog, FPROG_BYTES);
  }
}
