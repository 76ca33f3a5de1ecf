package org.netshard.node.conformance;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** {@code socket(2)} over families, types and protocols: result, what the socket says of itself. */
final class SocketCreateTable extends TableProgram {
  private static final int SO_TYPE = 3;
  private static final int SO_PROTOCOL = 38;
  private static final int SO_DOMAIN = 39;
  private static final int RESULT_COLUMN = 5;

  private final Map<String, Integer> processes = new TreeMap<>();

  SocketCreateTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  void row(TableRow row, KernelModel model) {
    String caps = row.cell(0);
    if (!caps.equals("root") && !caps.equals("none")) {
      throw row.bad(0, "root, none");
    }
    int pid =
        processes.computeIfAbsent(
            caps,
            who -> {
              NetState net = freshNetns(model);
              return who.equals("root")
                  ? process(model, cred(model, 0, 0, new int[0], ROOT_CAPS), net, NOFILE)
                  : process(model, cred(model, NOBODY, NOBODY, new int[0], 0), net, NOFILE);
            });
    Syscall socket = Syscall.socket(row.number(1), type(row, 3), row.number(4));
    call(pid, socket, (fd, made) -> created(row, pid, fd));
  }

  /** A type as the table writes it: {@code 1|NONBLOCK|CLOEXEC}, {@code 1|0x10}. */
  static int type(TableRow row, int column) {
    int type = 0;
    for (String part : row.cell(column).split("\\|", -1)) {
      switch (part) {
        case "NONBLOCK" -> type |= Abi.SOCK_NONBLOCK;
        case "CLOEXEC" -> type |= Abi.SOCK_CLOEXEC;
        default -> {
          try {
            type |= Integer.decode(part);
          } catch (NumberFormatException e) {
            throw row.bad(column, "numbers, NONBLOCK and CLOEXEC, with | between");
          }
        }
      }
    }
    return type;
  }

  private void created(TableRow row, int pid, long fd) {
    String recorded = String.join("\t", List.of(row.cells()).subList(RESULT_COLUMN, 10));
    if (fd < 0) {
      result().compare(row, recorded, okOrErrno(fd) + "\t-\t-\t-\t-");
      return;
    }
    StringBuilder said = new StringBuilder("OK");
    for (int option : new int[] {SO_DOMAIN, SO_TYPE, SO_PROTOCOL}) {
      Syscall ask =
          Syscall.of(
              SyscallName.GETSOCKOPT,
              fd,
              Abi.SOL_SOCKET,
              option,
              UserMem.zeroed(Integer.BYTES),
              UserMem.ofInt(Integer.BYTES));
      call(
          pid,
          ask,
          (asked, made) -> said.append('\t').append(asked < 0 ? asked : made.mem(3).getInt(0)));
    }
    long[] flags = new long[1];
    call(
        pid,
        Syscall.of(SyscallName.FCNTL, fd, Abi.F_GETFL, 0),
        (fl, made) -> flags[0] = fl & Abi.O_NONBLOCK);
    call(
        pid,
        Syscall.of(SyscallName.FCNTL, fd, Abi.F_GETFD, 0),
        (fdFlags, made) -> {
          String text = flags[0] != 0 ? "O_NONBLOCK" : "";
          if ((fdFlags & Abi.FD_CLOEXEC) != 0) {
            text += text.isEmpty() ? "FD_CLOEXEC" : ",FD_CLOEXEC";
          }
          said.append('\t').append(text.isEmpty() ? "-" : text);
        });
    call(
        pid,
        Syscall.close((int) fd),
        (closed, made) -> result().compare(row, recorded, said.toString()));
  }
}
