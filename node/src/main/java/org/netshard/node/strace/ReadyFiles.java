package org.netshard.node.strace;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** What a call that waits for several files has told of them, in a log and in the simulation. */
public final class ReadyFiles {
  private static final int POLLFD_BYTES = 8;
  private static final int REVENTS = 6;
  private static final int EPOLL_EVENT_BYTES = 12;

  private static final List<String> SETS = List.of("in", "out", "except");

  private ReadyFiles() {}

  private static boolean isPoll(Syscall call) {
    return call.name() == SyscallName.POLL || call.name() == SyscallName.PPOLL;
  }

  /** Whether a call waits for several files. */
  public static boolean areAskedFor(Syscall call) {
    return switch (call.name()) {
      case POLL, PPOLL, EPOLL_WAIT, EPOLL_PWAIT, SELECT, PSELECT6 -> true;
      default -> false;
    };
  }

  /** Whether what one side tells is a part of what the other tells. */
  public static boolean onePartOfOther(
      StraceEvent.Call recorded, Syscall call, long simulated, IdMapping ids) {
    if (recorded.result().isError() || simulated < 0) {
      return false;
    }
    Set<String> wanted = recorded(recorded, call, ids);
    Set<String> got = simulated(call, simulated);
    return wanted.containsAll(got) || got.containsAll(wanted);
  }

  private static Set<String> recorded(StraceEvent.Call recorded, Syscall call, IdMapping ids) {
    Set<String> ready = new TreeSet<>();
    if (recorded.result().value() == 0) {
      return ready;
    }
    switch (call.name()) {
      case POLL, PPOLL -> toldOfPoll(recorded).forEach((index, bits) -> bits(index, bits, ready));
      case SELECT, PSELECT6 -> {
        for (int set = 0; set < SETS.size(); set++) {
          for (int fd : toldInSet(recorded, set)) {
            ready.add(SETS.get(set) + " " + ids.simulatedFd(fd));
          }
        }
      }
      default -> toldOfEpoll(recorded).forEach((data, bits) -> bits(data, bits, ready));
    }
    return ready;
  }

  /** The descriptors that a log tells as ready to be read (0), written (1), or out of order (2). */
  public static List<Integer> toldInSet(StraceEvent.Call recorded, int set) {
    return IoComparison.recordedSet(recorded, SETS.get(set));
  }

  /**
   * What a log tells of the files of {@code poll}, by their place in the call: {@code [{fd=3,
   * revents=POLLIN}]} behind the result; what else is there is no value.
   */
  public static Map<Long, Integer> toldOfPoll(StraceEvent.Call recorded) {
    Map<Long, Integer> all = new TreeMap<>();
    String note = recorded.result().note();
    int end = note.lastIndexOf(']');
    if (!(recorded.arguments().get(0).before().plain() instanceof StraceValue.Array asked)
        || end < 0
        || !(StraceParser.parseValue(note.substring(0, end + 1))
            instanceof StraceValue.Array told)) {
      return all;
    }
    int from = 0;
    for (StraceValue element : told.elements()) {
      StraceValue fd = field(element, "fd");
      while (from < asked.elements().size()
          && !field(asked.elements().get(from), "fd").equals(fd)) {
        from++;
      }
      all.put((long) from++, (int) Notation.number(field(element, "revents")));
    }
    return all;
  }

  /** What a log tells of the files of a set, by the data that were given with them. */
  public static Map<Long, Integer> toldOfEpoll(StraceEvent.Call recorded) {
    Map<Long, Integer> all = new TreeMap<>();
    if (recorded.arguments().size() > 1
        && recorded.arguments().get(1).after().plain() instanceof StraceValue.Array events) {
      for (StraceValue event : events.elements()) {
        long data = Notation.number(field(field(event, "data"), "u64"));
        all.merge(data, (int) Notation.number(field(event, "events")), (one, two) -> one | two);
      }
    }
    return all;
  }

  private static StraceValue field(StraceValue value, String name) {
    StraceValue found =
        value.plain() instanceof StraceValue.Struct struct ? struct.field(name) : null;
    return found == null ? StraceValue.IntValue.of(0) : found;
  }

  private static Set<String> simulated(Syscall call, long simulated) {
    Set<String> ready = new TreeSet<>();
    UserMem mem = call.mem(isPoll(call) ? 0 : 1);
    switch (call.name()) {
      case SELECT, PSELECT6 -> {
        for (int i = 0; i < SETS.size(); i++) {
          String set = SETS.get(i);
          IoComparison.simulatedSet(call, i).forEach(fd -> ready.add(set + " " + fd));
        }
      }
      case POLL, PPOLL -> {
        for (int i = 0; mem.accessible(i * POLLFD_BYTES, POLLFD_BYTES); i++) {
          bits(i, mem.getShort(i * POLLFD_BYTES + REVENTS), ready);
        }
      }
      default -> {
        for (int i = 0; i < simulated; i++) {
          int at = i * EPOLL_EVENT_BYTES;
          bits(mem.getLong(at + Integer.BYTES), mem.getInt(at), ready);
        }
      }
    }
    return ready;
  }

  private static void bits(long key, long bits, Set<String> ready) {
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((bits >>> bit & 1) != 0) {
        ready.add(key + " " + bit);
      }
    }
  }
}
