package org.netshard.namespace.files;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.cred.Cred;

/** A file that has a name: a directory, the file of a socket, or another without content. */
public final class NamedFile {
  private final @Nullable Map<String, NamedFile> children;
  private final @Nullable SocketInode socket;
  private final InodeAttr attr;
  private int ino;

  private NamedFile(
      @Nullable Map<String, NamedFile> children, @Nullable SocketInode socket, InodeAttr attr) {
    this.children = children;
    this.socket = socket;
    this.attr = attr;
  }

  static NamedFile directory(int mode) {
    return directory(mode, 0, new TreeMap<>());
  }

  static NamedFile directory(int mode, int uid, Map<String, NamedFile> children) {
    return new NamedFile(children, null, new InodeAttr(uid, 0, mode));
  }

  static NamedFile file(@Nullable SocketInode socket, InodeAttr attr) {
    return new NamedFile(null, socket, attr);
  }

  /** What is in a directory; null for other files. */
  @Nullable Map<String, NamedFile> children() {
    return children;
  }

  /** Whether it is a directory. */
  public boolean isDirectory() {
    return children != null;
  }

  /** The inode of a socket's file, else null. */
  public @Nullable SocketInode socket() {
    return socket;
  }

  /** Whose it is, and who may do what with it. */
  public InodeAttr attr() {
    return attr;
  }

  /** The number of its inode, which it gets when somebody first asks. */
  public int ino(Machine machine) {
    ino = ino == 0 ? SockInodes.next(machine) : ino;
    return ino;
  }

  boolean permits(Cred cred, int wanted) {
    return attr.permits(cred, wanted, isDirectory());
  }

  /** {@code check_sticky}: whether a file in this directory is not the task's to remove. */
  boolean guards(Cred cred, NamedFile file) {
    boolean own = cred.euid() == file.attr.uid() || cred.euid() == attr.uid();
    return (attr.mode() & FileNames.STICKY) != 0 && !own && !file.attr.isOwnedBy(cred);
  }
}
