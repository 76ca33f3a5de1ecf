package org.netshard.node.replay;

import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** The descriptors among the arguments of calls: which they are, and which are open unseen. */
final class FdArguments {
  private FdArguments() {}

  private static boolean takesFd(SyscallName name) {
    return switch (name) {
      case CLOSE, DUP, DUP2, DUP3, FCNTL, SETNS, WRITE -> true;
      default -> takesSocket(name) || readsOrSeeks(name);
    };
  }

  private static boolean takesSocket(SyscallName name) {
    return switch (name) {
      case GETSOCKOPT, SETSOCKOPT, GETSOCKNAME, GETPEERNAME, BIND, LISTEN, CONNECT -> true;
      case ACCEPT, ACCEPT4, SENDTO, SENDMSG, RECVFROM, RECVMSG, SHUTDOWN -> true;
      case SENDMMSG, RECVMMSG -> true;
      default -> false;
    };
  }

  private static boolean readsOrSeeks(SyscallName name) {
    return switch (name) {
      case IOCTL,
          READ,
          PREAD64,
          LSEEK,
          READV,
          WRITEV,
          SENDFILE,
          SPLICE,
          TEE,
          VMSPLICE,
          TIMERFD_SETTIME,
          TIMERFD_GETTIME,
          EPOLL_CTL,
          EPOLL_WAIT,
          EPOLL_PWAIT,
          FSYNC,
          FTRUNCATE,
          FALLOCATE,
          GETDENTS64,
          FSTAT,
          NEWFSTATAT,
          FCHMOD,
          FCHOWN,
          FCHMODAT,
          FCHMODAT2,
          FCHOWNAT,
          RENAMEAT,
          RENAMEAT2 ->
          true;
      default -> false;
    };
  }

  /** The call with the simulation's descriptors. */
  static Syscall inSimulation(Syscall call, LogProcess process, Task task) {
    if (!takesFd(call.name())) {
      return FdsInMemory.inSimulation(call, process.fds());
    }
    Syscall mapped =
        FdsInMemory.inSimulation(
            call.withArg(0, process.fds().simulated(call.intArg(0), task)), process.fds());
    return switch (call.name()) {
      case DUP2, DUP3 -> mapped.withArg(1, process.fds().simulated(call.intArg(1), task));
      case RENAMEAT, RENAMEAT2 -> mapped.withArg(2, process.fds().simulated(call.intArg(2), task));
      default -> mapped;
    };
  }

  /** Descriptors that the log shows to be open and nobody opened were there when the log began. */
  static void inherit(StraceEvent.Call recorded, Syscall call, Task task) {
    if (asksForNothing(call)) {
      return;
    }
    if (takesFd(call.name()) && showsOpen(recorded.result(), call.name())) {
      boolean socket = takesSocket(call.name()) && !recorded.result().is(Errno.ENOTSOCK);
      inherit(call.intArg(0), socket, task);
    }
    if (FdsInMemory.takesSecondFd(call.name()) && showsOpen(recorded.result(), call.name())) {
      inherit(call.intArg(FdsInMemory.secondFd(call.name())), false, task);
    }
  }

  private static void inherit(int fd, boolean socket, Task task) {
    if (fd >= 0 && task.fds().get(fd) == null) {
      Object file =
          socket
              ? new UnsimulatedFile(true, RecordedFile.INHERITED)
              : new RecordedFile(RecordedFile.INHERITED);
      task.fds().install(fd, new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, file), false);
    }
  }

  /** Whether a call is over before it looks at its descriptors. */
  private static boolean asksForNothing(Syscall call) {
    return (call.name() == SyscallName.SPLICE && call.arg(4) == 0)
        || (call.name() == SyscallName.TEE && call.arg(2) == 0);
  }

  /** Whether a result is one that only a file can have. */
  private static boolean showsOpen(StraceEvent.Result result, SyscallName name) {
    boolean knowsFirst =
        switch (name) {
          case IOCTL, READ, READV, WRITE, WRITEV -> !result.is(Errno.EBADF);
          default -> false;
        };
    return result.known()
        && (!result.isError()
            || knowsFirst
            || result.is(Errno.ENOTSOCK)
            || result.is(Errno.ESPIPE)
            || result.is(Errno.EISDIR)
            || result.is(Errno.EAGAIN));
  }
}
