package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.SysctlFile;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.IdMapFile;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * The calls on descriptors: {@code dup2}, {@code dup3}, {@code close_range}, and {@code openat} and
 * {@code write} as far as files of {@code /proc} need them; see also {@link FdCalls}.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code do_dup2}, {@code ksys_dup3}, {@code
 * __do_sys_close_range}.
 */
final class FileCalls {
  private static final int PATH_MAX = 4096;

  private final KernelModel model;
  private final SocketCalls sockets;
  private final ProcFiles proc;

  FileCalls(KernelModel model, SocketCalls sockets) {
    this.model = model;
    this.sockets = sockets;
    this.proc = new ProcFiles(model);
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
   * {@code openat(AT_FDCWD, path, flags)}; see {@link ProcFiles}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EMFILE, ENFILE, ENOMEM, those of {@link ProcFiles#open}.
   */
  long openat(Task task, Syscall call) {
    String path = path(call.mem(1));
    if (path == null) {
      return Errno.EFAULT.negated();
    }
    int flags = call.intArg(2);
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd < 0) {
      return fd;
    }
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    int allocated = model.allocFile(task.cred(), objcg, OpenFile.Kind.PROC);
    if (allocated < 0) {
      return allocated;
    }
    OpenFile file = proc.open(task, path, flags);
    if (file == null) {
      model.freeFile(objcg, OpenFile.Kind.PROC);
      return proc.error();
    }
    file.setObjcg(objcg);
    task.fds().install(fd, file, (flags & Abi.O_CLOEXEC) != 0);
    return fd;
  }

  /**
   * {@code close_range(first, last, flags)}.
   *
   * <p><b>Errors:</b> EINVAL for unknown flags, or if the last is before the first.
   */
  long closeRange(Task task, int first, int last, int flags) {
    boolean unknown = (flags & ~(Abi.CLOSE_RANGE_UNSHARE | Abi.CLOSE_RANGE_CLOEXEC)) != 0;
    if (unknown || Integer.compareUnsigned(first, last) > 0) {
      return Errno.EINVAL.negated();
    }
    if ((flags & Abi.CLOSE_RANGE_UNSHARE) != 0) {
      task.unshareFds();
    }
    FdTable fds = task.fds();
    int from = first < 0 ? fds.capacity() : first;
    for (int fd = fds.nextOpen(from); fd >= 0; fd = fds.nextOpen(fd + 1)) {
      if (Integer.compareUnsigned(fd, last) > 0) {
        break;
      }
      if ((flags & Abi.CLOSE_RANGE_CLOEXEC) != 0) {
        fds.setCloseOnExec(fd, true);
      } else {
        sockets.addToRelease(fds.take(fd));
      }
    }
    return sockets.releaseQueued(0);
  }

  /**
   * {@code write(fd, buf, count)} to a file of {@code /proc}.
   *
   * <p><b>Errors:</b> EBADF, EINVAL for other files, EFAULT, those of the file.
   */
  long write(Task task, Syscall call) {
    OpenFile file = task.fds().get(call.intArg(0));
    if (file == null || (file.flags() & Abi.O_ACCMODE) == Abi.O_RDONLY) {
      return Errno.EBADF.negated();
    }
    if (file.kind() != OpenFile.Kind.PROC) {
      model
          .machine()
          .leftOut("write to anything but a file of /proc is not simulated: it fails with EINVAL");
      return Errno.EINVAL.negated();
    }
    int count = call.intArg(2);
    if (!call.mem(1).accessible(0, count)) {
      return Errno.EFAULT.negated();
    }
    String text = new String(call.mem(1).get(0, count), StandardCharsets.ISO_8859_1);
    if (file.payload() instanceof IdMapFile map) {
      return map.write(task.cred(), text);
    }
    return file.payload() instanceof SysctlFile sysctl
        ? sysctl.write(task.cred(), text)
        : Errno.EINVAL.negated();
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
