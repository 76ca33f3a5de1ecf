package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Gfp;

/**
 * The memory controller of one kernel: decides whether a charge fits, and what is done if it does
 * not.
 *
 * <p>A charge that does not fit reclaims, tries again, and in the end calls the OOM killer. The
 * killed program gives its memory back only when it ends, so the charge fails with {@link
 * #takeRestart} set, and the call is made again after that, as the kernel's charge would have gone
 * on.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code try_charge_memcg}, {@code refill_stock}, {@code
 * mem_cgroup_oom}, {@code reclaim_high}, {@code __mem_cgroup_handle_over_high}.
 */
public final class Memcontrol {
  private static final int MAX_RECLAIM_RETRIES = 16;

  /** {@code MEMCG_CHARGE_BATCH}, pages. */
  private static final int MEMCG_CHARGE_BATCH = 64;

  /** {@code 1 << PAGE_ALLOC_COSTLY_ORDER}, pages. */
  private static final int COSTLY_PAGES = 8;

  /** {@code SWAP_CLUSTER_MAX}: the least that one reclaim is after, pages. */
  private static final int SWAP_CLUSTER_MAX = 32;

  private final CgroupVersion version;
  private final int chargeBatch;
  private final MemcgStock[] stocks;
  private final OomKiller oomKiller;
  private long nowNs;
  private int cpu;
  private boolean inSoftirq;
  private @Nullable MemcgState current;
  private long overHighPages;
  private long throttleNs;
  private boolean restart;
  private boolean killing;
  private boolean nosocket;
  private @Nullable Refusal refusal;
  private boolean proactive;

  /**
   * A controller without cgroups.
   *
   * @param version the hierarchy that it is mounted on
   * @param cpus CPUs that keep charges in stock, 64 pages at a time; 0 if every charge is exact
   * @param oomKiller whom to ask when memory runs out
   */
  Memcontrol(CgroupVersion version, int cpus, OomKiller oomKiller) {
    this.version = version;
    this.oomKiller = oomKiller;
    chargeBatch = cpus > 0 ? MEMCG_CHARGE_BATCH : 1;
    stocks = new MemcgStock[cpus];
    for (int i = 0; i < cpus; i++) {
      stocks[i] = new MemcgStock();
    }
  }

  /** Whether no socket is charged ({@code cgroup.memory=nosocket}). */
  boolean nosocket() {
    return nosocket;
  }

  /** Sets whether no socket is charged. */
  public void setNosocket(boolean off) {
    nosocket = off;
  }

  /** Which hierarchy the controller is mounted on. */
  public CgroupVersion version() {
    return version;
  }

  /**
   * Begins an event.
   *
   * @param newNowNs virtual time
   * @param newCpu the CPU that it happens on
   * @param softirq whether no task is behind it
   */
  public void begin(long newNowNs, int newCpu, boolean softirq) {
    nowNs = newNowNs;
    cpu = newCpu;
    inSoftirq = softirq;
    current = null;
    overHighPages = 0;
    throttleNs = 0;
    restart = false;
    refusal = null;
  }

  /**
   * A charge that failed.
   *
   * @param charged the cgroup that was to be charged
   * @param over the one whose limit was in the way
   */
  public record Refusal(MemcgState charged, MemcgState over) {}

  /** Counts a charge that fails for want of room. */
  void refuse(MemcgState charged, MemcgState over) {
    charged.refuse();
    refusal = new Refusal(charged, over);
  }

  /** The last charge of this event that failed, or null. */
  public @Nullable Refusal refusal() {
    return refusal;
  }

  /** Says which cgroup the task of this event is in; null for the root. */
  public void enter(@Nullable MemcgState task) {
    current = task;
  }

  /** Virtual time. */
  long nowNs() {
    return nowNs;
  }

  /** Whether pages are reclaimed because {@code memory.reclaim} was written. */
  boolean proactive() {
    return proactive;
  }

  /** Begins or ends what {@code memory.reclaim} does. */
  void setProactive(boolean on) {
    proactive = on;
  }

  /** Whether the call of this event must be made again, after the kills; asked once. */
  public boolean takeRestart() {
    boolean asked = restart;
    restart = false;
    return asked;
  }

  /**
   * {@code try_charge_memcg}: charges pages to a cgroup and all above it. A charge that waits for a
   * killed program fails, and the call, which must then undo what it did, is made again.
   */
  boolean tryCharge(MemcgState memcg, long pages, Gfp gfp) {
    return tryCharge(memcg, pages, gfp, true);
  }

  /**
   * The same for a call that cannot be made again, since a part of its data is queued: the pages
   * that the killed program is about to give back are counted at once, over the limit.
   */
  boolean tryChargeForGood(MemcgState memcg, long pages, Gfp gfp) {
    return tryCharge(memcg, pages, gfp, false);
  }

