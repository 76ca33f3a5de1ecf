package org.netshard.namespace.cgroup;

import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * Bytes of slab objects that a memory cgroup pays for, in whole pages.
 *
 * <p>When the cgroup is removed, what is left goes over to its parent, as socks can outlive it.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code obj_cgroup_charge}, {@code
 * memcg_reparent_objcgs}.
 *
 * <p><b>Differs from Linux:</b> the rest of a page that no object uses is kept for the cgroup and
 * not for the CPU, so that the sum does not depend on where a task ran.
 */
final class ObjCgroupState implements ObjCgroup {
  /** The pointer to the owner, which a slab keeps for each object ({@code obj_full_size}). */
  static final int POINTER_BYTES = 8;

  private MemcgState memcg;
  private long bytes;
  private long reclaimableBytes;

  ObjCgroupState(MemcgState memcg) {
    this.memcg = memcg;
  }

  @Override
  public boolean charge(int objectBytes, Slab slab, Gfp gfp) {
    long full = (long) objectBytes + POINTER_BYTES;
    long more = MemcgState.pages(bytes + full) - pages();
    if (more > 0 && !memcg.chargeKernel(more, gfp)) {
      return false;
    }
    bytes += full;
    if (slab == Slab.RECLAIMABLE) {
      reclaimableBytes += full;
    }
    return true;
  }

  @Override
  public void uncharge(int objectBytes, Slab slab) {
    long full = (long) objectBytes + POINTER_BYTES;
    long before = pages();
    bytes -= full;
    if (slab == Slab.RECLAIMABLE) {
      reclaimableBytes -= full;
    }
    if (reclaimableBytes < 0 || bytes < reclaimableBytes) {
      throw new IllegalStateException(
          memcg + ": " + bytes + " bytes of slab, " + reclaimableBytes + " of them reclaimable");
    }
    if (before > pages()) {
      memcg.unchargeKernel(before - pages());
    }
  }

  /** Pages that it holds. */
  long pages() {
    return MemcgState.pages(bytes);
  }

  /** Bytes of all objects. */
  long bytes() {
    return bytes;
  }

  /** Bytes of those that can be reclaimed. */
  long reclaimableBytes() {
    return reclaimableBytes;
  }

  /** Lets another cgroup pay from now on. */
  void reparent(MemcgState newOwner) {
    memcg = newOwner;
  }
}
