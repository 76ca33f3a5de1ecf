package org.netshard.namespace.vfs;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.Task;

/** {@code /run/netns}: the network namespaces that have names, as {@code ip netns} keeps them. */
final class NetnsDirectory extends Directory {
  private final Function<String, @Nullable NetState> named;

  NetnsDirectory(Function<String, @Nullable NetState> named) {
    this.named = named;
  }

  @Override
  @Nullable Inode lookup(String name, Task task) {
    NetState net = named.apply(name);
    return net == null ? null : new NsFile(net);
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.TMPFS;
  }

  @Override
  public int mode() {
    return 0755;
  }
}
