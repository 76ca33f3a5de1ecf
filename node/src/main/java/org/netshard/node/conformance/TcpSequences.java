package org.netshard.node.conformance;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/** Rows about calls that follow each other on connections of TCP. */
final class TcpSequences {
  private static final int DISCARD = 9;
  private static final int BACKLOG = 5;
  private static final int F_SETFL = 4;
  private static final int TIMEOUT_US = 50_000;
  private static final int PIECE_BYTES = 65_536;
  private static final int PIECES_MAX = 50;
  private static final byte[] ONE = SequenceSteps.bytes(1, 'a');

  private final SyscallErrorsTable table;
  private final SequenceRows sequences;
  private final RowTargets targets;
  private final TableRow row;
  private final Kind kind;
  private final TcpStates states;

  TcpSequences(
      SyscallErrorsTable table,
      SequenceRows sequences,
      RowTargets targets,
      TableRow row,
      Kind kind) {
    this.table = table;
    this.sequences = sequences;
    this.targets = targets;
    this.row = row;
    this.kind = kind;
    states = new TcpStates(table, kind);
  }

  /**
   * Plans a sequence up to the row's own step.
   *
   * @return false if it is another
   */
  boolean plan(String sequence) {
    switch (sequence) {
      case "non-blocking connect to a listener, repeated" -> repeated();
      case "connect in SYN_SENT" -> states.synSent((fd, address) -> run(synSent(fd, address)));
      case "non-blocking connect refused, repeated" ->
          table.socket(kind, fd -> nobody(fd, address -> run(refused(fd, address))));
      case "blocking connect refused, then again, then to a listener" ->
          blocking(fd -> nobody(fd, address -> refusedFirst(fd, address)));
      case "peer closed (FIN): recv, send, send, send" -> states.pair(this::closed);
      case "peer closed with our data unread (RST): recv, recv, send" ->
          states.pair(this::closedUnread);
      case "RST received: send first" -> states.plan("reset", fd -> run(afterReset(fd)));
      case "5 bytes received, then RST: recv" -> states.pair(this::resetUnread);
      case "listening socket shut down" ->
          states.plan("listen+pending", fd -> run(listenerShut(fd)));
      case "connect on a listening socket" ->
          table.listening(kind, (fd, address) -> run(listener(fd)));
      case "listen on a connected socket" ->
          states.plan("established", fd -> run(connectedListens(fd)));
      case "after shutdown(SHUT_RDWR)" -> states.plan("shut_rdwr", fd -> run(afterShutdown(fd)));
      case "shutdown(SHUT_RD) does not stop the peer" ->
          states.pair((fd, peer) -> run(shutRead(fd, peer)));
      case "urgent data" -> states.pair((fd, peer) -> run(urgent(fd, peer)));
      default -> {
        return timed(sequence);
      }
    }
    return true;
  }

