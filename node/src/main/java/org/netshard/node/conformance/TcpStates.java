package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.tcp.TcpState;

/** Brings a socket of TCP into a state of the table of errors, as the probe did. */
final class TcpStates {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
  private static final int BACKLOG = 5;

  /** How long the probe waited for what is under way, ms. */
  private static final int WAIT_MS = 1000;

  /** How often it looked, once in a millisecond, for the ACK of a FIN, which is a delayed one. */
  private static final int LOOKS_MAX = 400;

  private static final int TCP_INFO = 11;
  private static final int SHUT_RD = 0;
  private static final int SHUT_WR = 1;
  private static final int SHUT_RDWR = 2;

  private final SyscallErrorsTable table;
  private final Kind kind;

  TcpStates(SyscallErrorsTable table, Kind kind) {
    this.table = table;
    this.kind = kind;
  }

  /** What goes on with both ends of a connection. */
  @FunctionalInterface
  interface WithPeer {
    void then(int fd, int peer);
  }

  /**
   * Plans the calls.
   *
   * @param then goes on with the socket
   * @return false if there is no such state
   */
  boolean plan(String state, IntConsumer then) {
    switch (state) {
      case "listen+pending" ->
          listening(
              BACKLOG,
              (fd, address) ->
                  connecting(
                      address,
                      client -> {
                        await(fd, Poll.IN);
                        then.accept(fd);
                      }));
      case "syn_sent" -> synSent((fd, address) -> then.accept(fd));
      case "refused", "refused(error read)" -> refused(state, then);
      case "established",
          "established+5 bytes",
          "close_wait",
          "close_wait+5 bytes",
          "fin_wait1",
          "fin_wait2",
          "shut_rd",
          "shut_rdwr",
          "reset",
          "reset(error read)",
          "closed both" ->
          pair((fd, peer) -> from(state, fd, peer, then));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Both ends of a connection, the first of which asked for it. */
  void pair(WithPeer then) {
    listening(
        BACKLOG,
        (listener, address) ->
            connecting(
                address,
                fd -> {
                  await(listener, Poll.IN);
                  int flags = Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC;
                  table.makeFile(
                      Syscall.of(SyscallName.ACCEPT4, listener, UserMem.NULL, UserMem.NULL, flags),
                      peer -> then.then(fd, peer));
                }));
  }

  /** A socket whose SYN finds a full queue; the name is that of the listener. */
  void synSent(SyscallErrorsTable.WithName then) {
    listening(
        0,
        (listener, address) ->
            connecting(
                address,
                first ->
                    table.socket(
                        kind,
                        fd -> {
                          connect(fd, address);
                          then.then(fd, address);
                        })));
  }

  private void listening(int backlog, SyscallErrorsTable.WithName then) {
    table.bound(
        kind,
        (fd, address) -> {
          table.make(Syscall.of(SyscallName.LISTEN, fd, backlog));
          then.then(fd, address);
        });
  }

  /** Connects without blocking, waits for the end of it and reads the error. */
  private void connecting(UserMem address, IntConsumer then) {
    table.socket(
        kind,
        fd -> {
          connect(fd, address);
          await(fd, Poll.OUT);
          readError(fd);
          then.accept(fd);
        });
  }

  private void refused(String state, IntConsumer then) {
    table.bound(
        kind,
        (gone, address) -> {
          table.close(gone);
          table.socket(
              kind,
              fd -> {
                connect(fd, address);
                await(fd, Poll.OUT);
                if (state.endsWith("(error read)")) {
                  readError(fd);
                }
                then.accept(fd);
              });
        });
  }

  private void from(String state, int fd, int peer, IntConsumer then) {
    if (state.endsWith("+5 bytes")) {
      table.make(
          Syscall.of(
              SyscallName.SENDTO,
              peer,
              UserMem.of(HELLO),
              HELLO.length,
              Abi.MSG_NOSIGNAL,
              UserMem.NULL,
              0));
      await(fd, Poll.IN);
    }
    switch (state) {
      case "close_wait", "close_wait+5 bytes" -> {
        shutdown(peer, SHUT_WR);
        await(fd, Poll.RDHUP);
      }
      case "fin_wait1" -> {
        shutdown(fd, SHUT_WR);
        await(peer, Poll.IN);
      }
      case "fin_wait2" -> {
        shutdown(fd, SHUT_WR);
        await(peer, Poll.IN);
        awaitState(fd, TcpState.FIN_WAIT2, LOOKS_MAX, () -> then.accept(fd));
        return;
      }
      case "shut_rd" -> shutdown(fd, SHUT_RD);
      case "shut_rdwr" -> {
        shutdown(fd, SHUT_RDWR);
        await(peer, Poll.IN);
      }
      case "reset", "reset(error read)" -> {
        reset(peer);
        await(fd, Poll.RDHUP);
        if (state.endsWith("(error read)")) {
          readError(fd);
        }
      }
      case "closed both" -> {
        shutdown(fd, SHUT_WR);
        shutdown(peer, SHUT_WR);
        await(fd, Poll.RDHUP);
        table.make(SequenceSteps.sleep(2));
      }
      default -> {
        // It stays as it is.
      }
    }
    then.accept(fd);
  }

  private void awaitState(int fd, int state, int looks, Runnable then) {
    UserMem value = UserMem.zeroed(1);
    UserMem length = UserMem.ofInt(1);
    table.makeAndRead(
        Syscall.of(SyscallName.GETSOCKOPT, fd, Abi.IPPROTO_TCP, TCP_INFO, value, length),
        after -> {
          if (after.mem(3).getByte(0) == state || looks == 0) {
            then.run();
          } else {
            table.make(SequenceSteps.sleep(1));
            awaitState(fd, state, looks - 1, then);
          }
        });
  }

  /** Closes a socket so that it sends a RST. */
  void reset(int fd) {
    table.make(
        Syscall.of(
            SyscallName.SETSOCKOPT,
            fd,
            Abi.SOL_SOCKET,
            SoOption.SO_LINGER,
            UserMem.ofInts(1, 0),
            2 * Integer.BYTES));
    table.close(fd);
  }

  private void readError(int fd) {
    table.make(SequenceSteps.errorOf(fd));
  }

  private void shutdown(int fd, int how) {
    table.make(Syscall.of(SyscallName.SHUTDOWN, fd, how));
  }

  private void connect(int fd, UserMem address) {
    table.make(Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
  }

  /** Waits until something is true of a socket. */
  void await(int fd, int events) {
    table.make(SequenceSteps.poll(fd, events, WAIT_MS));
  }
}
