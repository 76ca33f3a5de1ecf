package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/** Options that are set before a socket listens, and what the socket has that it accepts. */
final class AcceptInheritTable extends TableProgram {
  private static final int LEVEL = 1;
  private static final int OPTION = 2;
  private static final int SET = 3;
  private static final int SET_RESULT = 4;
  private static final int LISTENER_READS = 5;
  private static final int ACCEPTED_READS = 6;
  private static final int INHERITED = 7;
  private static final int BACKLOG = 5;
  private static final int WAIT_MS = 1500;
  private static final int ROOM = 128;
  private static final int LONG_OPTLEN = 16;
  private static final int F_GETFD = 1;
  private static final int F_GETFL = 3;

  private final List<Integer> opened = new ArrayList<>();
  private int pid = -1;

  AcceptInheritTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  void row(TableRow row, KernelModel model) {
    if (pid < 0) {
      NetState net = freshNetns(model);
      net.writeSysctl("net.ipv4.tcp_rmem", "4096 131072 33554432", model.rootCred());
      net.writeSysctl("net.ipv4.tcp_wmem", "4096 16384 4194304", model.rootCred());
      net.writeSysctl("net.ipv4.tcp_congestion_control", "bbr", model.rootCred());
      pid = process(model, cred(model, 0, 0, new int[0], ROOT_CAPS), net, NOFILE);
    }
    if (row.cell(LEVEL).equals("-")) {
      socket(listener -> ofFile(row, listener));
    } else {
      socket(listener -> ofOption(row, listener));
    }
  }

  private void ofOption(TableRow row, int listener) {
    UserMem value = value(row);
    boolean number = value.size() == Integer.BYTES && isNumber(row.cell(SET));
    int optlen = number ? Integer.BYTES : LONG_OPTLEN;
    read(
        row,
        listener,
        optlen,
        before ->
            call(
                pid,
                Syscall.of(
                    SyscallName.SETSOCKOPT,
                    listener,
                    row.number(LEVEL),
                    row.number(OPTION),
                    value,
                    value.size()),
                (set, made) ->
                    accepted(
                        listener,
                        Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC,
                        child ->
                            read(
                                row,
                                listener,
                                optlen,
                                mine ->
                                    read(
                                        row,
                                        child,
                                        optlen,
                                        inherited ->
                                            compare(row, set, before, mine, inherited))))));
  }

  private void compare(TableRow row, long set, String before, String mine, String child) {
    boolean changed = !mine.equals(before);
    String inherited = changed ? "no" : "(not changed by the set)";
    if (changed && child.equals(mine)) {
      inherited = "yes";
    }
    compare(row, okOrErrno(set), mine, child, inherited);
  }

  private void compare(TableRow row, String set, String mine, String child, String inherited) {
    String recorded =
        String.join(
            " | ",
            row.cell(SET_RESULT),
            row.cell(LISTENER_READS),
            row.cell(ACCEPTED_READS),
            row.cell(INHERITED));
    result().compare(row, recorded, String.join(" | ", set, mine, child, inherited));
    opened.forEach(fd -> call(pid, Syscall.close(fd)));
    opened.clear();
  }

  /** Flags of descriptors and files, which no option tells. */
  private void ofFile(TableRow row, int listener) {
    boolean descriptor = row.cell(0).equals("FD_CLOEXEC");
    if (!descriptor && !row.cell(0).equals("O_NONBLOCK")) {
      result().notSimulated(row, "the option " + row.cell(0));
      return;
    }
    int command = descriptor ? F_GETFD : F_GETFL;
    accepted(
        listener,
        0,
        child ->
            call(
                pid,
                Syscall.of(SyscallName.FCNTL, listener, command, 0),
                (mine, made) ->
                    call(
                        pid,
                        Syscall.of(SyscallName.FCNTL, child, command, 0),
                        (inherited, done) ->
                            compare(
                                row,
                                "OK",
                                flag(descriptor, mine),
                                flag(descriptor, inherited),
                                mine == inherited ? "yes" : "no"))));
  }

