package org.netshard.protocol.cred;

import org.jspecify.annotations.Nullable;

/**
 * A user namespace: the parent, who owns it, and how many network namespaces it may have.
 *
 * <p><b>Source:</b> {@code include/linux/user_namespace.h}, {@code kernel/ucount.c}.
 *
 * <p><b>Differs from Linux:</b> {@code uid_map} and {@code gid_map} are not simulated: the initial
 * namespace maps every id to itself, all others map none, so their programs see the overflow id.
 * The namespace count is kept for each namespace as a whole, not for each user of it.
 */
public final class UserNamespace {
  /** The id that stands for one without a mapping ({@code overflowuid}). */
  public static final int OVERFLOW_ID = 65534;

  private final @Nullable UserNamespace parent;
  private final int level;
  private final int ownerUid;
  private long netNamespacesMax;
  private int netNamespaceCount;

  /** The initial user namespace of a kernel. */
  public UserNamespace(long netNamespacesMax) {
    this.parent = null;
    this.level = 0;
    this.ownerUid = 0;
    this.netNamespacesMax = netNamespacesMax;
  }

  /** A child, owned by the effective user that made it. */
  public UserNamespace(UserNamespace parent, int ownerUid) {
    this.parent = parent;
    this.level = parent.level + 1;
    this.ownerUid = ownerUid;
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

  /** Sets {@code user.max_net_namespaces} of this namespace. */
  public void setNetNamespacesMax(long max) {
    netNamespacesMax = max;
  }

  /** {@code user.max_net_namespaces} of this namespace. */
  public long netNamespacesMax() {
    return netNamespacesMax;
  }

  /** Network namespaces that this namespace and its descendants own now. */
  public int netNamespaceCount() {
    return netNamespaceCount;
  }

  /**
   * Counts one more network namespace here and in every ancestor, or nothing at all if one of them
   * is at its limit.
   *
   * <p><b>Source:</b> {@code inc_ucount}.
   */
  public boolean incNetNamespaces() {
    for (UserNamespace ns = this; ns != null; ns = ns.parent) {
      if (ns.netNamespaceCount >= ns.netNamespacesMax) {
        for (UserNamespace undo = this; undo != null && undo != ns; undo = undo.parent) {
          undo.netNamespaceCount--;
        }
        return false;
      }
      ns.netNamespaceCount++;
    }
    return true;
  }

  /** Takes one network namespace off here and in every ancestor ({@code dec_ucount}). */
  public void decNetNamespaces() {
    for (UserNamespace ns = this; ns != null; ns = ns.parent) {
      if (ns.netNamespaceCount-- == 0) {
        throw new IllegalStateException("network namespace count below zero");
      }
    }
  }

  /** A user or group id as programs of this namespace see it ({@code from_kuid_munged}). */
  public int fromKernelId(int id) {
    return parent == null ? id : OVERFLOW_ID;
  }

  /** Whether programs of this namespace can name this id ({@code make_kuid} is valid). */
  public boolean maps(int id) {
    return parent == null && id != -1;
  }
}
