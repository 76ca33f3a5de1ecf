package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.node.strace.Notation;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Who may make which socket: capability sets, user namespaces, the groups of ping sockets, limits
 * of descriptors. Each row is made by a process of its own in a namespace of its own.
 */
final class SocketCapsTable extends TableProgram {
  private static final Pattern WHO =
      Pattern.compile(
          "uid(\\d{1,9}),?(?: gid(\\d{1,9}))?(?: supplementary group (\\d{1,9}))?,? ?"
              + "(all caps|no caps|no groups|all but (CAP_\\w+)|only (CAP_\\w+)"
              + "|full caps in (?:a )?child userns|unshared userns.*)?");
  private static final int RESULT_COLUMN = 6;
  private static final String PING = "ping_group_range=";
  private static final String LOWEST = "lowest free fd: a=3rd,b,c,close b,d,fail,f";

  SocketCapsTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  void row(TableRow row, KernelModel model) {
    String setting = row.cell(1);
    NetState net = freshNetns(model);
    Cred who = who(row.cell(0), model);
    if (who == null) {
      result().notSimulated(row, "the task \"" + row.cell(0) + "\"");
      return;
    }
    int nofile = setting.startsWith("RLIMIT_NOFILE") ? 3 : NOFILE;
    int pid = process(model, who, net, nofile);
    if (setting.startsWith(PING)) {
      String range = setting.substring(PING.length());
      net.writeSysctl("net.ipv4.ping_group_range", range, model.rootCred());
      socket(row, pid);
    } else if (setting.startsWith("write " + PING)) {
      write(row, pid, setting.substring(("write " + PING).length()));
    } else if (setting.startsWith("unshare(") && setting.endsWith(")")) {
      unshare(row, pid, setting.substring(8, setting.length() - 1));
    } else if (setting.startsWith("setns(") && setting.endsWith(")")) {
      setns(row, pid, setting.substring(6, setting.length() - 1));
    } else if (setting.equals(LOWEST)) {
      lowest(row, pid);
    } else if (setting.startsWith("fresh netns") || setting.startsWith("netns ")) {
      userNamespace(row, pid, setting);
      socket(row, pid);
    } else if (setting.startsWith("RLIMIT_NOFILE")) {
      socket(row, pid);
    } else {
      result().notSimulated(row, "the setting \"" + row.cell(1) + "\"");
    }
  }

  private void compare(TableRow row, String simulated) {
    result().compare(row, row.cell(RESULT_COLUMN), simulated);
  }

  private static @Nullable Cred who(String text, KernelModel model) {
    Matcher matcher = WHO.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    int uid = Integer.parseInt(matcher.group(1));
    int gid = matcher.group(2) == null ? uid : Integer.parseInt(matcher.group(2));
    int[] groups =
        matcher.group(3) == null ? new int[0] : new int[] {Integer.parseInt(matcher.group(3))};
    long caps = uid == 0 ? ROOT_CAPS : 0;
    String kind = matcher.group(4) == null ? "" : matcher.group(4);
    String named = matcher.group(5) == null ? matcher.group(6) : matcher.group(5);
    if (kind.equals("no caps")) {
      caps = 0;
    } else if (kind.equals("all caps")) {
      caps = ROOT_CAPS;
    } else if (named != null) {
      Capability capability = Capability.byName(named);
      if (capability == null) {
        return null;
      }
      boolean only = matcher.group(5) == null;
      caps = only ? capability.bit() : ROOT_CAPS & ~capability.bit();
    }
    return cred(model, uid, gid, groups, caps);
  }

