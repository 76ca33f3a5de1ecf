package org.netshard.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netshard.namespace.spec.CgroupSpec;

/** A kernel with 10,000 cgroups, five deep: time and heap of one cgroup. */
final class CgroupTreeUse {
  private static final int WIDTH = 8;
  private static final int DEPTH = 5;
  private static final int CGROUPS = 10_000;
  private static final int CALLS = 100_000;

  private CgroupTreeUse() {}

  static Map<String, Long> measure() {
    List<CgroupSpec> cgroups = tree();
    String deepest = cgroups.get(cgroups.size() - 1).path();
    Map<String, Long> measured = new LinkedHashMap<>();
    long before;
    try (KernelGroup empty = KernelGroup.start(1)) {
      empty.run(() -> RepeatedCalls.sockets(1, false));
      before = HeapUse.used();
    }
    long start = System.nanoTime();
    try (KernelGroup group = KernelGroup.start(1, cgroups, deepest)) {
      measured.put("ns to make one of 10,000 cgroups", (System.nanoTime() - start) / CGROUPS);
      measured.put("bytes of one of 10,000 cgroups", (HeapUse.used() - before) / CGROUPS);
      group.run(() -> RepeatedCalls.sockets(CALLS, false));
      start = System.nanoTime();
      group.run(() -> RepeatedCalls.sockets(CALLS, false));
      measured.put(
          "socket + close per second, 5 deep among 10,000",
          CALLS * 1_000_000_000L / (System.nanoTime() - start));
    }
    return measured;
  }

  /** Eight in each, level by level; the fifth takes what is left of 10,000. */
  private static List<CgroupSpec> tree() {
    List<CgroupSpec> all = new ArrayList<>();
    List<String> level = List.of("");
    for (int depth = 0; depth < DEPTH; depth++) {
      List<String> next = new ArrayList<>();
      for (String above : level) {
        for (int i = 0; i < WIDTH && all.size() < CGROUPS; i++) {
          String path = above + "/" + (char) ('a' + i);
          next.add(path);
          all.add(new CgroupSpec(path, 1L << 30, true));
        }
      }
      level = next;
    }
    return all;
  }
}
