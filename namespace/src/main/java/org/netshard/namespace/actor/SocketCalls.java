package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.NetMessage;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SocketOptions;

/**
 * The calls that hand the baton to other actors: {@code socket}, {@code socketpair}, the calls on a
 * sock, and every release of a last reference.
 *
 * <p>A method returns the result of the call, or {@link #PENDING} after it has handed the baton on;
 * when the baton is home again, {@link #resume} goes on where the call was left.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code __sys_socket}, {@code sock_map_fd}, {@code
 * __sys_socketpair}, {@code sock_close}; {@code fs/file_table.c}: {@code __fput}.
 */
final class SocketCalls {
  /** The baton is under way; there is no result yet. */
  static final long PENDING = Long.MIN_VALUE;

  /** The task sleeps; there is no result yet. */
  static final long WAIT = Progress.WAIT;

  private static final String KERNEL = "Kernel";

  private final KernelModel model;
  private final NetActors nets;
  private final Call call;
  private final ArrayDeque<OpenFile> toRelease = new ArrayDeque<>(2);
  private final Resume afterSocket = this::afterSocket;
  private final Resume afterRefusal = result -> result;
  private final Resume afterPerform = this::afterPerform;
  private final Resume afterRelease = this::releaseNext;
  private Resume next = afterPerform;
  private long releaseResult;
  private @Nullable Runnable afterReleases;
  private @Nullable Task task;
  private int fd;
  private @Nullable OpenFile performing;
  private @Nullable SocketpairCall pair;

  /** What to do when the baton is home again. */
  @FunctionalInterface
  interface Resume {
    /** Goes on with the result of the part that is over; returns the call's, or PENDING. */
    long resume(long result);
  }

  SocketCalls(KernelModel model, NetActors nets, Call call) {
    this.model = model;
    this.nets = nets;
    this.call = call;
  }

  /** The baton is home with this result. */
  long resume(long result) {
    return next.resume(result);
  }

  /**
   * {@code socket(family, type, protocol)}.
   *
   * <p><b>Errors:</b> EINVAL for bits in the type that are no flags; then those of {@link Net};
   * then EMFILE, and ENFILE without room for the file.
   */
  long socket(Task newTask, Syscall asked) {
    int type = asked.intArg(1);
    call.note(KERNEL, "type and flags", "__sys_socket");
    if (badFlags(type)) {
      return Errno.EINVAL.negated();
    }
    task = newTask;
    next = afterSocket;
    create(newTask, asked);
    return PENDING;
  }

  /** Whether a type has bits that are neither a type nor a known flag. */
  static boolean badFlags(int type) {
    return (type & ~Abi.SOCK_TYPE_MASK & ~(Abi.SOCK_CLOEXEC | Abi.SOCK_NONBLOCK)) != 0;
  }

  /** Hands the baton to the task's namespace to make a socket. */
  void create(Task creator, Syscall asked) {
    call.create()
        .begin(
            creator.net(),
            creator.cred(),
            asked.intArg(0),
            asked.intArg(1) & Abi.SOCK_TYPE_MASK,
            asked.intArg(2));
    call.pass(KERNEL, nets.of(creator.net()), new NetMessage.SockCreate(call), "sock_create");
  }

  private long afterSocket(long result) {
    if (result < 0) {
      return result;
    }
    Task creator = known(task);
    fd = creator.fds().lowestFree(0, creator.nofile());
    if (fd < 0) {
      return refuse(call.sock(), fd, "get_unused_fd_flags");
    }
    int allocated = allocFile();
    return allocated < 0 ? refuse(call.sock(), allocated, "sock_alloc_file") : installSocket();
  }

  /** Takes room for the file of a new socket; 0 or {@code -errno}. */
  int allocFile() {
    call.note(KERNEL, "file", "sock_alloc_file");
    return model.allocFile(call.cred(), call.objcg(), OpenFile.Kind.SOCKET);
  }

  /** Releases a socket that cannot be given out; the call then fails with this result. */
  long refuse(ActorRef<SockMessage> sock, int result, String function) {
    next = afterRefusal;
    call.refuse(result);
    call.pass(KERNEL, sock, new SockMessage.Release(call), function);
    return PENDING;
  }

