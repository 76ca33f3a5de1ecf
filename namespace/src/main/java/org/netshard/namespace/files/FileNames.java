package org.netshard.namespace.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.SocketFiles;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.cred.Cred;

/**
 * The names of a machine's files: directories, and in them the files of sockets.
 *
 * <p>At boot there are the usual directories, all of root with mode 755 but {@code /tmp} and its
 * like, in which everybody may make files. Relative names begin at {@code /}.
 *
 * <p><b>Source:</b> {@code fs/namei.c}: {@code link_path_walk}, {@code filename_create}, {@code
 * do_unlinkat}, {@code do_renameat2}, {@code may_delete}, {@code inode_permission}.
 *
 * <p><b>Differs from Linux:</b> there are no links or mounts, and a name has no content.
 */
public final class FileNames implements SocketFiles {
  /** {@code RENAME_NOREPLACE}. */
  public static final int RENAME_NOREPLACE = 1;

  /** {@code RENAME_EXCHANGE}. */
  public static final int RENAME_EXCHANGE = 2;

  static final int STICKY = 01000;

  private static final int NAME_MAX = 255;
  private static final int MODE_PRIVATE = 0755;
  private static final int MODE_SHARED = 01777;
  private static final int MODE_FILE = 0644;

  private final NamedFile root = NamedFile.directory(MODE_PRIVATE);

  /**
   * A directory, all directories down to it, and the last part of a path; or why the path leads
   * nowhere.
   *
   * @param slash whether a slash comes after the last part
   */
  private record Place(List<NamedFile> way, String last, boolean slash, int error) {
    NamedFile directory() {
      return way.get(way.size() - 1);
    }

    /** What is in the directory. */
    Map<String, NamedFile> names() {
      Map<String, NamedFile> names = directory().children();
      if (names == null) {
        throw new IllegalStateException("a way that ends at no directory");
      }
      return names;
    }

    /**
     * Whether the last part is a name, not the directory itself or the one above ({@code
     * LAST_NORM}).
     */
    boolean isName() {
      return !last.equals(".") && !last.equals("..");
    }

    /** What the path leads to, or null. */
    @Nullable NamedFile found() {
      return last.equals(".")
          ? directory()
          : last.equals("..") ? way.get(Math.max(0, way.size() - 2)) : names().get(last);
    }
  }

  /** What a path leads to; with an error, null. */
  public record Lookup(int error, @Nullable NamedFile file) {}

  /** The names of a machine that has just booted. */
  public FileNames() {
    for (String path : List.of("/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/var")) {
      mkdir(path, MODE_PRIVATE);
    }
    mkdir("/var/run", MODE_PRIVATE);
    for (String path : List.of("/tmp", "/dev/shm", "/var/tmp")) {
      mkdir(path, MODE_SHARED);
    }
  }

  private void mkdir(String path, int mode) {
    NamedFile at = root;
    for (String name : parts(path)) {
      Map<String, NamedFile> children = at.children();
      if (children == null) {
        return;
      }
      at = children.computeIfAbsent(name, missing -> NamedFile.directory(mode));
    }
  }

  /** Makes a directory of root, and those above it, unless they are there. */
  public void mkdirs(String path) {
    mkdir(path, MODE_PRIVATE);
  }

  /** Lets everybody make files in a directory, as in {@code /tmp}. */
  public void share(String path) {
    Place place = place(null, path);
    NamedFile shared = place.error() == 0 ? place.found() : null;
    Map<String, NamedFile> children = shared == null ? null : shared.children();
    if (shared != null && children != null && place.isName()) {
      NamedFile made = NamedFile.directory(MODE_SHARED, shared.attr().uid(), children);
      place.names().put(place.last(), made);
    }
  }

  /** Makes a file of root that is no socket, and the directories above it, unless it is there. */
  public void create(String path) {
    create(path, new InodeAttr(0, 0, MODE_FILE));
  }

  /** The same, with these attributes. */
  public void create(String path, InodeAttr attr) {
    int slash = path.lastIndexOf('/');
    mkdirs(slash < 0 ? "" : path.substring(0, slash));
    Place place = place(null, path);
    if (place.error() == 0) {
      place.names().putIfAbsent(place.last(), NamedFile.file(null, attr));
    }
  }

  /** Whether a path leads to the file of a socket, or to another that was made here. */
  public boolean hasFile(String path) {
    Place place = place(null, path);
    NamedFile file = place.error() == 0 ? place.found() : null;
    return file != null && !file.isDirectory();
  }

  private static List<String> parts(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
    return parts;
  }

