package org.netshard.namespace.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.SocketFiles;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The names of a machine's files: directories, and in them the files of sockets.
 *
 * <p>At boot there are the usual directories, all of root with mode 755 but {@code /tmp} and its
 * like, in which everybody may make files. Relative names begin at {@code /}.
 *
 * <p><b>Source:</b> {@code fs/namei.c}: {@code link_path_walk}, {@code filename_create}, {@code
 * do_unlinkat}, {@code inode_permission}.
 *
 * <p><b>Differs from Linux:</b> there are no links, mounts or groups, and a name has no content.
 */
public final class FileNames implements SocketFiles {
  private static final int NAME_MAX = 255;
  private static final int MODE_PRIVATE = 0755;
  private static final int MODE_SHARED = 01777;
  private static final int WRITE = 02;
  private static final int STICKY = 01000;

  private final UserNamespace initUserNs;
  private final Node root = directory(MODE_PRIVATE);

  /**
   * One file.
   *
   * @param children what is in a directory; null for other files
   * @param inode that of a socket, else null
   * @param uid its owner
   * @param mode who may do what with it
   */
  private record Node(
      @Nullable TreeMap<String, Node> children, @Nullable SocketInode inode, int uid, int mode) {}

  private static Node directory(int mode) {
    return new Node(new TreeMap<>(), null, 0, mode);
  }

  private static Node file(@Nullable SocketInode inode, int uid) {
    return new Node(null, inode, uid, MODE_PRIVATE);
  }

  /** A directory and the last part of a path, or why the path leads nowhere. */
  private record Place(@Nullable Node directory, String last, int error) {}

  /** The names of a machine that has just booted. */
  public FileNames(UserNamespace initUserNs) {
    this.initUserNs = initUserNs;
    for (String path : List.of("/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/var")) {
      mkdir(path, MODE_PRIVATE);
    }
    mkdir("/var/run", MODE_PRIVATE);
    for (String path : List.of("/tmp", "/dev/shm", "/var/tmp")) {
      mkdir(path, MODE_SHARED);
    }
  }

  private void mkdir(String path, int mode) {
    Node at = root;
    for (String name : parts(path)) {
      if (at.children == null) {
        return;
      }
      at = at.children.computeIfAbsent(name, missing -> directory(mode));
    }
  }

  /** Makes a directory of root, and those above it, unless they are there. */
  public void mkdirs(String path) {
    mkdir(path, MODE_PRIVATE);
  }

  /** Lets everybody make files in a directory, as in {@code /tmp}. */
  public void share(String path) {
    Place place = place(path);
    Node directory = place.directory();
    if (directory == null || directory.children() == null || place.error() != 0) {
      return;
    }
    Node shared = directory.children().get(place.last());
    if (shared != null && shared.children() != null) {
      directory
          .children()
          .put(place.last(), new Node(shared.children(), null, shared.uid(), MODE_SHARED));
    }
  }

  /** Makes a file of root that is no socket, and the directories above it, unless it is there. */
  public void create(String path) {
    int slash = path.lastIndexOf('/');
    mkdirs(slash < 0 ? "" : path.substring(0, slash));
    Place place = place(path);
    if (place.directory() != null && place.directory().children != null) {
      place.directory().children.putIfAbsent(place.last(), file(null, 0));
    }
  }

