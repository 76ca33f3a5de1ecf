package org.netshard.protocol.memcg;

/**
 * Who is charged for objects from slabs and for pages of the kernel: a memory cgroup, or after its
 * removal its parent.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}, {@code struct obj_cgroup}, {@code
 * __memcg_slab_post_alloc_hook}, {@code obj_cgroup_charge_pages}.
 */
public interface ObjCgroup {
  /** Kinds of slab, which {@code memory.stat} tells apart. */
  enum Slab {
    /** {@code slab_unreclaimable}. */
    UNRECLAIMABLE,
    /** {@code slab_reclaimable}: caches with {@code SLAB_RECLAIM_ACCOUNT}, such as inodes. */
    RECLAIMABLE
  }

  /**
   * Charges an object, with the pointer to its owner that the slab keeps beside it.
   *
   * @param objectBytes size of the object
   * @param gfp how
   * @return false if there is no room
   */
  boolean charge(int objectBytes, Slab slab, Gfp gfp);

  /** Gives back what {@link #charge} took for an object of this size. */
  void uncharge(int objectBytes, Slab slab);

  /** What whole pages are for, which {@code memory.stat} tells apart. */
  enum Pages {
    /** {@code kernel} alone: pages that were asked for as such. */
    PLAIN,
    /** {@code slab_unreclaimable} too: an object too large for a slab. */
    LARGE_OBJECT
  }

  /**
   * Charges whole pages ({@code __memcg_kmem_charge_page}).
   *
   * @return false if there is no room
   */
  boolean chargePages(int pages, Pages use, Gfp gfp);

  /** Gives back what {@link #chargePages} took. */
  void unchargePages(int pages, Pages use);
}
