package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * The calls of one experiment and what was observed of each.
 *
 * <p>The order of what was observed does not matter. A process has no descriptors but 0 to 2 when
 * an experiment begins, so that it is known which one a socket will get.
 */
final class IsolationSteps {
  private static final int FIRST_FD = 3;
  private static final int BACKLOG = 128;
  private static final int ROOM = 128;

  private final TableProgram table;
  private final TableRow row;
  private final int observedCell;
  private final Map<String, String> observed = new LinkedHashMap<>();
  private final Map<Integer, List<Integer>> open = new TreeMap<>();
  private String leftOutCall = "";

  /**
   * A socket that will be there.
   *
   * @param pid whose descriptor it is
   * @param fd the descriptor
   */
  record Sock(int pid, int fd) {}

  IsolationSteps(TableProgram table, TableRow row, int observedCell) {
    this.table = table;
    this.row = row;
    this.observedCell = observedCell;
  }

  /** Makes a socket; {@code a} in the flags is SO_REUSEADDR, {@code p} is SO_REUSEPORT. */
  Sock socket(int pid, int family, int type, int protocol, String flags) {
    List<Integer> fds = open.computeIfAbsent(pid, none -> new ArrayList<>());
    int lowest = FIRST_FD;
    while (fds.contains(lowest)) {
      lowest++;
    }
    Sock sock = new Sock(pid, lowest);
    fds.add(lowest);
    make(
        pid,
        Syscall.socket(family, type, protocol),
        fd -> {
          if (fd != sock.fd()) {
            throw new IllegalStateException(row.text() + ": socket " + fd + " is not " + sock);
          }
        });
    if (flags.contains("a")) {
      make(pid, set(sock, Abi.SOL_SOCKET, SoOption.SO_REUSEADDR, 1), ignored -> {});
    }
    if (flags.contains("p")) {
      make(pid, set(sock, Abi.SOL_SOCKET, SoOption.SO_REUSEPORT, 1), ignored -> {});
    }
    return sock;
  }

  static Syscall set(Sock sock, int level, int option, int value) {
    return Syscall.of(
        SyscallName.SETSOCKOPT, sock.fd(), level, option, UserMem.ofInt(value), Integer.BYTES);
  }

  void option(Sock sock, int level, int option, int value) {
    make(sock.pid(), set(sock, level, option, value), ignored -> {});
  }

  void option(String label, Sock sock, int level, int option, int value) {
    make(sock.pid(), set(sock, level, option, value), result -> say(label, result));
  }

  void optionAfter(String label, Sock sock, int level, int option) {
    table.call(
        sock.pid(),
        Syscall.of(
            SyscallName.GETSOCKOPT,
            sock.fd(),
            level,
            option,
            UserMem.ofInt(0),
            UserMem.ofInt(Integer.BYTES)),
        (result, made) -> observed.put(label, "" + made.mem(3).getInt(0)));
  }

  static Syscall bindCall(Sock sock, UserMem address) {
    return Syscall.of(SyscallName.BIND, sock.fd(), address, address.size());
  }

  void bind(String label, Sock sock, UserMem address) {
    make(sock.pid(), bindCall(sock, address), result -> say(label, result));
  }

  /** Binds, then listens if that went well. */
  void bindAndListen(String label, String listenLabel, Sock sock, UserMem address) {
    make(
        sock.pid(),
        bindCall(sock, address),
        result -> {
          say(label, result);
          if (result == 0) {
            listen(listenLabel, sock);
          } else {
            observed.put(listenLabel, "-");
          }
        });
  }

  void listen(String label, Sock sock) {
    make(
        sock.pid(),
        Syscall.of(SyscallName.LISTEN, sock.fd(), BACKLOG),
        result -> say(label, result));
  }

  /** Binds a socket of which nothing is told. */
  void bind(Sock sock, UserMem address) {
    make(sock.pid(), bindCall(sock, address), ignored -> {});
  }

  void close(Sock sock) {
    make(sock.pid(), Syscall.close(sock.fd()), ignored -> {});
    open.getOrDefault(sock.pid(), new ArrayList<>()).remove((Integer) sock.fd());
  }

  void put(String label, String value) {
    observed.put(label, value);
  }

  /** What happens when all calls that are planned so far have ended. */
  void then(int pid, Runnable action) {
    make(pid, Syscall.close(-1), ignored -> action.run());
  }

  /** Binds sockets to port 0, and counts odd and even ports. */
  void parity(int pid, int type, int sockets) {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < sockets; i++) {
      Sock sock = socket(pid, Abi.AF_INET, type, 0, "");
      make(pid, bindCall(sock, ProbeAddress.loopback(Abi.AF_INET, 0)), ignored -> {});
      table.call(
          pid,
          Syscall.of(SyscallName.GETSOCKNAME, sock.fd(), UserMem.zeroed(ROOM), UserMem.ofInt(ROOM)),
          (result, made) ->
              ports.add((made.mem(1).getByte(2) & 0xff) << 8 | (made.mem(1).getByte(3) & 0xff)));
    }
    then(
        pid,
        () -> {
          long odd = ports.stream().filter(port -> (port & 1) != 0).count();
          boolean exact = type == Abi.SOCK_STREAM;
          put("odd", exact ? "" + odd : odd > 0 ? "some" : "none");
          put("even", exact ? "" + (sockets - odd) : odd < sockets ? "some" : "none");
          put("distinct", "" + new TreeSet<>(ports).size());
        });
  }

  /** Binds one socket after the other to ports, each on its own. */
  void ports(String label, int pid, int family, int type, int... ports) {
    StringBuilder said = new StringBuilder();
    for (int port : ports) {
      Sock sock = socket(pid, family, type, 0, "");
      make(
          pid,
          bindCall(sock, ProbeAddress.loopback(family, port)),
          result ->
              said.append(said.isEmpty() ? "" : " ")
                  .append(port)
                  .append(':')
                  .append(TableProgram.okOrErrno(result)));
    }
    then(pid, () -> put(label, said.toString()));
  }

  /** Binds sockets, each to its address. */
  void results(String label, int pid, List<Sock> socks, List<UserMem> addresses) {
    List<String> said = new ArrayList<>();
    for (int i = 0; i < socks.size(); i++) {
      make(
          pid,
          bindCall(socks.get(i), addresses.get(i)),
          result -> said.add(TableProgram.okOrErrno(result)));
    }
    then(pid, () -> put(label, String.join(",", said)));
  }

  private void say(String label, long result) {
    observed.put(label, TableProgram.okOrErrno(result));
  }

  private void make(int pid, Syscall call, LongConsumer then) {
    table.call(
        pid,
        call,
        (result, made) -> {
          if (result == Errno.ENOSYS.negated()) {
            leftOutCall = call.callName();
          }
          then.accept(result);
        });
  }

  /** Closes all sockets and compares. */
  void end() {
    int last = 0;
    for (Map.Entry<Integer, List<Integer>> sockets : open.entrySet()) {
      last = sockets.getKey();
      for (int fd : sockets.getValue()) {
        table.call(last, Syscall.close(fd));
      }
    }
    then(
        last,
        () -> {
          if (!leftOutCall.isEmpty()) {
            table.result().notSimulated(row, "a call that is left out: " + leftOutCall);
          } else {
            String recorded = row.cell(observedCell);
            List<String> pairs = new ArrayList<>();
            observed.forEach((label, value) -> pairs.add(label + "=" + value));
            boolean same = Set.copyOf(pairs).equals(Set.copyOf(List.of(recorded.split("; ", -1))));
            table.result().compare(row, recorded, String.join("; ", pairs), same);
          }
        });
  }
}
