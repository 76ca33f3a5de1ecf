package org.netshard.protocol.core;

import org.netshard.protocol.abi.Errno;

/**
 * Room in the send buffer of a sock whose buffers go to their receiver as they are.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sock_alloc_send_pskb}, {@code
 * sock_wait_for_wmem}.
 */
public final class SendBuffer {
  private SendBuffer() {}

  /**
   * Makes sure that there is room for one more buffer, however large.
   *
   * <p><b>Errors</b>, in order: the sock's own, EPIPE if it sends no more, EAGAIN if there is no
   * room and no time, EINTR.
   *
   * @param timeoutJiffies how long the call may wait
   * @return 0, {@code -errno}, or {@link Progress#WAIT}
   */
  public static int room(Sk sk, Caller caller, long timeoutJiffies) {
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    if ((sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    if (sk.wmemAlloc() < sk.sndbuf()) {
      return 0;
    }
    return waitIn(sk.waitQueue(), sk, caller, timeoutJiffies, false);
  }

  /**
   * Sleeps in a queue, if there is time.
   *
   * @return {@link Progress#WAIT}, EAGAIN if there is no time, EINTR if the time is limited and
   *     {@link Progress#ERESTARTSYS} else
   */
  public static int waitIn(
      WaitQueue queue, Sk sk, Caller caller, long timeoutJiffies, boolean exclusive) {
    Progress progress = caller.progress();
    long nowNs = sk.net().machine().nowNs();
    if (!progress.mayWait(timeoutJiffies, nowNs)) {
      return Errno.EAGAIN.negated();
    }
    if (progress.interrupted()) {
      // sock_intr_errno
      return timeoutJiffies == SkRare.MAX_SCHEDULE_TIMEOUT
          ? Progress.ERESTARTSYS
          : Errno.EINTR.negated();
    }
    return progress.sleep(queue, exclusive, timeoutJiffies, nowNs);
  }
}
