package org.netshard.node.replay;

import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.task.CredCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.node.strace.CallDecoder;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;

/**
 * Whether a call of a log is made in the simulation, and how.
 *
 * @param syscall the call with the simulation's descriptors; null if it is not simulated
 * @param reason why it is not
 */
record CallPlan(@Nullable Syscall syscall, String reason) {
  private static final String INHERITED = "before the log";
  private static final int RLIMIT_NOFILE = 7;

  static CallPlan of(
      StraceEvent.Call call,
      LogProcess process,
      Task task,
      IdentityHashMap<Sk, String> noLongerNew) {
    if (SyscallName.byKernelName(call.name()) == null) {
      return not("the call is not there");
    }
    Syscall decoded = CallDecoder.decode(call);
    Syscall mapped = withSimulatedFds(decoded, process, task);
    inherit(call, mapped, task);
    String reason = reason(call, mapped, task, noLongerNew);
    return reason == null ? new CallPlan(mapped, "") : not(reason);
  }

  private static CallPlan not(String reason) {
    return new CallPlan(null, reason);
  }

  private static boolean takesFd(SyscallName name) {
    return switch (name) {
      case CLOSE, DUP, DUP2, DUP3, FCNTL, GETSOCKOPT, SETSOCKOPT, GETSOCKNAME, SETNS, WRITE -> true;
      default -> readsOrSeeks(name);
    };
  }

  private static boolean readsOrSeeks(SyscallName name) {
    return name == SyscallName.READ || name == SyscallName.PREAD64 || name == SyscallName.LSEEK;
  }

  private static Syscall withSimulatedFds(Syscall call, LogProcess process, Task task) {
    if (call.name() == SyscallName.CAPSET) {
      return withSimulatedPid(call, process);
    }
    if (!takesFd(call.name())) {
      return call;
    }
    Syscall mapped = call.withArg(0, process.fds().simulated(call.intArg(0)));
    if (call.name() == SyscallName.DUP2 || call.name() == SyscallName.DUP3) {
      int target = process.fds().simulated(call.intArg(1));
      if (task.fds().get(target) != null) {
        mapped = mapped.withArg(1, target);
      }
    }
    return mapped;
  }

  /** The header of capset may name the caller. */
  private static Syscall withSimulatedPid(Syscall call, LogProcess process) {
    UserMem header = call.mem(0);
    if (header.accessible(0, 2 * Integer.BYTES)
        && header.getInt(Integer.BYTES) == process.logPid()) {
      header.putInt(Integer.BYTES, process.pid());
    }
    return call;
  }

  /** A descriptor that the log uses well and nobody opened was there when the log began. */
  private static void inherit(StraceEvent.Call recorded, Syscall call, Task task) {
    int fd = call.intArg(0);
    if (takesFd(call.name())
        && !readsOrSeeks(call.name())
        && recorded.result().known()
        && !recorded.result().isError()
        && fd >= 0
        && task.fds().get(fd) == null) {
      boolean socket =
          call.name() == SyscallName.GETSOCKOPT
              || call.name() == SyscallName.SETSOCKOPT
              || call.name() == SyscallName.GETSOCKNAME;
      OpenFile opened =
          new OpenFile(OpenFile.Kind.OTHER, 0, new UnsimulatedFile(socket, INHERITED));
      task.fds().install(fd, opened, false);
    }
  }

  /** Whether a command of fcntl makes a descriptor. */
  static boolean duplicates(int command) {
    return command == Abi.F_DUPFD || command == Abi.F_DUPFD_CLOEXEC;
  }

  private static @Nullable String reason(
      StraceEvent.Call recorded, Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    return switch (call.name()) {
      case OPEN, CREAT -> open(call.mem(0));
      case OPENAT -> open(call.mem(1));
      case MKDIR, MKDIRAT, RMDIR, UNLINKAT -> "files are not there";
      case READ, PREAD64, WRITE, LSEEK ->
          file(task, call, FileHandle.class) == null ? "not a sysctl" : null;
      case EXECVE -> recorded.result().is(Errno.ENOENT) ? "files are not there" : null;
      case PRCTL -> CredCalls.simulatesPrctl(call.intArg(0)) ? null : "option of prctl";
      case PRLIMIT64 -> call.intArg(1) == RLIMIT_NOFILE || call.mem(3).isNull() ? null : "resource";
      case FCNTL -> fcntl(call, task);
      case SETNS ->
          file(task, call, UnsimulatedFile.class) == null ? null : "a namespace of another kind";
      case GETSOCKNAME, GETSOCKOPT, SETSOCKOPT -> sock(call, task, noLongerNew);
      default -> null;
    };
  }

  private static @Nullable String open(UserMem name) {
    String path = new String(name.content(), StandardCharsets.UTF_8);
    int end = path.indexOf('\0');
    path = end < 0 ? path : path.substring(0, end);
    boolean there =
        path.startsWith("/proc/sys/net/")
            || path.startsWith("/proc/sys/user/")
            || path.equals("/proc/self/ns/net")
            || path.equals("/proc/thread-self/ns/net");
    return there ? null : "files are not there";
  }

  private static @Nullable String fcntl(Syscall call, Task task) {
    int command = call.intArg(1);
    boolean flags = command == Abi.F_GETFL || command == Abi.F_SETFL;
    boolean known =
        flags || duplicates(command) || command == Abi.F_GETFD || command == Abi.F_SETFD;
    if (!known) {
      return "command of fcntl";
    }
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    if (file == null) {
      return null;
    }
    boolean unknown = flags || (command == Abi.F_GETFD && file.origin().equals(INHERITED));
    return unknown ? "a file from " + file.origin() : null;
  }

  private static @Nullable String sock(
      Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    if (file != null && file.socket()) {
      return "a socket from " + file.origin();
    }
    SocketFile socket = file(task, call, SocketFile.class);
    String changed = socket == null ? null : noLongerNew.get(socket.sk());
    return changed != null && StateDependence.of(call) ? "after " + changed : null;
  }

  private static <T> @Nullable T file(Task task, Syscall call, Class<T> type) {
    OpenFile open = task.fds().get(call.intArg(0));
    return open != null && type.isInstance(open.payload()) ? type.cast(open.payload()) : null;
  }
}
