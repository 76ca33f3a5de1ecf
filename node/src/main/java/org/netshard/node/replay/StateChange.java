package org.netshard.node.replay;

import java.util.IdentityHashMap;
import org.netshard.namespace.actor.SocketFile;
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

  private static boolean changes(StraceEvent.Call call) {
    boolean succeeded = call.result().known() && !call.result().isError();
    return switch (call.name()) {
      case "connect" ->
          !call.result().is(Errno.EBADF)
              && !call.result().is(Errno.EFAULT)
              && !call.result().is(Errno.EINVAL);
      case "bind",
          "listen",
          "sendto",
          "sendmsg",
          "sendmmsg",
          "write",
          "writev",
          "sendfile",
          "splice",
          "shutdown",
          "ioctl" ->
          succeeded;
      case "recvfrom", "recvmsg", "recvmmsg", "read", "readv" -> !call.result().is(Errno.EBADF);
      default -> false;
    };
  }
}
