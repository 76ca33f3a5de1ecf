package org.netshard.node.replay;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.anon.Epoll;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.task.CredCalls;
import org.netshard.namespace.task.FcntlCall;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.node.strace.CallDecoder;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceSyntaxException;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Sk;

/**
 * Whether a call of a log is made in the simulation, and how.
 *
 * @param syscall the call with the simulation's descriptors; null if it is not simulated
 * @param reason why it is not
 * @param recorded whether it is about a file of the recording machine, so that the log answers it
 */
record CallPlan(@Nullable Syscall syscall, String reason, boolean recorded) {
  private static final int FPROG_BYTES = 16;
  private static final int SOCK_IOC_TYPE = 0x89;
  private static final int IFREQ_BYTES = 40;
  private static final int FIOGETOWN = 0x8903;
  private static final int SIOCGPGRP = 0x8904;
  private static final int SIOCGSTAMP = 0x8906;
  private static final int SIOCGSTAMPNS = 0x8907;
  private static final int SIOCGSKNS = 0x894c;
  private static final int SIOCUNIXFILE = 0x89e0;
  private static final int NUMBER_MASK = 0xffff;
  private static final int RLIMIT_NOFILE = 7;
  private static final int MAP_ANONYMOUS = 0x20;

  private static final CallPlan RECORDED = new CallPlan(null, "", true);

  private static final int PR_GET_NO_NEW_PRIVS = 39;

  static CallPlan of(
      StraceEvent.Call call,
      LogProcess process,
      Task task,
      LogPids pids,
      IdentityHashMap<Sk, String> noLongerNew) {
    if (SyscallName.byKernelName(call.name()) == null) {
      return RecordedCalls.isOfFile(call, process, task) ? RECORDED : not("the call is not there");
    }
    Syscall decoded;
    try {
      decoded = CallDecoder.decode(call);
    } catch (StraceSyntaxException unknown) {
      // A newer strace has names and forms that are not known here.
      return not(reason(unknown));
    }
    Syscall mapped = pids.inSimulation(FdArguments.inSimulation(decoded, process, task), call);
    if (mapped == null) {
      return not("a process that the log does not show");
    }
    FdArguments.inherit(call, mapped, task);
    if (RecordedCalls.isOfFile(call, mapped, task)) {
      return RECORDED;
    }
    String reason = reason(call, mapped, process, task, noLongerNew);
    return reason == null ? new CallPlan(mapped, "", false) : not(reason);
  }

  /** What is wrong, without the name of the call. */
  static String reason(StraceSyntaxException unknown) {
    return unknown.problem().replaceFirst("^\\w+: ", "");
  }

  private static CallPlan not(String reason) {
    return new CallPlan(null, reason, false);
  }

  /** Whether a command of fcntl makes a descriptor. */
  static boolean duplicates(int command) {
    return command == Abi.F_DUPFD || command == Abi.F_DUPFD_CLOEXEC;
  }

  private static @Nullable String reason(
      StraceEvent.Call recorded,
      Syscall call,
      LogProcess process,
      Task task,
      IdentityHashMap<Sk, String> noLongerNew) {
    return switch (call.name()) {
      case PREAD64, LSEEK, FSYNC, FTRUNCATE, FALLOCATE, FSTAT, NEWFSTATAT, FCHMOD, FCHOWN ->
          unsimulated(task, call);
      case GETDENTS64 ->
          recorded.result().isError() ? unsimulated(task, call) : "directories are not listed";
      case MMAP -> mmap(call, task);
      case READ,
          READV,
          WRITE,
          WRITEV,
          SENDTO,
          SENDMSG,
          SENDMMSG,
          RECVFROM,
          RECVMSG,
          RECVMMSG,
          SHUTDOWN ->
          data(fd(task, call.intArg(0)), noLongerNew);
      case IOCTL -> ioctl(call, task, noLongerNew);
      case ACCEPT, ACCEPT4 -> data(fd(task, call.intArg(0)), noLongerNew);
      case SENDFILE -> sendfile(call, task, noLongerNew);
      case VMSPLICE -> data(fd(task, call.intArg(0)), noLongerNew);
      case TEE -> both(task, call.intArg(0), call.intArg(1), noLongerNew);
      case SPLICE -> both(task, call.intArg(0), call.intArg(2), noLongerNew);
      case TIMERFD_SETTIME, TIMERFD_GETTIME -> unsimulated(task, call);
      case POLL, PPOLL, SELECT, PSELECT6 -> poll(call, task, noLongerNew);
      case KILL -> call.intArg(0) <= 0 ? "process groups" : null;
      case EPOLL_WAIT, EPOLL_PWAIT -> epollWait(call, task, noLongerNew);
      // Only a file that is there cannot be waited for.
      case EPOLL_CTL ->
          recorded.result().is(Errno.EPERM) && fd(task, call.intArg(2)) == null
              ? "a file that is not there"
              : epollCtl(call, task);
      case CLOSE_RANGE -> process.fds().areTheSame() ? null : "descriptors differ in number";
      case PRCTL -> prctl(recorded, call, task);
      case PRLIMIT64 -> call.intArg(1) == RLIMIT_NOFILE || call.mem(3).isNull() ? null : "resource";
      case FCNTL -> fcntl(call, task);
      case SETNS -> setns(call, task);
      case GETSOCKNAME, GETPEERNAME, GETSOCKOPT, SETSOCKOPT, BIND, LISTEN, CONNECT ->
          sock(recorded, call, task, noLongerNew);
      default -> null;
    };
  }

