package org.netshard.namespace.cgroup;

import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * Bytes of slab objects and pages of the kernel that a memory cgroup pays for.
 *
 * <p>When the cgroup is removed, what is left goes over to its parent, as socks can outlive it.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code obj_cgroup_charge}, {@code
 * obj_cgroup_charge_pages}, {@code memcg_reparent_objcgs}.
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
  private long wholePages;
  private long largeObjectPages;

  ObjCgroupState(MemcgState memcg) {
    this.memcg = memcg;
  }

  @Override
  public boolean charge(int objectBytes, Slab slab, Gfp gfp) {
    long full = (long) objectBytes + POINTER_BYTES;
    long more = MemcgState.pages(bytes + full) - MemcgState.pages(bytes);
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
    long before = MemcgState.pages(bytes);
    bytes -= full;
    if (slab == Slab.RECLAIMABLE) {
      reclaimableBytes -= full;
    }
    if (reclaimableBytes < 0 || bytes < reclaimableBytes) {
      throw new IllegalStateException(
          memcg + ": " + bytes + " bytes of slab, " + reclaimableBytes + " of them reclaimable");
    }
    long less = before - MemcgState.pages(bytes);
    if (less > 0) {
      memcg.unchargeKernel(less);
    }
  }

  @Override
  public boolean chargePages(int pages, Pages use, Gfp gfp) {
    if (!memcg.chargeKernel(pages, gfp)) {
      return false;
    }
    addWhole(pages, use);
    return true;
  }

  @Override
  public void unchargePages(int pages, Pages use) {
    addWhole(-pages, use);
    memcg.unchargeKernel(pages);
  }

  private void addWhole(int pages, Pages use) {
    wholePages += pages;
    if (use == Pages.LARGE_OBJECT) {
      largeObjectPages += pages;
    }
    if (largeObjectPages < 0 || wholePages < largeObjectPages) {
      throw new IllegalStateException(
          memcg + ": " + wholePages + " pages, " + largeObjectPages + " of them of objects");
    }
  }

  /** Pages that it holds. */
  long pages() {
    return MemcgState.pages(bytes) + wholePages;
  }

  /** Pages that were charged as such. */
  long wholePages() {
    return wholePages;
  }

  /** Those of them that are objects too large for a slab. */
  long largeObjectPages() {
    return largeObjectPages;
  }

  /** Bytes of all objects from slabs. */
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
