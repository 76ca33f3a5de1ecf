package org.netshard.node.conformance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/** Rows about calls that follow each other on one socket and move data. */
final class DataSequences {
  private static final int UDP4_MOST = 65_507;
  private static final int UDP6_MOST = 65_527;
  private static final int DATAGRAMS = 40;
  private static final int ASKED_BYTES = 4096;
  private static final Pattern BYTES = Pattern.compile("(\\d{1,6}) bytes");

  private final SyscallErrorsTable table;
  private final SequenceRows sequences;
  private final RowTargets targets;
  private final TableRow row;
  private final Kind kind;

  DataSequences(
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
  }

  /**
   * Plans a sequence up to the row's own step.
   *
   * @return false if it is another
   */
  boolean plan(String sequence) {
    switch (sequence) {
      case "largest datagram" ->
          table.bound(kind, (fd, own) -> sequences.run(row, largest(fd, own)));
      case "receive buffer 4096 asked (8192), 40 datagrams of 100 bytes" -> overflow();
      case "send to a receiver that does not read (net.unix.max_dgram_qlen=10)" ->
          pair((fd, peer) -> untilFull(fd, UserMem.NULL, "send when full"));
      case "sendto (unconnected) to a receiver that does not read" ->
          table.socket(
              kind,
              fd -> table.bound(kind, (receiver, name) -> untilFull(fd, name, "sendto when full")));
      case "one large send on a fresh pair (SO_SNDBUF 212992), nobody reads" -> large();
      case "what the send buffer counts" -> pair(this::counted);
      case "connect a connected socket" -> again();
      case "peer closed with our data unread" -> unread();
      case "sizes" -> table.socket(kind, fd -> sequences.run(row, sizes(fd)));
      case "IP_HDRINCL is on" -> table.socket(kind, fd -> sequences.run(row, headers(fd)));
      case "messages" -> table.socket(kind, fd -> sequences.run(row, echoes(fd)));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** What goes on with both ends of a connection. */
  @FunctionalInterface
  private interface WithPeer {
    void then(int fd, int peer);
  }

  /** Datagram sockets of AF_UNIX, the first connected to the second. */
  private void pair(WithPeer then) {
    table.bound(
        kind,
        (peer, name) ->
            table.bound(
                kind,
                (fd, own) -> {
                  table.make(Syscall.of(SyscallName.CONNECT, fd, name, name.size()));
                  then.then(fd, peer);
                }));
  }

  private SocketStates state(String name) {
    return new SocketStates(table, targets, kind, name);
  }

  // Datagrams.

  private SequenceSteps largest(int fd, UserMem own) {
    boolean four = kind.family() == Abi.AF_INET;
    int most = four ? UDP4_MOST : UDP6_MOST;
    SequenceSteps steps = new SequenceSteps();
    int[] sizes = {four ? most - 1 : most - 20, most, most + 1, 65_535, 65_536};
    for (int size : sizes) {
      byte[] bytes = SequenceSteps.bytes(size, 'x');
      steps.sendto("sendto " + size + " bytes to itself", fd, bytes, own);
    }
    return steps;
  }

  private void overflow() {
    table.bound(
        kind,
        (fd, name) ->
            table.socket(
                kind,
                sender -> {
                  table.make(
                      Syscall.of(
                          SyscallName.SETSOCKOPT,
                          fd,
                          Abi.SOL_SOCKET,
                          SoOption.SO_RCVBUF,
                          UserMem.ofInt(ASKED_BYTES),
                          Integer.BYTES));
                  SequenceSteps steps = new SequenceSteps();
                  byte[] bytes = SequenceSteps.bytes(100, 'y');
                  for (int i = 1; i < DATAGRAMS; i++) {
                    steps.sendto("", sender, bytes, name);
                  }
                  steps.sendto("last sendto", sender, bytes, name).await(fd, Poll.IN);
                  if (isOwn("last sendto")) {
                    sequences.run(row, steps);
                  } else {
                    steps.all().forEach(step -> table.make(step.call()));
                    count(SequenceSteps.receiving(fd, 200), 0);
                  }
                }));
  }

  private boolean isOwn(String step) {
    return row.cell(SyscallErrorsTable.OPERATION).equals(step);
  }

  /** Makes a call until it fails, and tells how often it did not. */
  private void count(Syscall call, int before) {
    table.make(
        call.copy(),
        result -> {
          if (Errno.isError(result)) {
            table.finishValue(row, "OK", "" + before);
          } else {
            count(call, before + 1);
          }
        });
  }

  private void untilFull(int fd, UserMem to, String last) {
    SequenceSteps one = new SequenceSteps().sendto(last, fd, SequenceSteps.bytes(1, 'x'), to);
    Syscall call = one.all().get(0).call();
    if (isOwn("accepted before the error")) {
      count(call, 0);
      return;
    }
    repeat(call, () -> sequences.run(row, isOwn(last) ? one : one.ready("poll OUT", fd)));
  }

  private void repeat(Syscall call, Runnable then) {
    table.make(
        call.copy(),
        result -> {
          if (Errno.isError(result)) {
            then.run();
          } else {
            repeat(call, then);
          }
        });
  }

  // AF_UNIX.

  private void large() {
    Matcher size = BYTES.matcher(row.cell(SyscallErrorsTable.OPERATION));
    if (!size.matches()) {
      throw row.bad(SyscallErrorsTable.OPERATION, "a number of bytes");
    }
    byte[] bytes = SequenceSteps.bytes(Integer.parseInt(size.group(1)), 'x');
    state("connected")
        .plan(fd -> sequences.run(row, new SequenceSteps().send(size.group(), fd, bytes)));
  }

  private void counted(int fd, int peer) {
    byte[] many = SequenceSteps.bytes(100_000, 'x');
    sequences.run(
        row,
        new SequenceSteps()
            .send("100000", fd, many)
            .number("SIOCOUTQ", fd, Abi.TIOCOUTQ)
            .number("peer FIONREAD", peer, Abi.FIONREAD)
            .send("1", fd, SequenceSteps.bytes(1, 'x'))
            .number("SIOCOUTQ", fd, Abi.TIOCOUTQ)
            .number("peer FIONREAD", peer, Abi.FIONREAD)
            .send("100000", fd, many)
            .send("100000", fd, many));
  }

  private void again() {
    UserMem own = targets.own(kind, 0);
    state("connected")
        .plan(
            fd ->
                table.listening(
                    kind,
                    (other, name) ->
                        sequences.run(
                            row,
                            new SequenceSteps()
                                .connect("connect", fd, name)
                                .then("listen", Syscall.of(SyscallName.LISTEN, fd, 1))
                                .bind("bind", fd, own)
                                .connect("connect AF_UNSPEC", fd, UserMem.zeroed(2)))));
  }

  private void unread() {
    state("peer closed, our 5 bytes unread")
        .plan(
            fd ->
                sequences.run(
                    row,
                    new SequenceSteps()
                        .receive("recv", fd, 4)
                        .receive("recv again", fd, 4)
                        .send("send", fd, SequenceSteps.bytes(1, 'x'))));
  }

  // Raw sockets and echoes.

  private SequenceSteps sizes(int fd) {
    UserMem to = ProbeAddress.loopback(Abi.AF_INET, 0);
    return new SequenceSteps()
        .sendto("sendto 65515 bytes", fd, SequenceSteps.message("\b", 65_515), to)
        .sendto("sendto 65516 bytes", fd, SequenceSteps.message("\b", 65_516), to)
        .sendto("sendto 65536 bytes", fd, SequenceSteps.bytes(65_536, 'x'), to);
  }

  private SequenceSteps headers(int fd) {
    UserMem to = ProbeAddress.loopback(Abi.AF_INET, 0);
    String good = "E\0\0\24\0\0\0\0@\u00fd\0\0\177\0\0\1\177\0\0\1";
    return new SequenceSteps()
        .sendto("sendto 19 bytes (shorter than an IP header)", fd, SequenceSteps.bytes(19, 'E'), to)
        .sendto("sendto 20 zero bytes", fd, new byte[20], to)
        .sendto("sendto a good header", fd, SequenceSteps.message(good, 20), to)
        .sendto("sendto ihl 15 with 20 bytes", fd, SequenceSteps.message("O", 20), to)
        .receive("recv", fd, 99);
  }

  private SequenceSteps echoes(int fd) {
    UserMem to = ProbeAddress.loopback(Abi.AF_INET, 0);
    return new SequenceSteps()
        .sendto("echo request", fd, SequenceSteps.message("\b\0\0\0\0\0\0\1data", 12), to)
        .await(fd, Poll.IN)
        .receive("recv the reply", fd, 99)
        .sendto("type 0 (echo reply)", fd, SequenceSteps.message("\0\0\0\0\0\0\0\1data", 12), to)
        .sendto("type 8 code 1", fd, SequenceSteps.message("\b\1\0\0\0\0\0\1data", 12), to)
        .sendto("7 bytes", fd, SequenceSteps.message("\b", 7), to)
        .sendto("65536 bytes", fd, SequenceSteps.message("\b", 65_536), to);
  }
}