  private static @Nullable String mmap(Syscall call, Task task) {
    if ((call.intArg(3) & MAP_ANONYMOUS) != 0) {
      return "memory of the program";
    }
    UnsimulatedFile file = unsimulated(fd(task, call.intArg(4)));
    return file == null ? null : file.what();
  }

  private static @Nullable String prctl(StraceEvent.Call recorded, Syscall call, Task task) {
    if (!CredCalls.simulatesPrctl(call.intArg(0))) {
      return "option of prctl";
    }
    // strace itself sets it with --seccomp-bpf.
    boolean unknown =
        call.intArg(0) == PR_GET_NO_NEW_PRIVS
            && !task.noNewPrivs()
            && recorded.result().value() != 0;
    return unknown ? "not set in the log" : null;
  }

  private static @Nullable OpenFile fd(Task task, int fd) {
    return task.fds().get(fd);
  }

  /** Why the data of a file are not simulated, or null if they are. */
  private static @Nullable String data(
      @Nullable OpenFile file, IdentityHashMap<Sk, String> noLongerNew) {
    if (file == null || file.payload() instanceof FileHandle || file.payload() instanceof FileOps) {
      return null;
    }
    if (file.payload() instanceof UnsimulatedFile unknown) {
      return unknown.what();
    }
    if (!(file.payload() instanceof SocketFile socket)) {
      return "a file that is not there";
    }
    Sk sk = socket.sk();
    String changed = noLongerNew.get(sk);
    if (changed != null) {
      return "after " + changed;
    }
    return sk.ops().movesData(sk) ? null : "data of this kind of socket";
  }

  private static @Nullable String ioctl(
      Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    return switch (call.intArg(1)) {
      case Abi.FIONBIO -> unsimulated(task, call);
      case Abi.FIONREAD, Abi.TIOCOUTQ, Abi.SIOCATMARK ->
          data(fd(task, call.intArg(0)), noLongerNew);
      default -> isKnownRequest(call, task) ? null : "request of ioctl";
    };
  }

  private static @Nullable String sendfile(
      Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    return both(task, call.intArg(1), call.intArg(0), noLongerNew);
  }

  private static @Nullable String both(
      Task task, int from, int to, IdentityHashMap<Sk, String> noLongerNew) {
    String reason = data(fd(task, from), noLongerNew);
    return reason == null ? data(fd(task, to), noLongerNew) : reason;
  }

  /** Whether a log shows all that a request of a socket reads. */
  private static boolean isKnownRequest(Syscall call, Task task) {
    OpenFile file = fd(task, call.intArg(0));
    int request = call.intArg(1);
    boolean ofDevices = request >>> 8 == SOCK_IOC_TYPE && call.mem(2).size() == IFREQ_BYTES;
    boolean onlyWrites = request == FIOGETOWN || request == SIOCGPGRP;
    boolean foreign = (request >>> 8 & 0xff) != SOCK_IOC_TYPE;
    boolean stamp =
        (request & NUMBER_MASK) == SIOCGSTAMP || (request & NUMBER_MASK) == SIOCGSTAMPNS;
    boolean noMemory = asksForFd(call, task);
    boolean whole = onlyWrites && call.mem(2).size() == Integer.BYTES;
    boolean socket = file != null && file.payload() instanceof SocketFile;
    boolean other =
        file != null && (file.payload() instanceof FileOps || file.payload() instanceof FileHandle);
    return (other && foreign) || (socket && (ofDevices || foreign || stamp || whole || noMemory));
  }

