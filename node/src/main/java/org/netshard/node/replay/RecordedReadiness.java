package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.Epoll;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.ReadyFiles;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Poll;

/**
 * What a log tells of recorded files in calls that simulated files are in too: which of them were
 * ready at the end of a call that waits, and what {@code sendfile} found in one.
 */
final class RecordedReadiness {
  private static final int IN = Poll.IN | Poll.RDNORM;
  private static final int OUT = Poll.OUT | Poll.WRNORM;
  private static final List<Integer> OF_SETS = List.of(IN, OUT, Poll.PRI);

  private RecordedReadiness() {}

  /** A file that is ready at the end of a call. */
  record Ready(RecordedFile file, int mask) {}

  /** The files that a log tells as ready at the end of a call; none if the call does not wait. */
  static List<Ready> of(StraceEvent.Call recorded, Syscall made, LogProcess process, Task task) {
    if (!ReadyFiles.areAskedFor(made) || !recorded.result().known()) {
      return List.of();
    }
    if (recorded.result().value() <= 0) {
      return List.of();
    }
    List<Ready> all = new ArrayList<>();
    switch (made.name()) {
      case SELECT, PSELECT6 -> {
        for (int set = 0; set < OF_SETS.size(); set++) {
          for (int fd : ReadyFiles.toldInSet(recorded, set)) {
            add(task.fds().get(process.fds().simulated(fd)), OF_SETS.get(set), all);
          }
        }
      }
      case POLL, PPOLL -> {
        List<Integer> fds = FdsInMemory.ofPoll(made);
        ReadyFiles.toldOfPoll(recorded)
            .forEach((index, bits) -> add(task.fds().get(fds.get(index.intValue())), bits, all));
      }
      default -> {
        OpenFile set = task.fds().get(made.intArg(0));
        if (set != null && set.payload() instanceof Epoll epoll) {
          Map<Long, Integer> told = ReadyFiles.toldOfEpoll(recorded);
          epoll.forEach((file, data) -> add(file, told.getOrDefault(data, 0), all));
        }
      }
    }
    return all;
  }

  private static void add(@Nullable OpenFile file, int bits, List<Ready> all) {
    if (bits != 0 && file != null && file.payload() instanceof RecordedFile recorded) {
      // A call may ask for one file twice, each time for something else.
      int before = 0;
      for (Ready known : all) {
        before |= known.file() == recorded ? known.mask() : 0;
      }
      all.removeIf(known -> known.file() == recorded);
      all.add(new Ready(recorded, before | bits));
    }
  }

  /**
   * Says how much {@code sendfile} or {@code splice} finds: what it sent, or as much as it was to.
   */
  static void prepareSendfile(StraceEvent.Call recorded, Syscall made, Task task) {
    if (made.name() != SyscallName.SENDFILE && made.name() != SyscallName.SPLICE) {
      return;
    }
    boolean splice = made.name() == SyscallName.SPLICE;
    OpenFile in = task.fds().get(made.intArg(splice ? 0 : 1));
    if (in != null && in.payload() instanceof RecordedFile file) {
      boolean sent = recorded.result().known() && !recorded.result().isError();
      long asked = recorded.result().is(Errno.EINVAL) ? -1 : made.arg(splice ? 4 : 3);
      file.setSendable(sent ? recorded.result().value() : asked);
    }
  }
}
