package org.netshard.namespace.anon;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.WaitQueue;

/** How a read or write of a file waits that knows no time limit. */
final class FileWait {
  private FileWait() {}

  /**
   * Sleeps in a queue.
   *
   * <p><b>Errors</b>, in order: EAGAIN if the file is non-blocking, {@link Progress#ERESTARTSYS}.
   *
   * @return {@link Progress#WAIT} or {@code -errno}
   */
  static int sleep(Caller caller, WaitQueue queue) {
    if ((caller.fileFlags() & Abi.O_NONBLOCK) != 0) {
      return Errno.EAGAIN.negated();
    }
    Progress progress = caller.progress();
    if (progress.interrupted()) {
      return Progress.ERESTARTSYS;
    }
    progress.join(queue, false);
    return progress.sleepUntil(Long.MAX_VALUE);
  }
}
