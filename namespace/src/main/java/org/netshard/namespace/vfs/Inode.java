package org.netshard.namespace.vfs;

import org.netshard.namespace.files.InodeAttr;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * What a path leads to: a {@link Directory}, a {@link Link} or a {@link RegularFile}.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct inode}.
 */
public abstract class Inode {
  /** {@code MAY_EXEC}: to search a directory. */
  static final int MAY_EXEC = InodeAttr.MAY_EXEC;

  /** {@code MAY_WRITE}. */
  static final int MAY_WRITE = InodeAttr.MAY_WRITE;

  /** {@code MAY_READ}. */
  static final int MAY_READ = InodeAttr.MAY_READ;

  Inode() {}

  /** Its permission bits, such as 0644. */
  public abstract int mode();

  /** What kind of file it is ({@code S_IFDIR} and so on). */
  abstract int type();

  /** The file system that has it. */
  SuperBlock superBlock() {
    return SuperBlock.PROC;
  }

  /** The device that it is, as {@code stat} has it: 256 times the major number, and the minor. */
  int rdev() {
    return 0;
  }

  /** How many names it has. */
  int nlink() {
    return 1;
  }

  /** Its owner. */
  public int uid() {
    return 0;
  }

  /** Its group. */
  public int gid() {
    return 0;
  }

  /** Whether nobody may write it ({@code S_IMMUTABLE}). */
  boolean isImmutable() {
    return false;
  }

  /**
   * Whether a task with these credentials may do this.
   *
   * <p><b>Source:</b> {@code fs/namei.c}, {@code generic_permission}, {@code acl_permission_check}.
   *
   * @param wanted {@code MAY_READ}, {@code MAY_WRITE}, {@code MAY_EXEC} together
   */
  boolean permits(Cred cred, int wanted) {
    return new InodeAttr(uid(), gid(), mode()).permits(cred, wanted, this instanceof Directory);
  }

  /** {@code capable_wrt_inode_uidgid}. */
  boolean capable(Cred cred, Capability capability) {
    return InodeAttr.capable(cred, uid(), gid(), capability);
  }
}
