package org.netshard.node.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Buffer sizes: value asked, result, value read back, locks, window clamp. */
final class SetsockoptBufTable extends TableProgram {
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_BUF_LOCK = 72;
  private static final int TCP_WINDOW_CLAMP = 10;

  private final Map<String, Integer> processes = new TreeMap<>();
  private @Nullable NetState net;
  private String limits = "";

  SetsockoptBufTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  void row(TableRow row, KernelModel model) {
    SocketKind kind = SocketKind.of(row.cell(1));
    int option = option(row.cell(2));
    if (kind == null || (option < 0 && !row.cell(2).equals("socket()"))) {
      result().notSimulated(row, "the socket or option");
      return;
    }
    limits(row, model);
    int pid = processes.computeIfAbsent(row.cell(0), who -> process(row, who, model));
    int protocol = kind.protocol();
    if (protocol < 0) {
      boolean rawIp = kind.family() == Abi.AF_INET && kind.type() == Abi.SOCK_RAW;
      protocol = rawIp ? Abi.IPPROTO_ICMP : 0;
    }
    Syscall socket = Syscall.socket(kind.family(), kind.type(), protocol);
    call(pid, socket, (fd, made) -> created(row, pid, fd, option));
  }

  private static int option(String name) {
    return switch (name) {
      case "SO_RCVBUF" -> SO_RCVBUF;
      case "SO_SNDBUF" -> SO_SNDBUF;
      case "SO_RCVBUFFORCE" -> SO_RCVBUFFORCE;
      case "SO_SNDBUFFORCE" -> SO_SNDBUFFORCE;
      default -> -1;
    };
  }

  private int process(TableRow row, String who, KernelModel model) {
    NetState shared = net;
    if (shared == null) {
      shared = freshNetns(model);
      net = shared;
    }
    return switch (who) {
      case "root" -> process(model, cred(model, 0, 0, new int[0], ROOT_CAPS), shared, NOFILE);
      case "none" -> process(model, cred(model, NOBODY, NOBODY, new int[0], 0), shared, NOFILE);
      default -> throw row.bad(0, "root, none");
    };
  }

  /** The last two columns say what the machine's limits were. */
  private void limits(TableRow row, KernelModel model) {
    String wanted = row.cell(8) + " " + row.cell(9);
    if (!wanted.equals(limits)) {
      limits = wanted;
      limit(row, 8, "net.core.rmem_max", model);
      limit(row, 9, "net.core.wmem_max", model);
    }
  }

  private static void limit(TableRow row, int column, String sysctl, KernelModel model) {
    String value = row.cell(column);
    boolean said = !value.isEmpty() && !value.equals("-");
    NetState init = model.machine().initNet();
    if (said && init.writeSysctl(sysctl, value, model.rootCred()) < 0) {
      throw row.bad(column, "a value of " + sysctl);
    }
  }

  private void created(TableRow row, int pid, long fd, int option) {
    if (fd < 0 || option < 0) {
      result().compare(row, row.cell(4), okOrErrno(fd));
      return;
    }
    StringBuilder said = new StringBuilder();
    UserMem value = UserMem.ofInt(row.number(3));
    call(
        pid,
        Syscall.of(SyscallName.SETSOCKOPT, fd, Abi.SOL_SOCKET, option, value, Integer.BYTES),
        (set, made) -> said.append(okOrErrno(set)));
    int readBack = option == SO_RCVBUF || option == SO_RCVBUFFORCE ? SO_RCVBUF : SO_SNDBUF;
    ask(pid, fd, Abi.SOL_SOCKET, readBack, 0, said);
    ask(pid, fd, Abi.SOL_SOCKET, SO_BUF_LOCK, 0, said);
    ask(pid, fd, Abi.IPPROTO_TCP, TCP_WINDOW_CLAMP, -1, said);
    String recorded = row.cell(4) + " " + row.cell(5) + " " + row.cell(6) + " " + row.cell(7);
    call(
        pid,
        Syscall.close((int) fd),
        (closed, made) -> result().compare(row, recorded, said.toString()));
  }

  private void ask(int pid, long fd, int level, int option, int otherwise, StringBuilder said) {
    UserMem value = UserMem.ofInt(0);
    call(
        pid,
        Syscall.of(SyscallName.GETSOCKOPT, fd, level, option, value, UserMem.ofInt(Integer.BYTES)),
        (asked, made) -> said.append(' ').append(asked < 0 ? otherwise : made.mem(3).getInt(0)));
  }
}
