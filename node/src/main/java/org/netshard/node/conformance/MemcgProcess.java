package org.netshard.node.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * A process of the recordings that exchanges data with itself over loopback: the helpers of {@code
 * orc.py}, each as the calls that it makes.
 *
 * <p>What is done with the result of a call is done before anything that was planned later.
 */
final class MemcgProcess {
  private static final int ADDRESS_BYTES = 16;
  private static final int BACKLOG = 5;
  private static final int CONNECT_MS = 1500;
  private static final int WAIT_MS = 1000;
  private static final int READ_BYTES = 1 << 20;
  private static final String[] MEMINFO = {
    "rmem_alloc",
    "rcvbuf",
    "wmem_alloc",
    "sndbuf",
    "fwd_alloc",
    "wmem_queued",
    "optmem",
    "backlog",
    "drops"
  };

  static final int POLLIN = 1;
  static final int POLLOUT = 4;

  private final TableProgram program;
  private final int pid;
  private final Shell shell;

  MemcgProcess(TableProgram program, int pid) {
    this.program = program;
    this.pid = pid;
    shell = new Shell(program, pid);
  }

  int pid() {
    return pid;
  }

  void call(Syscall call, TableProgram.Then then) {
    program.call(pid, call, then);
  }

  /** Plans more when all that was planned before is done. */
  void later(Runnable then) {
    call(Syscall.of(SyscallName.GETPID), (ignored, made) -> then.run());
  }

  void sleep(int milliseconds) {
    call(Syscall.of(SyscallName.POLL, UserMem.NULL, 0, milliseconds), (ignored, made) -> {});
  }

  /** A non-blocking one. */
  void socket(int family, int type, int protocol, IntConsumer then) {
    call(
        Syscall.socket(family, type | Abi.SOCK_NONBLOCK, protocol),
        (fd, made) -> then.accept((int) good("socket", fd)));
  }

  private static long good(String what, long result) {
    if (result < 0) {
      throw new IllegalStateException(what + ": " + Errno.resultText(result));
    }
    return result;
  }

  void bind(int fd, int port) {
    UserMem address = ProbeAddress.loopback(Abi.AF_INET, port);
    call(
        Syscall.of(SyscallName.BIND, fd, address, address.size()),
        (result, made) -> good("bind", result));
  }

  /** A listening socket of TCP. */
  void listen(int port, IntConsumer then) {
    socket(
        Abi.AF_INET,
        Abi.SOCK_STREAM,
        0,
        fd -> {
          bind(fd, port);
          call(
              Syscall.of(SyscallName.LISTEN, fd, BACKLOG),
              (result, made) -> {
                good("listen", result);
                then.accept(fd);
              });
        });
  }

  /** A client, and its connection: what {@code nconnect} and {@code wait} do. */
  void client(int port, int listener, IntConsumer then) {
    socket(
        Abi.AF_INET, Abi.SOCK_STREAM, 0, fd -> connect(fd, port, listener, () -> then.accept(fd)));
  }

  /** Connects, and waits until a listener has the connection. */
  void connect(int fd, int port, int listener, Runnable then) {
    UserMem address = ProbeAddress.loopback(Abi.AF_INET, port);
    call(
        Syscall.of(SyscallName.CONNECT, fd, address, address.size()),
        (result, made) -> {
          if (result != Errno.EINPROGRESS.negated()) {
            good("connect", result);
          }
          poll(fd, POLLOUT, CONNECT_MS, ready -> {});
          poll(listener, POLLIN, WAIT_MS, ready -> then.run());
        });
  }

  void accept(int listener, IntConsumer then) {
    call(
        Syscall.of(SyscallName.ACCEPT4, listener, UserMem.NULL, UserMem.NULL, Abi.SOCK_NONBLOCK),
        (fd, made) -> then.accept((int) good("accept4", fd)));
  }

  /** The port to which a socket is bound. */
  void port(int fd, IntConsumer then) {
    UserMem address = UserMem.zeroed(ADDRESS_BYTES);
    call(
        Syscall.of(SyscallName.GETSOCKNAME, fd, address, UserMem.ofInt(ADDRESS_BYTES)),
        (result, made) -> {
          UserMem name = made.mem(1);
          then.accept(name.getByte(2) << Byte.SIZE | name.getByte(3));
        });
  }

