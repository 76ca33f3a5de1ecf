package org.netshard.namespace.task;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgState;

/**
 * The memory of a process, which its threads share: the pages that it has resident, who pays for
 * them, and how the OOM killer looks at it.
 *
 * <p>A program's pages are those that a scenario gives it. A child has none of its own until it
 * writes to them, so that only the parent pays, though the OOM killer sees them with both.
 *
 * <p><b>Source:</b> {@code include/linux/mm_types.h}, {@code struct mm_struct}; {@code
 * include/linux/sched/signal.h}, {@code struct signal_struct}; {@code kernel/fork.c}, {@code
 * copy_mm}, {@code copy_signal}.
 */
public final class ProcessMemory {
  /** {@code mm->mmap_base}: below the stack, where mappings begin that grow downwards. */
  private static final long MMAP_BASE = 0x7fff_f7ff_f000L;

  private int users = 1;
  private long rssPages;
  private long chargedPages;
  private @Nullable MemcgState payer;
  private long mmapTop = MMAP_BASE;
  private int oomScoreAdj;
  private int oomScoreAdjMin;

  /** One more thread shares it. */
  ProcessMemory share() {
    users++;
    return this;
  }

  /** What a child process begins with. */
  ProcessMemory copy() {
    ProcessMemory copy = new ProcessMemory();
    copy.rssPages = rssPages;
    copy.mmapTop = mmapTop;
    copy.oomScoreAdj = oomScoreAdj;
    copy.oomScoreAdjMin = oomScoreAdjMin;
    return copy;
  }

  /** A thread has ended; the last one gives the pages back ({@code mmput}). */
  void leave() {
    if (--users == 0) {
      drop();
    }
  }

  /**
   * Gives it pages of a program ({@code anon}).
   *
   * @return false if there is no room for them
   */
  public boolean charge(MemcgState memcg, long pages) {
    if (payer != null) {
      throw new IllegalStateException("the program has its pages already");
    }
    if (!memcg.userPages().chargeAnon(pages)) {
      return false;
    }
    payer = memcg;
    chargedPages = pages;
    rssPages = pages;
    return true;
  }

  /** Gives the program's pages back, as {@code execve} does. */
  void drop() {
    MemcgState paid = payer;
    if (paid != null) {
      paid.userPages().unchargeAnon(chargedPages);
    }
    payer = null;
    chargedPages = 0;
    rssPages = 0;
  }

  /**
   * Finds room for a mapping ({@code arch_get_unmapped_area_topdown}). Nothing is ever unmapped, so
   * that it is below all others.
   *
   * @param bytes its length, a number of whole pages
   * @return its address, or 0 if there is no room
   */
  public long map(long bytes) {
    if (bytes >= mmapTop) {
      return 0;
    }
    mmapTop -= bytes;
    return mmapTop;
  }

  /** Pages that are resident. */
  long rssPages() {
    return rssPages;
  }

  /** {@code oom_score_adj}. */
  int oomScoreAdj() {
    return oomScoreAdj;
  }

  /** What {@code oom_score_adj} can be set to without CAP_SYS_RESOURCE. */
  public int oomScoreAdjMin() {
    return oomScoreAdjMin;
  }

  /**
   * Sets {@code oom_score_adj}.
   *
   * @param capable whether CAP_SYS_RESOURCE allows it, so that it is the new minimum
   */
  public void setOomScoreAdj(int adj, boolean capable) {
    oomScoreAdj = adj;
    if (capable) {
      oomScoreAdjMin = adj;
    }
  }
}
