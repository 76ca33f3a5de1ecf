package org.netshard.protocol.core;

import org.netshard.protocol.profile.ProtoProfile;

/**
 * A kind of sock of a running kernel, with an index for its counters.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct proto}.
 */
public final class Proto {
  private final ProtoProfile profile;
  private final int index;

  /** A proto; kernels number theirs from 0. */
  public Proto(ProtoProfile profile, int index) {
    this.profile = profile;
    this.index = index;
  }

  /** What the kernel's profile says of it. */
  public ProtoProfile profile() {
    return profile;
  }

  /** The name as {@code /proc/net/protocols} shows it. */
  public String name() {
    return profile.name();
  }

  /** Size of one sock in bytes. */
  public int objSizeBytes() {
    return profile.objSizeBytes();
  }

  /** Bytes that one sock charges to a memory cgroup. */
  public int chargedBytes() {
    return profile.chargedBytes();
  }

  /** Whether socks come from a slab cache of their own. */
  public boolean ownSlab() {
    return profile.ownSlab();
  }

  /** Number of this proto in its kernel, from 0. */
  public int index() {
    return index;
  }

  @Override
  public String toString() {
    return name();
  }
}