  private boolean tryCharge(MemcgState memcg, long pages, Gfp gfp, boolean repeatable) {
    if (stocks.length > 0 && stocks[cpu].consume(memcg, pages)) {
      return true;
    }
    long batch = Math.max(chargeBatch, pages);
    MemcgState over = count(memcg, batch);
    if (over != null && batch > pages) {
      batch = pages;
      over = count(memcg, batch);
    }
    boolean raisedMax = false;
    killing = false;
    if (over != null && gfp.blocking()) {
      raisedMax = true;
      over = chargeByReclaim(memcg, over, pages, gfp);
    }
    if (over == null) {
      if (batch > pages) {
        stocks[cpu].refill(memcg, batch - pages);
      }
      passHigh(memcg, batch, gfp);
      return true;
    }
    if (!gfp.noFail() && !gfp.high() && (repeatable || !killing)) {
      restart |= killing;
      if (!killing) {
        refuse(memcg, over);
      }
      return false;
    }
    if (!raisedMax) {
      over.event(MemcgEvent.MAX);
    }
    memcg.memory.charge(pages);
    if (version == CgroupVersion.V1) {
      memcg.memsw.charge(pages);
    }
    return true;
  }

  /** The part of a charge that may wait; null if the pages were counted in the end. */
  private @Nullable MemcgState chargeByReclaim(
      MemcgState memcg, MemcgState firstOver, long pages, Gfp gfp) {
    MemcgState over = firstOver;
    boolean drained = false;
    int retries = MAX_RECLAIM_RETRIES;
    while (true) {
      over.event(MemcgEvent.MAX);
      long reclaimed = Reclaim.reclaim(over, Math.max(pages, SWAP_CLUSTER_MAX));
      if (over.marginPages() < pages) {
        boolean again = false;
        if (!drained) {
          drain(over);
          drained = true;
          again = true;
        } else if (reclaimed > 0 && pages <= COSTLY_PAGES) {
          again = true;
        } else if (retries > 0) {
          retries--;
          again = true;
        }
        if (!again) {
          killing = !gfp.retryMayFail() && outOfMemory(over, pages);
          return over;
        }
      }
      MemcgState next = count(memcg, pages);
      if (next == null) {
        return null;
      }
      over = next;
    }
  }

  /** {@code mem_cgroup_oom}: whether something will be freed. */
  private boolean outOfMemory(MemcgState over, long pages) {
    if (pages > COSTLY_PAGES) {
      return false;
    }
    over.event(MemcgEvent.OOM);
    if (over.oomKillDisable) {
      return false;
    }
    EventControl.outOfMemory(over);
    return oomKiller.kill(over);
  }

  /**
   * Sets a limit of so many bytes, before anything runs, and whether the OOM killer is called
   * there; only version 1 has a file that says so.
   */
  public void setLimit(MemcgState memcg, long bytes, boolean oomKill) {
    memcg.oomKillDisable = !oomKill;
    memcg.memory.forceMax(Math.min(bytes / MemcgState.PAGE_SIZE, PageCounter.MAX));
  }

  /** Makes the usage fit below a limit that was lowered ({@code memory_max_write}). */
  void shrinkToMax(MemcgState memcg) {
    if (memcg.memory.usage() > memcg.memory.max()) {
      drain(memcg);
    }
    int retries = MAX_RECLAIM_RETRIES;
    while (memcg.memory.usage() > memcg.memory.max() && retries > 0) {
      if (Reclaim.reclaim(memcg, memcg.memory.usage() - memcg.memory.max()) == 0) {
        retries--;
      }
    }
    if (memcg.memory.usage() > memcg.memory.max()) {
      memcg.event(MemcgEvent.OOM);
      restart = oomKiller.kill(memcg);
    }
  }

  /** Counts pages in every counter of a cgroup; null, or the cgroup whose limit is in the way. */
  private @Nullable MemcgState count(MemcgState memcg, long pages) {
    if (version == CgroupVersion.V2) {
      return memcg.memory.tryCharge(pages);
    }
    MemcgState over = memcg.memsw.tryCharge(pages);
    if (over != null) {
      return over;
    }
    over = memcg.memory.tryCharge(pages);
    if (over != null) {
      memcg.memsw.uncharge(pages);
    }
    return over;
  }

  /** Gives pages back, first into the stock of this CPU ({@code refill_stock}). */
  void uncharge(MemcgState memcg, long pages) {
    if (stocks.length > 0) {
      stocks[cpu].refill(memcg, pages);
    } else {
      giveBack(memcg, pages);
    }
  }

  /** Counts pages off at once, as those of programs and files ({@code memcg_uncharge}). */
  void giveBack(MemcgState memcg, long pages) {
    memcg.memory.uncharge(pages);
    if (version == CgroupVersion.V1) {
      memcg.memsw.uncharge(pages);
    }
  }

