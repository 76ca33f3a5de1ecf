package org.netshard.bench;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Connections of TCP over loopback that stay, of which task 1 has both ends. */
final class HeldConnections implements Program {
  /** 127.0.0.1, in network order. */
  private static final int LOOPBACK = 0x0100007f;

  private static final int BACKLOG = 16;

  /** Connections to one port: so many even ephemeral ports are there, after which it takes long. */
  private static final int PER_LISTENER = 12_500;

  /** What is made, in this order and again. */
  private enum Turn {
    LISTENER,
    BIND,
    LISTEN,
    CLIENT,
    CONNECT,
    ACCEPT
  }

  private int port;
  private long left;
  private int leftOfListener;
  private int listener;
  private int client;
  private Turn turn = Turn.LISTENER;

  /** So many connections, to ports of which this is the first. */
  HeldConnections(int port, long count) {
    this.port = port;
    this.left = count;
  }

  @Override
  public String name() {
    return "held connections";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    kernel.model().machine().initNet().setLoUp(true);
    if (left == 0) {
      return null;
    }
    Syscall call =
        switch (turn) {
          case LISTENER, CLIENT -> Syscall.of(SyscallName.SOCKET, Abi.AF_INET, Abi.SOCK_STREAM, 0);
          case BIND -> Syscall.of(SyscallName.BIND, listener, address(), SockAddr.IN_BYTES);
          case LISTEN -> Syscall.of(SyscallName.LISTEN, listener, BACKLOG);
          case CONNECT -> Syscall.of(SyscallName.CONNECT, client, address(), SockAddr.IN_BYTES);
          case ACCEPT -> Syscall.of(SyscallName.ACCEPT, listener, UserMem.NULL, UserMem.NULL);
        };
    return new Step(nowNs, 1, call);
  }

  private UserMem address() {
    byte[] address = new byte[SockAddr.STORAGE_BYTES];
    SockAddr.putIn(address, LOOPBACK, port);
    return UserMem.of(address);
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      throw new IllegalStateException(call + " = " + Errno.resultText(result));
    }
    switch (turn) {
      case LISTENER -> {
        listener = (int) result;
        leftOfListener = PER_LISTENER;
      }
      case CLIENT -> client = (int) result;
      case ACCEPT -> {
        left--;
        leftOfListener--;
      }
      default -> {}
    }
    if (turn != Turn.ACCEPT) {
      turn = Turn.values()[turn.ordinal() + 1];
    } else if (leftOfListener > 0) {
      turn = Turn.CLIENT;
    } else {
      port++;
      turn = Turn.LISTENER;
    }
  }
}
