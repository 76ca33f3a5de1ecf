package org.netshard.protocol.memcg;

/**
 * Who is charged for objects from slabs: a memory cgroup, or after its removal its parent.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}, {@code struct obj_cgroup}, {@code
 * __memcg_slab_post_alloc_hook}.
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
}
