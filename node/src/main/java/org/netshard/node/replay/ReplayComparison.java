package org.netshard.node.replay;

import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/** Whether a simulated result is the recorded one. */
final class ReplayComparison {
  private ReplayComparison() {}

  /** What the simulated kernel answered, if it is not what the log says; else null. */
  static @Nullable String difference(
      StraceEvent.Call recorded, Syscall call, long simulated, LogProcess process) {
    long wanted = recorded.result().value();
    if (Errno.isError(wanted) || Errno.isError(simulated)) {
      return wanted == simulated ? null : Errno.resultText(simulated);
    }
    if (givesNumber(call)) {
      return null;
    }
    return wanted == simulated ? null : Errno.resultText(simulated);
  }

  /** Whether the result is a number that the simulation may choose differently. */
  private static boolean givesNumber(Syscall call) {
    return switch (call.name()) {
      case SOCKET, DUP, OPENAT, FORK, VFORK, CLONE, CLONE3 -> true;
      case DUP2, DUP3 -> true;
      case FCNTL -> CallPlan.duplicates(call.intArg(1));
      default -> false;
    };
  }
}
