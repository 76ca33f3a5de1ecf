package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.SocketPayload;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;

/**
 * What calls answer, by kind and state of the socket. Each row has a socket of its own, brought
 * into its state.
 */
final class SyscallErrorsTable extends TableProgram {
  private static final int CAPS = 1;
  static final int KIND = 2;
  static final int STATE = 3;
  static final int OPERATION = 4;
  private static final int RESULT = 5;
  private static final int RETURN_VALUE = 6;
  private static final int DETAIL = 7;
  private static final String SEQUENCE = "sequence: ";
  private static final int ROOM = 256;
  private static final int BACKLOG = 5;
  private static final int CLOSED_FD = 777;

  /** {@code nl_groups}. */
  private static final int GROUPS_AT = 8;

  private static final int PATH_FD = 1000;

  private static final int NETLINK_AUDIT = 9;
  private static final int NETLINK_NETFILTER = 12;
  private static final int NETLINK_KOBJECT_UEVENT = 15;

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    for (int i = 0; i < 2; i++) {
      int family = i == 0 ? Abi.AF_INET : Abi.AF_INET6;
      String number = i == 0 ? "4" : "6";
      KINDS.put("tcp" + number, new Kind(family, Abi.SOCK_STREAM, 0));
      KINDS.put("udp" + number, new Kind(family, Abi.SOCK_DGRAM, 0));
      int icmp = i == 0 ? Abi.IPPROTO_ICMP : Abi.IPPROTO_ICMPV6;
      KINDS.put("ping" + number, new Kind(family, Abi.SOCK_DGRAM, icmp));
    }
    KINDS.put("mptcp4", new Kind(Abi.AF_INET, Abi.SOCK_STREAM, Abi.IPPROTO_MPTCP));
    KINDS.put("raw4 icmp", new Kind(Abi.AF_INET, Abi.SOCK_RAW, Abi.IPPROTO_ICMP));
    KINDS.put("raw6 icmpv6", new Kind(Abi.AF_INET6, Abi.SOCK_RAW, Abi.IPPROTO_ICMPV6));
    KINDS.put("raw4 255", new Kind(Abi.AF_INET, Abi.SOCK_RAW, Abi.IPPROTO_RAW));
    KINDS.put("raw4 253", new Kind(Abi.AF_INET, Abi.SOCK_RAW, 253));
    KINDS.put("unix stream", new Kind(Abi.AF_UNIX, Abi.SOCK_STREAM, 0));
    KINDS.put("unix seqpacket", new Kind(Abi.AF_UNIX, Abi.SOCK_SEQPACKET, 0));
    KINDS.put("unix dgram", new Kind(Abi.AF_UNIX, Abi.SOCK_DGRAM, 0));
    KINDS.put("netlink route", new Kind(Abi.AF_NETLINK, Abi.SOCK_RAW, 0));
    KINDS.put("netlink audit", new Kind(Abi.AF_NETLINK, Abi.SOCK_RAW, NETLINK_AUDIT));
    KINDS.put("netlink netfilter", new Kind(Abi.AF_NETLINK, Abi.SOCK_RAW, NETLINK_NETFILTER));
    KINDS.put("netlink uevent", new Kind(Abi.AF_NETLINK, Abi.SOCK_RAW, NETLINK_KOBJECT_UEVENT));
    KINDS.put("packet raw", new Kind(Abi.AF_PACKET, Abi.SOCK_RAW, 0));
    KINDS.put("vsock stream", new Kind(Abi.AF_VSOCK, Abi.SOCK_STREAM, 0));
  }

  private final Map<String, Integer> processes = new TreeMap<>();
  private final List<Integer> opened = new ArrayList<>();
  private final RowTargets targets = new RowTargets(this);
  private final DataRows data = new DataRows(this, targets);
  private final SequenceRows sequences = new SequenceRows(this, targets);
  private @Nullable KernelModel machine;
  private @Nullable NetState net;
  private int pid;

  /** What a socket is made of. */
  record Kind(int family, int type, int protocol) {
    boolean isInet() {
      return family == Abi.AF_INET || family == Abi.AF_INET6;
    }

    /** Type of the sockets that stand at the other end. */
    int otherType() {
      return isInet() && type != Abi.SOCK_STREAM ? Abi.SOCK_DGRAM : type;
    }
  }

  SyscallErrorsTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  void row(TableRow row, KernelModel model) {
    Kind kind = KINDS.get(row.cell(KIND));
    Integer fd = kind == null ? notSocket(row.cell(KIND)) : null;
    boolean sequence = row.cell(STATE).startsWith(SEQUENCE);
    boolean pair = row.cell(KIND).equals("socketpair");
    if (kind == null && fd == null && !pair) {
      result().notSimulated(row, "this kind of socket");
      return;
    }
    machine = model;
    targets.setNameFormat(nameFormat(row.cell(DETAIL)));
    pid = processes.computeIfAbsent(row.cell(CAPS), who -> process(row, who, model));
    if (pair) {
      if (!data.socketpair(row)) {
        result().notSimulated(row, "this pair");
      }
    } else if (fd != null) {
      operate(row, new Kind(Abi.AF_INET, Abi.SOCK_STREAM, 0), fd);
    } else if (kind != null && sequence) {
      String name = row.cell(STATE).substring(SEQUENCE.length());
      sequences.plan(row, kind, name, model);
    } else if (kind != null) {
      inState(row, kind);
    }
  }

  /**
   * Abstract names are numbered through the whole run of the probe, so that only their length tells
   * how many digits there are.
   */
  private static String nameFormat(String detail) {
    int length = detail.startsWith("len ") ? Integer.parseInt(detail.substring(4)) : 0;
    int digits = length - "\1\0\0or".length();
    return digits > 0 ? "or%0" + digits + "d" : "or%d";
  }

  private int process(TableRow row, String who, KernelModel model) {
    NetState shared = net;
    if (shared == null) {
      shared = freshNetns(model);
      shared.writeSysctl("net.ipv4.ping_group_range", "0 2147483647", model.rootCred());
      net = shared;
    }
    int made =
        switch (who) {
          case "root" -> process(model, cred(model, 0, 0, new int[0], ROOT_CAPS), shared, NOFILE);
          case "none" -> process(model, cred(model, NOBODY, NOBODY, new int[0], 0), shared, NOFILE);
          default -> throw row.bad(CAPS, "root, none");
        };
    Task task = model.task(made);
    if (task != null) {
      task.fds().install(PATH_FD, new OpenFile(OpenFile.Kind.OTHER, Abi.O_PATH, null), false);
    }
    return made;
  }

  /** A descriptor that is no socket; standard input stands for all kinds of file. */
  private static @Nullable Integer notSocket(String kind) {
    return switch (kind) {
      case "fd -1" -> -1;
      case "closed fd 777" -> CLOSED_FD;
      case "pipe read end", "directory", "eventfd" -> 0;
      case "O_PATH fd" -> PATH_FD;
      default -> null;
    };
  }

  // States.

  private void inState(TableRow row, Kind kind) {
    boolean stream = kind.type() == Abi.SOCK_STREAM || kind.type() == Abi.SOCK_SEQPACKET;
    boolean connects = !(stream && (kind.isInet() || kind.family() == Abi.AF_UNIX));
    switch (row.cell(STATE)) {
      case "new" -> socket(kind, fd -> operate(row, kind, fd));
      case "bound" -> bound(kind, (fd, address) -> operate(row, kind, fd));
      case "listen" -> listening(kind, (fd, address) -> operate(row, kind, fd));
      case "connected" -> {
        if (connects) {
          connectedTo(kind, fd -> operate(row, kind, fd));
        } else {
          reached(row, kind);
        }
      }
      default -> reached(row, kind);
    }
  }

  /** A state that takes data to be reached. */
  private void reached(TableRow row, Kind kind) {
    boolean there =
        new SocketStates(this, targets, kind, row.cell(STATE))
            .plan(
                fd -> {
                  if (movesData(fd)) {
                    operate(row, kind, fd);
                  } else {
                    leaveOut(row, "data of this kind of socket");
                  }
                });
    if (!there) {
      leaveOut(row, "the state \"" + row.cell(STATE) + "\"");
    }
  }

  /** Whether data of a socket are simulated; of a descriptor that is none, yes. */
  private boolean movesData(int fd) {
    Task task = machine == null ? null : machine.task(pid);
    OpenFile file = task == null ? null : task.fds().get(fd);
    boolean socket = file != null && file.payload() instanceof SocketPayload;
    if (file == null || !socket) {
      return true;
    }
    Sk sk = ((SocketPayload) Objects.requireNonNull(file.payload())).sk();
    return sk.ops().movesData(sk);
  }

  /** Makes a call that gives a descriptor, which is closed when the row ends. */
  void makeFile(Syscall syscall, IntConsumer then) {
    call(
        pid,
        syscall,
        (fd, made) -> {
          opened.add((int) fd);
          then.accept((int) fd);
        });
  }

  /** Closes a socket of the row. */
  void close(int fd) {
    opened.remove((Integer) fd);
    call(pid, Syscall.close(fd));
  }

  /** Makes a datagram socket that is connected to another, or to the kernel. */
  void connectedTo(Kind kind, Consumer<Integer> then) {
    if (kind.family() == Abi.AF_NETLINK) {
      socket(
          kind,
          fd -> {
            connect(fd, ProbeAddress.netlink());
            then.accept(fd);
          });
      return;
    }
    bound(
        kind,
        (other, address) ->
            bound(
                kind,
                (fd, own) -> {
                  connect(fd, address);
                  then.accept(fd);
                }));
  }

  /** Makes a socket that listens on a name. */
  void listening(Kind kind, WithName then) {
    bound(
        kind,
        (fd, address) -> {
          make(Syscall.of(SyscallName.LISTEN, fd, BACKLOG));
          then.then(fd, address);
        });
  }

  /** Makes a call whose result does not matter. */
  void make(Syscall syscall) {
    call(pid, syscall);
  }

  /** Makes a call whose result tells how to go on. */
  void make(Syscall syscall, LongConsumer then) {
    call(pid, syscall, (result, made) -> then.accept(result));
  }

  /** Makes a call whose memory tells how to go on. */
  void makeAndRead(Syscall syscall, Consumer<Syscall> then) {
    call(pid, syscall, (result, made) -> then.accept(made));
  }

  private void connect(long fd, UserMem address) {
    call(pid, Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
  }

  /** Makes a socket that is closed when the row ends. */
  void socket(Kind kind, Consumer<Integer> then) {
    call(
        pid,
        Syscall.socket(
            kind.family(), kind.type() | Abi.SOCK_NONBLOCK | Abi.SOCK_CLOEXEC, kind.protocol()),
        (fd, made) -> {
          opened.add((int) fd);
          then.accept((int) fd);
        });
  }

  /** What goes on with a socket and its name. */
  @FunctionalInterface
  interface WithName {
    void then(int fd, UserMem address);
  }

  /** Makes a socket with a name that nobody else has. */
  void bound(Kind kind, WithName then) {
    socket(
        kind,
        fd -> {
          UserMem address = targets.own(kind, 0);
          call(pid, Syscall.of(SyscallName.BIND, fd, address, address.size()));
          name(fd, then);
        });
  }

  /** Asks for a name with room for any. */
  static Syscall nameCall(SyscallName name, int fd) {
    return Syscall.of(name, fd, UserMem.zeroed(ROOM), UserMem.ofInt(ROOM));
  }

  /** Asks a socket for its name. */
  void name(int fd, WithName then) {
    call(
        pid,
        nameCall(SyscallName.GETSOCKNAME, fd),
        (named, made) -> {
          int length = named < 0 ? 0 : made.mem(2).getInt(0);
          then.then(fd, UserMem.of(made.mem(1).get(0, length)));
        });
  }

  // Operations.

  private void operate(TableRow row, Kind kind, int fd) {
    String operation = row.cell(OPERATION);
    if (operation.startsWith("listen")) {
      int backlog = operation.equals("listen(-1)") ? -1 : operation.equals("listen(0)") ? 0 : 1;
      finish(row, Syscall.of(SyscallName.LISTEN, fd, backlog));
    } else if (operation.startsWith("bind")) {
      bindTo(row, kind, fd, operation);
    } else if (operation.startsWith("connect")) {
      boolean there =
          targets.find(
              kind,
              fd,
              operation.substring("connect".length()),
              (to, length) -> address(row, SyscallName.CONNECT, fd, to, length));
      if (!there) {
        leaveOut(row, operation);
      }
    } else if (operation.matches("get(sock|peer)name\\b.*")) {
      nameOf(row, fd, operation);
    } else if (!DataRows.isAboutFile(operation) && !movesData(fd)) {
      leaveOut(row, "data of this kind of socket");
    } else if (!data.plan(row, kind, fd)) {
      leaveOut(row, operation);
    }
  }

  /** Counts a row as not simulated. */
  void leaveOut(TableRow row, String reason) {
    result().notSimulated(row, reason);
    closeOpened();
  }

  private void bindTo(TableRow row, Kind kind, int fd, String operation) {
    UserMem own = targets.own(kind, 0);
    switch (operation) {
      case "bind(own address)", "bind" -> address(row, SyscallName.BIND, fd, own, own.size());
      case "bind to group 1", "bind to group RTMGRP_LINK" -> {
        UserMem group = ProbeAddress.netlink();
        group.putInt(GROUPS_AT, 1);
        address(row, SyscallName.BIND, fd, group, group.size());
      }
      case "bind(family AF_UNSPEC, any address)" ->
          address(
              row, SyscallName.BIND, fd, RowTargets.unspec(kind), RowTargets.unspec(kind).size());
      case "bind(family AF_UNSPEC, loopback)" ->
          address(row, SyscallName.BIND, fd, ProbeAddress.withFamily(own, 0), own.size());
      case "bind(wrong family)" ->
          address(row, SyscallName.BIND, fd, RowTargets.wrongFamily(kind, 0), 28);
      case "bind(non-local address)" -> {
        UserMem foreign = RowTargets.foreign(kind);
        address(row, SyscallName.BIND, fd, foreign, foreign.size());
      }
      default -> withLength(row, SyscallName.BIND, fd, own, operation);
    }
  }

  /** An address with a length of its own: {@code bind(addrlen 8)}, {@code connect(NULL, 16)}. */
  private void withLength(TableRow row, SyscallName name, int fd, UserMem own, String operation) {
    int at = operation.indexOf("addrlen ");
    if (operation.endsWith("(NULL, 16)")) {
      address(row, name, fd, UserMem.NULL, 16);
    } else if (at < 0) {
      leaveOut(row, operation);
    } else {
      String number = operation.substring(at + "addrlen ".length()).replace(")", "");
      address(row, name, fd, ProbeAddress.padded(own, ROOM), Integer.parseInt(number));
    }
  }

  private void address(TableRow row, SyscallName name, int fd, UserMem address, int length) {
    finish(row, Syscall.of(name, fd, address, length));
  }

  private void nameOf(TableRow row, int fd, String operation) {
    SyscallName name =
        operation.startsWith("getsockname") ? SyscallName.GETSOCKNAME : SyscallName.GETPEERNAME;
    String asked = operation.substring(operation.indexOf('(') + 1).replace(")", "");
    UserMem address = asked.startsWith("NULL addr") ? UserMem.NULL : UserMem.zeroed(ROOM);
    UserMem length =
        switch (asked) {
          case "128" -> UserMem.ofInt(128);
          case "len 0" -> UserMem.ofInt(0);
          case "len -1" -> UserMem.ofInt(-1);
          case "NULL len" -> UserMem.NULL;
          default -> UserMem.ofInt(asked.startsWith("NULL addr") ? 16 : 64);
        };
    finish(row, Syscall.of(name, fd, address, length));
  }

  /** Makes the call that a row is about, and tells the length that it gives back. */
  void finish(TableRow row, Syscall syscall) {
    finish(
        row,
        syscall,
        (made, after) -> {
          UserMem length = after.mem(2);
          boolean named = !row.cell(DETAIL).equals("-") && length.accessible(0, Integer.BYTES);
          return named ? "len " + length.getInt(0) : "-";
        },
        false);
  }

  /**
   * Makes the call that a row is about.
   *
   * @param detail what the row says besides
   * @param ofErrors whether it says that of errors too
   */
  void finish(TableRow row, Syscall syscall, DataRows.Detail detail, boolean ofErrors) {
    call(
        pid,
        syscall,
        (made, after) -> {
          boolean failed = Errno.isError(made);
          if (made == Errno.ENOSYS.negated()) {
            result().notSimulated(row, syscall.callName() + ", which is ENOSYS");
          } else {
            boolean accepts = syscall.name() == SyscallName.ACCEPT4 && !failed;
            boolean polls = syscall.name() == SyscallName.POLL;
            boolean maps = syscall.name() == SyscallName.MMAP;
            String value = failed ? "-" : accepts ? "fd" : polls || maps ? "0" : "" + made;
            String more = failed && !ofErrors ? "-" : detail.of(made, after);
            String said = okOrErrno(made) + " " + value + " " + more;
            String recorded =
                row.cell(RESULT) + " " + row.cell(RETURN_VALUE) + " " + row.cell(DETAIL);
            result().compare(row, recorded, said);
            if (accepts) {
              opened.add((int) made);
            }
            if (syscall.name() == SyscallName.SOCKETPAIR && !failed) {
              opened.add(after.mem(3).getInt(0));
              opened.add(after.mem(3).getInt(Integer.BYTES));
            }
          }
          closeOpened();
        });
  }

  /** Makes the step of a sequence that a row is about. */
  void finishStep(TableRow row, SequenceSteps.Step step) {
    DataRows.Detail value = step.value();
    if (value == null) {
      finish(row, step.call());
      return;
    }
    call(
        pid,
        step.call(),
        (made, after) -> {
          DataRows.Detail error = step.error();
          String said = error == null ? okOrErrno(made) : error.of(made, after);
          finishValue(row, said, said.equals("OK") ? value.of(made, after) : "-");
        });
  }

  /** Compares what came of a row that is not about one call. */
  void finishValue(TableRow row, String said, String value) {
    String recorded = row.cell(RESULT) + " " + row.cell(RETURN_VALUE) + " " + row.cell(DETAIL);
    result().compare(row, recorded, said + " " + value + " -");
    closeOpened();
  }

  /** Closes the sockets of the row. */
  void closeOpened() {
    opened.forEach(fd -> call(pid, Syscall.close(fd)));
    opened.clear();
  }
}
