package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Cftype;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupOpenFile;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.task.Task;

/**
 * The directory of a cgroup, with its control files.
 *
 * <p><b>Source:</b> {@code fs/kernfs/dir.c}; {@code kernel/cgroup/cgroup.c}. A name may have any
 * length, as kernfs does not look at {@code NAME_MAX}.
 */
public final class CgroupDirectory extends Directory {
  private final CgroupTree tree;
  private final Cgroup cgroup;

  CgroupDirectory(CgroupTree tree, Cgroup cgroup) {
    this.tree = tree;
    this.cgroup = cgroup;
  }

  /** The cgroup. */
  public Cgroup cgroup() {
    return cgroup;
  }

  @Override
  @Nullable Inode lookup(String name, Task task) {
    if (cgroup.removed()) {
      return null;
    }
    Cgroup child = cgroup.children().get(name);
    if (child != null) {
      return new CgroupDirectory(tree, child);
    }
    Cftype file = tree.file(cgroup, name);
    return file == null ? null : new ControlFile(file);
  }

  @Override
  boolean hasNegativeEntries() {
    return !cgroup.removed();
  }

  @Override
  boolean isMountPoint() {
    return cgroup.parent() == null;
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.CGROUP;
  }

  @Override
  int nlink() {
    return 2 + cgroup.children().size();
  }

  @Override
  public int mode() {
    return cgroup.owner().mode();
  }

  @Override
  public int uid() {
    return cgroup.owner().uid();
  }

  @Override
  public int gid() {
    return cgroup.owner().gid();
  }

  /** A control file. */
  private final class ControlFile extends RegularFile {
    private final Cftype type;

    ControlFile(Cftype type) {
      this.type = type;
    }

    @Override
    Object open(Task task, int flags) {
      return new CgroupFile(new CgroupOpenFile(tree, cgroup, type, task.cred(), flags));
    }

    @Override
    SuperBlock superBlock() {
      return SuperBlock.CGROUP;
    }

    @Override
    public int mode() {
      return type.mode();
    }

    @Override
    public int uid() {
      return cgroup.owner().uid();
    }

    @Override
    public int gid() {
      return cgroup.owner().gid();
    }
  }
}
