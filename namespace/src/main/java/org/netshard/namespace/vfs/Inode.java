package org.netshard.namespace.vfs;

import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * What a path leads to: a {@link Directory}, a {@link Link} or a {@link RegularFile}.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct inode}.
 */
public abstract class Inode {
  /** {@code MAY_EXEC}: to search a directory. */
  static final int MAY_EXEC = 1;

  /** {@code MAY_WRITE}. */
  static final int MAY_WRITE = 2;

  /** {@code MAY_READ}. */
  static final int MAY_READ = 4;

  Inode() {}

  /** Its permission bits, such as 0644. */
  public abstract int mode();

  /** What kind of file it is ({@code S_IFDIR} and so on). */
  abstract int type();

  /** The file system that has it. */
  SuperBlock superBlock() {
    return SuperBlock.PROC;
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
    int shift = cred.euid() == uid() ? 6 : cred.inEffectiveGroup(gid()) ? 3 : 0;
    if ((wanted & ~(mode() >> shift)) == 0) {
      return true;
    }
    boolean directory = this instanceof Directory;
    boolean onlyLooks = directory ? (wanted & MAY_WRITE) == 0 : wanted == MAY_READ;
    if (onlyLooks && capable(cred, Capability.CAP_DAC_READ_SEARCH)) {
      return true;
    }
    boolean overridden = directory || (wanted & MAY_EXEC) == 0 || (mode() & 0111) != 0;
    return overridden && capable(cred, Capability.CAP_DAC_OVERRIDE);
  }

  /** {@code capable_wrt_inode_uidgid}. */
  boolean capable(Cred cred, Capability capability) {
    return (cred.effective() & capability.bit()) != 0
        && cred.userNs().hasUid(uid())
        && cred.userNs().hasGid(gid());
  }
}
