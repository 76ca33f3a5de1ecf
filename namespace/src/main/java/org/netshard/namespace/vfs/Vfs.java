package org.netshard.namespace.vfs;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The tree of files that all tasks of a kernel see, with what is mounted in it.
 *
 * <p><b>Source:</b> {@code fs/namei.c}: {@code path_openat}, {@code may_open}, {@code
 * filename_create}, {@code do_rmdir}, {@code do_unlinkat}, {@code may_delete}.
 *
 * <p><b>Differs from Linux:</b> there is one mount namespace, and every task works in {@code /}.
 */
public final class Vfs {
  private final Directory root;

  /**
   * A tree.
   *
   * @param cgroups what is mounted as the cgroup file system
   * @param tasks finds a task by its pid, or null
   * @param nets finds a network namespace by its name, or null
   */
  public Vfs(
      CgroupTree cgroups,
      IntFunction<@Nullable Task> tasks,
      Function<String, @Nullable NetState> nets) {
    Directory mounted = new CgroupDirectory(cgroups, cgroups.root());
    boolean v1 = cgroups.memcontrol().version() == CgroupVersion.V1;
    Directory cgroup =
        v1 ? new PseudoDirectory(SuperBlock.TMPFS, Map.of("memory", mounted)) : mounted;
    Directory fs = new PseudoDirectory(SuperBlock.SYSFS, Map.of("cgroup", cgroup));
    Directory sys =
        new PseudoDirectory(
            SuperBlock.SYSFS, Map.of("fs", fs, "module", ModuleParamFile.modules()));
    Directory run =
        new PseudoDirectory(SuperBlock.TMPFS, Map.of("netns", new NetnsDirectory(nets)));
    Directory proc = new ProcDirectory(tasks);
    root =
        new PseudoDirectory(
            SuperBlock.TMPFS,
            Map.of("dev", MemDevice.DIRECTORY, "proc", proc, "run", run, "sys", sys));
  }

  /**
   * What an {@code open} came to.
   *
   * @param result 0 or {@code -errno}
   * @param file what stands behind the open file
   * @param ownerUid owner of its inode
   * @param leftOut whether the path may be there on Linux
   */
  public record Opened(int result, @Nullable Object file, int ownerUid, boolean leftOut) {}

  /**
   * Where a new or an old directory is.
   *
   * @param result 0 or {@code -errno}
   * @param directory the directory in which it is
   * @param name its name there
   * @param inode what has this name, or null
   * @param leftOut whether the path may be there on Linux
   */
  public record Place(
      int result, Directory directory, String name, @Nullable Inode inode, boolean leftOut) {}

  /** Where the paths of a task begin that are not absolute; null if this is no directory. */
  public @Nullable List<Directory> base(@Nullable Object file) {
    return file instanceof DirectoryHandle handle ? handle.way() : null;
  }

  /** Where the paths of a task begin that are relative to its working directory. */
  public List<Directory> workingDirectory() {
    return List.of(root);
  }

  /**
   * Opens a path.
   *
   * <p><b>Errors</b>, in order: those of {@link PathWalk}; EISDIR for a directory that is to be
   * made; ENOENT; EEXIST with O_EXCL; EACCES for a file that is to be made, as no file can be;
   * ELOOP for a link that must not be followed; EISDIR for a directory that is there and is to be
   * made; ENOTDIR; EISDIR for a directory that is to be written; EPERM to write the file of a
   * namespace; EACCES; EPERM for O_NOATIME on a file of another user; EINVAL for O_DIRECT; those of
   * the file; ENXIO for a socket.
   */
  public Opened open(Task task, List<Directory> base, String path, int flags) {
    PathWalk walk = new PathWalk(task, base);
    int result = walk.toParent(path);
    if (result == 0) {
      result = lookLast(walk, flags);
    }
    if (result == 0) {
      result = mayOpen(task.cred(), walk, flags);
    }
    if (result < 0) {
      return new Opened(result, null, 0, walk.leftOut());
    }
    if (walk.found() instanceof Directory directory) {
      return new Opened(0, new DirectoryHandle(walk.way(), directory), directory.uid(), false);
    }
    if (walk.found() instanceof RegularFile file) {
      int checked = (flags & Abi.O_PATH) == 0 ? file.checkOpen(task, flags) : 0;
      return checked < 0
          ? new Opened(checked, null, 0, false)
          : new Opened(0, opened(file, file.open(task, flags)), file.uid(), false);
    }
    if (walk.found() instanceof SocketInodeFile) {
      return new Opened(Errno.ENXIO.negated(), null, 0, (flags & Abi.O_PATH) != 0);
    }
    DirectoryHandle handle = new DirectoryHandle(walk.way(), walk.directory());
    return new Opened(0, handle, walk.directory().uid(), false);
  }

