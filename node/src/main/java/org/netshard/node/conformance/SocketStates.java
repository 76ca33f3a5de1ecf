package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/** Brings a socket into a state of the table of errors, as the probe did. */
final class SocketStates {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
  private static final int BACKLOG = 5;
  private static final int WAIT_MS = 1000;
  private static final int SHUT_RD = 0;
  private static final int SHUT_WR = 1;
  private static final int SHUT_RDWR = 2;

  private final SyscallErrorsTable table;
  private final RowTargets targets;
  private final Kind kind;
  private final String state;

  SocketStates(SyscallErrorsTable table, RowTargets targets, Kind kind, String state) {
    this.table = table;
    this.targets = targets;
    this.kind = kind;
    this.state = state;
  }

  /**
   * Plans the calls.
   *
   * @param then goes on with the socket
   * @return false if there is no such state of such a socket here
   */
  boolean plan(IntConsumer then) {
    if (kind.family() == Abi.AF_UNIX) {
      return unix(then);
    }
    if (!kind.isInet()) {
      return false;
    }
    return kind.type() == Abi.SOCK_STREAM
        ? new TcpStates(table, kind).plan(state, then)
        : datagram(then);
  }

  // AF_UNIX.

  private boolean unix(IntConsumer then) {
    switch (state) {
      case "listen+pending", "listen+full" -> listening(then);
      case "connected",
          "connected+5 bytes",
          "peer closed",
          "peer closed+5 bytes",
          "peer closed, our 5 bytes unread",
          "shut_rd",
          "shut_wr",
          "shut_rdwr",
          "peer shut_wr",
          "peer shut_rd" ->
          connected(then);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void listening(IntConsumer then) {
    int backlog = state.equals("listen+full") ? 0 : BACKLOG;
    table.bound(
        kind,
        (fd, address) -> {
          table.make(Syscall.of(SyscallName.LISTEN, fd, backlog));
          table.socket(
              kind,
              client -> {
                table.make(Syscall.of(SyscallName.CONNECT, client, address, address.size()));
                then.accept(fd);
              });
        });
  }

  private void connected(IntConsumer then) {
    table.bound(
        kind,
        (listener, address) -> table.socket(kind, fd -> connected(listener, address, fd, then)));
  }

  private void connected(int listener, UserMem address, int fd, IntConsumer then) {
    if (kind.type() == Abi.SOCK_DGRAM) {
      table.make(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
      UserMem own = targets.own(kind, 0);
      table.make(Syscall.of(SyscallName.BIND, fd, own, own.size()));
      table.name(fd, (same, name) -> bothEnds(fd, listener, name, then));
      return;
    }
    table.make(Syscall.of(SyscallName.LISTEN, listener, BACKLOG));
    table.make(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
    int flags = Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC;
    table.makeFile(
        Syscall.of(SyscallName.ACCEPT4, listener, UserMem.NULL, UserMem.NULL, flags),
        peer -> bothEnds(fd, peer, UserMem.NULL, then));
  }

  private void bothEnds(int fd, int peer, UserMem name, IntConsumer then) {
    if (state.endsWith("+5 bytes")) {
      send(peer, name);
    }
    if (state.contains("our 5 bytes")) {
      send(fd, UserMem.NULL);
    }
    if (state.startsWith("peer closed")) {
      table.close(peer);
    }
    switch (state) {
      case "peer shut_wr" -> table.make(Syscall.of(SyscallName.SHUTDOWN, peer, SHUT_WR));
      case "peer shut_rd" -> table.make(Syscall.of(SyscallName.SHUTDOWN, peer, SHUT_RD));
      default -> shutdown(fd);
    }
    then.accept(fd);
  }

  private void send(int fd, UserMem to) {
    table.make(
        Syscall.of(
            SyscallName.SENDTO,
            fd,
            UserMem.of(HELLO),
            HELLO.length,
            Abi.MSG_NOSIGNAL,
            to,
            to.size()));
  }

  private void shutdown(int fd) {
    switch (state) {
      case "shut_rd" -> table.make(Syscall.of(SyscallName.SHUTDOWN, fd, SHUT_RD));
      case "shut_wr" -> table.make(Syscall.of(SyscallName.SHUTDOWN, fd, SHUT_WR));
      case "shut_rdwr" -> table.make(Syscall.of(SyscallName.SHUTDOWN, fd, SHUT_RDWR));
      default -> {
        // It stays as it is.
      }
    }
  }

  // Datagrams of AF_INET and AF_INET6.

  private boolean datagram(IntConsumer then) {
    switch (state) {
      case "connected", "connected+5 bytes", "shut_rd", "shut_wr", "shut_rdwr" ->
          table.bound(
              kind,
              (peer, address) ->
                  table.bound(
                      kind,
                      (fd, own) -> {
                        table.make(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
                        if (state.endsWith("+5 bytes")) {
                          send(peer, own);
                          await(fd, Poll.IN);
                        }
                        shutdown(fd);
                        then.accept(fd);
                      }));
      case "connected+refused" ->
          table.socket(
              kind,
              fd ->
                  table.bound(
                      kind,
                      (gone, address) -> {
                        table.close(gone);
                        table.make(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
                        table.make(
                            Syscall.of(
                                SyscallName.SENDTO,
                                fd,
                                UserMem.of((byte) 'x'),
                                1,
                                Abi.MSG_NOSIGNAL,
                                UserMem.NULL,
                                0));
                        await(fd, Poll.ERR);
                        then.accept(fd);
                      }));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Waits until something is true of a socket. */
  private void await(int fd, int events) {
    UserMem pollfd = UserMem.zeroed(Long.BYTES);
    pollfd.putInt(0, fd);
    pollfd.putShort(Integer.BYTES, events);
    table.make(Syscall.of(SyscallName.POLL, pollfd, 1, WAIT_MS));
  }
}
