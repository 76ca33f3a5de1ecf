package org.netshard.node.replay;

import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.IdMapping;
import org.netshard.node.strace.ResultComparison;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Syscall;

/** Whether a simulated result is the recorded one. */
final class ReplayComparison {
  /**
   * Descriptors and pids may be numbered differently: {@link ReplayCalls} notes the pairs when the
   * call is over.
   */
  private static final IdMapping MAPPED =
      new IdMapping() {
        @Override
        public boolean sameFd(int recorded, int simulated) {
          return true;
        }

        @Override
        public boolean samePid(int recorded, int simulated) {
          return (recorded == 0) == (simulated == 0);
        }
      };

  /** The same for a socket whose port the kernel chose, from whatever range. */
  private static final IdMapping CHOSEN =
      new IdMapping() {
        @Override
        public boolean sameFd(int recorded, int simulated) {
          return true;
        }

        @Override
        public boolean samePid(int recorded, int simulated) {
          return MAPPED.samePid(recorded, simulated);
        }

        @Override
        public boolean samePort(int recorded, int simulated) {
          return (recorded == 0) == (simulated == 0);
        }
      };

  private ReplayComparison() {}

  /** What the simulated kernel answered, if it is not what the log says; else null. */
  static @Nullable String difference(
      StraceEvent.Call recorded, Syscall call, long simulated, boolean chosenPort) {
    ResultComparison.Outcome outcome =
        ResultComparison.compare(recorded, call, simulated, chosenPort ? CHOSEN : MAPPED);
    return outcome.verdict() == ResultComparison.Verdict.DIFFERENT ? outcome.difference() : null;
  }
}
