package org.netshard.namespace.actor;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.files.FileNames;
import org.netshard.namespace.files.NamedFile;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.CgroupDirectory;
import org.netshard.namespace.vfs.Directory;
import org.netshard.namespace.vfs.Inode;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.namespace.vfs.SuperBlock;
import org.netshard.namespace.vfs.Vfs;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * The calls on paths: {@code open}, {@code openat}, {@code creat}, {@code mkdir}, {@code mkdirat},
 * {@code rmdir}, {@code unlinkat}. Directories of cgroups are made and removed by {@code
 * MemCgroup}.
 *
 * <p><b>Source:</b> {@code fs/open.c}: {@code build_open_flags}, {@code do_sys_openat2}; {@code
 * fs/namei.c}: {@code getname_flags}, {@code do_mkdirat}, {@code do_rmdir}, {@code do_unlinkat}.
 */
final class PathCalls {
  private static final int PATH_MAX = 4096;

  /** Flags that only {@code open} looks at. */
  private static final int NOT_KEPT =
      Abi.O_CREAT | Abi.O_EXCL | Abi.O_NOCTTY | Abi.O_TRUNC | Abi.O_CLOEXEC;

  /** The flags that {@code vfs_statx} knows. */
  private static final int STAT_FLAGS =
      Abi.AT_SYMLINK_NOFOLLOW | Abi.AT_NO_AUTOMOUNT | Abi.AT_EMPTY_PATH | Abi.AT_STATX_SYNC_TYPE;

  private static final FileNames.Lookup NOTHING =
      new FileNames.Lookup(Errno.ENOENT.negated(), null);

  private final KernelModel model;
  private final SocketCalls sockets;
  private final Call call;
  private final SocketCalls.Resume done = result -> result;

  PathCalls(KernelModel model, SocketCalls sockets, Call call) {
    this.model = model;
    this.sockets = sockets;
    this.call = call;
  }

  /** The path of a call, or what is wrong with it. */
  record Name(int result, String path) {}

  /** <b>Errors</b>, in order: EFAULT, ENOENT for an empty path, ENAMETOOLONG. */
  static Name name(UserMem mem) {
    int size = Math.min(mem.size(), PATH_MAX);
    for (int i = 0; i < size; i++) {
      if (mem.getByte(i) == 0) {
        int result = i == 0 ? Errno.ENOENT.negated() : 0;
        return new Name(result, new String(mem.get(0, i), StandardCharsets.UTF_8));
      }
    }
    Errno wrong = mem.size() >= PATH_MAX ? Errno.ENAMETOOLONG : Errno.EFAULT;
    return new Name(wrong.negated(), "");
  }

