package org.netshard.node.replay;

import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.regex.Pattern;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.files.InodeAttr;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;

/**
 * What calls of a log that are not simulated change: which sockets have another name or peer than
 * in the simulation, whether the loopback device is up, and which files there are.
 */
final class StateChange {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "SIOCSIFFLAGS,"
              + " \\{ifr_name=\"lo\"|ifi_index=if_nametoindex\\(\"lo\"\\).*ifi_change=0x1\\b");

  private static final Pattern UP = Pattern.compile("ifi_flags=IFF_UP|ifr_flags=IFF_UP");

  /** What the reason begins with if packets were sent, and name and peer are what they were. */
  static final String PACKETS = "packets of ";

  /** Which argument of {@code mmap} is the descriptor. */
  private static final int MMAP_FD = 4;

  private static final int MODE_ARGUMENT = 3;

  private StateChange() {}

  static void note(
      StraceEvent.Call call,
      LogProcess process,
      Task task,
      IdentityHashMap<Sk, String> noLongerNew) {
    int at = call.name().equals("mmap") ? MMAP_FD : 0;
    if (call.arguments().size() > at
        && call.arguments().get(at).plain() instanceof StraceValue.IntValue fd) {
      OpenFile open = task.fds().get(process.fds().simulated((int) fd.value()));
      if (open != null && open.payload() instanceof SocketFile socket) {
        Sk sk = socket.sk();
        if (sk.family() == Abi.AF_PACKET && spreads(call)) {
          sk.net().sockets(Abi.AF_PACKET).forEach(other -> noLongerNew.put(other, call.name()));
        } else if (changes(call, sk)) {
          noLongerNew.put(sk, call.name());
        } else if (sends(call) && !call.result().is(Errno.EINVAL)) {
          noLongerNew.putIfAbsent(sk, PACKETS + call.name());
        }
      }
    }
  }

  /**
   * Brings the loopback device up or down where a call that is not simulated does so: {@code
   * ioctl(SIOCSIFFLAGS)} of any socket, and what {@code ip link set lo up} sends.
   */
  static void loopback(StraceEvent.Call call, LogProcess process, Task task) {
    if (!call.result().known()
        || call.result().isError()
        || !LOOPBACK.matcher(call.text()).find()) {
      return;
    }
    OpenFile open =
        call.arguments().get(0).plain() instanceof StraceValue.IntValue fd
            ? task.fds().get(process.fds().simulated((int) fd.value()))
            : null;
    NetState net =
        open != null && open.payload() instanceof SocketFile socket
            ? (NetState) socket.sk().net()
            : task.net();
    net.setLoUp(UP.matcher(call.text()).find());
  }

  /**
   * Whether a call can have given a sock a port, or taken it away. Sending gives one to a sock that
   * has none, even if it fails then.
   */
  private static boolean changes(StraceEvent.Call call, Sk sk) {
    if (call.name().equals("shutdown")) {
      return call.result().known()
          && !call.result().isError()
          && (sk.type() == Abi.SOCK_STREAM || sk.type() == Abi.SOCK_SEQPACKET);
    }
    if (sk.family() == Abi.AF_NETLINK) {
      return sends(call);
    }
    // A ring of unknown size; and a program gives frames of one that it has mapped back unseen.
    boolean ring = call.name().equals("mmap") || call.text().contains("X_RING");
    if (sk.family() == Abi.AF_PACKET && ring) {
      return call.result().known() && !call.result().isError();
    }
    // Of a UNIX socket, control messages are read before anything else.
    boolean refused = sk.isUnix() && call.result().is(Errno.EINVAL);
    return sends(call)
        && !refused
        && (sk.isInet() ? sk.num() == 0 : sk.flag(SockFlag.SK_SCM_CREDENTIALS));
  }

  /** Whether a call has changed to which of some packet sockets packets go. */
  private static boolean spreads(StraceEvent.Call call) {
    return call.name().equals("setsockopt")
        && call.result().known()
        && !call.result().isError()
        && call.text().contains("PACKET_FANOUT_DATA");
  }

  private static boolean sends(StraceEvent.Call call) {
    return switch (call.name()) {
      case "sendto", "sendmsg", "sendmmsg", "write", "writev", "sendfile", "splice" ->
          !call.result().is(Errno.EBADF);
      default -> false;
    };
  }

  /** Makes the names of files that a call has made which is not simulated. */
  static void files(StraceEvent.Call call, Task task) {
    boolean creates = call.name().equals("openat") && call.text().contains("O_CREAT");
    if (creates && call.result().known() && !call.result().isError()) {
      call.arguments().stream()
          .filter(StraceValue.Str.class::isInstance)
          .map(argument -> ((StraceValue.Str) argument).string())
          .findFirst()
          .ifPresent(path -> task.net().machine().socketFiles().create(path, attr(call, task)));
    }
    boolean binds = call.name().equals("bind") && call.arguments().size() > 1;
    if (binds
        && call.result().known()
        && !call.result().isError()
        && call.arguments().get(1) instanceof StraceValue.Struct address
        && address.field("sun_path") instanceof StraceValue.Str path) {
      task.net().machine().socketFiles().create(path.string());
    }
  }

  /** Whose the file is that an {@code openat} with a mode has made. */
  private static InodeAttr attr(StraceEvent.Call call, Task task) {
    boolean shown = call.arguments().size() > MODE_ARGUMENT;
    StraceValue mode = shown ? call.arguments().get(MODE_ARGUMENT).plain() : null;
    int bits = mode instanceof StraceValue.IntValue number ? (int) number.value() : 0;
    return new InodeAttr(task.cred().euid(), task.cred().egid(), bits & ~task.umask());
  }

  /** Makes the directory in which a call of the log makes the file of a socket. */
  static void directory(StraceEvent.Call call, Syscall made, Task task) {
    UserMem address = made.mem(1);
    boolean file =
        made.name() == SyscallName.BIND
            && call.result().known()
            && !call.result().isError()
            && address.accessible(0, 3)
            && address.getShort(0) == Abi.AF_UNIX
            && address.getByte(2) != 0;
    if (file) {
      byte[] bytes = address.get(2, address.size() - 2);
      String path = new String(bytes, StandardCharsets.ISO_8859_1);
      int slash = path.lastIndexOf('/');
      String directory = slash < 0 ? "" : path.substring(0, slash);
      task.net().machine().socketFiles().mkdirs(directory);
      if (task.cred().euid() != 0) {
        task.net().machine().socketFiles().share(directory);
      }
    }
  }
}
