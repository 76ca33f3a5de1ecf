package org.netshard.namespace.files;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Whose an inode is, and who may do what with it: what {@code chmod} and {@code chown} change.
 *
 * <p><b>Source:</b> {@code fs/open.c}: {@code chmod_common}, {@code chown_common}; {@code
 * fs/attr.c}: {@code notify_change}, {@code setattr_prepare}, {@code setattr_copy}; {@code
 * fs/namei.c}: {@code generic_permission}, {@code acl_permission_check}.
 */
public final class InodeAttr {
  /** An id that is to stay. */
  public static final int UNCHANGED = -1;

  /** {@code MAY_EXEC}: to search a directory. */
  public static final int MAY_EXEC = 1;

  /** {@code MAY_WRITE}. */
  public static final int MAY_WRITE = 2;

  /** {@code MAY_READ}. */
  public static final int MAY_READ = 4;

  private static final int S_ISUID = 04000;
  private static final int S_ISGID = 02000;
  private static final int S_IXGRP = 010;

  private int uid;
  private int gid;
  private int mode;

  /**
   * Attributes.
   *
   * @param mode permission bits, such as 0644
   */
  public InodeAttr(int uid, int gid, int mode) {
    this.uid = uid;
    this.gid = gid;
    this.mode = mode;
  }

  /** The owner. */
  public int uid() {
    return uid;
  }

  /** The group. */
  public int gid() {
    return gid;
  }

  /** Permission bits. */
  public int mode() {
    return mode;
  }

  /** {@code capable_wrt_inode_uidgid}. */
  public static boolean capable(Cred cred, int uid, int gid, Capability capability) {
    return (cred.effective() & capability.bit()) != 0
        && cred.userNs().hasUid(uid)
        && cred.userNs().hasGid(gid);
  }

  private boolean capable(Cred cred, Capability capability) {
    return capable(cred, uid, gid, capability);
  }

  /** Whether a task with these credentials may do this with a file or directory. */
  public boolean permits(Cred cred, int wanted, boolean directory) {
    int shift = cred.euid() == uid ? 6 : cred.inEffectiveGroup(gid) ? 3 : 0;
    if ((wanted & ~(mode >> shift)) == 0) {
      return true;
    }
    boolean onlyLooks = directory ? (wanted & MAY_WRITE) == 0 : wanted == MAY_READ;
    if (onlyLooks && capable(cred, Capability.CAP_DAC_READ_SEARCH)) {
      return true;
    }
    boolean overridden = directory || (wanted & MAY_EXEC) == 0 || (mode & 0111) != 0;
    return overridden && capable(cred, Capability.CAP_DAC_OVERRIDE);
  }

  /** {@code inode_owner_or_capable}. */
  public boolean isOwnedBy(Cred cred) {
    return cred.euid() == uid || capable(cred, Capability.CAP_FOWNER);
  }

  /** {@code in_group_or_capable}: whether the bit of set-group-id may stay. */
  private boolean keepsSgid(Cred cred, int group) {
    return cred.inEffectiveGroup(group) || capable(cred, Capability.CAP_FSETID);
  }

  /** {@code chmod}: all bits of {@code 07777}. <b>Errors:</b> EPERM. */
  public int chmod(Cred cred, int newMode) {
    if (!isOwnedBy(cred)) {
      return Errno.EPERM.negated();
    }
    int bits = newMode & Abi.S_IALLUGO;
    mode = keepsSgid(cred, gid) ? bits : bits & ~S_ISGID;
    return 0;
  }

  /**
   * {@code chown}, which also takes the bits of set-user-id and set-group-id from a file, whatever
   * it changes.
   *
   * <p><b>Errors:</b> EPERM for an owner or a group that the task may not give, or bits that it may
   * not take.
   *
   * @param newUid in the initial user namespace, or {@link #UNCHANGED}
   * @param newGid likewise
   * @param directory whether it is one, whose bits stay
   */
  public int chown(Cred cred, int newUid, int newGid, boolean directory) {
    boolean sgidStays = (mode & S_IXGRP) == 0 && keepsSgid(cred, gid);
    int taken = directory ? 0 : sgidStays ? S_ISUID : S_ISUID | S_ISGID;
    if (!mayChown(cred, newUid) || !mayChgrp(cred, newGid)) {
      return Errno.EPERM.negated();
    }
    int groupNow = newGid == UNCHANGED ? gid : newGid;
    int bits = mode & ~taken;
    if (bits != mode && !isOwnedBy(cred)) {
      return Errno.EPERM.negated();
    }
    if (bits != mode && !keepsSgid(cred, groupNow)) {
      bits &= ~S_ISGID;
    }
    mode = bits;
    uid = newUid == UNCHANGED ? uid : newUid;
    gid = groupNow;
    return 0;
  }

  private boolean mayChown(Cred cred, int newUid) {
    return newUid == UNCHANGED
        || (cred.euid() == uid && newUid == uid)
        || capable(cred, Capability.CAP_CHOWN);
  }

  private boolean mayChgrp(Cred cred, int newGid) {
    return newGid == UNCHANGED
        || (cred.euid() == uid && (newGid == gid || cred.inEffectiveGroup(newGid)))
        || capable(cred, Capability.CAP_CHOWN);
  }
}
