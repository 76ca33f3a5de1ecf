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
 * @param caps capability sets
 * @param securebits see {@link SecureBits}
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
    CapSets caps,
    int securebits,
    UserNamespace userNs) {

  private static final int[] NO_GROUPS = {};

  /** Sorts a copy of the groups, which are unsigned. */
  public Cred {
    groups = groups.length == 0 ? NO_GROUPS : groups.clone();
    flip(groups);
    Arrays.sort(groups);
    flip(groups);
  }

  /** Gives signed numbers the order of unsigned ones, and back. */
  private static void flip(int[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] ^= Integer.MIN_VALUE;
    }
  }

  /** User and group with these capabilities, in this user namespace. */
  public static Cred of(int uid, int gid, int[] groups, long caps, UserNamespace userNs) {
    return new Cred(uid, uid, uid, gid, gid, gid, groups, CapSets.of(caps), 0, userNs);
  }

  /** Capabilities in force. */
  public long effective() {
    return caps.effective();
  }

  /** Capabilities that may be put in force. */
  public long permitted() {
    return caps.permitted();
  }

  /** Whether a bit of {@link SecureBits} is set ({@code issecure}). */
  public boolean isSecure(int bit) {
    return (securebits & bit) != 0;
  }

  /**
   * Whether the capability is in force over objects of the target namespace.
   *
   * <p><b>Source:</b> {@code security/commoncap.c}, {@code cap_capable}.
   */
  public boolean nsCapable(UserNamespace target, Capability capability) {
    for (UserNamespace ns = target; ; ) {
      if (ns == userNs) {
        return (effective() & capability.bit()) != 0;
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

  /** Whether the capability is in force over the whole machine ({@code capable}). */
  public boolean capable(Capability capability) {
    return userNs.parent() == null && (effective() & capability.bit()) != 0;
  }

  /** Whether the group is the effective one or a supplementary one ({@code in_egroup_p}). */
  public boolean inEffectiveGroup(int group) {
    boolean found = group == egid;
    for (int i = 0; i < groups.length && !found; i++) {
      found = groups[i] == group;
    }
    return found;
  }

  /** The effective, permitted and inheritable capabilities replaced. */
  public Cred withCaps(long effective, long permitted, long inheritable) {
    return withCaps(caps.with(effective, permitted, inheritable));
  }

  /** The capability sets replaced. */
  public Cred withCaps(CapSets newCaps) {
    return new Cred(uid, euid, suid, gid, egid, sgid, groups, newCaps, securebits, userNs);
  }

  /** The user ids replaced. */
  public Cred withUids(int newUid, int newEuid, int newSuid) {
    return new Cred(newUid, newEuid, newSuid, gid, egid, sgid, groups, caps, securebits, userNs);
  }

  /** The group ids replaced. */
  public Cred withGids(int newGid, int newEgid, int newSgid) {
    return new Cred(uid, euid, suid, newGid, newEgid, newSgid, groups, caps, securebits, userNs);
  }

  /** The supplementary groups replaced. */
  public Cred withGroups(int... newGroups) {
    return new Cred(uid, euid, suid, gid, egid, sgid, newGroups, caps, securebits, userNs);
  }

  /** Bits of {@link SecureBits} replaced. */
  public Cred withSecurebits(int newSecurebits) {
    return new Cred(uid, euid, suid, gid, egid, sgid, groups, caps, newSecurebits, userNs);
  }

  /** Moved to a user namespace, with every capability in it ({@code set_cred_user_ns}). */
  public Cred inUserNamespace(UserNamespace ns) {
    return new Cred(uid, euid, suid, gid, egid, sgid, groups, CapSets.FULL, 0, ns);
  }

  /**
   * Whether other credentials allow nothing that these do not ({@code cred_cap_issubset}).
   *
   * <p><b>Source:</b> {@code kernel/cred.c}.
   */
  public boolean allowsAllOf(Cred other) {
    if (userNs == other.userNs) {
      return (other.permitted() & ~permitted()) == 0;
    }
    for (UserNamespace ns = other.userNs; ns.parent() != null; ns = ns.parent()) {
      if (ns.parent() == userNs && ns.ownerUid() == euid) {
        return true;
      }
    }
    return false;
  }
}
