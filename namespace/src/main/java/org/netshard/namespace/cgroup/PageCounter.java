package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;

/**
 * A count of pages with a limit, which is also counted in every counter above it.
 *
 * <p><b>Source:</b> {@code mm/page_counter.c}.
 */
final class PageCounter {
  /** {@code PAGE_COUNTER_MAX}: no limit, pages. */
  static final long MAX = Long.MAX_VALUE / 4096;

  private final @Nullable PageCounter parent;
  private final MemcgState owner;
  private final boolean trackFailcnt;
  private long usage;
  private long max = MAX;
  private long watermark;
  private long localWatermark;
  private long failcnt;

  /**
   * An empty counter.
   *
   * @param trackFailcnt whether refusals are counted; only {@code memory} and {@code memsw} of
   *     version 1 do ({@code track_failcnt})
   */
  PageCounter(MemcgState owner, @Nullable PageCounter parent, boolean trackFailcnt) {
    this.owner = owner;
    this.parent = parent;
    this.trackFailcnt = trackFailcnt;
  }

  /**
   * Counts pages here and above unless one of the limits would be passed ({@code
   * page_counter_try_charge}).
   *
   * @return the cgroup whose limit it is, or null if the pages are counted
   */
  @Nullable MemcgState tryCharge(long pages) {
    for (PageCounter counter = this; counter != null; counter = counter.parent) {
      if (pages > counter.max - counter.usage) {
        if (counter.trackFailcnt) {
          counter.failcnt++;
        }
        for (PageCounter charged = this; charged != counter; charged = above(charged)) {
          charged.cancel(pages);
        }
        return counter.owner;
      }
      counter.add(pages);
    }
    return null;
  }

  /** Counts pages here and above, over any limit ({@code page_counter_charge}). */
  void charge(long pages) {
    for (PageCounter counter = this; counter != null; counter = counter.parent) {
      counter.add(pages);
    }
  }

  /** Counts pages off here and above ({@code page_counter_uncharge}). */
  void uncharge(long pages) {
    for (PageCounter counter = this; counter != null; counter = counter.parent) {
      counter.cancel(pages);
    }
  }

  private void add(long pages) {
    usage += pages;
    if (usage > localWatermark) {
      localWatermark = usage;
      watermark = Math.max(watermark, usage);
    }
  }

  /** Counts pages off here only, as when they have moved to the parent. */
  void cancel(long pages) {
    usage -= pages;
    if (usage < 0) {
      throw new IllegalStateException(owner + ": " + usage + " pages after giving back " + pages);
    }
  }

  private static PageCounter above(PageCounter counter) {
    if (counter.parent == null) {
      throw new IllegalStateException("no counter above that of " + counter.owner);
    }
    return counter.parent;
  }

  /** Sets the limit if it is not below the usage ({@code page_counter_set_max}). */
  boolean setMax(long pages) {
    if (usage > pages) {
      return false;
    }
    max = pages;
    return true;
  }

  /** Sets the limit, whatever the usage is. */
  void forceMax(long pages) {
    max = pages;
  }

  /** The limit, pages. */
  long max() {
    return max;
  }

  /** Pages counted now. */
  long usage() {
    return usage;
  }

  /** Most pages ever counted, or since {@link #resetWatermark}. */
  long watermark() {
    return watermark;
  }

  /** Most pages counted since a reader of {@code memory.peak} began to watch. */
  long localWatermark() {
    return localWatermark;
  }

  /** Begins to watch for a reader of {@code memory.peak}. */
  void setLocalWatermark(long pages) {
    localWatermark = pages;
  }

  /** Begins to watch for the most pages anew, from what is counted now. */
  void resetWatermark() {
    watermark = usage;
    localWatermark = usage;
  }

  /** Refusals at this limit. */
  long failcnt() {
    return failcnt;
  }

  /** Forgets the refusals. */
  void resetFailcnt() {
    failcnt = 0;
  }
}
