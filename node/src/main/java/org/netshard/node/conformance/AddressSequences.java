package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.node.conformance.SyscallErrorsTable.Kind;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Rows about calls that follow each other on one socket, most of them about its address. */
final class AddressSequences {
  private static final int DISCARD = 9;
  private static final int IDENT = 77;
  private static final int PATH_ROOM = 108;
  private static final String FILE = "/tmp/orc_f";
  private static final String SOCKET_FILE = "/tmp/orc_sock_1";

  private final SyscallErrorsTable table;
  private final SequenceRows sequences;
  private final TableRow row;
  private final Kind kind;

  AddressSequences(SyscallErrorsTable table, SequenceRows sequences, TableRow row, Kind kind) {
    this.table = table;
    this.sequences = sequences;
    this.row = row;
    this.kind = kind;
  }

  /** Plans the sequence up to the row's own step. */
  void plan(String sequence, KernelModel model) {
    switch (sequence) {
      case "UDP connect, disconnect" ->
          table.bound(
              kind,
              (other, third) ->
                  table.bound(
                      kind,
                      (fd, own) -> {
                        table.make(Syscall.of(SyscallName.CONNECT, fd, third, third.size()));
                        steps(disconnect(fd, third));
                      }));
      case "the ICMP id is the port" -> identifiers();
      case "connect to a name of another socket type" -> otherTypes();
      case "connect to a PATH name of another socket type" -> otherPaths();
      case "path names" -> pathNames(model);
      case "sun_path too long" -> table.socket(kind, fd -> steps(tooLong(fd)));
      case "connect/sendto to a stream name" ->
          table.socket(
              kind,
              fd ->
                  table.listening(
                      unix(Abi.SOCK_STREAM),
                      (other, address) ->
                          steps(
                              new SequenceSteps()
                                  .connect("connect", fd, address)
                                  .sendto("sendto", fd, SequenceSteps.bytes(1, 'x'), address))));
      case "sendto a receiver that is connected to someone else" -> takenReceiver();
      default -> table.result().notSimulated(row, "the sequence \"" + sequence + "\"");
    }
  }

  private void steps(SequenceSteps steps) {
    sequences.run(row, steps);
  }

  private SequenceSteps disconnect(int fd, UserMem third) {
    return new SequenceSteps()
        .connect("connect elsewhere", fd, ProbeAddress.loopback(kind.family(), DISCARD))
        .sendto("sendto third address", fd, SequenceSteps.bytes(1, 'x'), third)
        .connect("connect AF_UNSPEC", fd, UserMem.zeroed(16))
        .send("send", fd, SequenceSteps.bytes(1, 'x'))
        .then("getpeername", SyscallErrorsTable.nameCall(SyscallName.GETPEERNAME, fd))
        .connect("connect AF_UNSPEC when not connected", fd, UserMem.zeroed(16));
  }

  private void identifiers() {
    UserMem name = ProbeAddress.loopback(kind.family(), IDENT);
    table.socket(
        kind,
        fd ->
            table.socket(
                kind,
                other ->
                    steps(
                        new SequenceSteps()
                            .bind("bind id 77", fd, name)
                            .bind("bind id 77 on another", other, name)
                            .then(
                                "getsockname",
                                SyscallErrorsTable.nameCall(SyscallName.GETSOCKNAME, fd))
                            .then(
                                "MSG_OOB",
                                Syscall.of(
                                    SyscallName.SENDTO,
                                    fd,
                                    UserMem.of((byte) 'x'),
                                    1,
                                    Abi.MSG_NOSIGNAL | Abi.MSG_OOB,
                                    UserMem.NULL,
                                    0)))));
  }

  // AF_UNIX.

  private static Kind unix(int type) {
    return new Kind(Abi.AF_UNIX, type, 0);
  }

  private Kind otherConnectionType() {
    return unix(kind.type() == Abi.SOCK_STREAM ? Abi.SOCK_SEQPACKET : Abi.SOCK_STREAM);
  }