  private boolean timed(String sequence) {
    switch (sequence) {
      case "blocking recv with SO_RCVTIMEO 50 ms, no data" ->
          states.pair(
              (fd, peer) -> {
                block(fd, SoOption.SO_RCVTIMEO_OLD);
                UserMem room = UserMem.zeroed(4);
                run(
                    new SequenceSteps()
                        .then(
                            "recv",
                            Syscall.of(
                                SyscallName.RECVFROM, fd, room, 4, 0, UserMem.NULL, UserMem.NULL)));
              });
      case "blocking accept with SO_RCVTIMEO 50 ms" ->
          table.listening(
              kind,
              (fd, address) -> {
                block(fd, SoOption.SO_RCVTIMEO_OLD);
                run(new SequenceSteps().then("accept", accept(fd, 0)));
              });
      case "blocking connect with SO_SNDTIMEO 50 ms, SYN unanswered" ->
          states.synSent((other, address) -> blocking(fd -> run(unanswered(fd, address))));
      case "blocking send with SO_SNDTIMEO 50 ms, peer does not read" ->
          states.pair(
              (fd, peer) -> {
                block(fd, SoOption.SO_SNDTIMEO_OLD);
                fill(fd);
              });
      case "non-blocking send, peer does not read" -> states.pair((fd, peer) -> full(fd));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void run(SequenceSteps steps) {
    sequences.run(row, steps);
  }

  // Connecting.

  private void repeated() {
    table.listening(
        kind,
        (listener, address) ->
            table.socket(
                kind,
                fd ->
                    nobody(
                        fd,
                        elsewhere ->
                            run(
                                new SequenceSteps()
                                    .connect("connect", fd, address)
                                    .await(fd, Poll.OUT)
                                    .connect("connect again (handshake done)", fd, address)
                                    .connect("connect a third time", fd, address)
                                    .connect("connect elsewhere", fd, elsewhere)
                                    .connect("connect AF_UNSPEC", fd, UserMem.zeroed(16))
                                    .then("getpeername", peerName(fd))
                                    .connect("connect after the disconnect", fd, address)))));
  }

  private SequenceSteps synSent(int fd, UserMem address) {
    return new SequenceSteps()
        .connect("connect same", fd, address)
        .connect("connect other", fd, discard())
        .send("send", fd, ONE)
        .receive("recv", fd, 4)
        .then("shutdown(SHUT_WR)", shutdown(fd, 1))
        .then("getpeername", peerName(fd));
  }

  private SequenceSteps refused(int fd, UserMem address) {
    return new SequenceSteps()
        .connect("connect", fd, address)
        .await(fd, Poll.OUT)
        .connect("connect again", fd, address)
        .await(fd, Poll.OUT)
        .connect("connect 3", fd, address)
        .await(fd, Poll.OUT)
        .error("SO_ERROR", fd)
        .error("SO_ERROR again", fd)
        .connect("connect 4", fd, address);
  }

  private void refusedFirst(int fd, UserMem address) {
    table.listening(
        kind,
        (listener, there) ->
            run(
                new SequenceSteps()
                    .connect("connect", fd, address)
                    .connect("connect again", fd, address)
                    .connect("connect to a listener", fd, there)
                    .connect("connect once more", fd, address)));
  }

  private SequenceSteps unanswered(int fd, UserMem address) {
    return new SequenceSteps()
        .first(timeout(fd, SoOption.SO_SNDTIMEO_OLD))
        .connect("connect", fd, address)
        .connect("connect again", fd, address)
        .first(Syscall.of(SyscallName.FCNTL, fd, F_SETFL, Abi.O_NONBLOCK))
        .connect("after: non-blocking connect", fd, address);
  }

  // The other end goes away.

  private void closed(int fd, int peer) {
    table.close(peer);
    states.await(fd, Poll.RDHUP);
    run(
        new SequenceSteps()
            .receive("recv", fd, 4)
            .send("send 1", fd, ONE)
            .first(SequenceSteps.sleep(10))
            .send("send 2", fd, ONE)
            .send("send 3", fd, ONE)
            .receive("recv", fd, 4)
            .error("SO_ERROR", fd));
  }

  private void closedUnread(int fd, int peer) {
    new SequenceSteps()
        .send("", fd, SequenceSteps.bytes(6, 'u'))
        .await(peer, Poll.IN)
        .all()
        .forEach(step -> table.make(step.call()));
    table.close(peer);
    states.await(fd, Poll.ERR);
    run(
        new SequenceSteps()
            .receive("recv", fd, 4)
            .receive("recv again", fd, 4)
            .send("send", fd, ONE));
  }

  private static SequenceSteps afterReset(int fd) {
    return new SequenceSteps()
        .send("send", fd, ONE)
        .send("send again", fd, ONE)
        .receive("recv", fd, 4);
  }

  private void resetUnread(int fd, int peer) {
    new SequenceSteps()
        .send("", peer, SequenceSteps.bytes(5, 'h'))
        .await(fd, Poll.IN)
        .all()
        .forEach(step -> table.make(step.call()));
    states.reset(peer);
    states.await(fd, Poll.ERR);
    run(new SequenceSteps().receive("recv", fd, 10).receive("recv again", fd, 10));
  }

  // Listening and shutting down.

  private static SequenceSteps listenerShut(int fd) {
    return new SequenceSteps()
        .then("shutdown(SHUT_RD)", shutdown(fd, 0))
        .then("accept", accept(fd, Abi.SOCK_NONBLOCK))
        .then("listen again", Syscall.of(SyscallName.LISTEN, fd, BACKLOG))
        .then("shutdown(SHUT_WR)", shutdown(fd, 1))
        .then("accept", accept(fd, Abi.SOCK_NONBLOCK));
  }

  private SequenceSteps listener(int fd) {
    return new SequenceSteps()
        .connect("connect", fd, discard())
        .connect("connect AF_UNSPEC", fd, UserMem.zeroed(16))
        .then("accept", accept(fd, Abi.SOCK_NONBLOCK))
        .then("listen again", Syscall.of(SyscallName.LISTEN, fd, 1));
  }

  private SequenceSteps connectedListens(int fd) {
    return new SequenceSteps()
        .then("listen", Syscall.of(SyscallName.LISTEN, fd, BACKLOG))
        .bind("bind", fd, targets.own(kind, 0))
        .then("accept", accept(fd, Abi.SOCK_NONBLOCK));
  }

  private SequenceSteps afterShutdown(int fd) {
    return new SequenceSteps()
        .then("shutdown again", shutdown(fd, 2))
        .send("send", fd, ONE)
        .receive("recv", fd, 4)
        .connect("connect", fd, discard());
  }

  private static SequenceSteps shutRead(int fd, int peer) {
    return new SequenceSteps()
        .then("shutdown(SHUT_RD)", shutdown(fd, 0))
        .receive("recv", fd, 10)
        .send("peer send", peer, SequenceSteps.bytes(4, 'l'))
        .await(fd, Poll.IN)
        .first(SequenceSteps.sleep(10))
        .receive("recv after peer sent", fd, 10)
        .send("peer send again", peer, SequenceSteps.bytes(4, 'l'));
  }

  private static SequenceSteps urgent(int fd, int peer) {
    UserMem three = UserMem.of(SequenceSteps.bytes(3, 'b'));
    int flags = Abi.MSG_NOSIGNAL | Abi.MSG_OOB;
    return new SequenceSteps()
        .then("send OOB", Syscall.of(SyscallName.SENDTO, fd, three, 3, flags, UserMem.NULL, 0))
        .await(peer, Poll.IN)
        .first(SequenceSteps.sleep(10))
        .number("peer SIOCATMARK", peer, Abi.SIOCATMARK)
        .number("peer FIONREAD", peer, Abi.FIONREAD)
        .receive("peer recv", peer, 10)
        .number("peer SIOCATMARK", peer, Abi.SIOCATMARK)
        .then("peer recv OOB", receiveUrgent(peer))
        .then("peer recv OOB again", receiveUrgent(peer))
        .receive("peer recv", peer, 10);
  }

  // The other end does not read.

  /** Sends while all is taken, then what the table tells of the first that is not, or of more. */
  private void fill(int fd) {
    table.make(
        piece(fd),
        sent -> {
          if (sent == PIECE_BYTES) {
            fill(fd);
          } else if (row.cell(SyscallErrorsTable.OPERATION).equals("send that fills")) {
            boolean failed = Errno.isError(sent);
            table.finishValue(
                row, TableProgram.okOrErrno(sent), failed ? "-" : sent > 0 ? "short count" : "0");
          } else {
            refill(fd, PIECES_MAX);
          }
        });
  }

  private void refill(int fd, int left) {
    if (left == 1) {
      table.finishStep(row, new SequenceSteps.Step("", piece(fd), null, null));
      return;
    }
    table.make(
        piece(fd),
        sent -> {
          if (Errno.isError(sent)) {
            table.finishValue(row, TableProgram.okOrErrno(sent), "-");
          } else {
            refill(fd, left - 1);
          }
        });
  }

  private void full(int fd) {
    table.make(
        piece(fd),
        sent -> {
          if (Errno.isError(sent)) {
            run(new SequenceSteps().send("send when full", fd, ONE));
          } else {
            full(fd);
          }
        });
  }

  private static Syscall piece(int fd) {
    UserMem bytes = UserMem.of(SequenceSteps.bytes(PIECE_BYTES, 'z'));
    return Syscall.of(
        SyscallName.SENDTO, fd, bytes, PIECE_BYTES, Abi.MSG_NOSIGNAL, UserMem.NULL, 0);
  }

  // Calls.

  /** A name that nobody has any more. */
  private void nobody(int fd, Consumer<UserMem> then) {
    targets.find(kind, fd, "(nobody there)", (address, length) -> then.accept(address));
  }

  private void blocking(IntConsumer then) {
    int type = kind.type() | Abi.SOCK_CLOEXEC;
    table.makeFile(Syscall.socket(kind.family(), type, kind.protocol()), then);
  }

  private void block(int fd, int timeout) {
    table.make(Syscall.of(SyscallName.FCNTL, fd, F_SETFL, 0));
    table.make(timeout(fd, timeout));
  }

  private static Syscall timeout(int fd, int option) {
    UserMem value = UserMem.zeroed(2 * Long.BYTES);
    value.putLong(Long.BYTES, TIMEOUT_US);
    return Syscall.of(SyscallName.SETSOCKOPT, fd, Abi.SOL_SOCKET, option, value, 2 * Long.BYTES);
  }

  private UserMem discard() {
    return ProbeAddress.loopback(kind.family(), DISCARD);
  }

  private static Syscall peerName(int fd) {
    return SyscallErrorsTable.nameCall(SyscallName.GETPEERNAME, fd);
  }

  private static Syscall shutdown(int fd, int how) {
    return Syscall.of(SyscallName.SHUTDOWN, fd, how);
  }

  private static Syscall accept(int fd, int flags) {
    return Syscall.of(SyscallName.ACCEPT4, fd, UserMem.NULL, UserMem.NULL, flags);
  }

  private static Syscall receiveUrgent(int fd) {
    int flags = Abi.MSG_DONTWAIT | Abi.MSG_OOB;
    UserMem room = UserMem.zeroed(10);
    return Syscall.of(SyscallName.RECVFROM, fd, room, 10, flags, UserMem.NULL, UserMem.NULL);
  }
}
