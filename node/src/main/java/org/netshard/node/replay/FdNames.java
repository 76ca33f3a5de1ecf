package org.netshard.node.replay;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the descriptors of a log are numbered in the simulation, where that differs. One object
 * belongs to each descriptor table of the log.
 */
final class FdNames {
  private final Map<Integer, Integer> simulated = new LinkedHashMap<>();

  /** The simulated number of a recorded descriptor. */
  int simulated(int recorded) {
    return simulated.getOrDefault(recorded, recorded);
  }

  /** Notes that a call gave this descriptor in the log and that one in the simulation. */
  void map(int recorded, int given) {
    if (recorded == given) {
      simulated.remove(recorded);
    } else {
      simulated.put(recorded, given);
    }
  }

  /** Whether every descriptor has the number that it has in the log. */
  boolean areTheSame() {
    return simulated.isEmpty();
  }

  FdNames copy() {
    FdNames copy = new FdNames();
    copy.simulated.putAll(simulated);
    return copy;
  }
}
