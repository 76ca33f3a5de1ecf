package org.netshard.namespace.anon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.namespace.cgroup.EventCounter;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;

/**
 * A counter that is waited for.
 *
 * <p><b>Source:</b> {@code fs/eventfd.c}.
 */
public final class EventFd implements FileOps, EventCounter {
  private static final long MAX = -1L;

  private final WaitQueue waitQueue = new WaitQueue();
  private final boolean semaphore;
  private long count;
  private boolean released;

  /**
   * A counter.
   *
   * @param count its value, unsigned
   * @param semaphore whether a read takes one only ({@code EFD_SEMAPHORE})
   */
  public EventFd(long count, boolean semaphore) {
    this.count = count;
    this.semaphore = semaphore;
  }

  /** {@code eventfd_read}. <b>Errors</b>, in order: EINVAL below 8 bytes, EAGAIN, EINTR, EFAULT. */
  @Override
  public int read(Caller caller, Msg msg) {
    if (msg.size() < Long.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (count == 0) {
      return FileWait.sleep(caller, waitQueue);
    }
    long taken = semaphore ? 1 : count;
    count -= taken;
    waitQueue.wake(Poll.OUT);
    return msg.write(0, bytes(taken), 0, Long.BYTES) ? Long.BYTES : Errno.EFAULT.negated();
  }

  /** {@code eventfd_signal_mask}: adds one, unless that is more than it holds. */
  @Override
  public void signal() {
    if (count != MAX) {
      count++;
    }
    waitQueue.wake(Poll.IN);
  }

  @Override
  public boolean isReleased() {
    return released;
  }

  @Override
  public void release() {
    released = true;
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  /**
   * {@code eventfd_write}.
   *
   * <p><b>Errors</b>, in order: EINVAL below 8 bytes, EFAULT, EINVAL for the largest number,
   * EAGAIN, EINTR.
   */
  @Override
  public int write(Caller caller, Msg msg) {
    if (msg.size() != Long.BYTES) {
      return Errno.EINVAL.negated();
    }
    byte[] bytes = msg.read(0, Long.BYTES);
    if (bytes == null) {
      return Errno.EFAULT.negated();
    }
    long added = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (added == MAX) {
      return Errno.EINVAL.negated();
    }
    if (Long.compareUnsigned(MAX - count, added) <= 0) {
      return FileWait.sleep(caller, waitQueue);
    }
    count += added;
    waitQueue.wake(Poll.IN);
    return Long.BYTES;
  }

  @Override
  public int poll() {
    int mask = count != 0 ? Poll.IN : 0;
    mask |= count == MAX ? Poll.ERR : 0;
    return Long.compareUnsigned(MAX - 1, count) > 0 ? mask | Poll.OUT : mask;
  }

  @Override
  public WaitQueue waitQueue() {
    return waitQueue;
  }

  /** The flags of {@code eventfd2} that there are. */
  public static final int FLAGS = 1 | Abi.O_CLOEXEC | Abi.O_NONBLOCK;
}
