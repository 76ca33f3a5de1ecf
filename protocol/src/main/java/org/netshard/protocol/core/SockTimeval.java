package org.netshard.protocol.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;

/**
 * Time limits as options give them: {@code struct __kernel_sock_timeval}, which on 64 bits is also
 * the old {@code struct timeval}: two 64-bit numbers, seconds and microseconds.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_copy_user_timeval}, {@code
 * sock_set_timeout}, {@code sock_get_timeout}.
 */
public final class SockTimeval {
  /** Size in bytes. */
  public static final int BYTES = 16;

  private static final int USEC_PER_SEC = 1_000_000;
  private static final long USEC_PER_JIFFY = USEC_PER_SEC / SocketOptions.HZ;

  private SockTimeval() {}

  /**
   * Whether a time limit can be read: 0, or, in order, EINVAL if it is too short, EFAULT; negated.
   */
  public static int check(UserMem optval, int optlen) {
    if (optlen < BYTES) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, BYTES) ? 0 : Errno.EFAULT.negated();
  }

  /**
   * The limit in jiffies that {@code SO_RCVTIMEO} and {@code SO_SNDTIMEO} make of a value: below 0
   * s it is 0, and 0 s is none.
   *
   * @return jiffies, or EDOM, negated, for microseconds out of range
   */
  static long toTimeout(UserMem optval) {
    long sec = optval.getLong(0);
    long usec = optval.getLong(8);
    if (usec < 0 || usec >= USEC_PER_SEC) {
      return Errno.EDOM.negated();
    }
    if (sec < 0) {
      return 0;
    }
    if ((sec != 0 || usec != 0) && fits(sec)) {
      return toJiffies(sec, usec);
    }
    return SkRare.MAX_SCHEDULE_TIMEOUT;
  }

  /** Whether so many seconds are a number of jiffies. */
  public static boolean fits(long sec) {
    return sec < SkRare.MAX_SCHEDULE_TIMEOUT / SocketOptions.HZ - 1;
  }

  /** Jiffies, rounded up; the microseconds are read as an unsigned number. */
  public static long toJiffies(long sec, long usec) {
    return sec * SocketOptions.HZ + Long.divideUnsigned(usec + USEC_PER_JIFFY - 1, USEC_PER_JIFFY);
  }

  /** The value that reading a time limit gives; no limit reads as 0. */
  public static byte[] ofJiffies(long jiffies) {
    ByteBuffer value = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (jiffies != SkRare.MAX_SCHEDULE_TIMEOUT) {
      value.putLong(jiffies / SocketOptions.HZ);
      value.putLong(jiffies % SocketOptions.HZ * USEC_PER_SEC / SocketOptions.HZ);
    }
    return value.array();
  }
}
