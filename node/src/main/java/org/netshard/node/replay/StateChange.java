package org.netshard.node.replay;

import java.util.IdentityHashMap;
import java.util.regex.Pattern;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;

/**
 * Which sockets of a log are no longer new, since a call that is not simulated has bound,
 * connected, or used them. What such a socket answers depends on more than its options.
 */
final class StateChange {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "SIOCSIFFLAGS, \\{ifr_name=\"lo\"|ifi_index=if_nametoindex\\(\"lo\"\\).*ifi_change=0x1\\b");

  private static final Pattern UP = Pattern.compile("ifi_flags=IFF_UP|ifr_flags=IFF_UP");

  private StateChange() {}

  static void note(
      StraceEvent.Call call,
      LogProcess process,
      Task task,
      IdentityHashMap<Sk, String> noLongerNew) {
    if (!changes(call) || call.arguments().isEmpty()) {
      return;
    }
    if (call.arguments().get(0).plain() instanceof StraceValue.IntValue fd) {
      OpenFile open = task.fds().get(process.fds().simulated((int) fd.value()));
      if (open != null && open.payload() instanceof SocketFile socket) {
        noLongerNew.putIfAbsent(socket.sk(), call.name());
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

  private static boolean changes(StraceEvent.Call call) {
    boolean succeeded = call.result().known() && !call.result().isError();
    return switch (call.name()) {
      case "connect" ->
          !call.result().is(Errno.EBADF)
              && !call.result().is(Errno.EFAULT)
              && !call.result().is(Errno.EINVAL);
      case "bind", "listen", "sendfile", "splice", "shutdown", "ioctl" -> succeeded;
      // Even a send that fails may have bound the socket before.
      case "sendto", "sendmsg", "sendmmsg", "write", "writev" -> !call.result().is(Errno.EBADF);
      case "recvfrom", "recvmsg", "recvmmsg", "read", "readv" -> !call.result().is(Errno.EBADF);
      default -> false;
    };
  }
}
