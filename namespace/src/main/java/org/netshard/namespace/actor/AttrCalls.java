package org.netshard.namespace.actor;

import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.files.FileNames;
import org.netshard.namespace.files.InodeAttr;
import org.netshard.namespace.files.NamedFile;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.Inode;
import org.netshard.namespace.vfs.Vfs;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The calls that change whose a file is, who may do what with it, and its name: {@code chmod},
 * {@code chown}, {@code rename} and their like.
 *
 * <p><b>Source:</b> {@code fs/open.c}: {@code do_fchmodat}, {@code do_fchownat}, {@code
 * ksys_fchown}; {@code fs/namei.c}, {@code do_renameat2}; {@code net/socket.c}, {@code
 * sockfs_setattr}.
 *
 * <p><b>Differs from Linux:</b> files of {@code /proc} and of cgroups stay as they are: ENOSYS,
 * told as left out.
 */
final class AttrCalls {
  private static final int AT_FLAGS = Abi.AT_SYMLINK_NOFOLLOW | Abi.AT_EMPTY_PATH;
  private static final int RENAME_WHITEOUT = 4;

  private final KernelModel model;
  private final PathCalls paths;
  private final Call call;

  AttrCalls(KernelModel model, PathCalls paths, Call call) {
    this.model = model;
    this.paths = paths;
    this.call = call;
  }

  /** Changes attributes; 0 or {@code -errno}. */
  private interface Change {
    int apply(InodeAttr attr, boolean directory);

    /** Whether it changes nothing, which even an immutable file allows. */
    default boolean isNothing() {
      return false;
    }
  }

  /** {@code chown} with an owner and a group that stay. */
  private record Touch(Cred cred) implements Change {
    @Override
    public int apply(InodeAttr attr, boolean directory) {
      return attr.chown(cred, InodeAttr.UNCHANGED, InodeAttr.UNCHANGED, directory);
    }

    @Override
    public boolean isNothing() {
      return true;
    }
  }

  long perform(Task task, Syscall asked) {
    return switch (asked.name()) {
      case FCHMOD -> ofFd(task, asked.intArg(0), chmod(task, asked.intArg(1)));
      case FCHOWN -> ofFd(task, asked.intArg(0), chown(task, asked.intArg(1), asked.intArg(2)));
      case CHMOD -> at(task, Abi.AT_FDCWD, asked.mem(0), 0, chmod(task, asked.intArg(1)));
      case CHOWN, LCHOWN ->
          at(task, Abi.AT_FDCWD, asked.mem(0), 0, chown(task, asked.intArg(1), asked.intArg(2)));
      case FCHMODAT -> at(task, asked, chmod(task, asked.intArg(2)), 0);
      case FCHMODAT2 -> at(task, asked, chmod(task, asked.intArg(2)), asked.intArg(3));
      case FCHOWNAT ->
          at(task, asked, chown(task, asked.intArg(2), asked.intArg(3)), asked.intArg(4));
      case RENAME -> rename(task, Abi.AT_FDCWD, asked.mem(0), Abi.AT_FDCWD, asked.mem(1), 0);
      case RENAMEAT ->
          rename(task, asked.intArg(0), asked.mem(1), asked.intArg(2), asked.mem(3), 0);
      case RENAMEAT2 ->
          rename(
              task, asked.intArg(0), asked.mem(1), asked.intArg(2), asked.mem(3), asked.intArg(4));
      default -> throw new IllegalStateException("not a call about attributes: " + asked);
    };
  }

  private static Change chmod(Task task, int mode) {
    return (attr, directory) -> attr.chmod(task.cred(), mode);
  }

  /** <b>Errors</b>, in order: EINVAL for an id that the user namespace does not have, EPERM. */
  private static Change chown(Task task, int uid, int gid) {
    UserNamespace ns = task.cred().userNs();
    int newUid = uid == InodeAttr.UNCHANGED ? uid : ns.uidMap().toKernel(uid);
    int newGid = gid == InodeAttr.UNCHANGED ? gid : ns.gidMap().toKernel(gid);
    boolean wrong =
        (uid != InodeAttr.UNCHANGED && newUid == IdMap.INVALID)
            || (gid != InodeAttr.UNCHANGED && newGid == IdMap.INVALID);
    if (uid == InodeAttr.UNCHANGED && gid == InodeAttr.UNCHANGED) {
      return new Touch(task.cred());
    }
    return (attr, directory) ->
        wrong ? Errno.EINVAL.negated() : attr.chown(task.cred(), newUid, newGid, directory);
  }

  /** <b>Errors</b>, in order: EBADF, those of the change. */
  private long ofFd(Task task, int fd, Change change) {
    OpenFile file = task.fds().get(fd);
    return file == null || FdCalls.isPath(file) ? Errno.EBADF.negated() : change(file, change);
  }

