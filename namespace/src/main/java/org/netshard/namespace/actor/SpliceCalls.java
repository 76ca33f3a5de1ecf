package org.netshard.namespace.actor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.anon.Pipe;
import org.netshard.namespace.anon.Splice;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.CgroupFile;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;

/**
 * {@code splice}, {@code tee} and {@code vmsplice}: data between pipes, sockets and memory.
 *
 * <p><b>Source:</b> {@code fs/splice.c}: {@code do_splice}, {@code do_tee}, {@code
 * vmsplice_to_pipe}, {@code splice_to_socket}, {@code copy_splice_read}; {@code net/ipv4/tcp.c},
 * {@code tcp_splice_read}; {@code net/unix/af_unix.c}, {@code unix_stream_splice_read}.
 *
 * <p><b>Differs from Linux:</b> files of cgroups give EINVAL, and are told as left out; a message
 * to a socket that is not the first of its call does not wait for room.
 */
final class SpliceCalls {
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int SPLICE_F_MORE = 4;
  private static final int SPLICE_F_ALL = 0xf;

  /** {@code MAX_RW_COUNT}. */
  private static final long MAX_RW_COUNT = 0x7ffff000L;

  /** A piece of a stream's data ({@code SKB_FRAG_PAGE_ORDER}). */
  private static final int FRAG_BYTES = 32768;

  private static final int PAGE_BYTES = 4096;

  private final KernelModel model;
  private final SocketCalls sockets;
  private final Call call;

  SpliceCalls(KernelModel model, SocketCalls sockets, Call call) {
    this.model = model;
    this.sockets = sockets;
    this.call = call;
  }

  private static @Nullable OpenFile file(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? null : file;
  }

  private static boolean reads(OpenFile file) {
    return (file.flags() & Abi.O_ACCMODE) != Abi.O_WRONLY;
  }

  private static boolean writes(OpenFile file) {
    return (file.flags() & Abi.O_ACCMODE) != Abi.O_RDONLY;
  }

  /** Says whether what follows may sleep. */
  private void setNonblock(int flags, int fileFlags) {
    boolean nonblock = (flags & SPLICE_F_NONBLOCK) != 0 || (fileFlags & Abi.O_NONBLOCK) != 0;
    call.setFileFlags(nonblock ? Abi.O_NONBLOCK : 0);
  }

  private long held(OpenFile file, long result) {
    if (result == SocketCalls.WAIT) {
      ((TaskProgress) call.progress()).hold(file);
    }
    return result;
  }

  /**
   * {@code splice(fd_in, off_in, fd_out, off_out, len, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EBADF, ESPIPE for an offset of a pipe,
   * EFAULT, EBADF for a file that cannot be read or written; EINVAL for a pipe into itself, no pipe
   * at all, an offset where there is no position, O_APPEND, a file that knows nothing of this;
   * those of what is read, written or waited for.
   */
  long splice(Task task, Syscall asked) {
    long len = asked.arg(4);
    int flags = asked.intArg(5);
    if (len == 0) {
      return 0;
    }
    if ((flags & ~SPLICE_F_ALL) != 0) {
      return Errno.EINVAL.negated();
    }
    OpenFile in = file(task, asked.intArg(0));
    OpenFile out = file(task, asked.intArg(2));
    if (in == null || out == null) {
      return Errno.EBADF.negated();
    }
    Pipe from = Pipe.of(in.payload());
    Pipe to = Pipe.of(out.payload());
    UserMem offIn = asked.mem(1);
    UserMem offOut = asked.mem(3);
    if ((from != null && !offIn.isNull()) || (to != null && !offOut.isNull())) {
      return Errno.ESPIPE.negated();
    }
    for (UserMem offset : Arrays.asList(offOut, offIn)) {
      if (!offset.isNull() && !offset.accessible(0, Long.BYTES)) {
        return Errno.EFAULT.negated();
      }
    }
    if (!reads(in) || !writes(out)) {
      return Errno.EBADF.negated();
    }
    if (from != null && to != null) {
      if (from == to) {
        return Errno.EINVAL.negated();
      }
      setNonblock(flags, in.flags() | out.flags());
      return held(in, Splice.move(call, from, to, Math.min(len & Long.MAX_VALUE, MAX_RW_COUNT)));
    }
    if (from != null) {
      boolean bad = !offOut.isNull() && !(out.payload() instanceof FileHandle);
      return bad || (out.flags() & Abi.O_APPEND) != 0 || len < 0
          ? Errno.EINVAL.negated()
          : fromPipe(task, in, from, out, len, flags);
    }
    if (to != null) {
      boolean bad = !offIn.isNull() && !hasPosition(in);
      return bad || len < 0 ? Errno.EINVAL.negated() : toPipe(task, in, offIn, out, to, len, flags);
    }
    return Errno.EINVAL.negated();
  }

