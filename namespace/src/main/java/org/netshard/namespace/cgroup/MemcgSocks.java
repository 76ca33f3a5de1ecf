package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * The socket buffers of one memory cgroup ({@code sock} of {@code memory.stat}), and the socks that
 * are bound to it.
 *
 * <p>With version 2 they count in {@code memory}; with version 1 in {@code kmem.tcp} alone, and
 * only from the first limit on.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code mem_cgroup_sk_alloc}, {@code
 * mem_cgroup_charge_skmem}; {@code mm/memcontrol-v1.c}: {@code memcg1_charge_skmem}.
 */
final class MemcgSocks implements SockMemcg {
  private final MemcgState memcg;
  private boolean tcpmemActive;
  private boolean tcpmemPressure;
  private long pages;
  private int references;

  MemcgSocks(MemcgState memcg) {
    this.memcg = memcg;
  }

  private boolean isLegacy() {
    return memcg.control().version() == CgroupVersion.V1;
  }

  /** What a new sock is bound to; null if it is not accounted. */
  @Nullable SockMemcg skAlloc() {
    boolean inactive = isLegacy() && !tcpmemActive;
    if (inactive || memcg.control().nosocket() || memcg.isRoot()) {
      return null;
    }
    references++;
    return this;
  }

  @Override
  public boolean charge(long more, Gfp gfp) {
    if (isLegacy()) {
      return chargeTcpmem(more, gfp);
    }
    if (!memcg.control().tryChargeForGood(memcg, more, gfp)) {
      return false;
    }
    pages += more;
    return true;
  }

  private boolean chargeTcpmem(long more, Gfp gfp) {
    MemcgState over = memcg.tcpmem.tryCharge(more);
    tcpmemPressure = over != null;
    if (over != null) {
      if (!gfp.noFail()) {
        memcg.control().refuse(memcg, over);
        return false;
      }
      memcg.tcpmem.charge(more);
    }
    pages += more;
    return true;
  }

  @Override
  public void uncharge(long less) {
    pages -= less;
    if (pages < 0) {
      throw new IllegalStateException(memcg + ": " + pages + " pages of socket buffers");
    }
    if (isLegacy()) {
      memcg.tcpmem.uncharge(less);
    } else {
      memcg.control().uncharge(memcg, less);
    }
  }

  @Override
  public boolean underSocketPressure() {
    if (isLegacy()) {
      return tcpmemPressure;
    }
    for (MemcgState above = memcg; above != null; above = above.parent()) {
      if (above.seldom().vmPressure.underPressure(memcg.control().nowNs())) {
        return true;
      }
    }
    return false;
  }

  /** Switches the accounting of socket buffers on, version 1: a limit was written. */
  void activateTcpmem() {
    tcpmemActive = true;
  }

  @Override
  public SockMemcg get() {
    references++;
    return this;
  }

  @Override
  public void put() {
    references--;
    if (references < 0) {
      throw new IllegalStateException(memcg + ": a reference of a sock too many is given back");
    }
    memcg.releaseIfUnused();
  }

  /** Pages charged by its own socks. */
  long pages() {
    return pages;
  }

  /** Socks bound to it. */
  int references() {
    return references;
  }
}