  /** Whether a path leads to the file of a socket, or to another that was made here. */
  public boolean hasFile(String path) {
    Place place = place(path);
    Node directory = place.directory();
    Node node =
        directory == null || directory.children() == null || place.error() != 0
            ? null
            : directory.children().get(place.last());
    return node != null && node.children() == null;
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

  /** Walks to the directory of a path; everybody may pass through every directory. */
  private Place place(String path) {
    List<Node> way = new ArrayList<>(List.of(root));
    List<String> parts = parts(path);
    String last = parts.isEmpty() ? "." : parts.get(parts.size() - 1);
    for (int i = 0; i < parts.size() - 1; i++) {
      String name = parts.get(i);
      Node at = way.get(way.size() - 1);
      if (at.children == null) {
        return new Place(null, last, Errno.ENOTDIR.negated());
      }
      if (name.length() > NAME_MAX) {
        return new Place(null, last, Errno.ENAMETOOLONG.negated());
      }
      Node next = name.equals(".") ? at : name.equals("..") ? above(way) : at.children.get(name);
      if (next == null) {
        return new Place(null, last, Errno.ENOENT.negated());
      }
      way.add(next);
    }
    Node directory = way.get(way.size() - 1);
    if (directory.children == null) {
      return new Place(null, last, Errno.ENOTDIR.negated());
    }
    return new Place(directory, last, last.length() > NAME_MAX ? Errno.ENAMETOOLONG.negated() : 0);
  }

  private static Node above(List<Node> way) {
    if (way.size() > 1) {
      way.remove(way.size() - 1);
    }
    return way.remove(way.size() - 1);
  }

  private static String text(byte[] path) {
    return new String(path, StandardCharsets.ISO_8859_1);
  }

  /** Whether a task may write to a file or in a directory ({@code inode_permission}). */
  private boolean mayWrite(Caller caller, Node node) {
    Cred cred = caller.cred();
    int bits = cred.euid() == node.uid ? node.mode() >> 6 : node.mode;
    return (bits & WRITE) != 0 || cred.nsCapable(initUserNs, Capability.CAP_DAC_OVERRIDE);
  }

  @Override
  public int mknod(Caller caller, byte[] path, SocketInode inode) {
    Place place = place(text(path));
    Node directory = place.directory();
    if (directory == null || directory.children == null || place.error() != 0) {
      return place.error();
    }
    String name = place.last();
    if (name.equals(".") || name.equals("..") || directory.children.containsKey(name)) {
      return Errno.EEXIST.negated();
    }
    if (text(path).endsWith("/")) {
      return Errno.ENOENT.negated();
    }
    if (!mayWrite(caller, directory)) {
      return Errno.EACCES.negated();
    }
    directory.children.put(name, file(inode, caller.cred().euid()));
    return 0;
  }

  @Override
  public void unmake(Caller caller, byte[] path) {
    Place place = place(text(path));
    if (place.directory() != null && place.directory().children != null) {
      place.directory().children.remove(place.last());
    }
  }

  @Override
  public Found find(Caller caller, byte[] path) {
    Place place = place(text(path));
    Node directory = place.directory();
    if (directory == null || directory.children == null || place.error() != 0) {
      return new Found(place.error(), null);
    }
    String name = place.last();
    boolean itself = name.equals(".") || name.equals("..");
    Node node = itself ? directory : directory.children.get(name);
    if (node == null) {
      return new Found(Errno.ENOENT.negated(), null);
    }
    if (text(path).endsWith("/") && node.children == null) {
      return new Found(Errno.ENOTDIR.negated(), null);
    }
    return new Found(mayWrite(caller, node) ? 0 : Errno.EACCES.negated(), node.inode);
  }

  /**
   * {@code unlink(2)}.
   *
   * <p><b>Errors</b>, in order: ENOENT, ENOTDIR, ENAMETOOLONG of the path, EACCES, EISDIR, EPERM
   * for the file of another in a directory that everybody may write to.
   */
  public int unlink(Caller caller, String path) {
    Place place = place(path);
    Node directory = place.directory();
    if (path.isEmpty()) {
      return Errno.ENOENT.negated();
    }
    if (directory == null || directory.children == null || place.error() != 0) {
      return place.error();
    }
    Node node = directory.children.get(place.last());
    if (node == null) {
      boolean itself = place.last().equals(".") || place.last().equals("..");
      return (itself ? Errno.EISDIR : Errno.ENOENT).negated();
    }
    if (!mayWrite(caller, directory)) {
      return Errno.EACCES.negated();
    }
    int uid = caller.cred().euid();
    boolean guarded = (directory.mode & STICKY) != 0 && uid != node.uid && uid != directory.uid;
    if (guarded && !caller.cred().nsCapable(initUserNs, Capability.CAP_FOWNER)) {
      return Errno.EPERM.negated();
    }
    if (node.children != null) {
      return Errno.EISDIR.negated();
    }
    directory.children.remove(place.last());
    return 0;
  }
}
