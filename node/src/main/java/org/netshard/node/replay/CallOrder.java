package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netshard.node.strace.StraceEvent;

/**
 * The order in which the events of a log are replayed: that in which they were over, except that a
 * process is made before its first event.
 *
 * <p>A child may speak before its parent's {@code clone} is resumed in the log.
 */
final class CallOrder {
  private CallOrder() {}

  static List<StraceEvent> of(List<StraceEvent> log) {
    Map<Integer, Integer> firstOfPid = new LinkedHashMap<>();
    for (int i = 0; i < log.size(); i++) {
      firstOfPid.putIfAbsent(log.get(i).pid(), i);
    }
    Map<Integer, List<StraceEvent>> early = new LinkedHashMap<>();
    boolean[] moved = new boolean[log.size()];
    for (int i = 0; i < log.size(); i++) {
      if (log.get(i) instanceof StraceEvent.Call call && makesProcess(call)) {
        Integer first = firstOfPid.get((int) call.result().value());
        if (first != null && first < i) {
          early.computeIfAbsent(first, index -> new ArrayList<>()).add(call);
          moved[i] = true;
        }
      }
    }
    List<StraceEvent> ordered = new ArrayList<>(log.size());
    for (int i = 0; i < log.size(); i++) {
      ordered.addAll(early.getOrDefault(i, List.of()));
      if (!moved[i]) {
        ordered.add(log.get(i));
      }
    }
    return ordered;
  }

  /** Whether a call made a new process or thread. */
  static boolean makesProcess(StraceEvent.Call call) {
    return switch (call.name()) {
      case "fork", "vfork", "clone", "clone3" -> call.result().known() && call.result().value() > 0;
      default -> false;
    };
  }
}
