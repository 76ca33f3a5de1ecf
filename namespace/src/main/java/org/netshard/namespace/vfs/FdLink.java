package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/**
 * A link in {@code /proc/PID/fd}: leads to what is open under that number.
 *
 * <p><b>Source:</b> {@code fs/proc/fd.c}, {@code proc_fd_link}; {@code fs/proc/base.c}, {@code
 * proc_pid_get_link}.
 */
final class FdLink extends Link {
  private final Task task;
  private final OpenFile file;

  private FdLink(Task task, OpenFile file) {
    this.task = task;
    this.file = file;
  }

  /** The link, or null for a file that cannot be followed here. */
  static @Nullable FdLink of(Task task, OpenFile file) {
    return inode(file) == null ? null : new FdLink(task, file);
  }

  private static @Nullable Inode inode(OpenFile file) {
    Sk sk = file.sk();
    if (sk != null) {
      return new SocketInodeFile(file, sk);
    }
    if (file.payload() instanceof NetState net) {
      return new NsFile(net);
    }
    return file.payload() instanceof FileHandle handle ? handle.inode() : null;
  }

  @Override
  @Nullable Inode file(Task follower) {
    return ProcTaskDirectory.mayRead(follower, task) ? inode(file) : null;
  }

  @Override
  @Nullable String text(Task task) {
    Sk sk = file.sk();
    if (sk != null) {
      return "socket:[" + SockInodes.of(sk) + "]";
    }
    return file.payload() instanceof NetState net ? "net:[" + net.inum() + "]" : null;
  }
}
