package org.netshard.protocol.abi;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A system call that the simulated kernel answers.
 *
 * <p>To simulate one more is to add its name here: what has no name here is {@link #NI_SYSCALL}.
 *
 * <p><b>Source:</b> {@code arch/x86/entry/syscalls/syscall_64.tbl}; {@code kernel/sys_ni.c}.
 */
public enum SyscallName {
  SOCKET(3),
  SOCKETPAIR(4),
  CLOSE(1),
  DUP(1),
  DUP2(2),
  DUP3(3),
  FCNTL(3),
  GETSOCKOPT(5),
  SETSOCKOPT(5),
  GETSOCKNAME(3),
  UNSHARE(1),
  SETNS(2),
  SETRESUID(3),
  SETRESGID(3),
  SETUID(1),
  SETGID(1),
  SETGROUPS(2),
  PRCTL(5),
  CAPSET(2),
  PRLIMIT64(4),
  OPENAT(4),
  WRITE(3),
  FORK(0),
  VFORK(0),
  CLONE(2),
  CLONE3(2),
  EXECVE(3),
  EXIT(1),
  EXIT_GROUP(1),
  CLOSE_RANGE(3),
  CAPGET(2),
  OPEN(3),
  CREAT(2),
  READ(3),
  PREAD64(4),
  LSEEK(3),
  MKDIR(2),
  MKDIRAT(3),
  RMDIR(1),
  UNLINKAT(3),
  BIND(3),
  LISTEN(2),
  CONNECT(3),
  GETPEERNAME(3),
  UNLINK(1),
  SENDTO(6),
  RECVFROM(6),
  SENDMSG(3),
  RECVMSG(3),
  READV(3),
  WRITEV(3),
  SHUTDOWN(2),
  PIPE(1),
  PIPE2(2),
  EVENTFD2(2),
  POLL(3),
  EPOLL_CREATE(1),
  EPOLL_CREATE1(1),
  EPOLL_CTL(4),
  EPOLL_WAIT(4),
  IOCTL(3),
  ACCEPT(3),
  ACCEPT4(4),
  PPOLL(5),
  SELECT(5),
  PSELECT6(6),
  EPOLL_PWAIT(6),
  SENDMMSG(4),
  RECVMMSG(5),
  TIMERFD_CREATE(2),
  TIMERFD_SETTIME(4),
  TIMERFD_GETTIME(2),
  SENDFILE(4),
  RT_SIGACTION(4),
  RT_SIGPROCMASK(4),
  KILL(2),
  TKILL(2),
  TGKILL(3),
  ALARM(1),
  SETITIMER(3),
  WAIT4(4),
  WAITID(5),
  GETPID(0),
  GETPPID(0),
  GETTID(0),
  FSYNC(1),
  FTRUNCATE(2),
  FALLOCATE(4),
  GETDENTS64(3),
  FSTAT(2),
  NEWFSTATAT(4),
  MMAP(6),
  FCHMOD(2),
  FCHOWN(3),
  CHMOD(2),
  CHOWN(3),
  LCHOWN(3),
  FCHMODAT(3),
  FCHMODAT2(4),
  FCHOWNAT(5),
  RENAME(2),
  RENAMEAT(4),
  RENAMEAT2(5),
  UMASK(1),
  READLINK(3),
  READLINKAT(4),
  SPLICE(6),
  TEE(4),
  VMSPLICE(4),
  /**
   * Any call that is not simulated, {@code sys_ni_syscall}: ENOSYS, as in a kernel that was built
   * without it. {@link Syscall#callName} tells which one it is.
   */
  NI_SYSCALL(0);

  private final int argCount;
  private final String kernelName;

  SyscallName(int argCount) {
    this.argCount = argCount;
    this.kernelName = name().toLowerCase(Locale.ROOT);
  }

  /** How many arguments the call takes. */
  public int argCount() {
    return argCount;
  }

  /** The name as {@code strace} prints it. */
  public String kernelName() {
    return kernelName;
  }

  /** The call of this name, or null if it is not simulated. */
  public static @Nullable SyscallName byKernelName(String name) {
    for (SyscallName call : values()) {
      if (call != NI_SYSCALL && call.kernelName.equals(name)) {
        return call;
      }
    }
    return null;
  }
}
