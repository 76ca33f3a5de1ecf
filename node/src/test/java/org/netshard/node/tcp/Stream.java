package org.netshard.node.tcp;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;

/**
 * One stream from a client to a server: each byte tells its position, modulo a prime near a
 * million, and each that comes is compared.
 */
final class Stream {
  private static final int PERIOD = 1_048_573;
  private static final int CHUNK = 64 * 1024;
  private static final int READ_BYTES = 64 * 1024;
  private static final byte[] PATTERN = pattern();
  private static final int PORT = 7000;
  private static final int LISTENER = 3;
  private static final int ACCEPTED = 4;
  private static final int CLIENT = 3;
  private static final int FIRST_CALLS = 4;
  private static final long CLIENT_STARTS_NS = 1_000_000;

  private final int family;
  private final long total;
  private final long fromNs;
  private final long untilNs;
  private long sent;
  private long received;
  private long receivedBefore;
  private long endNs;
  private boolean ended;
  private @Nullable NetState counters;
  private Consumer<NetNs> link = net -> {};

  private Stream(int family, long total, long fromNs, long untilNs) {
    this.family = family;
    this.total = total;
    this.fromNs = fromNs;
    this.untilNs = untilNs;
  }

  /** A stream of so many bytes. */
  static Stream ofBytes(int family, long total) {
    return new Stream(family, total, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** A stream that ends at a time and is measured from another one on. */
  static Stream ofTime(long fromNs, long untilNs) {
    return new Stream(Abi.AF_INET, Long.MAX_VALUE, fromNs, untilNs);
  }

  private static byte[] pattern() {
    byte[] period = new byte[PERIOD];
    new SplittableRandom(1).nextBytes(period);
    byte[] pattern = Arrays.copyOf(period, PERIOD + Math.max(CHUNK, READ_BYTES));
    for (int i = PERIOD; i < pattern.length; i++) {
      pattern[i] = pattern[i - PERIOD];
    }
    return pattern;
  }

  /** Bytes that came. */
  long received() {
    return received;
  }

  /** Whether the server has seen the end. */
  boolean ended() {
    return ended;
  }

  /** When the last came, virtual nanoseconds. */
  long endNs() {
    return endNs;
  }

  /** Bytes that came while it was measured. */
  long measuredBytes() {
    return received - receivedBefore;
  }

  /** Has the network namespace changed before anything is sent. */
  Stream onLink(Consumer<NetNs> change) {
    link = change;
    return this;
  }

  /** What a counter of the namespace was when all was over. */
  long counted(Mib mib) {
    NetState net = counters;
    if (net == null) {
      throw new AssertionError("the stream has not ended");
    }
    return net.mib(mib);
  }

  List<Program> programs(int serverPid, int clientPid) {
    return List.of(new Server(serverPid), new Client(clientPid));
  }

  private UserMem address() {
    UserMem address = UserMem.zeroed(family == Abi.AF_INET ? 16 : 28);
    address.putShort(0, family);
    address.putByte(2, PORT >> 8);
    address.putByte(3, PORT & 0xff);
    if (family == Abi.AF_INET) {
      address.putByte(4, 127);
      address.putByte(7, 1);
    } else {
      address.putByte(23, 1);
    }
    return address;
  }

  private Syscall named(SyscallName name, int fd) {
    UserMem address = address();
    return Syscall.of(name, fd, address, address.size());
  }

  private Syscall socket() {
    return Syscall.socket(family, Abi.SOCK_STREAM, 0);
  }

  /** Reads all, and compares it. */
  private final class Server implements Program {
    private final int pid;
    private final ArrayDeque<Syscall> planned = new ArrayDeque<>();
    private final UserMem buffer = UserMem.zeroed(READ_BYTES);

    Server(int pid) {
      this.pid = pid;
      planned.add(socket());
      planned.add(named(SyscallName.BIND, LISTENER));
      planned.add(Syscall.of(SyscallName.LISTEN, LISTENER, 1));
      planned.add(Syscall.of(SyscallName.ACCEPT4, LISTENER, UserMem.NULL, UserMem.NULL, 0));
    }

    @Override
    public String name() {
      return "server";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      if (planned.size() == FIRST_CALLS) {
        link.accept(kernel.model().machine().initNet());
      }
      Syscall call = planned.poll();
      if (call == null && !ended) {
        call = Syscall.of(SyscallName.READ, ACCEPTED, buffer, READ_BYTES);
      }
      return call == null ? null : new Step(nowNs, pid, call);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      if (result < 0) {
        throw new AssertionError(call.name() + ": " + result);
      }
      if (call.name() != SyscallName.READ) {
        return;
      }
      if (result == 0) {
        ended = true;
        planned.add(Syscall.of(SyscallName.EXIT_GROUP, 0));
        counters = kernel.model().machine().initNet();
        return;
      }
      int from = (int) (received % PERIOD);
      int wrong =
          Arrays.mismatch(buffer.content(), 0, (int) result, PATTERN, from, from + (int) result);
      if (wrong >= 0) {
        throw new AssertionError("byte " + (received + wrong) + " is not what was sent");
      }
      if (nowNs >= fromNs && receivedBefore == 0) {
        receivedBefore = received;
      }
      if (nowNs <= untilNs) {
        received += result;
        endNs = nowNs;
      } else {
        ended = true;
        counters = kernel.model().machine().initNet();
        planned.add(Syscall.of(SyscallName.EXIT_GROUP, 0));
      }
    }
  }

  /** Writes all. */
  private final class Client implements Program {
    private final int pid;
    private final ArrayDeque<Syscall> planned = new ArrayDeque<>();
    private final UserMem chunk = UserMem.zeroed(CHUNK);
    private boolean closing;

    Client(int pid) {
      this.pid = pid;
      planned.add(socket());
      planned.add(named(SyscallName.CONNECT, CLIENT));
    }

    @Override
    public String name() {
      return "client";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      Syscall call = planned.poll();
      if (call == null && sent < total && nowNs < untilNs) {
        int length = (int) Math.min(CHUNK, total - sent);
        chunk.copyFrom(0, PATTERN, (int) (sent % PERIOD), length);
        call = Syscall.of(SyscallName.WRITE, CLIENT, chunk, length);
      }
      if (call == null && !closing) {
        closing = true;
        call = Syscall.of(SyscallName.EXIT_GROUP, 0);
      }
      return call == null ? null : new Step(Math.max(nowNs, CLIENT_STARTS_NS), pid, call);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      if (result < 0 && total == Long.MAX_VALUE) {
        // The server has seen enough, and has reset the connection.
        closing = true;
        planned.add(Syscall.of(SyscallName.EXIT_GROUP, 0));
        return;
      }
      if (result < 0) {
        throw new AssertionError(call.name() + ": " + result);
      }
      if (call.name() == SyscallName.WRITE) {
        sent += result;
      }
    }
  }
}
