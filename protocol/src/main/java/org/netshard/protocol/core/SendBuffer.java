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
    int may = mayWait(sk, caller, timeoutJiffies);
    return may < 0
        ? may
        : caller.progress().sleep(queue, exclusive, timeoutJiffies, sk.net().machine().nowNs());
  }

  /**
   * Sleeps, one behind the other, until another sock has room ({@code unix_wait_for_peer}).
   *
   * @return as {@link #waitIn}
   */
  public static int waitForPeer(WaitQueue queue, Sk sk, Caller caller, long timeoutJiffies) {
    int may = mayWait(sk, caller, timeoutJiffies);
    return may < 0
        ? may
        : caller.progress().sleepForRoom(queue, timeoutJiffies, sk.net().machine().nowNs());
  }

  private static int mayWait(Sk sk, Caller caller, long timeoutJiffies) {
    Progress progress = caller.progress();
    if (!progress.mayWait(timeoutJiffies, sk.net().machine().nowNs())) {
      return Errno.EAGAIN.negated();
    }
    if (progress.interrupted()) {
      // sock_intr_errno
      return timeoutJiffies == SkRare.MAX_SCHEDULE_TIMEOUT
          ? Progress.ERESTARTSYS
          : Errno.EINTR.negated();
    }
    return 0;
  }
}
