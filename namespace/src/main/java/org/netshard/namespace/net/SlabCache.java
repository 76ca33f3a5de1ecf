package org.netshard.namespace.net;

import java.util.Locale;

/**
 * A cache of objects of one size: how many stand in a slab, and of how many pages that is.
 *
 * <p><b>Source:</b> {@code mm/slub.c}: {@code calculate_order}, {@code calc_slab_order}, on a
 * machine with two CPUs; {@code mm/slab_common.c}, {@code cache_show}.
 *
 * @param name as {@code /proc/slabinfo} shows it
 * @param size bytes from one object to the next
 */
public record SlabCache(String name, int size) {
  private static final int PAGE_BYTES = 4096;

  /** {@code slub_max_order}: {@code PAGE_ALLOC_COSTLY_ORDER}. */
  private static final int MAX_ORDER = 3;

  /** {@code 4 * (fls(nr_cpus) + 1)} for two CPUs. */
  private static final int MIN_OBJECTS = 12;

  /** The largest part of a slab that may be waste at first. */
  private static final int FRACTION = 16;

  /** Pages of a slab, as a power of 2. */
  public int order() {
    int objects = Math.min(MIN_OBJECTS, Math.max(1, (PAGE_BYTES << MAX_ORDER) / size));
    int least = orderOf(objects * size);
    for (int fraction = FRACTION; fraction > 1; fraction /= 2) {
      for (int order = least; order <= MAX_ORDER; order++) {
        int slab = PAGE_BYTES << order;
        if (slab % size <= slab / fraction) {
          return order;
        }
      }
    }
    return orderOf(size);
  }

  private static int orderOf(int bytes) {
    int order = 0;
    while (PAGE_BYTES << order < bytes) {
      order++;
    }
    return order;
  }

  /** Objects of a slab. */
  public int objectsPerSlab() {
    return (PAGE_BYTES << order()) / size;
  }

  /** Its line, with as many slabs as its objects need. */
  String line(long objects) {
    long slabs = (objects + objectsPerSlab() - 1) / objectsPerSlab();
    return String.format(
        Locale.ROOT,
        "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d : slabdata %6d %6d %6d\n",
        name,
        objects,
        slabs * objectsPerSlab(),
        size,
        objectsPerSlab(),
        1 << order(),
        0,
        0,
        0,
        slabs,
        slabs,
        0);
  }
}
