package org.netshard.namespace.actor;

import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.CapsetCall;
import org.netshard.namespace.task.CredCalls;
import org.netshard.namespace.task.FcntlCall;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.NsProxy;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.PassedFile;

/**
 * Which code answers which system call.
 *
 * <p>A kernel makes it at its first call, so that an idle one does without.
 *
 * <p><b>Source:</b> {@code arch/x86/entry/syscalls/syscall_64.tbl}; {@code kernel/sys_ni.c}.
 */
final class SyscallTable {
  private final KernelModel model;
  private final Call baton;
  private final NetActors nets;
  private final SocketCalls sockets;
  private final AttrCalls attrs;
  private final FileCalls files;
  private final SpliceCalls splices;
  private final InodeCalls inodes;
  private final MmapCall mmap;
  private final PathCalls paths;
  private final PollCalls polls;
  private final ProcessCalls processes;
  private final SelectCalls selects;
  private final SignalCalls signals;
  private final TimerCalls timers;
  private final WaitCalls waits;

  SyscallTable(KernelModel model, NetActors nets, Call baton) {
    this.model = model;
    this.baton = baton;
    this.nets = nets;
    this.sockets = new SocketCalls(model, nets, baton);
    this.files = new FileCalls(model, sockets, baton);
    this.splices = new SpliceCalls(model, sockets, baton);
    this.inodes = new InodeCalls(model);
    this.mmap = new MmapCall(model);
    this.paths = new PathCalls(model, sockets, baton);
    this.attrs = new AttrCalls(model, paths, baton);
    this.polls = new PollCalls(model, baton);
    this.processes = new ProcessCalls(model, sockets);
    this.selects = new SelectCalls(model, baton);
    this.signals = new SignalCalls(model);
    this.timers = new TimerCalls(model, polls);
    this.waits = new WaitCalls(model, baton);
  }

  /**
   * Makes a call, or goes on with one that has slept.
   *
   * @param progress how far it is
   * @return its result; {@link SocketCalls#PENDING} if the baton has left, {@link SocketCalls#WAIT}
   *     if the task sleeps
   */
  long perform(Task task, Syscall call, TaskProgress progress) {
    baton.begin(call, task.pid(), task.cred(), task.memcg(), task, progress);
    return finish(dispatch(task, call));
  }

  /** Gives back the files that the call has let go, before it has its result. */
  private long finish(long result) {
    TaskProgress progress = (TaskProgress) baton.progress();
    if (result == SocketCalls.PENDING || (result == SocketCalls.WAIT && progress.maySleep())) {
      return result;
    }
    progress.leaveQueues();
    OpenFile held = progress.takeHeld();
    if (held != null) {
      sockets.addToRelease(held);
    }
    PassedFile file = model.machine().delayedFput();
    if (held == null && file == null) {
      return result;
    }
    for (; file != null; file = model.machine().delayedFput()) {
      sockets.addToRelease((OpenFile) file);
    }
    return finish(sockets.releaseQueued(result));
  }

