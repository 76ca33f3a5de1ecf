package org.netshard.node.packetdrill;

import java.util.Map;
import java.util.TreeMap;

/** The descriptors of a script: which number each has in the kernel. */
final class Fds {
  private final Map<Integer, Integer> live = new TreeMap<>();

  /** The number in the kernel; the same if the script has not said where it comes from. */
  int live(long script) {
    return live.getOrDefault((int) script, (int) script);
  }

  /** A descriptor has been made. */
  void opened(long script, long number) {
    live.put((int) script, (int) number);
  }

  /** A descriptor has been closed. */
  void closed(long script) {
    live.remove((int) script);
  }
}