  /** Empties what CPUs have in stock for a cgroup and those below it ({@code drain_all_stock}). */
  void drain(MemcgState memcg) {
    for (MemcgStock stock : stocks) {
      stock.drain(memcg);
    }
  }

  /** Pages that CPUs have in stock for a cgroup. */
  long stockPages(MemcgState memcg) {
    long sum = 0;
    for (MemcgStock stock : stocks) {
      sum += stock.pages(memcg);
    }
    return sum;
  }

  /** Notes that {@code memory.high} is passed: a task pays for it before its call returns. */
  private void passHigh(MemcgState charged, long pages, Gfp gfp) {
    for (MemcgState memcg = charged; memcg != null; memcg = memcg.parent()) {
      if (memcg.memory.usage() <= memcg.highPages) {
        continue;
      }
      if (inSoftirq || !gfp.blocking()) {
        reclaimHigh(memcg, MEMCG_CHARGE_BATCH);
      } else {
        overHighPages += pages;
        if (overHighPages > MEMCG_CHARGE_BATCH && current != null) {
          handleOverHigh(current);
        }
      }
      return;
    }
  }

  /** Reclaims in every cgroup above its {@code memory.high} ({@code reclaim_high}). */
  private static long reclaimHigh(MemcgState from, long pages) {
    long reclaimed = 0;
    for (MemcgState memcg = from; memcg != null && !memcg.isRoot(); memcg = memcg.parent()) {
      if (memcg.memory.usage() > memcg.highPages) {
        memcg.event(MemcgEvent.HIGH);
        reclaimed += Reclaim.reclaim(memcg, pages);
      }
    }
    return reclaimed;
  }

  private void handleOverHigh(MemcgState memcg) {
    long pages = overHighPages;
    overHighPages = 0;
    int retries = MAX_RECLAIM_RETRIES;
    long wanted = pages;
    while (true) {
      long reclaimed = reclaimHigh(memcg, wanted);
      long penaltyNs = HighDelay.penaltyNs(memcg, pages);
      if (penaltyNs == 0) {
        return;
      }
      if (reclaimed == 0 && retries-- == 0) {
        memcg.stalled(penaltyNs);
        throttleNs += penaltyNs;
        return;
      }
      wanted = SWAP_CLUSTER_MAX;
    }
  }

  /**
   * Nanoseconds that the task of this event must wait before its call returns, since it passed
   * {@code memory.high} ({@code mem_cgroup_handle_over_high}).
   *
   * @param memcg cgroup of the task, or null for the root
   */
  public long takeThrottleNs(@Nullable MemcgState memcg) {
    if (overHighPages > 0 && memcg != null) {
      handleOverHigh(memcg);
    }
    long ns = throttleNs;
    throttleNs = 0;
    return ns;
  }

  /** Whom to kill when memory runs out. */
  interface OomKiller {
    /** Chooses and kills; false if there was nobody to kill ({@code out_of_memory}). */
    boolean kill(MemcgState over);
  }

  /** What one CPU has charged ahead ({@code struct memcg_stock_pcp}). */
  private final class MemcgStock {
    private static final int SLOTS = 7;
    private final @Nullable MemcgState[] owners = new @Nullable MemcgState[SLOTS];
    private final long[] pages = new long[SLOTS];
    private int nextVictim;

    boolean consume(MemcgState memcg, long wanted) {
      int slot = slot(memcg);
      if (wanted > MEMCG_CHARGE_BATCH || slot < 0 || pages[slot] < wanted) {
        return false;
      }
      pages[slot] -= wanted;
      return true;
    }

    void refill(MemcgState memcg, long more) {
      if (more > MEMCG_CHARGE_BATCH) {
        giveBack(memcg, more);
        return;
      }
      int slot = slot(memcg);
      if (slot < 0) {
        slot = slot(null);
      }
      if (slot < 0) {
        slot = nextVictim;
        nextVictim = (nextVictim + 1) % SLOTS;
        empty(slot);
      }
      owners[slot] = memcg;
      pages[slot] += more;
      if (pages[slot] > MEMCG_CHARGE_BATCH) {
        empty(slot);
      }
    }

    void drain(MemcgState top) {
      for (int slot = 0; slot < SLOTS; slot++) {
        MemcgState memcg = owners[slot];
        while (memcg != null && memcg != top) {
          memcg = memcg.parent();
        }
        if (memcg != null) {
          empty(slot);
        }
      }
    }

    long pages(MemcgState memcg) {
      int slot = slot(memcg);
      return slot < 0 ? 0 : pages[slot];
    }

    private void empty(int slot) {
      MemcgState memcg = owners[slot];
      if (memcg != null) {
        giveBack(memcg, pages[slot]);
      }
      owners[slot] = null;
      pages[slot] = 0;
    }

    private int slot(@Nullable MemcgState memcg) {
      for (int i = 0; i < SLOTS; i++) {
        if (owners[i] == memcg) {
          return i;
        }
      }
      return -1;
    }
  }
}
