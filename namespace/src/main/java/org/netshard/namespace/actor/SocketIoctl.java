package org.netshard.namespace.actor;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FcntlCall;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.rtnetlink.SockIoctl;

/**
 * {@code ioctl} of a socket, but for the requests that all files have.
 *
 * <p><b>Source:</b> {@code net/socket.c}, {@code sock_ioctl}.
 */
final class SocketIoctl {
  private static final int FIOSETOWN = 0x8901;
  private static final int SIOCSPGRP = 0x8902;
  private static final int FIOGETOWN = 0x8903;
  private static final int SIOCGPGRP = 0x8904;
  private static final int SIOCATMARK = 0x8905;

  /** {@code SIOCOUTQNSD}: bytes that have not been sent. */
  static final int SIOCOUTQNSD = 0x894b;

  private static final int SIOCGSKNS = 0x894c;

  private final KernelModel model;
  private final Call call;

  SocketIoctl(KernelModel model, Call call) {
    this.model = model;
    this.call = call;
  }

  /** Whether a request is about what waits in the socket, which its kind answers. */
  static boolean isOfQueues(int request) {
    return switch (request) {
      case Abi.FIONREAD, Abi.TIOCOUTQ, SIOCATMARK, SIOCOUTQNSD -> true;
      default -> false;
    };
  }

  /** Answers a request. <b>Errors:</b> EFAULT, those of {@link SockIoctl}. */
  int perform(Task task, OpenFile file, Sk sk, int request, UserMem arg) {
    IntFunction<@Nullable Task> tasks = model::task;
    switch (request) {
      case FIOSETOWN, SIOCSPGRP -> {
        return arg.accessible(0, Integer.BYTES)
            ? FcntlCall.setown(file, arg.getInt(0), task.cred(), tasks)
            : Errno.EFAULT.negated();
      }
      case FIOGETOWN, SIOCGPGRP -> {
        if (!arg.accessible(0, Integer.BYTES)) {
          return Errno.EFAULT.negated();
        }
        arg.putInt(0, FcntlCall.getown(file, tasks));
        return 0;
      }
      case SIOCGSKNS -> {
        return openNamespace(task, (NetState) sk.net());
      }
      default -> {
        return SockIoctl.perform(sk, task.cred(), request, arg);
      }
    }
  }

  /** {@code open_related_ns}: a descriptor of the socket's namespace. */
  private int openNamespace(Task task, NetState net) {
    if (!task.cred().nsCapable(net.userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd < 0) {
      return fd;
    }
    ObjCgroup objcg = call.objcg();
    int allocated = model.allocFile(task.cred(), objcg, OpenFile.Kind.NSFS);
    if (allocated < 0) {
      return allocated;
    }
    net.get();
    OpenFile file = new OpenFile(OpenFile.Kind.NSFS, Abi.O_RDONLY, net, 0, 0, objcg);
    task.fds().install(fd, file, true);
    return fd;
  }
}