  /**
   * Walks to the directory of a path.
   *
   * <p><b>Errors</b> of each step, in order: ENOTDIR, EACCES for a directory that may not be
   * searched, ENAMETOOLONG, ENOENT.
   *
   * @param cred who walks; with null, every directory may be passed
   */
  private Place place(@Nullable Cred cred, String path) {
    List<NamedFile> way = new ArrayList<>(List.of(root));
    List<String> parts = parts(path);
    String last = parts.isEmpty() ? "." : parts.get(parts.size() - 1);
    boolean slash = path.endsWith("/");
    for (int i = 0; ; i++) {
      NamedFile at = way.get(way.size() - 1);
      Map<String, NamedFile> children = at.children();
      if (children == null) {
        return new Place(way, last, slash, Errno.ENOTDIR.negated());
      }
      if (cred != null && !at.permits(cred, InodeAttr.MAY_EXEC)) {
        return new Place(way, last, slash, Errno.EACCES.negated());
      }
      String name = i < parts.size() ? parts.get(i) : last;
      if (name.length() > NAME_MAX) {
        return new Place(way, last, slash, Errno.ENAMETOOLONG.negated());
      }
      if (i >= parts.size() - 1) {
        return new Place(way, last, slash, 0);
      }
      NamedFile next = name.equals("..") ? above(way) : children.get(name);
      if (next == null && !name.equals(".")) {
        return new Place(way, last, slash, Errno.ENOENT.negated());
      }
      if (next != null) {
        way.add(next);
      }
    }
  }

  private static NamedFile above(List<NamedFile> way) {
    if (way.size() > 1) {
      way.remove(way.size() - 1);
    }
    return way.remove(way.size() - 1);
  }

