package org.netshard.node.replay;

import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.anon.Epoll;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.ReadyFiles;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Sk;

/**
 * Which differences are only a matter of the moment at which a call was made.
 *
 * <p>The rule: another call of the log must have been under way at the same time, or an earlier
 * difference of this kind have left the simulation ahead or behind; and the simulated result must
 * be right at another moment of the same log:
 *
 * <ul>
 *   <li>A read brought more, less or nothing (EAGAIN), and all bytes that follow, until both have
 *       read the same, continue the same stream, or are the same messages. If they never do, it is
 *       a real difference.
 *   <li>Of the files waited for, one side tells a part of what the other tells, perhaps none.
 *   <li>A connection was there to be accepted on one side and not (EAGAIN) on the other.
 * </ul>
 */
final class ReplayTiming {
  private final LogOrder order;
  private final ReplayResult result;
  private final IdentityHashMap<Object, ReadHistory> histories = new IdentityHashMap<>();

  /**
   * Those of the histories in which log and simulation differ, in the order in which they began.
   */
  private final Set<ReadHistory> uneven = new LinkedHashSet<>();

  ReplayTiming(LogOrder order, ReplayResult result) {
    this.order = order;
    this.result = result;
  }

  /** What a descriptor leads to, for as long as it is read: a sock, or the file itself. */
  static @Nullable Object target(Task task, Syscall call) {
    OpenFile file = task.fds().get(call.intArg(0));
    if (file == null) {
      return null;
    }
    return file.payload() instanceof SocketFile socket ? socket.sk() : file.payload();
  }

  /**
   * Whether the simulation has already done what the log does now, so that the call would find
   * nothing: it has read the bytes, or those that are waited for.
   */
  boolean isDone(StraceEvent.Call recorded, Syscall call, Task task) {
    if (uneven.isEmpty() || !recorded.result().known() || recorded.result().value() <= 0) {
      return false;
    }
    Object target = target(task, call);
    if (ReadData.isRead(call)) {
      ReadHistory history = histories.get(target);
      return history != null && history.has((int) recorded.result().value());
    }
    if (ReadyFiles.areAskedFor(call) && !(target instanceof Epoll)) {
      for (int fd : FdsInMemory.ofPoll(call)) {
        if (isAhead(task.fds().get(fd))) {
          return true;
        }
      }
    }
    if (target instanceof Epoll epoll) {
      for (OpenFile file : epoll.files()) {
        if (isAhead(file)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isAhead(@Nullable OpenFile file) {
    Object payload = file == null ? null : file.payload();
    Object target = payload instanceof SocketFile socket ? socket.sk() : payload;
    ReadHistory history = target == null ? null : histories.get(target);
    return history != null && history.has(1);
  }

  /** Counts a call that {@link #isDone}. */
  void countDone(PendingCall call, ReplayResult.Difference difference) {
    Syscall made = call.made();
    if (made != null && ReadData.isRead(made)) {
      if (!read(call, made, Errno.EAGAIN.negated(), difference)) {
        result.different(difference);
      }
    } else {
      result.timing(call.recorded().name());
    }
  }

  /**
   * Takes note of a result.
   *
   * @param difference what differs; null if nothing seems to
   * @return whether it has been counted: it is a matter of timing, or may turn out to be
   */
  boolean count(
      PendingCall was, Syscall call, long simulated, ReplayResult.@Nullable Difference difference) {
    StraceEvent.Call recorded = was.recorded();
    boolean moved = order.concurrent(recorded) || !uneven.isEmpty();
    if (!moved || !recorded.result().known()) {
      return false;
    }
    if (ReadData.isRead(call)) {
      return mayBeRead(recorded, simulated) && read(was, call, simulated, difference);
    }
    if (difference == null) {
      return false;
    }
    boolean timing =
        (ReadyFiles.areAskedFor(call)
                && ReadyFiles.onePartOfOther(recorded, call, simulated, ReplayComparison.ids(was)))
            || (accepts(call) && (isAgain(recorded.result().value()) != isAgain(simulated)))
            || (was.stuck() && !uneven.isEmpty());
    if (timing) {
      result.timing(recorded.name());
    }
    return timing;
  }

  private static boolean accepts(Syscall call) {
    return call.name() == SyscallName.ACCEPT || call.name() == SyscallName.ACCEPT4;
  }

  static boolean isAgain(long result) {
    return result == Errno.EAGAIN.negated();
  }

  private static boolean mayBeRead(StraceEvent.Call recorded, long simulated) {
    long wanted = recorded.result().value();
    boolean one = wanted >= 0 || isAgain(wanted);
    return one && (simulated >= 0 || isAgain(simulated) || simulated == Errno.EINTR.negated());
  }

  private boolean read(
      PendingCall was, Syscall call, long simulated, ReplayResult.@Nullable Difference difference) {
    Object target = was.target();
    ReadHistory known = target == null ? null : histories.get(target);
    if (target == null || (known == null && difference == null)) {
      return false;
    }
    // An answer of netlink that came whole says what there is, which no other moment gives.
    boolean answer = target instanceof Sk sk && sk.family() == Abi.AF_NETLINK;
    if (answer && simulated > 0 && was.recorded().result().value() == simulated) {
      return false;
    }
    ReadHistory history = known == null ? new ReadHistory(isStream(target)) : known;
    histories.put(target, history);
    if (history.isEven() && difference == null) {
      return false;
    }
    boolean agree =
        history.add(ReadData.recorded(was.recorded()), ReadData.simulated(call, simulated));
    if (!agree) {
      settle(history, false);
      return false;
    }
    if (difference == null) {
      result.same(was.recorded().name());
    } else {
      history.hold(difference);
    }
    if (history.isEven()) {
      settle(history, true);
    } else {
      uneven.add(history);
    }
    return true;
  }

  private static boolean isStream(Object target) {
    return !(target instanceof Sk sk) || sk.type() == Abi.SOCK_STREAM;
  }

  private void settle(ReadHistory history, boolean timing) {
    uneven.remove(history);
    for (ReplayResult.Difference held : history.takeHeld()) {
      if (timing) {
        result.timing(held.call());
      } else {
        result.different(held);
      }
    }
  }

  /** The log is at its end: what is still not the same differs. */
  void end() {
    for (ReadHistory history : new LinkedHashSet<>(uneven)) {
      settle(history, false);
    }
  }
}
