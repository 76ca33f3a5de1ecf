package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.profile.ProtoProfile;

/**
 * A kind of sock of a running kernel, with an index for its counters.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct proto}.
 */
public final class Proto {
  private final ProtoProfile profile;
  private final int index;
  private final Pool pool;

  /** The pool of memory in which the buffers of a proto are counted ({@code memory_allocated}). */
  public enum Pool {
    /** Nowhere. */
    NONE(null),
    /** {@code tcp_memory_allocated}. */
    TCP(Sysctl.IPV4_TCP_MEM),
    /** {@code udp_memory_allocated}. */
    UDP(Sysctl.IPV4_UDP_MEM);

    private final @Nullable Sysctl limits;

    Pool(@Nullable Sysctl limits) {
      this.limits = limits;
    }

    /** The sysctl with its three limits, pages. */
    public Sysctl limits() {
      if (limits == null) {
        throw new IllegalStateException("a proto without a pool has no limits");
      }
      return limits;
    }

    private static Pool of(String name) {
      return switch (name) {
        case "tcp" -> TCP;
        case "udp" -> UDP;
        case "" -> NONE;
        default -> throw new IllegalStateException("no pool " + name);
      };
    }
  }

  /** A proto; kernels number theirs from 0. */
  public Proto(ProtoProfile profile, int index) {
    this.profile = profile;
    this.index = index;
    this.pool = Pool.of(profile.memoryPool());
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

  /** The pool in which its buffers are counted. */
  public Pool pool() {
    return pool;
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