  private void otherTypes() {
    table.socket(
        kind,
        fd ->
            table.bound(
                unix(Abi.SOCK_DGRAM),
                (dgram, dgramName) ->
                    table.listening(
                        otherConnectionType(),
                        (other, otherName) ->
                            table.bound(
                                kind,
                                (same, sameName) ->
                                    steps(
                                        new SequenceSteps()
                                            .connect("to a DGRAM name", fd, dgramName)
                                            .connect("to the other connection type", fd, otherName)
                                            .connect(
                                                "to a bound socket that does not listen",
                                                fd,
                                                sameName))))));
  }

  private void otherPaths() {
    UserMem path = ProbeAddress.path(SOCKET_FILE);
    UserMem otherPath = ProbeAddress.path(SOCKET_FILE + "q");
    table.socket(
        unix(Abi.SOCK_DGRAM),
        dgram -> {
          table.make(Syscall.of(SyscallName.BIND, dgram, path, path.size()));
          table.socket(
              otherConnectionType(),
              other -> {
                table.make(Syscall.of(SyscallName.BIND, other, otherPath, otherPath.size()));
                table.make(Syscall.of(SyscallName.LISTEN, other, 1));
                table.socket(
                    kind,
                    fd ->
                        steps(
                            new SequenceSteps()
                                .connect("to a DGRAM path", fd, path)
                                .connect("to the other connection type", fd, otherPath)));
              });
        });
    unlink(SOCKET_FILE);
    unlink(SOCKET_FILE + "q");
  }

  private void pathNames(KernelModel model) {
    String longest = "/tmp/" + "q".repeat(PATH_ROOM - "/tmp/".length());
    model.machine().socketFiles().create(FILE);
    if (kind.type() == Abi.SOCK_SEQPACKET) {
      // Nobody removed what the same sequence had left with a stream socket.
      UserMem left = ProbeAddress.path(longest);
      table.socket(
          unix(Abi.SOCK_STREAM),
          fd -> table.make(Syscall.of(SyscallName.BIND, fd, left, left.size())));
    }
    table.socket(
        kind,
        fd ->
            steps(
                new SequenceSteps()
                    .connect("connect to a missing path", fd, path("/tmp/no_such_oracle"))
                    .connect("connect to a regular file", fd, path(FILE))
                    .bind("bind in a missing directory", fd, path("/nonexistent/x"))
                    .bind("bind over a regular file", fd, path(FILE))
                    .bind("bind to a directory", fd, path("/tmp"))
                    .bind("bind to 108 bytes without NUL", fd, ProbeAddress.path(longest))));
    unlink(longest);
  }

  private static UserMem path(String path) {
    return ProbeAddress.path(path + '\0');
  }

  private void unlink(String path) {
    byte[] name = (path + '\0').getBytes(StandardCharsets.ISO_8859_1);
    table.make(Syscall.of(SyscallName.UNLINK, UserMem.of(name)));
  }

  private SequenceSteps tooLong(int fd) {
    UserMem name = ProbeAddress.path("/tmp/" + "q".repeat(200));
    UserMem cut = UserMem.of(Arrays.copyOf(name.content(), 2 + PATH_ROOM + 1));
    return new SequenceSteps().bind("bind addrlen 111", fd, cut);
  }

  private void takenReceiver() {
    table.bound(
        kind,
        (fd, own) ->
            table.bound(
                kind,
                (receiver, receiverName) ->
                    table.bound(
                        kind,
                        (chosen, chosenName) -> {
                          table.make(
                              Syscall.of(
                                  SyscallName.CONNECT, receiver, chosenName, chosenName.size()));
                          steps(
                              new SequenceSteps()
                                  .sendto("sendto", fd, SequenceSteps.bytes(1, 'x'), receiverName)
                                  .connect("connect", fd, receiverName)
                                  .connect("connect AF_UNSPEC", fd, UserMem.zeroed(2))
                                  .sendto(
                                      "the chosen peer sends",
                                      chosen,
                                      SequenceSteps.bytes(1, 'x'),
                                      receiverName));
                        })));
  }
}
