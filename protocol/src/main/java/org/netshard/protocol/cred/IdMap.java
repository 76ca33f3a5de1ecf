package org.netshard.protocol.cred;

import java.util.List;

/**
 * Which user or group ids of a namespace stand for which of the kernel: ranges of numbers, each
 * unsigned.
 *
 * <p><b>Source:</b> {@code include/linux/user_namespace.h}, {@code struct uid_gid_map}; {@code
 * kernel/user_namespace.c}: {@code map_id_down}, {@code map_id_up}.
 *
 * @param extents the ranges, none of which overlap
 */
public record IdMap(List<Extent> extents) {
  /** An id that does not exist ({@code INVALID_UID}). */
  public static final int INVALID = -1;

  /** Every id is itself, as in the initial namespace. */
  public static final IdMap IDENTITY = new IdMap(List.of(new Extent(0, 0, 0xffffffffL)));

  /** There is no id yet. */
  public static final IdMap EMPTY = new IdMap(List.of());

  /**
   * A range of ids.
   *
   * @param first the first id of the namespace
   * @param lower the first id that it stands for
   * @param count how many
   */
  public record Extent(long first, long lower, long count) {
    /** The id of the other side that stands for this one, or -1. */
    private long down(long id, long length) {
      return id >= first && id + length <= first + count ? lower + (id - first) : INVALID;
    }

    private long up(long id) {
      return id >= lower && id < lower + count ? first + (id - lower) : INVALID;
    }
  }

  /** Copies the ranges. */
  public IdMap {
    extents = List.copyOf(extents);
  }

  /** Whether the map was never written. */
  public boolean isEmpty() {
    return extents.isEmpty();
  }

  /** The kernel's id for an id of the namespace, or {@link #INVALID} ({@code make_kuid}). */
  public int toKernel(int id) {
    return (int) toKernel(Integer.toUnsignedLong(id), 1);
  }

  /** The kernel's first id for a range of ids of the namespace, or {@link #INVALID}. */
  public long toKernel(long first, long count) {
    for (Extent extent : extents) {
      long id = extent.down(first, count);
      if (id != INVALID) {
        return id;
      }
    }
    return INVALID;
  }

  /** The id of the namespace for the kernel's, or {@link #INVALID} ({@code from_kuid}). */
  public int fromKernel(int id) {
    for (Extent extent : extents) {
      long mapped = extent.up(Integer.toUnsignedLong(id));
      if (mapped != INVALID) {
        return (int) mapped;
      }
    }
    return INVALID;
  }
}