  private long installSocket() {
    int type = call.syscall().intArg(1);
    install(known(task), fd, socketFile(call.sock(), type), type);
    return fd;
  }

  /** The file of a new socket. */
  OpenFile socketFile(ActorRef<SockMessage> sock, int type) {
    model.socketOpened();
    return new OpenFile(
        OpenFile.Kind.SOCKET,
        Abi.O_RDWR | (type & Abi.SOCK_NONBLOCK),
        new SocketFile(sock, call.sk()),
        call.cred().euid(),
        call.cred().egid(),
        call.objcg());
  }

  /** Puts the file of a new socket behind a descriptor. */
  void install(Task owner, int newFd, OpenFile file, int type) {
    if (call.traced()) {
      call.note(KERNEL, newFd, "fd_install");
    }
    owner.fds().install(newFd, file, (type & Abi.SOCK_CLOEXEC) != 0);
  }

  /** {@code socketpair(family, type, protocol, sv)}; see {@link SocketpairCall}. */
  long socketpair(Task newTask, Syscall asked) {
    if (pair == null) {
      pair = new SocketpairCall(this, call);
    }
    return pair.begin(newTask, asked);
  }

  /** Hands the baton on and goes on with {@code resume} when it is home. */
  <M> long pass(ActorRef<M> to, M message, String function, Resume resume) {
    next = resume;
    call.pass(KERNEL, to, message, function);
    return PENDING;
  }

  /** Sets what to do when the baton is home. */
  void setNext(Resume resume) {
    next = resume;
  }

  /**
   * A call on a sock: {@code getsockopt}, {@code bind}, {@code sendto} and so on.
   *
   * <p><b>Errors:</b> EBADF for a descriptor that is not open, ENOTSOCK if it is no socket; then
   * those of the sock.
   */
  long perform(Task caller, Syscall asked, String function) {
    OpenFile file = file(caller, asked);
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    if (!(file.payload() instanceof SocketFile socket)) {
      return Errno.ENOTSOCK.negated();
    }
    return perform(caller, file, socket, function);
  }

  /** A call on the sock behind a file. */
  long perform(Task caller, OpenFile file, SocketFile socket, String function) {
    return perform(caller, file, socket, function, afterPerform);
  }

  private long perform(
      Task caller, OpenFile file, SocketFile socket, String function, Resume resume) {
    task = caller;
    performing = file;
    call.setFileFlags(file.flags());
    return pass(socket.sock(), new SockMessage.Perform(call), function, resume);
  }

  /** Writes to the sock behind a file on behalf of another call, which looks at the result. */
  long write(Task caller, OpenFile file, SocketFile socket, UserMem data, Resume afterwards) {
    Syscall write = Syscall.of(SyscallName.WRITE, call.syscall().arg(0), data, data.size());
    return transfer(caller, file, socket, write, "splice_to_socket", afterwards);
  }

  /** Sends or receives for another call, which looks at the result. */
  long transfer(
      Task caller,
      OpenFile file,
      SocketFile socket,
      Syscall asked,
      String function,
      Resume afterwards) {
    call.setSyscall(asked);
    return perform(
        caller, file, socket, function, result -> afterwards.resume(afterPerform(result)));
  }

  /** The file of a call: that which it holds if it has slept, else that of its descriptor. */
  @Nullable OpenFile file(Task caller, Syscall asked) {
    OpenFile held = ((TaskProgress) call.progress()).held();
    return held == null ? caller.fds().get(asked.intArg(0)) : held;
  }

  /**
   * {@code connect}, which looks at the address before it looks at what the descriptor is.
   *
   * <p><b>Errors</b>, in order: EBADF, EINVAL and EFAULT of the address, then those of {@link
   * #perform}.
   */
  long connect(Task caller, Syscall asked) {
    OpenFile file = file(caller, asked);
    if (file != null && !FdCalls.isPath(file)) {
      int error = SockAddr.check(asked.mem(1), asked.intArg(2));
      if (error != 0) {
        return error;
      }
    }
    return perform(caller, asked, "__sys_connect");
  }

