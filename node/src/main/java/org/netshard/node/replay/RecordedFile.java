package org.netshard.node.replay;

import org.netshard.namespace.anon.FileOps;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.WaitQueue;

/**
 * A file of the recording machine that no simulation can have: a regular file, a terminal, a pipe
 * that somebody outside the log holds. Only the log knows what it says and when it is ready.
 *
 * <p>Calls on it are not made but taken from the log, and counted apart. Where it meets what is
 * simulated it plays its part as the log tells it: it is ready in a call that waits if the log says
 * so, and {@code sendfile} takes from it as many bytes as the log says, which are zeros.
 */
final class RecordedFile implements FileOps {
  /** Origin of a file that was open when the log began. */
  static final String INHERITED = "before the log";

  private final WaitQueue waitQueue = new WaitQueue();
  private final String origin;
  private int ready;
  private long sendable;

  /**
   * A file.
   *
   * @param origin the call it came from
   */
  RecordedFile(String origin) {
    this.origin = origin;
  }

  /** The call it came from. */
  String origin() {
    return origin;
  }

  /**
   * Says what can be done now, {@link org.netshard.protocol.core.Poll} bits, and wakes sleepers.
   */
  void setReady(int mask) {
    ready = mask;
    if (mask != 0) {
      waitQueue.wake(mask);
    }
  }

  /** Says how many bytes the next {@code sendfile} finds; below 0 if it cannot take any. */
  void setSendable(long bytes) {
    sendable = bytes;
  }

  @Override
  public UserMem sendable(long position, long count) {
    return sendable < 0 && count > 0
        ? UserMem.NULL
        : UserMem.zeroed((int) Math.min(count, Math.max(0, sendable)));
  }

  @Override
  public int poll() {
    return ready;
  }

  @Override
  public WaitQueue waitQueue() {
    return waitQueue;
  }
}
