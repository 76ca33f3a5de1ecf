package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.SysctlFile;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * The calls on descriptors: {@code dup2}, {@code dup3}, and {@code openat} and {@code write} as far
 * as sysctls and namespaces need them; see also {@link FdCalls}.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code do_dup2}, {@code ksys_dup3}; {@code fs/fcntl.c}:
 * {@code do_fcntl}, {@code setfl}.
 */
final class FileCalls {
  private static final String SYSCTL_PREFIX = "/proc/sys/";
  private static final int PATH_MAX = 4096;

  private final KernelModel model;
  private final SocketCalls sockets;

  FileCalls(KernelModel model, SocketCalls sockets) {
    this.model = model;
    this.sockets = sockets;
  }

  /** {@code dup2(oldfd, newfd)}. <b>Errors:</b> EBADF. */
  long dup2(Task task, int oldFd, int newFd) {
    if (oldFd == newFd) {
      return task.fds().get(oldFd) == null ? Errno.EBADF.negated() : newFd;
    }
    return dup3(task, oldFd, newFd, 0);
  }

  /**
   * {@code dup3(oldfd, newfd, flags)}.
   *
   * <p><b>Errors:</b> EINVAL for unknown flags or equal descriptors, EBADF for a new one past the
   * limit or an old one that is not open.
   */
  long dup3(Task task, int oldFd, int newFd, int flags) {
    int allowed = FdCalls.checkDup3(task, oldFd, newFd, flags);
    if (allowed < 0) {
      return allowed;
    }
    OpenFile file = task.fds().get(oldFd);
    if (file == null) {
      throw new IllegalStateException("descriptor " + oldFd + " was checked");
    }
    OpenFile replaced = task.fds().remove(newFd);
    task.fds().install(newFd, file, (flags & Abi.O_CLOEXEC) != 0);
    return replaced == null ? newFd : sockets.release(replaced, newFd);
  }

  /**
   * {@code openat(AT_FDCWD, path, flags)} of a sysctl or of the caller's network namespace.
   *
   * <p><b>Errors:</b> EFAULT, ENOENT for all other paths and for sysctls that the namespace does
   * not have, EACCES where the mode forbids it, EMFILE.
   */
  long openat(Task task, Syscall call) {
    String path = path(call.mem(1));
    if (path == null) {
      return Errno.EFAULT.negated();
    }
    int flags = call.intArg(2);
    OpenFile.Kind kind;
    Object payload;
    if (path.equals("/proc/self/ns/net") || path.equals("/proc/thread-self/ns/net")) {
      kind = OpenFile.Kind.NETNS;
      payload = task.net();
    } else if (path.startsWith(SYSCTL_PREFIX)) {
      String name = path.substring(SYSCTL_PREFIX.length()).replace('/', '.');
      SysctlFile sysctl = new SysctlFile(task.net(), name);
      int result = sysctl.open(task.cred(), flags & Abi.O_ACCMODE);
      if (result < 0) {
        return result;
      }
      kind = OpenFile.Kind.SYSCTL;
      payload = sysctl;
    } else {
      model
          .machine()
          .leftOut("files but sysctls and /proc/self/ns/net are not there: openat gives ENOENT");
      return Errno.ENOENT.negated();
    }
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd < 0) {
      return fd;
    }
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    int allocated = model.allocFile(task.cred(), objcg, kind);
    if (allocated < 0) {
      return allocated;
    }
    if (kind == OpenFile.Kind.NETNS) {
      task.net().get();
    }
    OpenFile file =
        new OpenFile(kind, flags | FdCalls.O_LARGEFILE, payload, task.cred().euid(), objcg);
    task.fds().install(fd, file, (flags & Abi.O_CLOEXEC) != 0);
    return fd;
  }

  /** {@code write(fd, buf, count)} to a sysctl. <b>Errors:</b> EBADF, EFAULT, the sysctl's. */
  long write(Task task, Syscall call) {
    OpenFile file = task.fds().get(call.intArg(0));
    if (file == null || (file.flags() & Abi.O_ACCMODE) == Abi.O_RDONLY) {
      return Errno.EBADF.negated();
    }
    if (!(file.payload() instanceof SysctlFile sysctl)) {
      model
          .machine()
          .leftOut("write to anything but a sysctl is not simulated: it fails with EINVAL");
      return Errno.EINVAL.negated();
    }
    int count = call.intArg(2);
    if (!call.mem(1).accessible(0, count)) {
      return Errno.EFAULT.negated();
    }
    String text = new String(call.mem(1).get(0, count), StandardCharsets.ISO_8859_1);
    return sysctl.write(task.cred(), text);
  }

  private static @Nullable String path(UserMem mem) {
    int size = Math.min(mem.size(), PATH_MAX);
    for (int i = 0; i < size; i++) {
      if (mem.getByte(i) == 0) {
        return new String(mem.get(0, i), StandardCharsets.UTF_8);
      }
    }
    return null;
  }
}
