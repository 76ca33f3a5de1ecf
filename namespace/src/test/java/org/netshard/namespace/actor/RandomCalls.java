package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;

/** A task that makes calls drawn from random numbers on whatever descriptors it has, and exits. */
final class RandomCalls implements Program {
  private static final int FDS = 24;
  private static final int[] SIZES = {0, 1, 2, 7, 100, 4095, 4096, 5000, 40_000, 70_000};
  private static final int[] FLAGS = {
    0,
    Abi.MSG_DONTWAIT,
    Abi.MSG_DONTWAIT | Abi.MSG_PEEK,
    Abi.MSG_DONTWAIT | Abi.MSG_OOB,
    Abi.MSG_DONTWAIT | Abi.MSG_TRUNC,
    Abi.MSG_DONTWAIT | Abi.MSG_WAITALL
  };
  private static final int SIZEOF_IFREQ = 64;
  private static final int EPOLLET = 1 << 31;
  private static final int EPOLLONESHOT = 1 << 30;

  private final int pid;
  private final Kind kind;
  private final List<Integer> rest;
  private List<Integer> open = List.of();
  private int random;

  /** What the calls are mostly about. */
  enum Kind {
    UNIX_STREAM(Abi.AF_UNIX, Abi.SOCK_STREAM),
    UNIX_DGRAM(Abi.AF_UNIX, Abi.SOCK_DGRAM),
    UNIX_SEQPACKET(Abi.AF_UNIX, Abi.SOCK_SEQPACKET),
    PIPE(0, 0),
    EVENTS(0, 0),
    UDP(Abi.AF_INET, Abi.SOCK_DGRAM);

    private final int family;
    private final int type;

    Kind(int family, int type) {
      this.family = family;
      this.type = type;
    }
  }

  RandomCalls(int pid, Kind kind, List<Integer> steps) {
    this.pid = pid;
    this.kind = kind;
    this.rest = new ArrayList<>(steps);
  }

