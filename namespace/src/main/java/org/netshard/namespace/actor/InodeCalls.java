package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.namespace.vfs.SuperBlock;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The calls about what kind of file is behind a descriptor: {@code fstat}, {@code fsync}, {@code
 * ftruncate}, {@code fallocate}, {@code getdents64}.
 *
 * <p><b>Source:</b> {@code fs/stat.c}, {@code fs/sync.c}, {@code fs/open.c}, {@code fs/readdir.c};
 * {@code net/socket.c}, {@code socket_file_ops}.
 *
 * <p><b>Differs from Linux:</b> a directory cannot be listed, and of files that are not the
 * kernel's own nothing is known: ENOSYS, told as left out.
 */
final class InodeCalls {
  private static final int FALLOC_FL_KEEP_SIZE = 0x01;
  private static final int FALLOC_FL_PUNCH_HOLE = 0x02;
  private static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;
  private static final int FALLOC_FL_ZERO_RANGE = 0x10;
  private static final int FALLOC_FL_INSERT_RANGE = 0x20;
  private static final int FALLOC_FL_UNSHARE_RANGE = 0x40;
  private static final int FALLOC_FL_WRITE_ZEROES = 0x80;
  private static final int FALLOC_FL_MODE_MASK = 0xfa;

  /** {@code s_maxbytes} of the file systems that are there, {@code MAX_NON_LFS}. */
  private static final long MAX_BYTES = Integer.MAX_VALUE;

  /** {@code PROC_USER_INIT_INO}. */
  private static final long USER_INIT_INO = 0xeffffffdL;

  private final KernelModel model;

  InodeCalls(KernelModel model) {
    this.model = model;
  }

  /** {@code vfs_getattr} of an open file, or null if it is not the kernel's own. */
  static @Nullable Kstat getattr(KernelModel model, OpenFile file) {
    Object payload = file.payload();
    if (payload instanceof SocketFile socket) {
      int ino = SockInodes.of(socket.sk());
      int mode = Abi.S_IFSOCK | SockInodes.mode(socket.sk());
      return new Kstat(SuperBlock.SOCKFS, ino, mode, 1, file.ownerUid(), file.ownerGid());
    }
    if (payload instanceof FileOps ops) {
      return ops.getattr(model.machine(), file.ownerUid(), file.ownerGid());
    }
    if (payload instanceof NetState net) {
      return namespace(net.inum());
    }
    if (payload instanceof UserNamespace ns) {
      return namespace(USER_INIT_INO + ns.level());
    }
    return payload instanceof FileHandle handle ? handle.getattr(model.machine()) : null;
  }

  private static Kstat namespace(long inum) {
    return new Kstat(SuperBlock.NSFS, inum, Abi.S_IFREG | 0444, 1, 0, 0);
  }

  /** A file that is open for more than its name, or null. */
  private static @Nullable OpenFile file(Task task, int fd) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? null : file;
  }

  private static boolean isWritable(OpenFile file) {
    return (file.flags() & Abi.O_ACCMODE) != Abi.O_RDONLY;
  }

  private long unknown(Syscall asked) {
    model
        .machine()
        .leftOut(asked.callName() + " of a file that is not the kernel's own fails with ENOSYS");
    return Errno.ENOSYS.negated();
  }

  /** {@code fstat(fd, statbuf)}. <b>Errors</b>, in order: EBADF, EFAULT. */
  long fstat(Task task, Syscall asked) {
    return fstat(task, asked, asked.mem(1));
  }

  /** {@code vfs_fstat} of the first argument, also of a descriptor that only names a file. */
  long fstat(Task task, Syscall asked, UserMem statbuf) {
    OpenFile file = task.fds().get(asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    Kstat stat = getattr(model, file);
    return stat == null ? unknown(asked) : stat.copyTo(statbuf, task.cred().userNs());
  }

  /** {@code fsync(fd)}. <b>Errors</b>, in order: EBADF, EINVAL for a file without. */
  long fsync(Task task, Syscall asked) {
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    if (getattr(model, file) == null) {
      return unknown(asked);
    }
    return file.payload() instanceof FileHandle handle ? handle.fsync() : Errno.EINVAL.negated();
  }

  /**
   * {@code ftruncate(fd, length)}, which the file systems that are there allow and ignore.
   *
   * <p><b>Errors</b>, in order: EINVAL for a length below 0, EBADF, EINVAL for what is no regular
   * file or not open for writing, EFBIG.
   */
  long ftruncate(Task task, Syscall asked) {
    if (asked.arg(1) < 0) {
      return Errno.EINVAL.negated();
    }
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    Kstat stat = getattr(model, file);
    if (stat == null) {
      return unknown(asked);
    }
    if (!stat.is(Abi.S_IFREG) || !isWritable(file)) {
      return Errno.EINVAL.negated();
    }
    return asked.arg(1) > MAX_BYTES ? Errno.EFBIG.negated() : 0;
  }

  /**
   * {@code fallocate(fd, mode, offset, len)}.
   *
   * <p><b>Errors</b>, in order: EBADF; EINVAL for an offset below 0 or no length; EOPNOTSUPP for
   * modes that do not go together; EBADF if it is not open for writing; ESPIPE, EISDIR, ENODEV for
   * what is no regular file; EFBIG; EOPNOTSUPP, as no file system here can.
   */
  long fallocate(Task task, Syscall asked) {
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    Kstat stat = getattr(model, file);
    if (stat == null) {
      return unknown(asked);
    }
    long offset = asked.arg(2);
    long length = asked.arg(3);
    if (offset < 0 || length <= 0) {
      return Errno.EINVAL.negated();
    }
    if (!isMode(asked.intArg(1))) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (!isWritable(file)) {
      return Errno.EBADF.negated();
    }
    if (!stat.is(Abi.S_IFREG)) {
      boolean pipe = stat.is(Abi.S_IFIFO);
      return (pipe ? Errno.ESPIPE : stat.is(Abi.S_IFDIR) ? Errno.EISDIR : Errno.ENODEV).negated();
    }
    boolean big = length > MAX_BYTES || offset > MAX_BYTES - length;
    return (big ? Errno.EFBIG : Errno.EOPNOTSUPP).negated();
  }

  private static boolean isMode(int mode) {
    if ((mode & ~(FALLOC_FL_MODE_MASK | FALLOC_FL_KEEP_SIZE)) != 0) {
      return false;
    }
    boolean keepsSize = (mode & FALLOC_FL_KEEP_SIZE) != 0;
    return switch (mode & FALLOC_FL_MODE_MASK) {
      case 0, FALLOC_FL_UNSHARE_RANGE, FALLOC_FL_ZERO_RANGE -> true;
      case FALLOC_FL_PUNCH_HOLE -> keepsSize;
      case FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE, FALLOC_FL_WRITE_ZEROES -> !keepsSize;
      default -> false;
    };
  }

  /** {@code getdents64(fd, dirent, count)}. <b>Errors</b>, in order: EBADF, ENOTDIR. */
  long getdents64(Task task, Syscall asked) {
    OpenFile file = file(task, asked.intArg(0));
    if (file == null) {
      return Errno.EBADF.negated();
    }
    Kstat stat = getattr(model, file);
    if (stat == null) {
      return unknown(asked);
    }
    if (!stat.is(Abi.S_IFDIR)) {
      return Errno.ENOTDIR.negated();
    }
    model.machine().leftOut("a directory is not listed: getdents64 fails with ENOSYS");
    return Errno.ENOSYS.negated();
  }
}
