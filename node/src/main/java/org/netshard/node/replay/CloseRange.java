package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;

/** What {@code close_range} closed, where it cannot be simulated as a call. */
final class CloseRange {
  private CloseRange() {}

  static List<Integer> closed(StraceEvent.Call call, LogProcess process, Task task) {
    List<Integer> fds = new ArrayList<>();
    if (call.name().equals("close_range")
        && call.result().known()
        && call.result().value() == 0
        && !call.text().contains("CLOSE_RANGE_CLOEXEC")
        && call.arguments().get(0).plain() instanceof StraceValue.IntValue first
        && call.arguments().get(1).plain() instanceof StraceValue.IntValue last) {
      long end = Math.min(last.value() & 0xffffffffL, task.fds().capacity() - 1L);
      for (int fd = (int) first.value(); fd <= end; fd++) {
        int simulated = process.fds().simulated(fd);
        if (task.fds().get(simulated) != null) {
          fds.add(simulated);
        }
      }
    }
    return fds;
  }
}
