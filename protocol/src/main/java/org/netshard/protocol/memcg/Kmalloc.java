package org.netshard.protocol.memcg;

import org.netshard.protocol.memcg.ObjCgroup.Pages;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/**
 * Objects of any size that a cgroup pays for ({@code GFP_KERNEL_ACCOUNT}).
 *
 * <p>Each comes from the slab {@code kmalloc-cg-…} of the next size; one above two pages is a run
 * of pages of its own.
 *
 * <p><b>Source:</b> {@code include/linux/slab.h}: {@code __kmalloc_index}, {@code
 * KMALLOC_MAX_CACHE_SIZE}; {@code mm/slub.c}: {@code ___kmalloc_large_node}.
 */
public final class Kmalloc {
  private static final int PAGE_SIZE = 4096;
  private static final int MAX_CACHE_BYTES = 2 * PAGE_SIZE;
  private static final int[] ODD_CACHES = {96, 192};

  private Kmalloc() {}

  /** Memory that an object of so many bytes takes, bytes ({@code kmalloc_size_roundup}). */
  public static int sizeOf(int bytes) {
    for (int odd : ODD_CACHES) {
      if (bytes <= odd && bytes > Integer.highestOneBit(odd)) {
        return odd;
      }
    }
    int least = Math.max(bytes, 8);
    int below = Integer.highestOneBit(least);
    return below == least ? least : below << 1;
  }

  /** Charges an object; false if there is no room. */
  public static boolean charge(ObjCgroup payer, int bytes, Gfp gfp) {
    int size = sizeOf(bytes);
    return size > MAX_CACHE_BYTES
        ? payer.chargePages(size / PAGE_SIZE, Pages.LARGE_OBJECT, gfp)
        : payer.charge(size, Slab.UNRECLAIMABLE, gfp);
  }

  /** Gives back what {@link #charge} took for an object of this size. */
  public static void uncharge(ObjCgroup payer, int bytes) {
    int size = sizeOf(bytes);
    if (size > MAX_CACHE_BYTES) {
      payer.unchargePages(size / PAGE_SIZE, Pages.LARGE_OBJECT);
    } else {
      payer.uncharge(size, Slab.UNRECLAIMABLE);
    }
  }

  /** Tells the ledger of such an object. */
  public static void tell(Charged charged, ObjCgroup payer, int bytes) {
    int size = sizeOf(bytes);
    if (size > MAX_CACHE_BYTES) {
      charged.pages(payer, size / PAGE_SIZE, Pages.LARGE_OBJECT);
    } else {
      charged.object(payer, size, Slab.UNRECLAIMABLE);
    }
  }
}