  private static boolean hasPosition(OpenFile file) {
    return file.payload() instanceof FileHandle
        || (file.payload() instanceof FileOps ops && !ops.sendable(0, 0).isNull());
  }

  /** {@code splice_file_to_pipe}. */
  private long toPipe(
      Task task, OpenFile in, UserMem offset, OpenFile out, Pipe pipe, long len, int flags) {
    setNonblock(flags, out.flags());
    int space = Splice.waitForSpace(call, pipe);
    if (space < 0) {
      return held(out, space);
    }
    int most = (int) Math.min(len, pipe.room());
    if (in.payload() instanceof SocketFile socket) {
      return fromSocket(task, in, socket, pipe, most, flags);
    }
    if (in.payload() instanceof FileHandle handle && handle.hasSpliceRead()) {
      return fromHandle(task, handle, offset, pipe, most);
    }
    if (!(in.payload() instanceof FileOps ops)) {
      return in.payload() instanceof CgroupFile ? leftOut("from") : Errno.EINVAL.negated();
    }
    UserMem data = ops.sendable(offset.isNull() ? -1 : offset.getLong(0), most);
    if (data.isNull()) {
      return Errno.EINVAL.negated();
    }
    Splice.push(pipe, data.content(), PAGE_BYTES);
    if (!offset.isNull()) {
      offset.putLong(0, offset.getLong(0) + data.size());
    }
    return data.size();
  }

  /** {@code copy_splice_read}: what a read gives. */
  private static long fromHandle(
      Task task, FileHandle handle, UserMem offset, Pipe pipe, int most) {
    long from = offset.isNull() ? handle.position() : offset.getLong(0);
    if (from < 0) {
      return Errno.EINVAL.negated();
    }
    long result = handle.read(task, from, most);
    if (result <= 0) {
      return result;
    }
    Splice.push(pipe, handle.loaded(), PAGE_BYTES);
    if (offset.isNull()) {
      handle.setPosition(from + result);
    } else {
      offset.putLong(0, from + result);
    }
    return result;
  }

  private long leftOut(String direction) {
    model
        .machine()
        .leftOut("splice " + direction + " files of the kernel is not simulated: EINVAL");
    return Errno.EINVAL.negated();
  }

  /** {@code sock_splice_read}: streams look at the flag, others only at the file. */
  private long fromSocket(
      Task task, OpenFile in, SocketFile socket, Pipe pipe, int most, int flags) {
    Sk sk = socket.sk();
    boolean stream = sk.type() == Abi.SOCK_STREAM && (sk.isUnix() || sk.isTcp());
    if (sk.isTcp() && sk.ops().atMark(sk) == 1) {
      // tcp_read_sock does not get past urgent data, and who has found some does not wait.
      return 0;
    }
    boolean now = stream && sk.isUnix() && (flags & SPLICE_F_NONBLOCK) != 0;
    UserMem room = UserMem.zeroed(most);
    Syscall receive =
        Syscall.of(
            SyscallName.RECVFROM,
            call.syscall().arg(0),
            room,
            (long) most,
            now ? (long) Abi.MSG_DONTWAIT : 0L,
            UserMem.NULL,
            UserMem.NULL);
    return sockets.transfer(
        task,
        in,
        socket,
        receive,
        "sock_splice_read",
        result -> {
          if (result > 0) {
            Splice.push(pipe, room.get(0, (int) result), stream ? FRAG_BYTES : PAGE_BYTES);
          }
          return result;
        });
  }