  private static Object opened(Inode inode, Object file) {
    if (file instanceof FileHandle handle) {
      handle.setInode(inode);
    }
    return file;
  }

  /**
   * Finds what a path leads to, without opening it ({@code filename_lookup}).
   *
   * @param follows whether the last component is followed if it is a link
   * @return where it is; its result is 0, or {@code -errno}: those of {@link PathWalk}, ENOENT
   */
  public Place find(Task task, List<Directory> base, String path, boolean follows) {
    PathWalk walk = new PathWalk(task, base);
    int result = walk.toParent(path);
    if (result == 0) {
      walk.look();
      result = follows || walk.endsWithSlash() ? walk.follow() : 0;
    }
    if (result == 0 && walk.found() == null) {
      result = Errno.ENOENT.negated();
    } else if (result == 0 && walk.endsWithSlash() && !(walk.found() instanceof Directory)) {
      result = Errno.ENOTDIR.negated();
    }
    return place(walk, result);
  }

  /**
   * What a link says ({@code readlink}).
   *
   * @param place where it is
   * @return its text, or null if it is no link; empty if it is not known here
   */
  public @Nullable String readlink(Task task, Place place) {
    if (!(place.inode() instanceof Link link)) {
      return null;
    }
    String text = link.text(task);
    return text == null ? "" : text;
  }

  private static int lookLast(PathWalk walk, int flags) {
    boolean create = (flags & Abi.O_CREAT) != 0;
    if (create && walk.endsWithSlash()) {
      return Errno.EISDIR.negated();
    }
    walk.look();
    boolean exclusive = create && (flags & Abi.O_EXCL) != 0;
    boolean follows = !exclusive && ((flags & Abi.O_NOFOLLOW) == 0 || walk.endsWithSlash());
    if (walk.found() != null && exclusive) {
      return Errno.EEXIST.negated();
    }
    int result = follows ? walk.follow() : 0;
    if (result < 0) {
      return result;
    }
    if (walk.found() != null) {
      return 0;
    }
    return create && walk.directory().hasNegativeEntries()
        ? Errno.EACCES.negated()
        : Errno.ENOENT.negated();
  }

  private static int mayOpen(Cred cred, PathWalk walk, int flags) {
    Inode inode = walk.found();
    if (inode == null) {
      throw new IllegalStateException("nothing was found");
    }
    boolean path = (flags & Abi.O_PATH) != 0;
    boolean directory = inode instanceof Directory;
    if (directory && (flags & Abi.O_CREAT) != 0) {
      return Errno.EISDIR.negated();
    }
    if (!directory && ((flags & Abi.O_DIRECTORY) != 0 || walk.endsWithSlash())) {
      return Errno.ENOTDIR.negated();
    }
    if (path) {
      return 0;
    }
    if (inode instanceof Link) {
      return Errno.ELOOP.negated();
    }
    int wanted = wanted(flags);
    if (directory && (wanted & Inode.MAY_WRITE) != 0) {
      return Errno.EISDIR.negated();
    }
    if (inode.isImmutable() && (wanted & Inode.MAY_WRITE) != 0) {
      return Errno.EPERM.negated();
    }
    if (!inode.permits(cred, wanted)) {
      return Errno.EACCES.negated();
    }
    if ((flags & Abi.O_NOATIME) != 0
        && cred.euid() != inode.uid()
        && !inode.capable(cred, Capability.CAP_FOWNER)) {
      return Errno.EPERM.negated();
    }
    return (flags & Abi.O_DIRECT) != 0 ? Errno.EINVAL.negated() : 0;
  }

