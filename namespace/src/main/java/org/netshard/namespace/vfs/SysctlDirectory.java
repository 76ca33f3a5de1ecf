package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Cred;

/**
 * {@code /proc/sys} and what is in it: the sysctls as the network namespace of the task that looks
 * has them.
 *
 * <p><b>Source:</b> {@code fs/proc/proc_sysctl.c}.
 */
final class SysctlDirectory extends Directory {
  private final String prefix;

  /**
   * A directory.
   *
   * @param prefix what the dotted names in it begin with
   */
  SysctlDirectory(String prefix) {
    this.prefix = prefix;
  }

  @Override
  @Nullable Inode lookup(String name, Task task) {
    String full = prefix + name;
    NetState net = task.net();
    if (name.indexOf('.') >= 0) {
      return null;
    }
    if (net.openSysctl(full, false, false, task.cred()) != Errno.ENOENT.negated()) {
      return new Entry(net, full);
    }
    return net.sysctls().table().hasNamesIn(full) ? new SysctlDirectory(full + ".") : null;
  }

  @Override
  int nlink() {
    return 1;
  }

  @Override
  boolean leavesOut(String name) {
    return true;
  }

  /** A sysctl. */
  private static final class Entry extends RegularFile {
    private final NetState net;
    private final String name;

    Entry(NetState net, String name) {
      this.net = net;
      this.name = name;
    }

    @Override
    boolean permits(Cred cred, int wanted) {
      boolean read = (wanted & MAY_READ) != 0;
      boolean write = (wanted & MAY_WRITE) != 0;
      return net.openSysctl(name, read, write, cred) == 0;
    }

    @Override
    public int mode() {
      return net.sysctls().mode(name, net.userNs());
    }

    @Override
    Object open(Task task, int flags) {
      return new SysctlFile(net, name);
    }
  }
}
