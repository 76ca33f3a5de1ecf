package org.netshard.node.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.namespace.task.Task;

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

  /**
   * The simulated number of a recorded descriptor of a task. If nothing is known of it and another
   * has its number in the simulation, it gets one of which there is none.
   */
  int simulated(int recorded, Task task) {
    if (!simulated.containsKey(recorded) && simulated.containsValue(recorded)) {
      map(recorded, task.fds().lowestFree(0, Integer.MAX_VALUE));
    }
    return simulated(recorded);
  }

  /** Notes that a call gave this descriptor in the log and that one in the simulation. */
  void map(int recorded, int given) {
    // Who had the number before has been closed.
    simulated.values().removeIf(number -> number == given);
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