  private static String text(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  @Override
  public int mknod(Caller caller, byte[] path, int mode, SocketInode inode) {
    Cred cred = caller.cred();
    Place place = place(cred, text(path));
    if (place.error() != 0) {
      return place.error();
    }
    if (place.found() != null) {
      return Errno.EEXIST.negated();
    }
    if (place.slash()) {
      return Errno.ENOENT.negated();
    }
    if (!place.directory().permits(cred, InodeAttr.MAY_WRITE | InodeAttr.MAY_EXEC)) {
      return Errno.EACCES.negated();
    }
    int bits = mode & ~caller.task().umask();
    InodeAttr attr = new InodeAttr(cred.euid(), cred.egid(), bits);
    place.names().put(place.last(), NamedFile.file(inode, attr));
    return 0;
  }

  @Override
  public void unmake(Caller caller, byte[] path) {
    Place place = place(null, text(path));
    if (place.error() == 0) {
      place.names().remove(place.last());
    }
  }

  /**
   * What a path leads to ({@code filename_lookup}).
   *
   * <p><b>Errors</b>, in order: those of the way, ENOENT, ENOTDIR for a slash after a file.
   */
  public Lookup lookup(Cred cred, String path) {
    Place place = place(cred, path);
    NamedFile file = place.error() == 0 ? place.found() : null;
    if (file == null) {
      return new Lookup(place.error() == 0 ? Errno.ENOENT.negated() : place.error(), null);
    }
    return place.slash() && !file.isDirectory()
        ? new Lookup(Errno.ENOTDIR.negated(), null)
        : new Lookup(0, file);
  }

  @Override
  public Found find(Caller caller, byte[] path) {
    Lookup looked = lookup(caller.cred(), text(path));
    NamedFile file = looked.file();
    if (file == null) {
      return new Found(looked.error(), null);
    }
    boolean may = file.permits(caller.cred(), InodeAttr.MAY_WRITE);
    return new Found(may ? 0 : Errno.EACCES.negated(), file.socket());
  }

  /**
   * {@code unlink(2)}.
   *
   * <p><b>Errors</b>, in order: ENOENT, ENOTDIR, ENAMETOOLONG of the path, EACCES, EISDIR, EPERM
   * for the file of another in a directory that everybody may write to.
   */
  public int unlink(Caller caller, String path) {
    Place place = place(caller.cred(), path);
    if (path.isEmpty()) {
      return Errno.ENOENT.negated();
    }
    if (place.error() != 0 || !place.isName()) {
      return place.error() != 0 ? place.error() : Errno.EISDIR.negated();
    }
    NamedFile file = place.found();
    if (file == null) {
      return Errno.ENOENT.negated();
    }
    if (place.slash()) {
      return (file.isDirectory() ? Errno.EISDIR : Errno.ENOTDIR).negated();
    }
    int error = mayDelete(caller.cred(), place, file, false);
    if (error == 0) {
      place.names().remove(place.last());
    }
    return error;
  }

  /** {@code may_delete}. <b>Errors</b>, in order: EACCES, EPERM, ENOTDIR or EISDIR. */
  private static int mayDelete(Cred cred, Place place, NamedFile file, boolean asDirectory) {
    if (!place.directory().permits(cred, InodeAttr.MAY_WRITE | InodeAttr.MAY_EXEC)) {
      return Errno.EACCES.negated();
    }
    if (place.directory().guards(cred, file)) {
      return Errno.EPERM.negated();
    }
    if (asDirectory != file.isDirectory()) {
      return (asDirectory ? Errno.ENOTDIR : Errno.EISDIR).negated();
    }
    return 0;
  }

  /**
   * {@code renameat2(2)}, after the check of its flags.
   *
   * <p><b>Errors</b>, in order: those of both ways; EBUSY for {@code .} and {@code ..}, or EEXIST
   * as the new name with RENAME_NOREPLACE; ENOENT; EEXIST with RENAME_NOREPLACE; ENOENT for the
   * other of two that are exchanged; ENOTDIR for a slash after a file; EINVAL for a directory into
   * itself; ENOTEMPTY for one that has the other in it; EACCES, EPERM, ENOTDIR, EISDIR; EACCES for
   * a directory that may not be written and moves to another; ENOTEMPTY.
   */
  public int rename(Caller caller, String oldPath, String newPath, int flags) {
    Place from = place(caller.cred(), oldPath);
    Place to = from.error() == 0 ? place(caller.cred(), newPath) : from;
    if (to.error() != 0) {
      return to.error();
    }
    boolean exchange = (flags & RENAME_EXCHANGE) != 0;
    boolean noreplace = (flags & RENAME_NOREPLACE) != 0;
    if (!from.isName() || !to.isName()) {
      return (from.isName() && noreplace ? Errno.EEXIST : Errno.EBUSY).negated();
    }
    NamedFile source = from.found();
    NamedFile target = to.found();
    if (source == null || (exchange && target == null)) {
      return Errno.ENOENT.negated();
    }
    if (target != null && noreplace) {
      return Errno.EEXIST.negated();
    }
    int error = checkPlaces(from, to, source, target, exchange);
    if (error == 0 && source != target) {
      error = mayRename(caller.cred(), from, to, source, target, exchange);
      if (error == 0) {
        move(from, to, source, exchange ? target : null);
      }
    }
    return error;
  }

  private static int checkPlaces(
      Place from, Place to, NamedFile source, @Nullable NamedFile target, boolean exchange) {
    boolean wrongTarget = exchange && target != null && !target.isDirectory() && to.slash();
    boolean wrongSource = !source.isDirectory() && (from.slash() || (!exchange && to.slash()));
    if (wrongTarget || wrongSource) {
      return Errno.ENOTDIR.negated();
    }
    if (to.way().contains(source)) {
      return Errno.EINVAL.negated();
    }
    boolean above = target != null && from.way().contains(target);
    return above ? (exchange ? Errno.EINVAL : Errno.ENOTEMPTY).negated() : 0;
  }

  private static int mayRename(
      Cred cred,
      Place from,
      Place to,
      NamedFile source,
      @Nullable NamedFile target,
      boolean exchange) {
    int error = mayDelete(cred, from, source, source.isDirectory());
    if (error == 0 && target != null) {
      error = mayDelete(cred, to, target, (exchange ? target : source).isDirectory());
    } else if (error == 0
        && !to.directory().permits(cred, InodeAttr.MAY_WRITE | InodeAttr.MAY_EXEC)) {
      error = Errno.EACCES.negated();
    }
    if (error != 0) {
      return error;
    }
    boolean moves = from.directory() != to.directory();
    boolean sourceStays = source.isDirectory() && !source.permits(cred, InodeAttr.MAY_WRITE);
    boolean targetStays =
        exchange
            && target != null
            && target.isDirectory()
            && !target.permits(cred, InodeAttr.MAY_WRITE);
    if (moves && (sourceStays || targetStays)) {
      return Errno.EACCES.negated();
    }
    Map<String, NamedFile> replaced = target == null || exchange ? null : target.children();
    return replaced != null && !replaced.isEmpty() ? Errno.ENOTEMPTY.negated() : 0;
  }

  private static void move(Place from, Place to, NamedFile source, @Nullable NamedFile back) {
    from.names().remove(from.last());
    if (back != null) {
      from.names().put(from.last(), back);
    }
    to.names().put(to.last(), source);
  }
}