  /** {@code do_splice_from}. */
  private long fromPipe(Task task, OpenFile in, Pipe pipe, OpenFile out, long len, int flags) {
    if (!(out.payload() instanceof SocketFile socket)) {
      return out.payload() instanceof FileOps ? Errno.EINVAL.negated() : leftOut("to");
    }
    setNonblock(flags, in.flags());
    int ready = Splice.waitForData(call, pipe);
    return ready <= 0
        ? held(in, ready)
        : send(task, pipe, out, socket, Math.min(len, MAX_RW_COUNT), flags, 0);
  }

  /** {@code splice_to_socket}, one message. */
  private long send(
      Task task, Pipe pipe, OpenFile out, SocketFile socket, long len, int flags, long before) {
    Splice.Gathered gathered = Splice.gather(pipe, len);
    boolean more = (flags & SPLICE_F_MORE) != 0 || gathered.more();
    int msgFlags = (more ? Abi.MSG_MORE : 0) | (before > 0 ? Abi.MSG_DONTWAIT : 0);
    Syscall send =
        Syscall.of(
            SyscallName.SENDTO,
            call.syscall().arg(2),
            UserMem.of(gathered.data()),
            (long) gathered.data().length,
            (long) msgFlags,
            UserMem.NULL,
            0L);
    Syscall splice = call.syscall();
    return sockets.transfer(
        task,
        out,
        socket,
        send,
        "splice_to_socket",
        result -> {
          if (result <= 0) {
            return before > 0 && result != SocketCalls.WAIT ? before : result;
          }
          boolean left = Splice.consume(pipe, (int) result);
          long rest = len - result;
          if (!left || rest == 0) {
            return before + result;
          }
          call.setSyscall(splice);
          call.progress().setDone(0);
          return send(task, pipe, out, socket, rest, flags, before + result);
        });
  }

  /**
   * {@code tee(fd_in, fd_out, len, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags; EBADF, also for a file that cannot be
   * read or written; EINVAL if both are not two pipes; EAGAIN, EPIPE with a SIGPIPE.
   */
  long tee(Task task, Syscall asked) {
    int flags = asked.intArg(3);
    if ((flags & ~SPLICE_F_ALL) != 0) {
      return Errno.EINVAL.negated();
    }
    if (asked.arg(2) == 0) {
      return 0;
    }
    OpenFile in = file(task, asked.intArg(0));
    OpenFile out = file(task, asked.intArg(1));
    if (in == null || out == null || !reads(in) || !writes(out)) {
      return Errno.EBADF.negated();
    }
    Pipe from = Pipe.of(in.payload());
    Pipe to = Pipe.of(out.payload());
    if (from == null || to == null || from == to) {
      return Errno.EINVAL.negated();
    }
    setNonblock(flags, in.flags() | out.flags());
    long len = asked.arg(2) < 0 ? Long.MAX_VALUE : asked.arg(2);
    return held(in, Splice.tee(call, from, to, len));
  }

  /**
   * {@code vmsplice(fd, iov, nr_segs, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EBADF, those of {@link Msg#checkVector};
   * EBADF for what is no pipe; EAGAIN, EPIPE with a SIGPIPE, EFAULT.
   */
  long vmsplice(Task task, Syscall asked) {
    int flags = asked.intArg(3);
    if ((flags & ~SPLICE_F_ALL) != 0) {
      return Errno.EINVAL.negated();
    }
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    int checked = Msg.checkVector(asked.mem(1), asked.arg(2), Errno.EINVAL);
    if (checked < 0) {
      return checked;
    }
    Msg msg = Msg.ofVector(asked.mem(1), asked.arg(2), 0);
    if (msg.size() == 0) {
      return 0;
    }
    Pipe pipe = Pipe.of(file.payload());
    if (pipe == null) {
      return Errno.EBADF.negated();
    }
    setNonblock(flags, 0);
    return held(
        file,
        writes(file)
            ? Splice.fromMemory(call, pipe, asked.mem(1), asked.arg(2), msg)
            : Splice.toMemory(call, pipe, msg));
  }
}