  void poll(int fd, int events, int milliseconds, LongConsumer then) {
    UserMem pollfd = UserMem.zeroed(Long.BYTES);
    pollfd.putInt(0, fd);
    pollfd.putShort(Integer.BYTES, events);
    call(
        Syscall.of(SyscallName.POLL, pollfd, 1, milliseconds), (ready, made) -> then.accept(ready));
  }

  void send(int fd, int bytes, LongConsumer then) {
    call(
        Syscall.of(
            SyscallName.SENDTO,
            fd,
            UserMem.zeroed(bytes),
            bytes,
            Abi.MSG_NOSIGNAL,
            UserMem.NULL,
            0),
        (sent, made) -> then.accept(sent));
  }

  void sendTo(int fd, UserMem data, int port, LongConsumer then) {
    UserMem address = ProbeAddress.loopback(Abi.AF_INET, port);
    call(
        Syscall.of(
            SyscallName.SENDTO, fd, data, data.size(), Abi.MSG_NOSIGNAL, address, address.size()),
        (sent, made) -> then.accept(sent));
  }

  void recv(int fd, int bytes, LongConsumer then) {
    call(
        Syscall.of(
            SyscallName.RECVFROM,
            fd,
            UserMem.zeroed(bytes),
            bytes,
            Abi.MSG_DONTWAIT,
            UserMem.NULL,
            UserMem.NULL),
        (got, made) -> then.accept(got));
  }

  /** Reads as long as there is something; how much it was in all. */
  void readAll(int fd, LongConsumer then) {
    readAll(fd, 0, then);
  }

  private void readAll(int fd, long before, LongConsumer then) {
    recv(
        fd,
        READ_BYTES,
        got -> {
          if (got > 0) {
            readAll(fd, before + got, then);
          } else {
            then.accept(before);
          }
        });
  }

  void set(int fd, int level, int option, UserMem value) {
    call(
        Syscall.of(SyscallName.SETSOCKOPT, fd, level, option, value, value.size()),
        (result, made) -> good("setsockopt", result));
  }

  void get(int fd, int level, int option, Consumer<UserMem> then) {
    UserMem value = UserMem.zeroed(MEMINFO.length * Integer.BYTES);
    call(
        Syscall.of(SyscallName.GETSOCKOPT, fd, level, option, value, UserMem.ofInt(value.size())),
        (result, made) -> {
          good("getsockopt", result);
          then.accept(made.mem(3));
        });
  }

  /** SO_MEMINFO in words. */
  void memInfo(int fd, Consumer<String> then) {
    get(
        fd,
        Abi.SOL_SOCKET,
        SoOption.SO_MEMINFO,
        value -> {
          StringBuilder text = new StringBuilder();
          for (int i = 0; i < MEMINFO.length; i++) {
            text.append(i == 0 ? "" : " ").append(MEMINFO[i]).append(' ');
            text.append(Integer.toUnsignedString(value.getInt(i * Integer.BYTES)));
          }
          then.accept(text.toString());
        });
  }

  void soError(int fd, Consumer<String> then) {
    get(
        fd,
        Abi.SOL_SOCKET,
        SoOption.SO_ERROR,
        value -> then.accept(TableProgram.okOrErrno(-value.getInt(0))));
  }

  /** FIONREAD and the like. */
  void ioctl(int fd, int request, IntConsumer then) {
    call(
        Syscall.of(SyscallName.IOCTL, fd, request, UserMem.zeroed(Integer.BYTES)),
        (result, made) -> {
          good("ioctl", result);
          then.accept(made.mem(2).getInt(0));
        });
  }

  void close(int... fds) {
    for (int fd : fds) {
      call(Syscall.close(fd), (result, made) -> good("close", result));
    }
  }

  void cat(String path, Consumer<String> then) {
    shell.cat(path, then);
  }

  /** Counters of a file whose lines come in pairs, of names and of values: {@code Udp: …}. */
  void counters(String path, String prefix, Consumer<Map<String, String>> then) {
    shell.cat(
        path,
        text -> {
          String[] lines = text.split("\n", -1);
          Map<String, String> counters = new LinkedHashMap<>();
          for (int i = 0; i + 1 < lines.length; i += 2) {
            String[] names = lines[i].split(" ", -1);
            String[] values = lines[i + 1].split(" ", -1);
            for (int k = 1; k < names.length && lines[i].startsWith(prefix); k++) {
              counters.put(names[k], values[k]);
            }
          }
          then.accept(counters);
        });
  }
}