  @Override
  public String name() {
    return "random-" + pid;
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    Task task = kernel.model().task(pid);
    if (task == null) {
      return null;
    }
    if (rest.isEmpty()) {
      return new Step(nowNs, pid, Syscall.of(SyscallName.EXIT_GROUP, 0));
    }
    random = rest.remove(rest.size() - 1);
    open = open(task);
    long delayNs = draw(4) == 0 ? draw(3) * 1_000_000L : 0;
    return new Step(nowNs + delayNs, pid, draw(3) == 0 ? common() : special());
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {}

  private int draw(int bound) {
    random = random * 1_103_515_245 + 12_345;
    return Math.floorMod(random >>> 8, bound);
  }

  private int fd() {
    return open.isEmpty() || draw(8) == 0 ? draw(FDS) : open.get(draw(open.size()));
  }

  /** What it has open besides standard input and output. */
  private static List<Integer> open(Task task) {
    List<Integer> fds = new ArrayList<>();
    for (int fd = task.fds().nextOpen(3); fd >= 0; fd = task.fds().nextOpen(fd + 1)) {
      fds.add(fd);
    }
    return fds;
  }

  private static UserMem bytes(int size) {
    return UserMem.zeroed(size);
  }

  private int size() {
    return SIZES[draw(SIZES.length)];
  }

  private int flags() {
    return FLAGS[draw(FLAGS.length)];
  }

  private Syscall common() {
    return switch (draw(12)) {
      case 0, 1 -> Syscall.close(fd());
      case 2 -> Syscall.of(SyscallName.DUP, fd());
      case 3 -> Syscall.of(SyscallName.DUP2, fd(), draw(FDS));
      case 4 -> Syscall.of(SyscallName.FCNTL, fd(), Abi.F_SETFL, draw(2) * Abi.O_NONBLOCK);
      case 5 -> Syscall.of(SyscallName.IOCTL, fd(), request(), bytes(SIZEOF_IFREQ));
      case 6 -> poll();
      case 7 ->
          Syscall.of(
              SyscallName.SELECT, 6, set(), set(), draw(2) == 0 ? set() : UserMem.NULL, time());
      case 8 -> epoll();
      case 9 -> Syscall.of(SyscallName.EPOLL_WAIT, fd(), bytes(48), 1 + draw(4), draw(3));
      case 10 -> Syscall.of(SyscallName.EPOLL_CREATE1, 0);
      default -> Syscall.of(SyscallName.READ, fd(), bytes(100), draw(100));
    };
  }

  private int request() {
    int[] requests = {Abi.FIONREAD, Abi.TIOCOUTQ, Abi.SIOCATMARK, Abi.FIONBIO};
    return requests[draw(requests.length)];
  }

  private Syscall poll() {
    int count = 1 + draw(4);
    UserMem fds = bytes(count * Long.BYTES);
    for (int i = 0; i < count; i++) {
      fds.putInt(i * Long.BYTES, fd());
      fds.putShort(i * Long.BYTES + Integer.BYTES, draw(8));
    }
    return Syscall.of(SyscallName.POLL, fds, count, draw(4));
  }

  private UserMem set() {
    UserMem set = bytes(128);
    set.putByte(0, draw(64));
    return set;
  }

  private UserMem time() {
    UserMem time = bytes(16);
    time.putLong(8, draw(5000));
    return time;
  }

  private Syscall epoll() {
    UserMem event = bytes(12);
    int more = draw(3) == 0 ? EPOLLET : draw(3) == 0 ? EPOLLONESHOT : 0;
    event.putInt(0, draw(8) | more);
    return Syscall.of(SyscallName.EPOLL_CTL, fd(), 1 + draw(3), fd(), event);
  }

  private Syscall special() {
    return switch (kind) {
      case PIPE -> pipe();
      case EVENTS -> events();
      default -> socket();
    };
  }

  private Syscall pipe() {
    return switch (draw(5)) {
      case 0 -> Syscall.of(SyscallName.PIPE2, bytes(8), draw(3) * Abi.O_NONBLOCK / 2);
      case 1, 2 -> {
        int size = size();
        yield Syscall.of(SyscallName.WRITE, fd(), bytes(size), size);
      }
      default -> {
        int size = size();
        yield Syscall.of(SyscallName.READ, fd(), bytes(size), size);
      }
    };
  }

  private Syscall events() {
    return switch (draw(6)) {
      case 0 -> Syscall.of(SyscallName.EVENTFD2, draw(3), draw(2) * Abi.O_NONBLOCK + draw(2));
      case 1 -> Syscall.of(SyscallName.TIMERFD_CREATE, 1, draw(2) * Abi.O_NONBLOCK);
      case 2 -> {
        UserMem spec = bytes(32);
        spec.putLong(8, draw(3) * 1_000_000L);
        spec.putLong(24, draw(3) * 1_000_000L);
        yield Syscall.of(SyscallName.TIMERFD_SETTIME, fd(), 0, spec, UserMem.NULL);
      }
      case 3 -> {
        UserMem count = bytes(8);
        count.putLong(0, draw(5) == 0 ? -2 : draw(3));
        yield Syscall.of(SyscallName.WRITE, fd(), count, 8);
      }
      case 4 -> Syscall.of(SyscallName.READ, fd(), bytes(8), 8);
      default -> epoll();
    };
  }

  private Syscall socket() {
    int type = kind.type | draw(2) * Abi.SOCK_NONBLOCK;
    return switch (draw(16)) {
      case 0 -> Syscall.socket(kind.family, type, 0);
      case 1 -> Syscall.of(SyscallName.SOCKETPAIR, kind.family, type, 0, bytes(8));
      case 2 -> address(SyscallName.BIND);
      case 3 -> Syscall.of(SyscallName.LISTEN, fd(), draw(3));
      case 4, 5 -> address(SyscallName.CONNECT);
      case 6 -> Syscall.of(SyscallName.ACCEPT4, fd(), UserMem.NULL, UserMem.NULL, 0);
      case 7 -> Syscall.of(SyscallName.SHUTDOWN, fd(), draw(3));
      case 8 -> option();
      case 9 -> sendto(UserMem.NULL);
      case 10 -> sendto(someName());
      case 11 -> rights();
      case 12 -> {
        UserMem header = header(size());
        header.putPointer(32, bytes(64));
        header.putLong(40, draw(65));
        yield Syscall.of(SyscallName.RECVMSG, fd(), header, flags());
      }
      default -> {
        int size = size();
        yield Syscall.of(
            SyscallName.RECVFROM, fd(), bytes(size), size, flags(), UserMem.NULL, UserMem.NULL);
      }
    };
  }

  private Syscall address(SyscallName call) {
    UserMem name = someName();
    return Syscall.of(call, fd(), name, name.size());
  }

  private UserMem someName() {
    if (kind == Kind.UDP) {
      UserMem address = bytes(16);
      address.putShort(0, draw(9) == 0 ? 0 : Abi.AF_INET);
      address.putByte(2, 30);
      address.putByte(3, draw(3));
      address.putByte(4, 127);
      address.putByte(7, 1);
      return address;
    }
    byte[] text = ("\1\0\0n" + draw(3)).getBytes(StandardCharsets.ISO_8859_1);
    return UserMem.of(text);
  }

  private Syscall sendto(UserMem to) {
    int size = size();
    return Syscall.of(
        SyscallName.SENDTO,
        fd(),
        bytes(size),
        size,
        Abi.MSG_NOSIGNAL | draw(2) * Abi.MSG_DONTWAIT | (draw(6) == 0 ? Abi.MSG_OOB : 0),
        to,
        to.size());
  }

  private Syscall option() {
    return switch (draw(4)) {
      case 0 -> time(SoOption.SO_RCVTIMEO_OLD);
      case 1 -> time(SoOption.SO_SNDTIMEO_OLD);
      case 2 -> set(SoOption.SO_RCVBUF, draw(10_000));
      default -> set(draw(2) == 0 ? SoOption.SO_SNDBUF : SoOption.SO_PASSCRED, draw(10_000));
    };
  }

  private Syscall time(int option) {
    return Syscall.of(SyscallName.SETSOCKOPT, fd(), Abi.SOL_SOCKET, option, time(), 16);
  }

  private Syscall set(int option, int value) {
    UserMem mem = UserMem.ofInt(value);
    return Syscall.of(SyscallName.SETSOCKOPT, fd(), Abi.SOL_SOCKET, option, mem, 4);
  }

  private static UserMem header(int size) {
    UserMem vector = bytes(16);
    vector.putPointer(0, bytes(size));
    vector.putLong(8, size);
    UserMem header = bytes(Msg.HEADER_BYTES);
    header.putPointer(16, vector);
    header.putLong(24, 1);
    return header;
  }

  /** Sends descriptors, perhaps that of the socket itself. */
  private Syscall rights() {
    int count = 1 + draw(2);
    UserMem control = bytes(24);
    control.putLong(0, 16 + 4L * count);
    control.putInt(8, Abi.SOL_SOCKET);
    control.putInt(12, Abi.SCM_RIGHTS);
    control.putInt(16, fd());
    control.putInt(20, fd());
    UserMem header = header(1);
    header.putPointer(32, control);
    header.putLong(40, 24);
    return Syscall.of(SyscallName.SENDMSG, fd(), header, Abi.MSG_DONTWAIT | Abi.MSG_NOSIGNAL);
  }
}
