package org.netshard.node.replay;

import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.IdMapping;
import org.netshard.node.strace.ResultComparison;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.core.Sk;

/** Whether a simulated result is the recorded one. */
final class ReplayComparison {
  private static final int ETHERNET_BYTES = 14;

  /**
   * Descriptors and pids may be numbered differently: {@link ReplayCalls} notes the pairs when the
   * call is over.
   *
   * @param names how descriptors are numbered
   * @param target what the call reads from
   * @param chosenPort whether ports are those of a socket whose port the kernel chose, from
   *     whatever range
   */
  private record Mapping(FdNames names, boolean chosenPort, @Nullable Object target)
      implements IdMapping {
    @Override
    public int ipHeaderAt() {
      if (!(target instanceof Sk sk)) {
        return -1;
      }
      boolean link = sk.family() == Abi.AF_PACKET;
      boolean raw = sk.family() == Abi.AF_INET && sk.type() == Abi.SOCK_RAW;
      return raw || link ? (link && sk.type() == Abi.SOCK_RAW ? ETHERNET_BYTES : 0) : -1;
    }

    @Override
    public boolean sameFd(int recorded, int simulated) {
      return true;
    }

    @Override
    public int simulatedFd(int recorded) {
      return names.simulated(recorded);
    }

    @Override
    public boolean samePid(int recorded, int simulated) {
      return (recorded == 0) == (simulated == 0);
    }

    @Override
    public boolean samePort(int recorded, int simulated) {
      return chosenPort
          ? (recorded == 0) == (simulated == 0)
          : IdMapping.super.samePort(recorded, simulated);
    }
  }

  private ReplayComparison() {}

  /** How the descriptors of a call are numbered. */
  static IdMapping ids(PendingCall was) {
    return new Mapping(was.process().fds(), false, was.target());
  }

  /** What the simulated kernel answered, if it is not what the log says; else null. */
  static @Nullable String difference(
      PendingCall was, Syscall call, long simulated, boolean chosenPort) {
    IdMapping ids = new Mapping(was.process().fds(), chosenPort, was.target());
    ResultComparison.Outcome outcome =
        ResultComparison.compare(was.recorded(), call, simulated, ids);
    return outcome.verdict() == ResultComparison.Verdict.DIFFERENT ? outcome.difference() : null;
  }
}