  /** Whether a call is a request that gives a descriptor and reads nothing. */
  static boolean asksForFd(Syscall call, Task task) {
    SocketFile socket = file(task, call, SocketFile.class);
    return call.name() == SyscallName.IOCTL
        && socket != null
        && (call.intArg(1) == SIOCGSKNS
            || (call.intArg(1) == SIOCUNIXFILE && socket.sk().isUnix()));
  }

  private static @Nullable String poll(
      Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    for (int fd : FdsInMemory.ofPoll(call)) {
      String reason = data(fd(task, fd), noLongerNew);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  private static @Nullable String epollWait(
      Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    OpenFile file = fd(task, call.intArg(0));
    if (file == null || !(file.payload() instanceof Epoll epoll)) {
      return file != null && file.payload() instanceof UnsimulatedFile ? "the set" : null;
    }
    for (OpenFile member : epoll.files()) {
      String reason = data(member, noLongerNew);
      if (reason != null) {
        return reason;
      }
    }
    return epoll.isIncomplete() ? "a file in it that is not there" : null;
  }

  private static @Nullable UnsimulatedFile unsimulated(@Nullable OpenFile file) {
    return file != null && file.payload() instanceof UnsimulatedFile unknown ? unknown : null;
  }

  /** A set to which a file was to be added that is not there is told as such from then on. */
  private static @Nullable String epollCtl(Syscall call, Task task) {
    OpenFile set = fd(task, call.intArg(0));
    OpenFile file = fd(task, call.intArg(2));
    UnsimulatedFile inIt = unsimulated(file);
    UnsimulatedFile unknown = inIt == null ? unsimulated(set) : inIt;
    if (unknown == null) {
      return null;
    }
    if (set != null && set.payload() instanceof Epoll epoll) {
      epoll.setIncomplete();
    }
    return unknown.what();
  }

  private static @Nullable String setns(Syscall call, Task task) {
    if (file(task, call, RecordedFile.class) != null) {
      return "a namespace of another kind";
    }
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    return file == null || FdOrigins.givesNoNamespace(file.origin())
        ? null
        : "a namespace of another kind";
  }

  private static @Nullable String fcntl(Syscall call, Task task) {
    int command = call.intArg(1);
    if (!FcntlCall.simulates(command)) {
      return "command of fcntl";
    }
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    if (file == null) {
      return null;
    }
    boolean known =
        switch (command) {
          case Abi.F_DUPFD, Abi.F_DUPFD_CLOEXEC, Abi.F_SETFD -> true;
          case Abi.F_GETFD -> !file.origin().equals(RecordedFile.INHERITED);
          default -> false;
        };
    return known ? null : file.what();
  }

  private static @Nullable String sock(
      StraceEvent.Call recorded, Syscall call, Task task, IdentityHashMap<Sk, String> noLongerNew) {
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    if (file != null && file.socket()) {
      return file.what();
    }
    if (isHidden(recorded, call)) {
      return "a value that the log does not show";
    }
    SocketFile socket = file(task, call, SocketFile.class);
    String changed = socket == null ? null : noLongerNew.get(socket.sk());
    if (changed == null) {
      return null;
    }
    boolean depends =
        changed.startsWith(StateChange.PACKETS)
            ? StateDependence.ofPackets(call)
            : StateDependence.of(call);
    return depends ? "after " + changed : null;
  }

  /**
   * A {@code struct sock_fprog} that strace shows as bytes, with a pointer into nowhere, or a
   * {@code struct tpacket_req3}, of which it shows the address.
   */
  private static boolean isHidden(StraceEvent.Call recorded, Syscall call) {
    if (call.name() != SyscallName.SETSOCKOPT || call.intArg(1) != Abi.SOL_PACKET) {
      return false;
    }
    return switch (call.intArg(2)) {
      case PacketOption.PACKET_FANOUT_DATA ->
          call.intArg(4) == FPROG_BYTES && call.mem(3).size() == FPROG_BYTES;
      case PacketOption.PACKET_RX_RING, PacketOption.PACKET_TX_RING ->
          recorded.result().known()
              && !recorded.result().isError()
              && recorded.arguments().get(3).plain() instanceof StraceValue.IntValue;
      default -> false;
    };
  }

  private static @Nullable String unsimulated(Task task, Syscall call) {
    UnsimulatedFile file = file(task, call, UnsimulatedFile.class);
    return file == null ? null : file.what();
  }

  private static <T> @Nullable T file(Task task, Syscall call, Class<T> type) {
    OpenFile open = task.fds().get(call.intArg(0));
    return open != null && type.isInstance(open.payload()) ? type.cast(open.payload()) : null;
  }
}