  /**
   * {@code openat(dirfd, path, flags, mode)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for O_CREAT with O_DIRECTORY, EFAULT, ENOENT, ENAMETOOLONG,
   * EMFILE, ENFILE and ENOMEM without room for the file, EBADF and ENOTDIR for what a relative path
   * begins at, then those of {@link Vfs#open}.
   */
  long openat(Task task, int dirfd, UserMem path, int flags) {
    if ((flags & Abi.O_CREAT) != 0 && (flags & Abi.O_DIRECTORY) != 0) {
      return Errno.EINVAL.negated();
    }
    Name name = name(path);
    if (name.result() < 0) {
      return name.result();
    }
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd < 0) {
      return fd;
    }
    MemcgState memcg = task.memcg();
    ObjCgroup objcg = memcg == null ? null : memcg.objcg();
    int allocated = model.allocFile(task.cred(), objcg, OpenFile.Kind.PSEUDO);
    if (allocated < 0) {
      return allocated;
    }
    Vfs.Opened opened = open(task, dirfd, name.path(), flags);
    if (opened.result() < 0) {
      noteLeftOut(opened.leftOut());
      model.freeFile(objcg, OpenFile.Kind.PSEUDO);
      return opened.result();
    }
    boolean namespace = opened.file() instanceof NetState || opened.file() instanceof UserNamespace;
    OpenFile file =
        new OpenFile(
            namespace ? OpenFile.Kind.NSFS : OpenFile.Kind.PSEUDO,
            (flags & ~NOT_KEPT) | FdCalls.O_LARGEFILE,
            opened.file(),
            opened.ownerUid(),
            0,
            objcg);
    if (opened.file() instanceof NetState net) {
      net.get();
    }
    task.fds().install(fd, file, (flags & Abi.O_CLOEXEC) != 0);
    return fd;
  }

  private Vfs.Opened open(Task task, int dirfd, String path, int flags) {
    FileNames.Lookup named = named(task, dirfd, path);
    NamedFile file = named.file();
    if (file == null ? isWrong(named) : file.socket() != null && (flags & Abi.O_PATH) == 0) {
      int error = file == null ? named.error() : openSocket(task, file, flags);
      return new Vfs.Opened(error, null, 0, false);
    }
    int base = checkBase(task, dirfd, path);
    return base < 0
        ? new Vfs.Opened(base, null, 0, false)
        : model.vfs().open(task, base(task, dirfd, path), path, flags);
  }

  void noteLeftOut(boolean leftOut) {
    if (leftOut) {
      model
          .machine()
          .leftOut(
              "files but those of /proc/sys, /proc/PID, /proc/net and cgroups, and a few devices,"
                  + " are not there: opening them gives ENOENT");
    }
  }

  /** <b>Errors:</b> EBADF and ENOTDIR for what a relative path begins at. */
  int checkBase(Task task, int dirfd, String path) {
    if (path.startsWith("/") || dirfd == Abi.AT_FDCWD) {
      return 0;
    }
    OpenFile file = task.fds().get(dirfd);
    if (file == null) {
      return Errno.EBADF.negated();
    }
    return model.vfs().base(file.payload()) == null ? Errno.ENOTDIR.negated() : 0;
  }

  List<Directory> base(Task task, int dirfd, String path) {
    OpenFile file = path.startsWith("/") ? null : task.fds().get(dirfd);
    List<Directory> base = file == null ? null : model.vfs().base(file.payload());
    return base == null ? model.vfs().workingDirectory() : base;
  }

  /**
   * {@code mkdirat(dirfd, path, mode)}.
   *
   * <p><b>Errors</b>, in order: EFAULT, ENOENT, ENAMETOOLONG, EBADF and ENOTDIR for what a relative
   * path begins at, those of {@link Vfs#toCreate}, those of the cgroups.
   */
  long mkdirat(Task task, int dirfd, UserMem path, int mode) {
    Name name = name(path);
    int result = name.result() < 0 ? name.result() : checkBase(task, dirfd, name.path());
    if (result < 0) {
      return result;
    }
    Vfs.Place place = model.vfs().toCreate(task, base(task, dirfd, name.path()), name.path());
    if (place.result() < 0 || !(place.directory() instanceof CgroupDirectory directory)) {
      noteLeftOut(place.leftOut());
      return place.result();
    }
    int bits = mode & (Abi.S_IRWXUGO | Abi.S_ISVTX) & ~task.umask();
    Cgroup.Owner owner = new Cgroup.Owner(task.cred().euid(), task.cred().egid(), bits);
    return sockets.pass(
        call.memCgroups(),
        new CgroupfsMessage.Mkdir(call, directory.cgroup(), place.name(), owner),
        "kernfs_iop_mkdir",
        done);
  }

  /**
   * {@code unlinkat(dirfd, path, flags)}, {@code unlink(path)}, and {@code rmdir(path)}, which is
   * the same with AT_REMOVEDIR. The files of sockets have names of their own.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EFAULT, ENOENT, ENAMETOOLONG, EBADF and
   * ENOTDIR for what a relative path begins at, those of {@link Vfs#toRemove}, EBUSY.
   */
  long unlinkat(Task task, int dirfd, UserMem path, int flags) {
    if ((flags & ~Abi.AT_REMOVEDIR) != 0) {
      return Errno.EINVAL.negated();
    }
    Name name = name(path);
    int result = name.result() < 0 ? name.result() : checkBase(task, dirfd, name.path());
    if (result < 0) {
      return result;
    }
    boolean directory = (flags & Abi.AT_REMOVEDIR) != 0;
    boolean fromRoot = name.path().startsWith("/") || dirfd == Abi.AT_FDCWD;
    if (!directory && fromRoot && model.machine().socketFiles().hasFile(name.path())) {
      return model.machine().socketFiles().unlink(call, name.path());
    }
    Vfs.Place place =
        model.vfs().toRemove(task, base(task, dirfd, name.path()), name.path(), directory);
    if (place.result() < 0 || !(place.inode() instanceof CgroupDirectory victim)) {
      noteLeftOut(place.leftOut());
      return place.result();
    }
    return sockets.pass(
        call.memCgroups(),
        new CgroupfsMessage.Rmdir(call, victim.cgroup()),
        "kernfs_iop_rmdir",
        done);
  }

  /**
   * {@code newfstatat(dirfd, path, statbuf, flags)} of a path that is not empty; {@link InodeCalls}
   * answers for a descriptor.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EFAULT, ENOENT, ENAMETOOLONG, EBADF and
   * ENOTDIR for what a relative path begins at, those of {@link Vfs#find}, EFAULT.
   */
  long newfstatat(Task task, Syscall asked) {
    int flags = asked.intArg(3);
    if ((flags & ~STAT_FLAGS) != 0) {
      return Errno.EINVAL.negated();
    }
    int dirfd = asked.intArg(0);
    Name name =
        isEmpty(asked.mem(1)) && (flags & Abi.AT_EMPTY_PATH) != 0
            ? new Name(0, "")
            : name(asked.mem(1));
    int result = name.result() < 0 ? name.result() : checkBase(task, dirfd, name.path());
    if (result < 0) {
      return result;
    }
    FileNames.Lookup named = named(task, dirfd, name.path());
    NamedFile file = named.file();
    if (isWrong(named)) {
      return named.error();
    }
    if (file != null && file.socket() != null) {
      int mode = Abi.S_IFSOCK | file.attr().mode();
      int ino = file.ino(model.machine());
      return new Kstat(SuperBlock.TMPFS, ino, mode, 1, file.attr().uid(), file.attr().gid())
          .copyTo(asked.mem(2), task.cred().userNs());
    }
    boolean follows = (flags & Abi.AT_SYMLINK_NOFOLLOW) == 0;
    Vfs.Place place = model.vfs().find(task, base(task, dirfd, name.path()), name.path(), follows);
    Inode inode = place.inode();
    if (place.result() < 0 || inode == null) {
      noteLeftOut(place.leftOut());
      return place.result();
    }
    return Kstat.of(inode, SockInodes.next(model.machine()))
        .copyTo(asked.mem(2), task.cred().userNs());
  }

  /** What a path leads to where files of sockets have their names. */
  FileNames.Lookup named(Task task, int dirfd, String path) {
    return AttrCalls.isNamed(dirfd, path) && !path.isEmpty()
        ? model.machine().socketFiles().lookup(task.cred(), path)
        : NOTHING;
  }

  /** Whether nothing can be there, in no file system. */
  static boolean isWrong(FileNames.Lookup named) {
    return named.error() != 0 && named.error() != Errno.ENOENT.negated();
  }

  /** Why the file of a socket cannot be opened: EEXIST, ENOTDIR, EACCES, and in the end ENXIO. */
  private static int openSocket(Task task, NamedFile file, int flags) {
    if ((flags & Abi.O_CREAT) != 0 && (flags & Abi.O_EXCL) != 0) {
      return Errno.EEXIST.negated();
    }
    if ((flags & Abi.O_DIRECTORY) != 0) {
      return Errno.ENOTDIR.negated();
    }
    boolean may = file.attr().permits(task.cred(), Vfs.wanted(flags), false);
    return (may ? Errno.ENXIO : Errno.EACCES).negated();
  }

  /**
   * {@code readlinkat(dirfd, path, buf, bufsiz)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for no room, EFAULT, ENOENT, ENAMETOOLONG, EBADF and ENOTDIR
   * for what a relative path begins at, those of {@link Vfs#find}, EINVAL for what is no link,
   * EFAULT.
   */
  long readlinkat(Task task, int dirfd, UserMem path, UserMem buf, int size) {
    if (size <= 0) {
      return Errno.EINVAL.negated();
    }
    Name name = name(path);
    int result = name.result() < 0 ? name.result() : checkBase(task, dirfd, name.path());
    if (result < 0) {
      return result;
    }
    FileNames.Lookup named = named(task, dirfd, name.path());
    NamedFile file = named.file();
    if (file == null ? isWrong(named) : file.socket() != null) {
      return file == null ? named.error() : Errno.EINVAL.negated();
    }
    Vfs.Place place = model.vfs().find(task, base(task, dirfd, name.path()), name.path(), false);
    if (place.result() < 0) {
      noteLeftOut(place.leftOut());
      return place.result();
    }
    String text = model.vfs().readlink(task, place);
    if (text == null) {
      return Errno.EINVAL.negated();
    }
    if (text.isEmpty()) {
      model.machine().leftOut("readlink of " + name.path() + " fails with ENOSYS");
      return Errno.ENOSYS.negated();
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int count = Math.min(size, bytes.length);
    if (!buf.accessible(0, count)) {
      return Errno.EFAULT.negated();
    }
    buf.put(0, bytes, count);
    return count;
  }

  /** Whether a call asks about a descriptor: it has no path, or an empty one that is allowed. */
  static boolean isEmptyPath(Syscall asked) {
    return isEmpty(asked.mem(1))
        && (asked.intArg(3) & Abi.AT_EMPTY_PATH) != 0
        && asked.intArg(0) >= 0;
  }

  static boolean isEmpty(UserMem path) {
    return path.isNull() || (path.accessible(0, 1) && path.getByte(0) == 0);
  }

  /** {@code creat(path, mode)}: opens for writing, and truncates. */
  long creat(Task task, Syscall asked) {
    return openat(task, Abi.AT_FDCWD, asked.mem(0), Abi.O_CREAT | Abi.O_WRONLY | Abi.O_TRUNC);
  }
}