  private long dispatch(Task task, Syscall call) {
    return switch (call.name()) {
      case SOCKET -> sockets.socket(task, call);
      case CLOSE -> sockets.close(task, call.intArg(0));
      case SOCKETPAIR -> sockets.socketpair(task, call);
      case GETSOCKOPT -> sockets.perform(task, call, "__sys_getsockopt");
      case SETSOCKOPT -> sockets.perform(task, call, "__sys_setsockopt");
      case GETSOCKNAME -> sockets.perform(task, call, "__sys_getsockname");
      case GETPEERNAME -> sockets.perform(task, call, "__sys_getpeername");
      case BIND -> sockets.perform(task, call, "__sys_bind");
      case LISTEN -> sockets.perform(task, call, "__sys_listen");
      case CONNECT -> sockets.connect(task, call);
      case ACCEPT -> sockets.accept(task, call, 0);
      case ACCEPT4 -> sockets.accept(task, call, call.intArg(3));
      case SENDTO -> sockets.perform(task, call, "__sys_sendto");
      case SENDMSG -> sockets.perform(task, call, "__sys_sendmsg");
      case RECVFROM -> sockets.perform(task, call, "__sys_recvfrom");
      case RECVMSG -> sockets.perform(task, call, "__sys_recvmsg");
      case SHUTDOWN -> sockets.perform(task, call, "__sys_shutdown");
      case DUP -> FdCalls.dup(task, call.intArg(0));
      case DUP2 -> files.dup2(task, call.intArg(0), call.intArg(1));
      case DUP3 -> files.dup3(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case FCNTL -> FcntlCall.perform(task, call, model::task);
      case CLOSE_RANGE -> files.closeRange(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case OPEN -> paths.openat(task, Abi.AT_FDCWD, call.mem(0), call.intArg(1));
      case OPENAT -> paths.openat(task, call.intArg(0), call.mem(1), call.intArg(2));
      case CREAT -> paths.creat(task, call);
      case MKDIR -> paths.mkdirat(task, Abi.AT_FDCWD, call.mem(0), call.intArg(1));
      case MKDIRAT -> paths.mkdirat(task, call.intArg(0), call.mem(1), call.intArg(2));
      case RMDIR -> paths.unlinkat(task, Abi.AT_FDCWD, call.mem(0), Abi.AT_REMOVEDIR);
      case UNLINKAT -> paths.unlinkat(task, call.intArg(0), call.mem(1), call.intArg(2));
      case UNLINK -> paths.unlinkat(task, Abi.AT_FDCWD, call.mem(0), 0);
      case READ -> files.read(task, call, false);
      case PREAD64 -> files.read(task, call, true);
      case WRITE -> files.write(task, call);
      case READV -> files.readv(task, call);
      case WRITEV -> files.writev(task, call);
      case PIPE -> polls.pipe2(task, call.mem(0), 0);
      case PIPE2 -> polls.pipe2(task, call.mem(0), call.intArg(1));
      case EVENTFD2 -> polls.eventfd2(task, call.intArg(0), call.intArg(1));
      case POLL -> selects.poll(task, call);
      case PPOLL -> selects.ppoll(task, call);
      case SELECT -> selects.select(task, call);
      case PSELECT6 -> selects.pselect6(task, call);
      case EPOLL_PWAIT -> polls.epollPwait(task, call);
      case SENDMMSG -> sockets.perform(task, call, "__sys_sendmmsg");
      case RECVMMSG -> sockets.perform(task, call, "__sys_recvmmsg");
      case TIMERFD_CREATE -> timers.create(task, call.intArg(0), call.intArg(1));
      case TIMERFD_SETTIME -> timers.settime(task, call);
      case TIMERFD_GETTIME -> timers.gettime(task, call);
      case SPLICE -> splices.splice(task, call);
      case TEE -> splices.tee(task, call);
      case VMSPLICE -> splices.vmsplice(task, call);
      case SENDFILE -> files.sendfile(task, call);
      case RT_SIGACTION -> SignalCalls.rtSigaction(task, call);
      case RT_SIGPROCMASK -> signals.rtSigprocmask(task, call);
      case KILL -> signals.kill(task, call.intArg(0), call.intArg(1));
      case TKILL -> signals.tgkill(task, 0, call.intArg(0), call.intArg(1));
      case TGKILL -> signals.tgkill(task, call.intArg(0), call.intArg(1), call.intArg(2));
      case ALARM -> signals.alarm(task, call.arg(0));
      case SETITIMER -> signals.setitimer(task, call);
      case EPOLL_CREATE -> polls.epollCreate(task, call.intArg(0));
      case EPOLL_CREATE1 -> polls.epollCreate1(task, call.intArg(0));
      case EPOLL_CTL -> polls.epollCtl(task, call);
      case EPOLL_WAIT -> polls.epollWait(task, call);
      case IOCTL -> files.ioctl(task, call);
      case FCHMOD, FCHOWN, CHMOD, CHOWN, LCHOWN, FCHMODAT, FCHMODAT2, FCHOWNAT ->
          attrs.perform(task, call);
      case RENAME, RENAMEAT, RENAMEAT2 -> attrs.perform(task, call);
      case READLINK ->
          paths.readlinkat(task, Abi.AT_FDCWD, call.mem(0), call.mem(1), call.intArg(2));
      case READLINKAT ->
          paths.readlinkat(task, call.intArg(0), call.mem(1), call.mem(2), call.intArg(3));
      case UMASK -> task.setUmask(call.intArg(0));
      case FSTAT -> inodes.fstat(task, call);
      case NEWFSTATAT ->
          PathCalls.isEmptyPath(call)
              ? inodes.fstat(task, call, call.mem(2))
              : paths.newfstatat(task, call);
      case FSYNC -> inodes.fsync(task, call);
      case FTRUNCATE -> inodes.ftruncate(task, call);
      case FALLOCATE -> inodes.fallocate(task, call);
      case GETDENTS64 -> inodes.getdents64(task, call);
      case MMAP -> mmap.mmap(task, call);
      case LSEEK -> FileCalls.lseek(task, call);
      case UNSHARE -> processes.unshare(task, call.arg(0));
      case SETNS ->
          NsProxy.setns(task, call.intArg(0), call.intArg(1), model.threadsOf(task).isEmpty());
      case FORK, VFORK, CLONE, CLONE3 -> processes.fork(task, call);
      case EXIT, EXIT_GROUP -> processes.exit(task, call);
      case EXECVE -> processes.execve(task, call);
      case WAIT4 -> waits.wait4(task, call);
      case WAITID -> waits.waitid(task, call);
      case GETPID -> task.tgid();
      case GETTID -> task.pid();
      case GETPPID -> ProcessCalls.getppid(task);
      case PRLIMIT64 -> processes.prlimit64(task, call);
      case SETRESUID, SETRESGID, SETUID, SETGID, SETGROUPS, PRCTL, CAPSET ->
          CredCalls.perform(task, call);
      case CAPGET -> CapsetCall.capget(task, call.mem(0), call.mem(1), model::task);
      case NI_SYSCALL -> notSimulated(call);
    };
  }

  /** {@code sys_ni_syscall}. <b>Errors:</b> ENOSYS. */
  private long notSimulated(Syscall call) {
    model
        .machine()
        .leftOut("system call " + call.callName() + " is not simulated: it fails with ENOSYS");
    return Errno.ENOSYS.negated();
  }

  /** The baton is home with this result; the call's, or {@link SocketCalls#PENDING} again. */
  long resume(long result) {
    return finish(sockets.resume(result));
  }

  /** The baton, which tells the call that is under way. */
  Call baton() {
    return baton;
  }

  /** Takes the baton for a kill that no call asks for. */
  void beginKill(Task task) {
    Syscall call = Syscall.of(SyscallName.EXIT_GROUP, 0);
    baton.begin(call, task.pid(), task.cred(), task.memcg(), task, baton.progress());
  }

  /** Lets the next kill give a file back that a call held. */
  void addToRelease(OpenFile file) {
    sockets.addToRelease(file);
  }

  /** The actors of the namespaces in which sockets were made. */
  NetActors nets() {
    return nets;
  }

  /**
   * Ends all tasks of a thread group, as a signal that kills does; 0 or {@link
   * SocketCalls#PENDING}.
   */
  long kill(int tgid) {
    return processes.kill(tgid);
  }

  /** The child that was made last. */
  int lastChildPid() {
    return processes.lastChildPid();
  }
}
