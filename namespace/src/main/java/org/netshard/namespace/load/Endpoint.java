package org.netshard.namespace.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Where a server is found, and the calls by which it and its clients come to their sockets. */
final class Endpoint {
  private static final int LOOPBACK = 0x0100007f;
  private static final int ADDR6_BYTES = 16;
  private static final int TIMEVAL_BYTES = 16;
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final long NS_PER_US = 1000;

  private final LoadSpec spec;
  private final UserMem address;

  /**
   * The server of a workload.
   *
   * @param port its port, if the family has ports
   * @param task name of its task, which is its abstract name if the family is {@code AF_UNIX}
   */
  Endpoint(LoadSpec spec, int port, String task) {
    this.spec = spec;
    this.address = address(spec.family(), port, task);
  }

  /** A server of TCP that has an address of its own. */
  Endpoint(LoadSpec spec) {
    this.spec = spec;
    this.address = spec.tcp().address();
  }

  private static UserMem address(int family, int port, String task) {
    if (family == Abi.AF_UNIX) {
      byte[] name = task.getBytes(StandardCharsets.UTF_8);
      UserMem mem = UserMem.zeroed(SockAddr.FAMILY_BYTES + 1 + name.length);
      mem.putShort(0, Abi.AF_UNIX);
      mem.put(SockAddr.FAMILY_BYTES + 1, name, name.length);
      return mem;
    }
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    if (family == Abi.AF_INET) {
      int length = SockAddr.putIn(storage, LOOPBACK, port);
      return UserMem.of(Arrays.copyOf(storage, length));
    }
    byte[] loopback = new byte[ADDR6_BYTES];
    loopback[ADDR6_BYTES - 1] = 1;
    int length = SockAddr.putIn6(storage, loopback, port, 0);
    return UserMem.of(Arrays.copyOf(storage, length));
  }

  Syscall socket() {
    return Syscall.socket(spec.family(), spec.type(), spec.protocol());
  }

  Syscall bind(int fd) {
    return Syscall.of(SyscallName.BIND, fd, address, address.size());
  }

  Syscall connect(int fd) {
    return Syscall.of(SyscallName.CONNECT, fd, address, address.size());
  }

  /** Gives a socket a name that nobody has, by which it can be answered ({@code autobind}). */
  static Syscall autobind(int fd) {
    UserMem family = UserMem.zeroed(SockAddr.FAMILY_BYTES);
    family.putShort(0, Abi.AF_UNIX);
    return Syscall.of(SyscallName.BIND, fd, family, SockAddr.FAMILY_BYTES);
  }

  /** Whether a client must have a name before it can be answered. */
  boolean needsAutobind() {
    return spec.family() == Abi.AF_UNIX && spec.type() == Abi.SOCK_DGRAM;
  }

  /** Whether messages can be lost on the way, so that nobody may wait for ever. */
  boolean isLossy() {
    return spec.family() != Abi.AF_UNIX && spec.type() == Abi.SOCK_DGRAM;
  }

  /** Whether each client has a connection of its own. */
  boolean isConnected() {
    return spec.type() != Abi.SOCK_DGRAM;
  }

  /** Lets receiving end with EAGAIN after some time. */
  static Syscall timeout(int fd, long timeoutNs) {
    UserMem timeval = UserMem.zeroed(TIMEVAL_BYTES);
    timeval.putLong(0, timeoutNs / NS_PER_SECOND);
    timeval.putLong(Long.BYTES, timeoutNs % NS_PER_SECOND / NS_PER_US);
    return Syscall.of(
        SyscallName.SETSOCKOPT,
        fd,
        Abi.SOL_SOCKET,
        SoOption.SO_RCVTIMEO_OLD,
        timeval,
        TIMEVAL_BYTES);
  }
}
