package org.netshard.protocol.cred;

import java.util.Arrays;

/**
 * The credentials of a task: ids, groups, capability sets, user namespace. It never changes; a call
 * that changes them gives the task a new one.
 *
 * <p><b>Source:</b> {@code include/linux/cred.h}.
 *
 * @param uid real user id
 * @param euid effective user id
 * @param suid saved user id
 * @param gid real group id
 * @param egid effective group id
 * @param sgid saved group id
 * @param groups supplementary groups, ascending as {@code groups_sort} leaves them
 * @param effective capabilities in force, a bit each
 * @param permitted capabilities that may be put in force
 * @param inheritable capabilities that are kept over {@code execve}
 * @param bounding capabilities that {@code execve} may ever give
 * @param keepCaps {@code PR_SET_KEEPCAPS}: permitted capabilities outlive the change of user id
 * @param userNs the user namespace
 */
public record Cred(
    int uid,
    int euid,
    int suid,
    int gid,
    int egid,
    int sgid,
    int[] groups,
    long effective,
    long permitted,
    long inheritable,
    long bounding,
    boolean keepCaps,
    UserNamespace userNs) {

  /** Sorts a copy of the groups. */
  public Cred {
    groups = groups.clone();
    Arrays.sort(groups);
  }

  /** User and group with these capabilities, in this user namespace. */
  public static Cred of(int uid, int gid, int[] groups, long caps, UserNamespace userNs) {
    return new Cred(
        uid, uid, uid, gid, gid, gid, groups, caps, caps, 0, Capability.ALL, false, userNs);
  }

  /**
   * Whether the capability is in force over objects of the target namespace.
   *
   * <p><b>Source:</b> {@code security/commoncap.c}, {@code cap_capable}.
   */
  public boolean nsCapable(UserNamespace target, Capability capability) {
    for (UserNamespace ns = target; ; ) {
      if (ns == userNs) {
        return (effective & capability.bit()) != 0;
      }
      UserNamespace parent = ns.parent();
      if (parent == null || ns.level() <= userNs.level()) {
        return false;
      }
      if (parent == userNs && ns.ownerUid() == euid) {
        return true;
      }
      ns = parent;
    }
  }

  /** Whether the group is the effective one or a supplementary one ({@code in_egroup_p}). */
  public boolean inEffectiveGroup(int group) {
    return group == egid || Arrays.binarySearch(groups, group) >= 0;
  }

  /** The capability sets replaced. */
  public Cred withCaps(long newEffective, long newPermitted, long newInheritable) {
    return new Cred(
        uid,
        euid,
        suid,
        gid,
        egid,
        sgid,
        groups,
        newEffective,
        newPermitted,
        newInheritable,
        bounding,
        keepCaps,
        userNs);
  }

  /** The user ids replaced. */
  public Cred withUids(int newUid, int newEuid, int newSuid) {
    return new Cred(
        newUid,
        newEuid,
        newSuid,
        gid,
        egid,
        sgid,
        groups,
        effective,
        permitted,
        inheritable,
        bounding,
        keepCaps,
        userNs);
  }

  /** The group ids replaced. */
  public Cred withGids(int newGid, int newEgid, int newSgid) {
    return new Cred(
        uid,
        euid,
        suid,
        newGid,
        newEgid,
        newSgid,
        groups,
        effective,
        permitted,
        inheritable,
        bounding,
        keepCaps,
        userNs);
  }

  /** The supplementary groups replaced. */
  public Cred withGroups(int... newGroups) {
    return new Cred(
        uid,
        euid,
        suid,
        gid,
        egid,
        sgid,
        newGroups,
        effective,
        permitted,
        inheritable,
        bounding,
        keepCaps,
        userNs);
  }

  /** {@code PR_SET_KEEPCAPS} set or cleared. */
  public Cred withKeepCaps(boolean keep) {
    return new Cred(
        uid,
        euid,
        suid,
        gid,
        egid,
        sgid,
        groups,
        effective,
        permitted,
        inheritable,
        bounding,
        keep,
        userNs);
  }

  /** The bounding set replaced. */
  public Cred withBounding(long newBounding) {
    return new Cred(
        uid,
        euid,
        suid,
        gid,
        egid,
        sgid,
        groups,
        effective,
        permitted,
        inheritable,
        newBounding,
        keepCaps,
        userNs);
  }

  /** Moved to a new user namespace, with every capability in it ({@code set_cred_user_ns}). */
  public Cred inUserNamespace(UserNamespace ns) {
    return new Cred(
        uid,
        euid,
        suid,
        gid,
        egid,
        sgid,
        groups,
        Capability.ALL,
        Capability.ALL,
        0,
        Capability.ALL,
        false,
        ns);
  }
}