  /** Makes the other end of a connection, in the namespace of the sock that connects. */
  private long makeEnd(SocketFile connecting) {
    Task creator = known(task);
    Sk sk = connecting.sk();
    call.create().begin(sk.net(), creator.cred(), sk.family(), sk.type(), sk.protocol());
    return pass(
        nets.of((NetState) sk.net()),
        new NetMessage.SockCreate(call),
        "unix_create1",
        result -> result < 0 ? result : connectTo(connecting));
  }

  private long connectTo(SocketFile connecting) {
    Sk end = call.sk();
    ActorRef<SockMessage> endSock = call.sock();
    // No descriptor has it before it is accepted, so no file is accounted for until then.
    OpenFile file = new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, new SocketFile(endSock, end));
    file.get();
    model.socketOpened();
    return pass(
        connecting.sock(),
        new SockMessage.Connect(call, end, file),
        "sock->ops->connect",
        result -> result);
  }

  /**
   * {@code accept4(fd, addr, addrlen, flags)}.
   *
   * <p><b>Errors</b>, in order: EBADF, EINVAL for unknown flags, EMFILE, ENOTSOCK; those of the
   * kind; ENFILE and ENOMEM for the file; ECONNABORTED, EFAULT and EINVAL for the address.
   */
  long accept(Task caller, Syscall asked, int flags) {
    OpenFile file = file(caller, asked);
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    if ((flags & ~(Abi.SOCK_CLOEXEC | Abi.SOCK_NONBLOCK)) != 0) {
      return Errno.EINVAL.negated();
    }
    fd = caller.fds().lowestFree(0, caller.nofile());
    if (fd < 0) {
      return fd;
    }
    return perform(caller, asked, "__sys_accept4");
  }

  /** A connection of TCP, which has been made without a file, gets one now. */
  private long graft(Syscall asked, Sk child) {
    Task creator = known(task);
    call.create()
        .begin(child.net(), creator.cred(), child.family(), child.type(), child.protocol());
    call.create().setGraft(child);
    return pass(
        nets.of((NetState) child.net()),
        new NetMessage.SockCreate(call),
        "__inet_accept",
        result -> result < 0 ? result : grafted(asked));
  }

  private long grafted(Syscall asked) {
    OpenFile file =
        new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, new SocketFile(call.sock(), call.sk()));
    file.get();
    model.socketOpened();
    call.accepted(file);
    return accepted(asked);
  }

  private long accepted(Syscall asked) {
    Task caller = known(task);
    OpenFile waiting = (OpenFile) call.accepted();
    SocketFile socket = (SocketFile) known(waiting.payload());
    int flags = asked.name() == SyscallName.ACCEPT4 ? asked.intArg(3) : 0;
    int allocated = allocFile();
    if (allocated < 0) {
      return release(waiting, allocated);
    }
    OpenFile file =
        new OpenFile(
            OpenFile.Kind.SOCKET,
            Abi.O_RDWR | (flags & Abi.SOCK_NONBLOCK),
            socket,
            call.cred().euid(),
            call.cred().egid(),
            call.objcg());
    if (!asked.mem(1).isNull()) {
      int named = SockNames.peerName(socket.sk(), asked.mem(1), asked.mem(2));
      if (named < 0) {
        file.get();
        return release(file, named);
      }
    }
    install(caller, fd, file, flags);
    return fd;
  }

  private long afterPerform(long result) {
    Syscall asked = call.syscall();
    if (result == SockNames.NEEDS_SOCK) {
      return makeEnd((SocketFile) known(known(performing).payload()));
    }
    boolean accepts = asked.name() == SyscallName.ACCEPT || asked.name() == SyscallName.ACCEPT4;
    if (accepts && result == 0) {
      Sk child = call.takeAcceptedSk();
      return child == null ? accepted(asked) : graft(asked, child);
    }
    if (result == WAIT) {
      ((TaskProgress) call.progress()).hold(known(performing));
      return WAIT;
    }
    if (asked.name() == SyscallName.GETSOCKOPT && result == SocketOptions.NEEDS_PIDFD) {
      return installPidfd(asked);
    }
    boolean needsBpf =
        asked.name() == SyscallName.SETSOCKOPT
            && asked.intArg(1) == Abi.SOL_SOCKET
            && (asked.intArg(2) == SoOption.SO_ATTACH_BPF
                || asked.intArg(2) == SoOption.SO_ATTACH_REUSEPORT_EBPF);
    if (needsBpf && result == Errno.EBADF.negated()) {
      OpenFile file = known(task).fds().get(asked.mem(3).getInt(0));
      return file == null ? result : Errno.EINVAL.negated();
    }
    return result;
  }

  /** {@code SO_PEERPIDFD}: the descriptor that the option gives. */
  private long installPidfd(Syscall asked) {
    Task caller = known(task);
    int pidfd = caller.fds().lowestFree(0, caller.nofile());
    if (pidfd < 0) {
      return pidfd;
    }
    int result = SocketOptions.putPidfd(asked.mem(3), asked.mem(4), pidfd);
    if (result == 0) {
      Sk sk = ((SocketFile) known(known(performing).payload())).sk();
      caller.fds().install(pidfd, model.pidFile(sk.rare().peerPid()), true);
    }
    return result;
  }

  /**
   * {@code close(fd)}; a stream with {@code SO_LINGER} waits until what was sent is acknowledged,
   * with its descriptor free and its file held.
   *
   * <p><b>Errors:</b> EBADF.
   *
   * <p><b>Differs from Linux:</b> {@code dup2}, {@code dup3} and {@code close_range} do not wait.
   */
  long close(Task caller, int closed) {
    TaskProgress progress = (TaskProgress) call.progress();
    OpenFile file = progress.held();
    if (file == null) {
      file = caller.fds().remove(closed);
      if (file == null) {
        return Errno.EBADF.negated();
      }
      boolean lingers =
          progress.maySleep()
              && file.isLast()
              && file.payload() instanceof SocketFile socket
              && socket.sk().ops().lingers(socket.sk());
      if (!lingers) {
        return release(file, 0);
      }
      progress.hold(file);
      boolean unused = file.put();
    }
    Sk sk = ((SocketFile) known(file.payload())).sk();
    call.note("Sock", "SO_LINGER", "sk_stream_wait_close");
    return sk.ops().linger(sk, call);
  }

  /** Gives a reference of a file back; the call then returns {@code result}. */
  long release(OpenFile file, long result) {
    toRelease.addLast(file);
    releaseResult = result;
    return releaseNext(0);
  }

  /** Closes every descriptor of a table that nobody uses any more, in order. */
  long releaseAll(FdTable fds, long result) {
    addToRelease(fds);
    return releaseQueued(result);
  }

  /** Adds every descriptor of such a table to what is released next. */
  void addToRelease(FdTable fds) {
    for (int fd = fds.nextOpen(0); fd >= 0; fd = fds.nextOpen(fd + 1)) {
      toRelease.addLast(fds.take(fd));
    }
  }

  /** Adds a file to what is released next. */
  void addToRelease(OpenFile file) {
    toRelease.addLast(file);
  }

  /** Releases what was added; the call then returns {@code result}. */
  long releaseQueued(long result) {
    releaseResult = result;
    return releaseNext(0);
  }

  /** Releases what was added, and does something when that is done. */
  long releaseQueued(long result, Runnable afterwards) {
    afterReleases = afterwards;
    return releaseQueued(result);
  }

  private long releaseNext(long ignored) {
    OpenFile file;
    while ((file = toRelease.pollFirst()) != null) {
      if (!file.put()) {
        continue;
      }
      if (file.payload() instanceof SocketFile socket) {
        model.socketClosed();
        call.beginRelease();
        model.releaseFile(file);
        return pass(socket.sock(), new SockMessage.Release(call), "__fput", afterRelease);
      }
      model.releaseFile(file);
    }
    Runnable afterwards = afterReleases;
    if (afterwards != null) {
      afterReleases = null;
      afterwards.run();
    }
    return releaseResult;
  }

  /** The memory that takes the descriptors of a pair. */
  static boolean putFds(UserMem sv, int first, int second) {
    if (!sv.accessible(0, 2 * Integer.BYTES)) {
      return false;
    }
    sv.putInt(0, first);
    sv.putInt(Integer.BYTES, second);
    return true;
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("no call is under way");
    }
    return value;
  }
}