  private static String flag(boolean descriptor, long flags) {
    if (descriptor) {
      return Long.toString(flags);
    }
    return (flags & Abi.O_NONBLOCK) != 0 ? "True" : "False";
  }

  // Connections.

  private void socket(IntConsumer then) {
    int type = Abi.SOCK_STREAM | Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC;
    call(
        pid,
        Syscall.socket(Abi.AF_INET, type, 0),
        (fd, made) -> {
          opened.add((int) fd);
          then.accept((int) fd);
        });
  }

  /** Binds a socket and lets it listen, connects another to it, and accepts that. */
  private void accepted(int listener, int flags, IntConsumer then) {
    UserMem any = ProbeAddress.loopback(Abi.AF_INET, 0);
    call(pid, Syscall.of(SyscallName.BIND, listener, any, any.size()));
    call(pid, Syscall.of(SyscallName.LISTEN, listener, BACKLOG));
    call(
        pid,
        Syscall.of(
            SyscallName.GETSOCKNAME, listener, UserMem.zeroed(ROOM), UserMem.ofInt(LONG_OPTLEN)),
        (named, made) -> {
          UserMem address = UserMem.of(made.mem(1).get(0, LONG_OPTLEN));
          socket(client -> connect(listener, client, address, flags, then));
        });
  }

  private void connect(int listener, int client, UserMem address, int flags, IntConsumer then) {
    call(pid, Syscall.of(SyscallName.CONNECT, client, address, address.size()));
    call(pid, SequenceSteps.poll(client, Poll.OUT, WAIT_MS));
    call(pid, SequenceSteps.errorOf(client));
    call(pid, SequenceSteps.poll(listener, Poll.IN, WAIT_MS));
    call(
        pid,
        Syscall.of(SyscallName.ACCEPT4, listener, UserMem.NULL, UserMem.NULL, flags),
        (child, made) -> {
          opened.add((int) child);
          then.accept((int) child);
        });
  }

  // Values.

  private static boolean isNumber(String text) {
    return text.matches("-?\\d+");
  }

  /** What is set: a number, two of them, or a name. */
  private static UserMem value(TableRow row) {
    String text = row.cell(SET);
    if (isNumber(text)) {
      return UserMem.ofInt(row.number(SET));
    }
    if (text.matches("\\d{1,9} \\d{1,9}")) {
      String[] two = text.split(" ", -1);
      int first = Integer.parseInt(two[0]);
      int second = Integer.parseInt(two[1]);
      boolean linger = row.cell(0).equals("SO_LINGER");
      if (linger) {
        return UserMem.ofInts(first, second);
      }
      UserMem time = UserMem.zeroed(2 * Long.BYTES);
      time.putLong(0, first);
      time.putLong(Long.BYTES, second);
      return time;
    }
    boolean device = row.number(OPTION) == SoOption.SO_BINDTODEVICE;
    return UserMem.of((device ? text + '\0' : text).getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads the option of a row from a socket, as the probe wrote it. */
  private void read(TableRow row, int fd, int optlen, Consumer<String> then) {
    UserMem value = UserMem.zeroed(ROOM);
    call(
        pid,
        Syscall.of(
            SyscallName.GETSOCKOPT,
            fd,
            row.number(LEVEL),
            row.number(OPTION),
            value,
            UserMem.ofInt(optlen)),
        (asked, made) ->
            then.accept(
                Errno.isError(asked)
                    ? okOrErrno(asked)
                    : text(made.mem(3), made.mem(4).getInt(0))));
  }

  private static String text(UserMem value, int length) {
    if (length == Integer.BYTES) {
      return Integer.toString(value.getInt(0));
    }
    if (length == Long.BYTES) {
      return value.getInt(0) + " " + value.getInt(Integer.BYTES);
    }
    byte[] bytes = value.get(0, length);
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceFirst("\0+$", "");
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return text.isEmpty() ? "(empty)" : text;
    }
    if (length == 2 * Long.BYTES) {
      return value.getLong(0) + " " + value.getLong(Long.BYTES);
    }
    return HexFormat.of().formatHex(bytes);
  }
}
