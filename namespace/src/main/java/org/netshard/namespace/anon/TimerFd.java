package org.netshard.namespace.anon;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.namespace.task.KernelEvents;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;

/**
 * A timer that is waited for: a read tells how often it has ended since the last.
 *
 * <p><b>Source:</b> {@code fs/timerfd.c}: {@code timerfd_setup}, {@code timerfd_read_iter}, {@code
 * timerfd_poll}.
 */
public final class TimerFd implements FileOps {
  private final WaitQueue waitQueue = new WaitQueue();
  private final KernelEvents events;
  private final boolean realtime;
  private long endNs = Long.MAX_VALUE;
  private long intervalNs;
  private long ticks;
  private long generation;

  /**
   * A timer that does not run.
   *
   * @param events lets it end
   * @param realtime whether its clock is that of the day
   */
  public TimerFd(KernelEvents events, boolean realtime) {
    this.events = events;
    this.realtime = realtime;
  }

  /** Whether its clock is that of the day. */
  public boolean realtime() {
    return realtime;
  }

  /**
   * Starts it anew.
   *
   * @param newEndNs when it ends, virtual nanoseconds; the largest number for never
   * @param newIntervalNs after which time it ends again, nanoseconds; 0 for never
   */
  public void set(long newEndNs, long newIntervalNs) {
    ticks = 0;
    endNs = newEndNs;
    intervalNs = newIntervalNs;
    arm();
  }

  private void arm() {
    long mine = ++generation;
    if (endNs != Long.MAX_VALUE) {
      events.later(endNs, () -> ends(mine));
    }
  }

  /** {@code timerfd_tmrproc}: with an interval, it runs on only after it is read. */
  private void ends(long mine) {
    if (mine == generation) {
      ticks++;
      waitQueue.wake(Poll.IN);
    }
  }

  /** Counts the intervals that have passed since it ended, and lets it run on. */
  private void catchUp(long nowNs) {
    if (ticks == 0 || intervalNs == 0) {
      return;
    }
    long passed = Math.max(0, (nowNs - endNs) / intervalNs);
    ticks += passed;
    endNs += (passed + 1) * intervalNs;
    arm();
  }

  /** What is left until it ends, nanoseconds; 0 if it does not run. */
  public long leftNs(long nowNs) {
    catchUp(nowNs);
    boolean over = endNs == Long.MAX_VALUE || (ticks > 0 && intervalNs == 0);
    return over ? 0 : Math.max(1, endNs - nowNs);
  }

  /** After which time it ends again, nanoseconds; 0 for never. */
  public long intervalNs() {
    return intervalNs;
  }

  /** <b>Errors</b>, in order: EINVAL below 8 bytes, EAGAIN, ERESTARTSYS, EFAULT. */
  @Override
  public int read(Caller caller, Msg msg) {
    if (msg.size() < Long.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (ticks == 0) {
      return FileWait.sleep(caller, waitQueue);
    }
    // A call that is made again is made at the moment of the wake-up.
    catchUp(events.nowNs());
    long told = ticks;
    ticks = 0;
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(told).array();
    return msg.write(0, bytes, 0, Long.BYTES) ? Long.BYTES : Errno.EFAULT.negated();
  }

  @Override
  public int poll() {
    return ticks > 0 ? Poll.IN : 0;
  }

  @Override
  public WaitQueue waitQueue() {
    return waitQueue;
  }

  @Override
  public void release() {
    generation++;
  }
}