  /** What must be permitted ({@code ACC_MODE}); truncating is writing. */
  public static int wanted(int flags) {
    int wanted =
        switch (flags & Abi.O_ACCMODE) {
          case Abi.O_RDONLY -> Inode.MAY_READ;
          case Abi.O_WRONLY -> Inode.MAY_WRITE;
          default -> Inode.MAY_READ | Inode.MAY_WRITE;
        };
    return (flags & Abi.O_TRUNC) != 0 ? wanted | Inode.MAY_WRITE : wanted;
  }

  /**
   * Where {@code mkdir} is to make a directory.
   *
   * <p><b>Errors</b>, in order: those of {@link PathWalk}; EEXIST for {@code /}, {@code .} and
   * {@code ..}; ENOENT where names that are not there cannot even be named; EEXIST; EACCES; EPERM
   * in a file system without {@code mkdir}.
   */
  public Place toCreate(Task task, List<Directory> base, String path) {
    PathWalk walk = new PathWalk(task, base);
    int result = walk.toParent(path);
    if (result == 0 && !walk.endsWithName()) {
      result = Errno.EEXIST.negated();
    }
    if (result == 0) {
      walk.look();
      Directory directory = walk.directory();
      if (walk.found() != null) {
        result = Errno.EEXIST.negated();
      } else if (!directory.hasNegativeEntries()) {
        result = Errno.ENOENT.negated();
      } else if (!directory.permits(task.cred(), Inode.MAY_WRITE | Inode.MAY_EXEC)) {
        result = Errno.EACCES.negated();
      } else if (!(directory instanceof CgroupDirectory)) {
        result = Errno.EPERM.negated();
      }
    }
    return place(walk, result);
  }

  /**
   * What {@code rmdir} is to remove, or {@code unlink} if it is to be no directory.
   *
   * <p><b>Errors</b>, in order: those of {@link PathWalk}; {@code rmdir}: EBUSY for {@code /},
   * EINVAL for {@code .}, ENOTEMPTY for {@code ..}, {@code unlink}: EISDIR for these; ENOENT;
   * EACCES, EPERM in a sticky directory; ENOTDIR or EISDIR for the other kind; EPERM in a file
   * system that cannot; EBUSY for a mount point.
   */
  public Place toRemove(Task task, List<Directory> base, String path, boolean isDirectory) {
    PathWalk walk = new PathWalk(task, base);
    int result = walk.toParent(path);
    if (result == 0 && !walk.endsWithName()) {
      result = isDirectory ? special(walk.last()) : Errno.EISDIR.negated();
    }
    if (result == 0) {
      walk.look();
      result = mayDelete(task.cred(), walk, isDirectory);
    }
    return place(walk, result);
  }

  private static int special(String last) {
    return (last.isEmpty() ? Errno.EBUSY : last.equals(".") ? Errno.EINVAL : Errno.ENOTEMPTY)
        .negated();
  }

  private static int mayDelete(Cred cred, PathWalk walk, boolean isDirectory) {
    Directory directory = walk.directory();
    Inode inode = walk.found();
    if (inode == null) {
      return Errno.ENOENT.negated();
    }
    boolean found = inode instanceof Directory;
    if (!isDirectory && walk.endsWithSlash()) {
      return (found ? Errno.EISDIR : Errno.ENOTDIR).negated();
    }
    if (!directory.permits(cred, Inode.MAY_WRITE | Inode.MAY_EXEC)) {
      return Errno.EACCES.negated();
    }
    boolean sticky = (directory.mode() & Abi.S_ISVTX) != 0;
    boolean own = cred.euid() == inode.uid() || cred.euid() == directory.uid();
    if (sticky && !own && !inode.capable(cred, Capability.CAP_FOWNER)) {
      return Errno.EPERM.negated();
    }
    if (isDirectory != found) {
      return (isDirectory ? Errno.ENOTDIR : Errno.EISDIR).negated();
    }
    if (inode instanceof Directory victim && victim.isMountPoint()) {
      return Errno.EBUSY.negated();
    }
    return inode instanceof CgroupDirectory ? 0 : Errno.EPERM.negated();
  }

  private static Place place(PathWalk walk, int result) {
    return new Place(result, walk.directory(), walk.last(), walk.found(), walk.leftOut());
  }
}
