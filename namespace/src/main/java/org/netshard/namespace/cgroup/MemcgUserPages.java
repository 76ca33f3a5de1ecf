package org.netshard.namespace.cgroup;

import org.netshard.protocol.memcg.Gfp;

/**
 * The pages of programs and of the page cache that one memory cgroup pays for ({@code anon} and
 * {@code file} of {@code memory.stat}), which a scenario gives. The root has some, too, which
 * nobody counts.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code charge_memcg}, {@code uncharge_batch}; {@code
 * mm/memcontrol-v1.c}, {@code memcg1_check_events}.
 */
public final class MemcgUserPages {
  private static final int THRESHOLDS_EVENTS_TARGET = 128;

  private final MemcgState memcg;
  private long pageEvents;
  private long nextCheck;
  private long filePages;
  private long activeFilePages;
  private long anonPages;

  MemcgUserPages(MemcgState memcg) {
    this.memcg = memcg;
  }

  /** Charges resident pages of a program ({@code anon}); false if there is no room. */
  public boolean chargeAnon(long pages) {
    if (!charge(pages)) {
      return false;
    }
    anonPages += pages;
    checkEvents(pages);
    return true;
  }

  /** Gives pages of a program back. */
  public void unchargeAnon(long pages) {
    anonPages -= pages;
    if (anonPages < 0) {
      throw new IllegalStateException(memcg + ": " + anonPages + " pages of programs");
    }
    giveBack(pages);
  }

  /** Charges clean pages of the page cache ({@code file}), which reclaim can take. */
  public boolean chargeFile(long pages) {
    if (!charge(pages)) {
      return false;
    }
    filePages += pages;
    checkEvents(pages);
    return true;
  }

  /**
   * Says how many pages of its page cache programs use all the time ({@code active_file}): reclaim
   * looks at them and lets them be.
   */
  public void setActiveFile(long pages) {
    if (pages < 0 || pages > filePages) {
      throw new IllegalStateException(memcg + ": " + pages + " active pages of " + filePages);
    }
    activeFilePages = pages;
  }

  /** Takes up to so many idle pages of the page cache away; how many it took. */
  long reclaimFile(long pages) {
    long taken = Math.min(pages, filePages - activeFilePages);
    if (taken > 0) {
      filePages -= taken;
      if (memcg.control().proactive()) {
        memcg.aside().proactivePages += taken;
      } else {
        memcg.aside().reclaimedPages += taken;
      }
      giveBack(taken);
    }
    return taken;
  }

  /** Its cgroup is removed: nobody uses its page cache any more. */
  void offline() {
    activeFilePages = 0;
  }

  private boolean charge(long pages) {
    return memcg.isRoot() || memcg.control().tryCharge(memcg, pages, Gfp.KERNEL);
  }

  private void giveBack(long pages) {
    if (!memcg.isRoot()) {
      memcg.control().giveBack(memcg, pages);
    }
    checkEvents(pages);
    memcg.releaseIfUnused();
  }

  /** {@code memcg1_check_events}: every 128 pages that come or go, thresholds are looked at. */
  private void checkEvents(long pages) {
    pageEvents += pages;
    if (memcg.control().version() == CgroupVersion.V1 && nextCheck < pageEvents) {
      nextCheck = pageEvents + THRESHOLDS_EVENTS_TARGET;
      EventControl.checkThresholds(memcg);
    }
  }

  /** Whether there are any. */
  boolean any() {
    return anonPages > 0 || filePages > 0;
  }

  /** Pages of page cache. */
  public long filePages() {
    return filePages;
  }

  /** Those of them that programs use all the time. */
  public long activeFilePages() {
    return activeFilePages;
  }

  /** Pages of programs. */
  public long anonPages() {
    return anonPages;
  }
}
