package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.PipeSize;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.CgroupFile;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Msg;

/**
 * The calls on descriptors: {@code dup2}, {@code dup3}, {@code close_range}, and {@code read},
 * {@code pread64}, {@code write} and {@code lseek} of the kernel's own files; see also {@link
 * FdCalls} and {@link PathCalls}.
 *
 * <p>What a cgroup's file says, and what is written to it, is the business of {@code MemCgroup}:
 * the baton goes there.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code do_dup2}, {@code ksys_dup3}, {@code
 * __do_sys_close_range}; {@code fs/read_write.c}: {@code vfs_read}, {@code vfs_write}, {@code
 * vfs_llseek}.
 *
 * <p><b>Differs from Linux:</b> reading and writing a file that is not the kernel's own is EINVAL,
 * and told as left out.
 */
final class FileCalls {
  /** {@code MAX_RW_COUNT}: most bytes of one read or write. */
  private static final long MAX_RW_COUNT = 0x7ffff000L;

  /** {@code SEEK_MAX}: the last way to seek that there is. */
  private static final int SEEK_MAX = 4;

  private static final int FIONCLEX = 0x5450;
  private static final int FIOCLEX = 0x5451;
  private static final int FIOASYNC = 0x5452;

  private final KernelModel model;
  private final SocketCalls sockets;
  private final Call call;
  private final SocketIoctl socketIoctl;
  private final SocketCalls.Resume afterRead = this::afterRead;
  private final SocketCalls.Resume afterWrite = result -> result;
  private @Nullable FileHandle reading;
  private UserMem buffer = UserMem.NULL;
  private boolean positioned;

