package org.netshard.namespace.sysctl;

import org.netshard.protocol.profile.SysctlProfile.Format;

/**
 * Times that the kernel keeps as 32-bit counts of jiffies, so that they come back rounded or cut.
 *
 * <p><b>Units:</b> a jiffy is 4 ms ({@code HZ} 250), a clock tick of programs 10 ms ({@code
 * USER_HZ} 100).
 *
 * <p><b>Source:</b> {@code kernel/time/time.c}: {@code msecs_to_jiffies}, {@code
 * clock_t_to_jiffies}, {@code jiffies_to_clock_t}.
 */
final class Jiffies {
  private static final int HZ = 250;
  private static final int USER_HZ = 100;
  private static final int MS = 1000 / HZ;

  private Jiffies() {}

  /** Seconds as they are read back; empty if they do not fit. */
  static String seconds(long number, boolean negative, Format format) {
    if (Long.compareUnsigned(number, Integer.MAX_VALUE / HZ) > 0) {
      return "";
    }
    long value = negative ? -number : number;
    return value < format.min() || value > format.max() ? "" : Long.toString(value);
  }

  /** Milliseconds, rounded up to a jiffy; the kernel looks at the lower 32 bits only. */
  static String milliseconds(long number, boolean negative, Format format) {
    int value = (int) (negative ? -number : number);
    if (value < 0) {
      return "";
    }
    long jiffies = ((long) value + MS - 1) / MS;
    boolean outside = jiffies < (format.min() + MS - 1) / MS || value > format.max();
    return outside ? "" : Long.toString(jiffies * MS);
  }

  /** Hundredths of a second; a number that is too great loses its upper bits. */
  static String centiseconds(long number, boolean negative) {
    if (Long.compareUnsigned(number, Long.MAX_VALUE / HZ * USER_HZ) > 0) {
      return "";
    }
    long ticks = negative ? -number : number;
    long limit = Long.divideUnsigned(-1L, HZ) * USER_HZ;
    int jiffies = Long.compareUnsigned(ticks, limit) >= 0 ? -1 : jiffies(ticks);
    long shown = Math.abs((long) jiffies) * USER_HZ / HZ;
    return (jiffies < 0 ? "-" : "") + shown;
  }

  private static int jiffies(long ticks) {
    return (int) Long.divideUnsigned(ticks * HZ, USER_HZ);
  }
}
