package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** A task of a {@code unix-pair}: it makes the pair, forks, and asks its child. */
final class PairParent extends Asker {
  private static final int SIGCHLD = 17;

  private final Answers answers;
  private final UserMem ends = UserMem.zeroed(2 * Integer.BYTES);

  PairParent(LoadSpec spec, String name, int pid, LoadStats stats, Draw draw, Answers answers) {
    super(spec, name, pid, stats, draw);
    this.answers = answers;
  }

  /** Makes a child as {@code fork} does. */
  static Syscall fork() {
    return Syscall.of(SyscallName.CLONE, SIGCHLD, UserMem.NULL);
  }

  @Override
  void begin(long nowNs) {
    must(
        nowNs,
        Syscall.of(SyscallName.SOCKETPAIR, spec.family(), spec.type(), spec.protocol(), ends),
        this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, fork(), this::forked);
  }

  private void forked(KernelView kernel, Syscall call, long result, long nowNs) {
    int own = ends.getInt(0);
    int others = ends.getInt(Integer.BYTES);
    must(nowNs, Syscall.close(others), this::closed);
    boolean stream = spec.type() == Abi.SOCK_STREAM;
    kernel.attach(
        new Answerer(
            name(),
            kernel.lastChildPid(),
            stats,
            others,
            own,
            stream,
            Loads.bufferBytes(spec.size()),
            answers));
  }

  private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
    ask(ends.getInt(0), spec.type() == Abi.SOCK_STREAM, nowNs);
  }

  @Override
  void finish(long nowNs) {
    if (spec.type() == Abi.SOCK_DGRAM) {
      new Farewell(this, ends.getInt(0), 0).begin(nowNs);
    } else {
      exit(nowNs);
    }
  }
}
