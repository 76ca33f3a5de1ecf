package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Every {@code getsockopt} of a new socket, and of one that is bound, listens, or has a peer. A row
 * with {@code *} says that every option of a level answers alike; rows of TCP connections are not
 * simulated.
 */
final class SockDefaultsTable extends TableProgram {
  private static final int SO_PEERPIDFD = 77;
  private static final int OPTLEN = 512;
  private static final int BUFFER_BYTES = 1024;

  /** Levels by their name in the table, each with the options that it has a name for. */
  private static final Map<String, Level> LEVELS = new LinkedHashMap<>();

  static {
    level("SOL_SOCKET", 1, "1-22,25-84");
    level("IPPROTO_IP", 0, "1-26,32-34,41,48-52");
    level("IPPROTO_IPV6", 41, "1-9,11,16-19,22-26,29-33,36,49-63,66-67,70,72-78");
    level("IPPROTO_TCP", 6, "1-14,16-46");
    level("IPPROTO_UDP", 17, "1,10-11,100-104");
    level("SOL_RAW", 255, "1");
    level("SOL_NETLINK", 270, "1,3-5,8-12");
    level("SOL_PACKET", 263, "6-12,14-24");
    level("AF_VSOCK", 40, "0-3,5-8");
    level("SOL_XDP", 283, "1,7-8");
    level("SOL_MPTCP", 284, "1-4");
    level("SOL_UDPLITE", 136, "1,10-11,100-104");
    level("SOL_ICMPV6", 58, "1");
    level("level 999", 999, "1-2");
  }

  private static final List<String> STATES =
      List.of(
          "",
          "socketpair",
          "bound",
          "listening",
          "connected",
          "established, connect side",
          "established, accept side");
  private static final int SERVER_PORT = 40000;
  private static final int CLIENT_PORT = 40001;
  private static final int BACKLOG = 5;

  private final Map<String, Long> sockets = new LinkedHashMap<>();
  private final List<Long> opened = new ArrayList<>();
  private int pid = -1;

  private record Level(int number, List<Integer> options) {}

  SockDefaultsTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  private static void level(String name, int number, String options) {
    List<Integer> numbers = new ArrayList<>();
    for (String range : options.split(",", -1)) {
      String[] ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int option = Integer.parseInt(ends[0]); option <= last; option++) {
        numbers.add(option);
      }
    }
    LEVELS.put(name, new Level(number, numbers));
  }

  @Override
  void row(TableRow row, KernelModel model) {
    SocketKind kind = SocketKind.of(row.cell(0));
    if (kind == null || !STATES.contains(kind.state())) {
      result().notSimulated(row, "the state of \"" + row.cell(0) + "\"");
      return;
    }
    if (pid < 0) {
      pid = begin(model);
    }
    Long fd = sockets.get(row.cell(0));
    if (fd == null) {
      create(row, kind);
    } else {
      options(row, fd);
    }
  }

  /** The probe's process: a fresh namespace with these values written in it. */
  private static int begin(KernelModel model) {
    NetState net = freshNetns(model);
    net.writeSysctl("net.ipv4.tcp_rmem", "4096 131072 33554432", model.rootCred());
    net.writeSysctl("net.ipv4.tcp_wmem", "4096 16384 4194304", model.rootCred());
    net.writeSysctl("net.ipv4.tcp_congestion_control", "bbr", model.rootCred());
    net.writeSysctl("net.ipv4.ping_group_range", "0 2147483647", model.rootCred());
    return process(model, cred(model, 0, 0, new int[0], ROOT_CAPS), net, NOFILE);
  }

  private void create(TableRow row, SocketKind kind) {
    int protocol = Math.max(0, kind.protocol());
    if (kind.isInet() && !kind.state().isEmpty()) {
      inState(row, kind);
      return;
    }
    if (kind.state().isEmpty()) {
      call(
          pid,
          Syscall.socket(kind.family(), kind.type(), protocol),
          (fd, made) -> created(row, fd));
      return;
    }
    Syscall pair =
        Syscall.of(
            SyscallName.SOCKETPAIR,
            kind.family(),
            kind.type(),
            protocol,
            UserMem.zeroed(2 * Integer.BYTES));
    call(pid, pair, (made, call) -> created(row, made < 0 ? made : call.mem(3).getInt(0)));
  }

  /** Sockets in states have fixed ports, so that one set is closed before the next is made. */
  private void inState(TableRow row, SocketKind kind) {
    opened.forEach(fd -> call(pid, Syscall.close(fd.intValue())));
    opened.clear();
    sockets.keySet().removeIf(name -> !name.endsWith("[socketpair]") && name.endsWith("]"));
    if (kind.state().startsWith("established")) {
      establish(row, kind);
      return;
    }
    boolean connected = kind.state().equals("connected");
    int port = connected ? CLIENT_PORT : SERVER_PORT;
    if (connected) {
      call(
          pid,
          Syscall.socket(kind.family(), kind.type(), 0),
          (fd, made) -> bind(fd, kind, SERVER_PORT));
    }
    call(
        pid,
        Syscall.socket(kind.family(), kind.type(), 0),
        (fd, made) -> {
          bind(fd, kind, port);
          if (kind.state().equals("listening")) {
            call(pid, Syscall.of(SyscallName.LISTEN, fd, BACKLOG));
          } else if (connected) {
            UserMem server = ProbeAddress.loopback(kind.family(), SERVER_PORT);
            call(pid, Syscall.of(SyscallName.CONNECT, fd, server, server.size()));
          }
          created(row, fd);
        });
  }

  /** Both ends are made once, for the rows of both. */
  private void establish(TableRow row, SocketKind kind) {
    String name = row.cell(0).substring(0, row.cell(0).indexOf('['));
    UserMem server = ProbeAddress.loopback(kind.family(), SERVER_PORT);
    Syscall socket = Syscall.socket(kind.family(), kind.type(), 0);
    call(
        pid,
        socket.copy(),
        (listener, made) -> {
          bind(listener, kind, SERVER_PORT);
          call(pid, Syscall.of(SyscallName.LISTEN, listener, BACKLOG));
          call(
              pid,
              socket.copy(),
              (client, alsoMade) -> {
                bind(client, kind, CLIENT_PORT);
                call(pid, Syscall.of(SyscallName.CONNECT, client, server, server.size()));
                sockets.put(name + "[established, connect side]", client);
                call(
                    pid,
                    Syscall.of(SyscallName.ACCEPT, listener, UserMem.NULL, UserMem.NULL),
                    (accepted, done) -> {
                      opened.add(accepted);
                      sockets.put(name + "[established, accept side]", accepted);
                      options(row, Objects.requireNonNull(sockets.get(row.cell(0))));
                    });
              });
        });
  }

  private void bind(long fd, SocketKind kind, int port) {
    opened.add(fd);
    UserMem address = ProbeAddress.loopback(kind.family(), port);
    call(pid, Syscall.of(SyscallName.BIND, fd, address, address.size()));
  }

  private void created(TableRow row, long fd) {
    sockets.put(row.cell(0), fd);
    options(row, fd);
  }

  private void options(TableRow row, long fd) {
    if (row.cell(1).equals("socket()")) {
      result().compare(row, row.cell(4), okOrErrno(fd));
      return;
    }
    Level level = LEVELS.get(row.cell(1));
    if (level == null) {
      throw row.bad(1, String.join(", ", LEVELS.keySet()));
    }
    if (row.cell(2).equals("*")) {
      every(row, fd, level);
      return;
    }
    int option = row.number(2);
    Integer given = givenLength(row.cell(3));
    UserMem value = UserMem.zeroed(BUFFER_BYTES);
    UserMem length = UserMem.ofInt(given == null ? length(level.number(), option) : given);
    call(
        pid,
        Syscall.of(SyscallName.GETSOCKOPT, fd, level.number(), option, value, length),
        (asked, made) -> {
          // A descriptor's number says only what else was open in the probe's process.
          boolean descriptor = level.number() == Abi.SOL_SOCKET && option == SO_PEERPIDFD;
          String shownThen = descriptor && row.cell(4).equals("OK") ? "fd" : row.cell(6);
          String recorded = row.cell(4) + "\t" + row.cell(5) + "\t" + shownThen;
          UserMem got = made.mem(3);
          int len = made.mem(4).getInt(0);
          String said = okOrErrno(asked) + "\t-\t-";
          if (given != null) {
            long number = given == 1 ? got.getByte(0) : got.getInt(0) & 0xffffffffL;
            said = okOrErrno(asked) + "\t" + len + "\t" + number;
          } else if (!Errno.isError(asked)) {
            String shown = descriptor ? "fd" : OptionText.of(level.number(), option, got, len, pid);
            said = "OK\t" + len + "\t" + shown;
          }
          result().compare(row, recorded, said);
        });
  }

  /**
   * {@code SO_MAX_PACING_RATE(optlen 4)}: the length that the probe gave, or null for its usual.
   */
  private static @Nullable Integer givenLength(String optname) {
    int at = optname.indexOf("(optlen ");
    return at < 0
        ? null
        : Integer.valueOf(optname.substring(at + "(optlen ".length(), optname.length() - 1));
  }

  /** The length with which the probe asks. */
  private static int length(int level, int option) {
    if (level == Abi.SOL_SOCKET) {
      return option == 71 ? 8 : option == 26 ? 0 : OPTLEN;
    }
    return level == Abi.IPPROTO_TCP && option == 35 ? 40 : OPTLEN;
  }

  private void every(TableRow row, long fd, Level level) {
    List<String> said = new ArrayList<>();
    for (int option : level.options()) {
      UserMem value = UserMem.zeroed(BUFFER_BYTES);
      int length = level.number() == Abi.SOL_SOCKET && option == 71 ? 8 : OPTLEN;
      boolean last = option == level.options().get(level.options().size() - 1);
      call(
          pid,
          Syscall.of(
              SyscallName.GETSOCKOPT, fd, level.number(), option, value, UserMem.ofInt(length)),
          (asked, made) -> {
            if (!said.contains(okOrErrno(asked))) {
              said.add(okOrErrno(asked));
            }
            if (last) {
              result().compare(row, row.cell(4), String.join(" ", said));
            }
          });
    }
  }
}
