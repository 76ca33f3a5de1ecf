package org.netshard.namespace.cgroup;

import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;

/**
 * What writing a limit of the memory controller does.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code memory_high_write}, {@code memory_max_write};
 * {@code mm/memcontrol-v1.c}: {@code mem_cgroup_resize_max}, {@code memcg_update_tcp_max}, {@code
 * mem_cgroup_force_empty}; {@code mm/vmscan.c}: {@code user_proactive_reclaim}; {@code
 * mm/page_counter.c}: {@code page_counter_memparse}.
 */
final class MemoryWrites {
  private static final int MAX_RECLAIM_RETRIES = 16;
  private static final int SWAP_CLUSTER_MAX = 32;
  private static final int MAX_SWAPPINESS = 200;
  private static final String SWAPPINESS = "swappiness=";

  private MemoryWrites() {}

  /**
   * The whole pages of a number of bytes ({@code page_counter_memparse}).
   *
   * @param max the word for no limit
   * @return pages, or {@code -EINVAL}
   */
  static long parse(String text, String max) {
    if (text.equals(max)) {
      return PageCounter.MAX;
    }
    Kstrtox.Parsed bytes = Kstrtox.memparse(text);
    if (bytes.end() != text.length()) {
      return Errno.EINVAL.negated();
    }
    return Math.min(Long.divideUnsigned(bytes.value(), MemcgState.PAGE_SIZE), PageCounter.MAX);
  }

  /** {@code memory.high}: reclaims what is above it. */
  static void high(MemcgState memcg, long pages, boolean nonblocking) {
    memcg.highPages = pages;
    if (nonblocking || memcg.memory.usage() <= pages) {
      return;
    }
    memcg.control().drain(memcg);
    int retries = MAX_RECLAIM_RETRIES;
    while (memcg.memory.usage() > pages) {
      if (Reclaim.reclaim(memcg, memcg.memory.usage() - pages) == 0 && retries-- == 0) {
        return;
      }
    }
  }

  /** {@code memory.max}: reclaims what is above it, then kills. */
  static void max(MemcgState memcg, long pages, boolean nonblocking) {
    memcg.memory.forceMax(pages);
    if (!nonblocking && memcg.memory.usage() > pages) {
      memcg.control().shrinkToMax(memcg);
    }
  }

  /**
   * {@code memory.reclaim}: a number of bytes, and perhaps {@code swappiness=N}, which nothing here
   * goes by.
   *
   * <p><b>Errors</b>, in order: EINVAL, EAGAIN if there was less to be reclaimed.
   */
  static int reclaim(MemcgState memcg, String text) {
    String stripped = Kstrtox.strstrip(text);
    Kstrtox.Parsed bytes = Kstrtox.memparse(stripped);
    if (bytes.end() == 0) {
      return Errno.EINVAL.negated();
    }
    for (String word : Kstrtox.strstrip(stripped.substring(bytes.end())).split(" ", -1)) {
      if (!word.isEmpty() && !isSwappiness(word)) {
        return Errno.EINVAL.negated();
      }
    }
    memcg.control().setProactive(true);
    int result = reclaim(memcg, Long.divideUnsigned(bytes.value(), MemcgState.PAGE_SIZE));
    memcg.control().setProactive(false);
    return result;
  }

  private static int reclaim(MemcgState memcg, long wanted) {
    long reclaimed = 0;
    int retries = MAX_RECLAIM_RETRIES;
    while (reclaimed < wanted) {
      long batch = Math.max((wanted - reclaimed) / 4, SWAP_CLUSTER_MAX);
      long got = Reclaim.reclaim(memcg, batch);
      if (got == 0 && retries-- == 0) {
        return Errno.EAGAIN.negated();
      }
      reclaimed += got;
    }
    return 0;
  }

  private static boolean isSwappiness(String word) {
    if (!word.startsWith(SWAPPINESS)) {
      return false;
    }
    String value = word.substring(SWAPPINESS.length());
    Kstrtox.Parsed number = Kstrtox.kstrtoint(value);
    return value.equals("max")
        || (!number.failed() && number.value() >= 0 && number.value() <= MAX_SWAPPINESS);
  }

  /**
   * {@code memory.limit_in_bytes} and {@code memory.memsw.limit_in_bytes} of version 1.
   *
   * <p><b>Errors</b>, in order: EINVAL if the limit of memory would be above that of memory and
   * swap, EBUSY if the usage is above it after reclaim.
   */
  static int resizeMax(MemcgState memcg, long pages, boolean memsw) {
    if (memsw ? pages < memcg.memory.max() : pages > memcg.memsw.max()) {
      return Errno.EINVAL.negated();
    }
    PageCounter counter = memsw ? memcg.memsw : memcg.memory;
    boolean drained = false;
    while (!counter.setMax(pages)) {
      if (!drained) {
        memcg.control().drain(memcg);
        drained = true;
      } else if (Reclaim.reclaim(memcg, SWAP_CLUSTER_MAX) == 0) {
        return Errno.EBUSY.negated();
      }
    }
    return 0;
  }

  /** {@code memory.force_empty} of version 1: reclaims all that can be. */
  static void forceEmpty(MemcgState memcg) {
    memcg.control().drain(memcg);
    int retries = MAX_RECLAIM_RETRIES;
    while (retries > 0 && memcg.memory.usage() > 0) {
      if (Reclaim.reclaim(memcg, SWAP_CLUSTER_MAX) == 0) {
        retries--;
      }
    }
  }
}