  /** {@code notify_change} of an open file's inode. <b>Errors:</b> EOPNOTSUPP, EPERM. */
  private long change(OpenFile file, Change change) {
    Object payload = file.payload();
    if (payload instanceof SocketFile socket) {
      Sk sk = socket.sk();
      InodeAttr attr = new InodeAttr(file.ownerUid(), file.ownerGid(), SockInodes.mode(sk));
      int result = change.apply(attr, false);
      if (result == 0) {
        file.setInodeOwner(attr.uid(), attr.gid());
        SockInodes.setattr(sk, attr.uid(), attr.gid(), attr.mode());
      }
      return result;
    }
    if (payload instanceof FileOps ops) {
      InodeAttr attr = ops.attr(file.ownerUid(), file.ownerGid());
      return attr == null ? Errno.EOPNOTSUPP.negated() : change.apply(attr, false);
    }
    boolean namespace = payload instanceof NetState || payload instanceof UserNamespace;
    if (!namespace) {
      return unknown();
    }
    return change.isNothing() ? 0 : Errno.EPERM.negated();
  }

  private long unknown() {
    model
        .machine()
        .leftOut(call.syscall().callName() + " of files of /proc and of cgroups fails with ENOSYS");
    return Errno.ENOSYS.negated();
  }

  private long at(Task task, Syscall asked, Change change, int flags) {
    return at(task, asked.intArg(0), asked.mem(1), flags, change);
  }

  /**
   * Changes what a path leads to.
   *
   * <p><b>Errors</b>, in order: EINVAL for unknown flags, EFAULT, ENOENT, ENAMETOOLONG, EBADF and
   * ENOTDIR for what a relative path begins at, those of the way, those of the change.
   */
  private long at(Task task, int dirfd, UserMem path, int flags, Change change) {
    if ((flags & ~AT_FLAGS) != 0) {
      return Errno.EINVAL.negated();
    }
    boolean empty = !path.isNull() && PathCalls.isEmpty(path);
    if (empty && (flags & Abi.AT_EMPTY_PATH) != 0 && dirfd >= 0) {
      OpenFile open = task.fds().get(dirfd);
      return open == null ? Errno.EBADF.negated() : change(open, change);
    }
    boolean here = empty && (flags & Abi.AT_EMPTY_PATH) != 0;
    PathCalls.Name name = here ? new PathCalls.Name(0, "/") : PathCalls.name(path);
    int result = name.result() < 0 ? name.result() : paths.checkBase(task, dirfd, name.path());
    if (result < 0) {
      return result;
    }
    FileNames.Lookup named = paths.named(task, dirfd, name.path());
    NamedFile file = named.file();
    if (file != null || PathCalls.isWrong(named)) {
      return file == null ? named.error() : change.apply(file.attr(), file.isDirectory());
    }
    Vfs.Place place =
        model.vfs().find(task, paths.base(task, dirfd, name.path()), name.path(), true);
    Inode inode = place.inode();
    if (place.result() < 0 || inode == null) {
      paths.noteLeftOut(place.leftOut());
      return place.result();
    }
    return unknown();
  }

  /** Whether a path begins where files of sockets have their names. */
  static boolean isNamed(int dirfd, String path) {
    boolean fromRoot = path.startsWith("/") || dirfd == Abi.AT_FDCWD;
    return fromRoot && !path.startsWith("/proc/") && !path.startsWith("/sys/");
  }

  /**
   * {@code renameat2(olddirfd, oldpath, newdirfd, newpath, flags)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for flags that are not there or do not go together; those of
   * both names; EBADF and ENOTDIR for what they begin at; those of {@link FileNames#rename}; EXDEV
   * for files of the kernel.
   */
  private long rename(
      Task task, int oldDir, UserMem oldPath, int newDir, UserMem newPath, int flags) {
    int both = FileNames.RENAME_NOREPLACE | FileNames.RENAME_EXCHANGE;
    if ((flags & ~both) != 0 || (flags & both) == both) {
      if ((flags & RENAME_WHITEOUT) != 0) {
        model.machine().leftOut("RENAME_WHITEOUT is not simulated: renameat2 fails with EINVAL");
      }
      return Errno.EINVAL.negated();
    }
    PathCalls.Name from = PathCalls.name(oldPath);
    PathCalls.Name to = from.result() < 0 ? from : PathCalls.name(newPath);
    int result = to.result() < 0 ? to.result() : paths.checkBase(task, oldDir, from.path());
    result = result < 0 ? result : paths.checkBase(task, newDir, to.path());
    if (result < 0) {
      return result;
    }
    if (!isNamed(oldDir, from.path()) || !isNamed(newDir, to.path())) {
      return unknown();
    }
    return model.machine().socketFiles().rename(call, from.path(), to.path(), flags);
  }
}
