package org.netshard.protocol.cred;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A user namespace: the parent, who owns it, the ids that it has, and how many network namespaces
 * each of its users may have.
 *
 * <p><b>Source:</b> {@code include/linux/user_namespace.h}, {@code kernel/user_namespace.c}, {@code
 * kernel/ucount.c}.
 *
 * <p><b>Differs from Linux:</b> user namespaces themselves are not counted, so that {@code
 * user.max_user_namespaces} limits nothing.
 */
public final class UserNamespace {
  /** The id that stands for one without a mapping ({@code overflowuid}). */
  public static final int OVERFLOW_ID = 65534;

  /** Namespaces are nested this deep at most, the initial one not counted. */
  public static final int LEVEL_MAX = 33;

  private final @Nullable UserNamespace parent;
  private final int level;
  private final int ownerUid;
  private final boolean parentCouldSetfcap;
  private IdMap uidMap;
  private IdMap gidMap;
  private boolean setgroupsAllowed;
  private long netNamespacesMax;
  private @Nullable Map<Integer, Integer> netNamespaceCounts;

  /** The initial user namespace of a kernel. */
  public UserNamespace(long netNamespacesMax) {
    this.parent = null;
    this.level = 0;
    this.ownerUid = 0;
    this.parentCouldSetfcap = true;
    this.uidMap = IdMap.IDENTITY;
    this.gidMap = IdMap.IDENTITY;
    this.setgroupsAllowed = true;
    this.netNamespacesMax = netNamespacesMax;
  }

  /**
   * A child without any ids.
   *
   * @param ownerUid the effective user that made it
   * @param parentCouldSetfcap whether that user had CAP_SETFCAP then
   */
  public UserNamespace(UserNamespace parent, int ownerUid, boolean parentCouldSetfcap) {
    this.parent = parent;
    this.level = parent.level + 1;
    this.ownerUid = ownerUid;
    this.parentCouldSetfcap = parentCouldSetfcap;
    this.uidMap = IdMap.EMPTY;
    this.gidMap = IdMap.EMPTY;
    this.setgroupsAllowed = parent.setgroupsAllowed;
    this.netNamespacesMax = Integer.MAX_VALUE;
  }

  /** The namespace in which this one was made; null for the initial one. */
  public @Nullable UserNamespace parent() {
    return parent;
  }

  /** How many ancestors this namespace has. */
  public int level() {
    return level;
  }

  /** The effective user that made this namespace. */
  public int ownerUid() {
    return ownerUid;
  }

  /** Whether that user had CAP_SETFCAP then, and so may map the parent's root. */
  public boolean parentCouldSetfcap() {
    return parentCouldSetfcap;
  }

  /** Sets {@code user.max_net_namespaces} of this namespace. */
  public void setNetNamespacesMax(long max) {
    netNamespacesMax = max;
  }

  /** {@code user.max_net_namespaces} of this namespace. */
  public long netNamespacesMax() {
    return netNamespacesMax;
  }

  /** Network namespaces that a user of this namespace has now, here and in descendants. */
  public int netNamespaceCount(int uid) {
    return netNamespaceCounts == null ? 0 : netNamespaceCounts.getOrDefault(uid, 0);
  }

  /**
   * Counts one more network namespace of a user here, and of the owner of each namespace in its
   * parent, or nothing at all if one of them has as many as he may.
   *
   * <p><b>Source:</b> {@code inc_ucount}.
   */
  public boolean incNetNamespaces(int uid) {
    int user = uid;
    for (UserNamespace ns = this; ns != null; ns = ns.parent) {
      if (ns.netNamespaceCount(user) >= ns.netNamespacesMax) {
        return false;
      }
      user = ns.ownerUid;
    }
    addNetNamespaces(uid, 1);
    return true;
  }

  /** Takes one network namespace off here and in every ancestor ({@code dec_ucount}). */
  public void decNetNamespaces(int uid) {
    addNetNamespaces(uid, -1);
  }

  private void addNetNamespaces(int uid, int delta) {
    int user = uid;
    for (UserNamespace ns = this; ns != null; ns = ns.parent) {
      ns.setNetNamespaceCount(user, ns.netNamespaceCount(user) + delta);
      user = ns.ownerUid;
    }
  }

  private void setNetNamespaceCount(int uid, int count) {
    if (count < 0) {
      throw new IllegalStateException("network namespaces of user " + uid + " below zero");
    }
    if (netNamespaceCounts == null) {
      netNamespaceCounts = new TreeMap<>();
    }
    if (count == 0) {
      netNamespaceCounts.remove(uid);
    } else {
      netNamespaceCounts.put(uid, count);
    }
  }

  /** Its user ids. */
  public IdMap uidMap() {
    return uidMap;
  }

  /** Its group ids. */
  public IdMap gidMap() {
    return gidMap;
  }

  /** Sets the user ids, which can be done once. */
  public void setUidMap(IdMap map) {
    uidMap = map;
  }

  /** Sets the group ids, which can be done once. */
  public void setGidMap(IdMap map) {
    gidMap = map;
  }

  /** Whether {@code /proc/PID/setgroups} says {@code allow}. */
  public boolean setgroupsAllowed() {
    return setgroupsAllowed;
  }

  /** Writes {@code deny} to {@code /proc/PID/setgroups}. */
  public void denySetgroups() {
    setgroupsAllowed = false;
  }

  /** A user id as programs of this namespace see it ({@code from_kuid_munged}). */
  public int seenUid(int uid) {
    return orOverflow(uidMap.fromKernel(uid));
  }

  /** A group id as programs of this namespace see it ({@code from_kgid_munged}). */
  public int seenGid(int gid) {
    return orOverflow(gidMap.fromKernel(gid));
  }

  private static int orOverflow(int id) {
    return id == IdMap.INVALID ? OVERFLOW_ID : id;
  }

  /** Whether programs of this namespace can name a user ({@code kuid_has_mapping}). */
  public boolean hasUid(int uid) {
    return uidMap.fromKernel(uid) != IdMap.INVALID;
  }

  /** Whether programs of this namespace can name a group ({@code kgid_has_mapping}). */
  public boolean hasGid(int gid) {
    return gidMap.fromKernel(gid) != IdMap.INVALID;
  }
}