  /** Moves the process to a user namespace of its own if the row says so. */
  private void userNamespace(TableRow row, int pid, String setting) {
    if (row.cell(0).contains("userns")) {
      boolean ownNetns = setting.contains("owned by that child");
      call(
          pid,
          Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWUSER | (ownNetns ? Abi.CLONE_NEWNET : 0)));
    }
  }

  private void socket(TableRow row, int pid) {
    Long family = Notation.constant(row.cell(3));
    if (family == null) {
      throw row.bad(3, "a name of an address family");
    }
    int type = SocketCreateTable.type(row, 4);
    Syscall made = Syscall.socket(family.intValue(), type, row.number(5));
    if (row.cell(2).startsWith("socketpair")) {
      UserMem fds = row.cell(2).endsWith("NULL") ? UserMem.NULL : UserMem.zeroed(8);
      made = Syscall.of(SyscallName.SOCKETPAIR, family, type, row.number(5), fds);
    }
    call(pid, made, (result, call) -> compare(row, okOrErrno(result)));
  }

  private void write(TableRow row, int pid, String range) {
    Syscall open =
        Syscall.of(
            SyscallName.OPENAT,
            Abi.AT_FDCWD,
            text("/proc/sys/net/ipv4/ping_group_range\0"),
            Abi.O_WRONLY,
            0);
    call(
        pid,
        open,
        (fd, opened) ->
            call(
                pid,
                Syscall.of(SyscallName.WRITE, fd, text(range), range.length()),
                (written, call) -> compare(row, okOrErrno(written))));
  }

  private void unshare(TableRow row, int pid, String names) {
    Long flags = flags(names);
    if (flags == null) {
      result().notSimulated(row, "the setting \"" + row.cell(1) + "\"");
      return;
    }
    call(
        pid, Syscall.of(SyscallName.UNSHARE, flags), (made, call) -> compare(row, okOrErrno(made)));
  }

  private void setns(TableRow row, int pid, String arguments) {
    Syscall open = Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, text("/proc/self/ns/net\0"), 0, 0);
    int comma = arguments.indexOf(',');
    String target = comma < 0 ? arguments : arguments.substring(0, comma);
    Long type =
        comma < 0 ? (Long) (long) Abi.CLONE_NEWNET : flags(arguments.substring(comma + 1).strip());
    boolean netns = target.endsWith("netns fd");
    if (type == null || !(netns || target.equals("not a ns fd") || target.equals("-1"))) {
      result().notSimulated(row, "the setting \"" + row.cell(1) + "\"");
      return;
    }
    call(
        pid,
        open,
        (opened, call) -> {
          if (row.cell(0).contains("userns")) {
            call(pid, Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWUSER));
          }
          long fd = target.equals("-1") ? -1 : netns ? opened : 0;
          call(
              pid,
              Syscall.of(SyscallName.SETNS, fd, type),
              (result, made) -> compare(row, okOrErrno(result)));
        });
  }

  /** Flags by their names or as 0; null if one is not known. */
  private static @Nullable Long flags(String text) {
    long flags = 0;
    for (String name : text.split("\\|", -1)) {
      Long flag = name.equals("0") ? (Long) 0L : Notation.constant(name);
      if (flag == null) {
        return null;
      }
      flags |= flag;
    }
    return flags;
  }

  /** Sockets are made, one is closed, a creation fails: each gets the lowest free descriptor. */
  private void lowest(TableRow row, int pid) {
    StringBuilder said = new StringBuilder();
    make(pid, "a=", Abi.AF_INET, Abi.SOCK_STREAM, 0, said);
    make(pid, " b=", Abi.AF_INET, Abi.SOCK_DGRAM, 0, said);
    make(pid, " c=", Abi.AF_UNIX, Abi.SOCK_STREAM, 0, said);
    call(pid, Syscall.close(4));
    make(pid, " d=", Abi.AF_INET6, Abi.SOCK_STREAM, 0, said);
    make(pid, " fail=", Abi.AF_INET, Abi.SOCK_STREAM, 99, said);
    make(pid, " f=", Abi.AF_INET, Abi.SOCK_STREAM, 0, said);
    call(pid, Syscall.close(3), (closed, call) -> compare(row, said.toString()));
  }

  private void make(int pid, String label, int family, int type, int protocol, StringBuilder said) {
    call(
        pid,
        Syscall.socket(family, type, protocol),
        (fd, call) -> said.append(label).append(fd < 0 ? -1 : fd));
  }

  private static UserMem text(String text) {
    return UserMem.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
