package org.netshard.namespace.vfs;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;

/**
 * The way along a path, for one task: first to the directory of its last component, then to what
 * stands there.
 *
 * <p><b>Errors</b> of each step, in order: EACCES if the directory may not be searched, ENOENT,
 * ELOOP after 40 links, EACCES for a link that may not be followed, ENOTDIR if it goes on behind
 * something that is no directory.
 *
 * <p><b>Source:</b> {@code fs/namei.c}: {@code link_path_walk}, {@code walk_component}, {@code
 * pick_link}.
 */
final class PathWalk {
  private static final int MAXSYMLINKS = 40;

  private final Task task;
  private final List<Directory> way = new ArrayList<>();
  private final Directory root;
  private String last = "";
  private boolean slash;
  private int links;
  private boolean leftOut;
  private @Nullable Inode found;

  /**
   * A walk.
   *
   * @param from where relative paths begin: the root and every directory down to it
   */
  PathWalk(Task task, List<Directory> from) {
    this.task = task;
    this.root = from.get(0);
    way.addAll(from);
  }

  /** The directory that was reached. */
  Directory directory() {
    return way.get(way.size() - 1);
  }

  /** The root and every directory down to the one that was reached. */
  List<Directory> way() {
    return way;
  }

  /** The last component; empty if the path is the root. */
  String last() {
    return last;
  }

  /** Whether the last component is neither the root nor {@code .} nor {@code ..}. */
  boolean endsWithName() {
    return !last.isEmpty() && !last.equals(".") && !last.equals("..");
  }

  /** Whether there is a slash behind the last component. */
  boolean endsWithSlash() {
    return slash;
  }

  /** What the path leads to, after {@link #look} and {@link #follow}; null if it is not there. */
  @Nullable Inode found() {
    return found;
  }

  /** Whether what was not found may be there on Linux. */
  boolean leftOut() {
    return leftOut;
  }

  /** Goes to the directory of the last component; 0 or {@code -errno}. */
  int toParent(String path) {
    if (path.startsWith("/")) {
      way.clear();
      way.add(root);
    }
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    for (int i = 0; i < names.size() - 1; i++) {
      int result = step(names.get(i));
      if (result < 0) {
        return result;
      }
    }
    last = names.isEmpty() ? "" : names.get(names.size() - 1);
    slash = path.endsWith("/") && !last.isEmpty();
    return directory().maySearch(task) ? 0 : Errno.EACCES.negated();
  }

  /** Looks the last component up, without following a link; null is no error. */
  void look() {
    if (last.isEmpty() || last.equals(".")) {
      found = directory();
    } else if (last.equals("..")) {
      found = way.get(Math.max(0, way.size() - 2));
    } else {
      found = lookup(last);
    }
  }

  private @Nullable Inode lookup(String name) {
    Inode inode = directory().lookup(name, task);
    leftOut = inode == null && directory().leavesOut(name);
    return inode;
  }

  /** Follows the link that was found, to its end; 0 or {@code -errno}. */
  int follow() {
    while (found instanceof Link link) {
      if (++links > MAXSYMLINKS) {
        return Errno.ELOOP.negated();
      }
      String path = link.path(task);
      if (path == null) {
        found = link.file(task);
        if (found == null) {
          return Errno.EACCES.negated();
        }
        continue;
      }
      boolean slashed = slash;
      int result = toParent(path);
      if (result < 0) {
        return result;
      }
      slash |= slashed;
      look();
    }
    return 0;
  }

  private int step(String name) {
    if (!directory().maySearch(task)) {
      return Errno.EACCES.negated();
    }
    if (name.equals(".")) {
      return 0;
    }
    if (name.equals("..")) {
      if (way.size() > 1) {
        way.remove(way.size() - 1);
      }
      return 0;
    }
    found = lookup(name);
    int result = follow();
    if (result < 0) {
      return result;
    }
    if (found == null) {
      return Errno.ENOENT.negated();
    }
    if (!(found instanceof Directory next)) {
      return Errno.ENOTDIR.negated();
    }
    if (next != directory()) {
      way.add(next);
    }
    return 0;
  }
}