  FileCalls(KernelModel model, SocketCalls sockets, Call call) {
    this.model = model;
    this.sockets = sockets;
    this.call = call;
    this.socketIoctl = new SocketIoctl(model, call);
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
   * {@code read(fd, buf, count)} and {@code pread64(fd, buf, count, pos)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a position below 0; EBADF for a descriptor that is not
   * open; ESPIPE for a position in a socket, a pipe and so on; EBADF for a file that is not open
   * for reading; EINVAL for a count below 0, or a file that cannot be read; those of the file;
   * EFAULT.
   */
  long read(Task task, Syscall asked, boolean atPosition) {
    long position = asked.arg(3);
    if (atPosition && position < 0) {
      return Errno.EINVAL.negated();
    }
    OpenFile file = sockets.file(task, asked);
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    boolean stream = file.payload() instanceof SocketFile || file.payload() instanceof FileOps;
    if (atPosition && stream && !(file.payload() instanceof FileOps ops && ops.hasPosition())) {
      return Errno.ESPIPE.negated();
    }
    if ((file.flags() & Abi.O_ACCMODE) == Abi.O_WRONLY) {
      return Errno.EBADF.negated();
    }
    long count = asked.arg(2);
    if (count < 0) {
      return Errno.EINVAL.negated();
    }
    if (stream) {
      return stream(task, file, Msg.of(asked.mem(1), count, 0), true);
    }
    if (!(file.payload() instanceof FileHandle handle)) {
      return notTransferred(file, "read");
    }
    reading = handle;
    buffer = asked.mem(1);
    positioned = atPosition;
    long from = atPosition ? position : handle.position();
    long most = Math.min(count, MAX_RW_COUNT);
    if (handle instanceof CgroupFile cgroupFile) {
      return sockets.pass(
          call.memCgroups(),
          new CgroupfsMessage.Read(call, cgroupFile, task, from, most),
          "kernfs_fop_read_iter",
          afterRead);
    }
    return afterRead(handle.read(task, from, most));
  }

  private long afterRead(long result) {
    FileHandle handle = reading;
    if (handle == null) {
      throw new IllegalStateException("nothing is read");
    }
    reading = null;
    if (result <= 0) {
      return result;
    }
    if (!buffer.accessible(0, (int) result)) {
      return Errno.EFAULT.negated();
    }
    buffer.put(0, handle.loaded(), (int) result);
    if (!positioned) {
      handle.setPosition(handle.position() + result);
    }
    return result;
  }

  /** Reads or writes a file without a position: a socket, a pipe and so on. */
  private long stream(Task task, OpenFile file, Msg msg, boolean reads) {
    if (file.payload() instanceof SocketFile socket) {
      return sockets.perform(task, file, socket, reads ? "sock_read_iter" : "sock_write_iter");
    }
    if (!(file.payload() instanceof FileOps ops)) {
      return notTransferred(file, reads ? "read" : "write");
    }
    call.setFileFlags(file.flags());
    long result = reads ? ops.read(call, msg) : ops.write(call, msg);
    if (result == SocketCalls.WAIT) {
      ((TaskProgress) call.progress()).hold(file);
    }
    return result;
  }

  /**
   * {@code ioctl(fd, request, arg)}: {@code FIOCLEX}, {@code FIONCLEX}, {@code FIONBIO}, {@code
   * FIOASYNC}, {@code FIONREAD}, {@code TIOCOUTQ}, and those of sockets.
   *
   * <p><b>Errors</b>, in order: EBADF, EFAULT, ENOTTY for a request that the file does not know.
   */
  long ioctl(Task task, Syscall asked) {
    OpenFile file = task.fds().get(asked.intArg(0));
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    int request = asked.intArg(1);
    UserMem mem = asked.mem(2);
    if (request == Abi.FIONBIO) {
      if (!mem.accessible(0, Integer.BYTES)) {
        return Errno.EFAULT.negated();
      }
      int others = file.flags() & ~Abi.O_NONBLOCK;
      file.setFlags(mem.getInt(0) == 0 ? others : others | Abi.O_NONBLOCK);
      return 0;
    }
    if (request == FIOCLEX || request == FIONCLEX) {
      task.fds().setCloseOnExec(asked.intArg(0), request == FIOCLEX);
      return 0;
    }
    if (request == FIOASYNC) {
      return fioasync(file, mem);
    }
    if (file.payload() instanceof SocketFile socket && !SocketIoctl.isOfQueues(request)) {
      return socketIoctl.perform(task, file, socket.sk(), request, mem);
    }
    long bytes = queued(file, request);
    if (bytes < 0) {
      return (int) bytes;
    }
    if (!mem.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    mem.putInt(0, (int) bytes);
    return 0;
  }

  /** {@code ioctl_fioasync}: of what is simulated, sockets and pipes send signals. */
  private static long fioasync(OpenFile file, UserMem mem) {
    if (!mem.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int others = file.flags() & ~Abi.O_ASYNC;
    int flags = mem.getInt(0) == 0 ? others : others | Abi.O_ASYNC;
    boolean can = file.payload() instanceof SocketFile || file.payload() instanceof PipeSize;
    if (flags != file.flags() && !can) {
      return Errno.ENOTTY.negated();
    }
    file.setFlags(flags);
    return 0;
  }

  private long queued(OpenFile file, int request) {
    if (request == Abi.FIONREAD && file.payload() instanceof FileOps ops) {
      return ops.queued();
    }
    if (file.payload() instanceof SocketFile socket) {
      if (request == Abi.SIOCATMARK) {
        return socket.sk().ops().atMark(socket.sk());
      }
      if (request == Abi.FIONREAD) {
        return socket.sk().ops().inq(socket.sk());
      }
      if (request == Abi.TIOCOUTQ) {
        return socket.sk().ops().outq(socket.sk());
      }
      if (request == SocketIoctl.SIOCOUTQNSD) {
        return socket.sk().ops().outqNotSent(socket.sk());
      }
    }
    model.machine().leftOut("ioctl 0x%x is not simulated: it fails with ENOTTY".formatted(request));
    return Errno.ENOTTY.negated();
  }

  /**
   * {@code sendfile(out, in, offset, count)}: only files with a position can be sent from. What is
   * sent is one piece, where Linux has one for each 64 KiB.
   *
   * <p><b>Errors</b>, in order: EFAULT for the offset, EINVAL for one below 0, EBADF, ESPIPE for an
   * offset where there is no position, EBADF, EOVERFLOW, EINVAL; those of what is written to.
   */
  long sendfile(Task task, Syscall asked) {
    UserMem offset = asked.mem(2);
    if (!offset.isNull() && !offset.accessible(0, Long.BYTES)) {
      return Errno.EFAULT.negated();
    }
    OpenFile in = task.fds().get(asked.intArg(1));
    if (in == null || FdCalls.isPath(in) || (in.flags() & Abi.O_ACCMODE) == Abi.O_WRONLY) {
      return Errno.EBADF.negated();
    }
    boolean hasPosition = in.payload() instanceof FileHandle;
    boolean seekable = hasPosition || !sendable(in, 0, 0).isNull();
    if (!offset.isNull() && !seekable) {
      return Errno.ESPIPE.negated();
    }
    if (asked.arg(3) < 0 || (!offset.isNull() && offset.getLong(0) < 0)) {
      return Errno.EINVAL.negated();
    }
    OpenFile out = sockets.file(task, asked);
    if (out == null || FdCalls.isPath(out) || (out.flags() & Abi.O_ACCMODE) == Abi.O_RDONLY) {
      return Errno.EBADF.negated();
    }
    if (in.payload() instanceof FileHandle handle) {
      return fromHandle(task, handle, out, offset, asked.arg(3));
    }
    UserMem data = sendable(in, offset.isNull() ? -1 : offset.getLong(0), asked.arg(3));
    if (data.isNull() || (out.flags() & Abi.O_APPEND) != 0) {
      return Errno.EINVAL.negated();
    }
    return splice(task, out, data, result -> moved(offset, result));
  }

  /** {@code copy_splice_read}: what a read gives. */
  private long fromHandle(Task task, FileHandle handle, OpenFile out, UserMem offset, long count) {
    long from = offset.isNull() ? handle.position() : offset.getLong(0);
    if (count > 0 && from >= handle.maxBytes()) {
      return Errno.EOVERFLOW.negated();
    }
    if (count == 0) {
      return 0;
    }
    if (handle instanceof CgroupFile) {
      model.machine().leftOut("sendfile from files of a cgroup fails with EINVAL");
    }
    if (!handle.hasSpliceRead() || (out.flags() & Abi.O_APPEND) != 0) {
      return Errno.EINVAL.negated();
    }
    long result = handle.read(task, from, Math.min(count, MAX_RW_COUNT));
    if (result <= 0) {
      return result;
    }
    LongUnaryOperator moved =
        sent -> {
          if (sent > 0 && offset.isNull()) {
            handle.setPosition(from + sent);
          }
          return moved(offset, sent);
        };
    return splice(task, out, UserMem.of(handle.loaded()), moved);
  }

  private static UserMem sendable(OpenFile in, long position, long count) {
    long most = Math.min(count, MAX_RW_COUNT);
    return in.payload() instanceof FileOps ops ? ops.sendable(position, most) : UserMem.NULL;
  }

  /** Writes what was taken from a file, and moves the position. */
  private long splice(Task task, OpenFile out, UserMem data, LongUnaryOperator moved) {
    if (data.size() == 0) {
      return 0;
    }
    if (out.payload() instanceof SocketFile socket) {
      return sockets.write(task, out, socket, data, moved::applyAsLong);
    }
    return moved.applyAsLong(stream(task, out, Msg.of(data, data.size(), 0), false));
  }

  private static long moved(UserMem offset, long result) {
    if (result > 0 && !offset.isNull()) {
      offset.putLong(0, offset.getLong(0) + result);
    }
    return result;
  }

  /**
   * {@code readv(fd, iov, iovcnt)} of files without a position.
   *
   * <p><b>Errors</b>, in order: EBADF, those of {@link Msg#checkVector}, those of the file.
   */
  long readv(Task task, Syscall asked) {
    return vector(task, asked, true);
  }

  /** {@code writev(fd, iov, iovcnt)}, likewise. */
  long writev(Task task, Syscall asked) {
    return vector(task, asked, false);
  }

  private long vector(Task task, Syscall asked, boolean reads) {
    OpenFile file = sockets.file(task, asked);
    int wrong = reads ? Abi.O_WRONLY : Abi.O_RDONLY;
    if (file == null || FdCalls.isPath(file) || (file.flags() & Abi.O_ACCMODE) == wrong) {
      return Errno.EBADF.negated();
    }
    int checked = Msg.checkVector(asked.mem(1), asked.arg(2), Errno.EINVAL);
    if (checked < 0) {
      return checked;
    }
    Msg msg = Msg.ofVector(asked.mem(1), asked.arg(2), 0);
    return msg.size() == 0 ? 0 : stream(task, file, msg, reads);
  }

  /** A file that can be read or written on Linux but not here is told as left out. */
  private int notTransferred(OpenFile file, String what) {
    if (file.kind() == OpenFile.Kind.SOCKET || file.kind() == OpenFile.Kind.OTHER) {
      model
          .machine()
          .leftOut(
              what
                  + " of anything but files of /proc and cgroups is not simulated:"
                  + " it fails with EINVAL");
    }
    return Errno.EINVAL.negated();
  }

  /**
   * {@code write(fd, buf, count)}.
   *
   * <p><b>Errors</b>, in order: EBADF for a descriptor that is not open, or not for writing; EINVAL
   * for a count below 0, or a file that cannot be written; E2BIG for more than a page to a cgroup's
   * file; EFAULT; those of the file.
   */
  long write(Task task, Syscall asked) {
    OpenFile file = sockets.file(task, asked);
    if (file == null || FdCalls.isPath(file) || (file.flags() & Abi.O_ACCMODE) == Abi.O_RDONLY) {
      return Errno.EBADF.negated();
    }
    long count = asked.arg(2);
    if (count < 0) {
      return Errno.EINVAL.negated();
    }
    if (file.payload() instanceof SocketFile || file.payload() instanceof FileOps) {
      return stream(task, file, Msg.of(asked.mem(1), count, 0), false);
    }
    if (!(file.payload() instanceof FileHandle handle)) {
      return notTransferred(file, "write");
    }
    long taken = handle.writable(Math.min(count, MAX_RW_COUNT));
    if (taken < 0) {
      return taken;
    }
    if (!asked.mem(1).accessible(0, (int) taken)) {
      return Errno.EFAULT.negated();
    }
    String text = new String(asked.mem(1).get(0, (int) taken), StandardCharsets.ISO_8859_1);
    if (handle instanceof CgroupFile cgroupFile) {
      return sockets.pass(
          call.memCgroups(),
          new CgroupfsMessage.Write(call, cgroupFile, task, text),
          "kernfs_fop_write_iter",
          afterWrite);
    }
    return handle.write(task, text);
  }

  /**
   * {@code lseek(fd, offset, whence)}.
   *
   * <p><b>Errors</b>, in order: EBADF, EINVAL for an unknown {@code whence}, ESPIPE for sockets,
   * pipes and namespaces, those of the file.
   */
  static long lseek(Task task, Syscall asked) {
    OpenFile file = task.fds().get(asked.intArg(0));
    if (file == null || FdCalls.isPath(file)) {
      return Errno.EBADF.negated();
    }
    if (Integer.compareUnsigned(asked.intArg(2), SEEK_MAX) > 0) {
      return Errno.EINVAL.negated();
    }
    if (file.payload() instanceof FileOps ops) {
      return ops.llseek();
    }
    return file.payload() instanceof FileHandle handle
        ? handle.seek(asked.arg(1), asked.intArg(2))
        : Errno.ESPIPE.negated();
  }
}
