package org.netshard.bench;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** Namespaces that stay, as if each had a name in {@code /run/netns}. */
final class HeldNamespaces implements Program {
  private final Syscall unshare = Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET);
  private int left;

  HeldNamespaces(int count) {
    this.left = count;
  }

  @Override
  public String name() {
    return "held namespaces";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    return left-- > 0 ? new Step(nowNs, 1, unshare) : null;
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    Task task = kernel.model().task(1);
    if (task == null || result < 0) {
      throw new IllegalStateException(call + " = " + result);
    }
    NetState net = task.net();
    net.get();
  }
}
