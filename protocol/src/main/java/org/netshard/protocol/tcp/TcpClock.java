package org.netshard.protocol.tcp;

import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.SocketOptions;

/**
 * The clocks of TCP, all of virtual time.
 *
 * <p><b>Source:</b> {@code include/net/tcp.h}: {@code tcp_jiffies32}, {@code tcp_clock_us}; {@code
 * include/linux/jiffies.h}.
 */
final class TcpClock {
  static final int HZ = SocketOptions.HZ;
  static final long NS_PER_JIFFY = 1_000_000_000L / HZ;
  static final int US_PER_JIFFY = 1_000_000 / HZ;
  static final int MS_PER_JIFFY = 1000 / HZ;

  /** {@code INITIAL_JIFFIES}. */
  private static final int INITIAL = -300 * HZ;

  /** When the clock of segments begins, so that 0 is never a time: nanoseconds. */
  static final long BASE_NS = 1000;

  private TcpClock() {}

  /** {@code tcp_clock_ns}. */
  static long nowNs(NetNs net) {
    return net.machine().nowNs() + BASE_NS;
  }

  /** {@code tcp_jiffies32}. */
  static int jiffies(NetNs net) {
    return (int) (net.machine().nowNs() / NS_PER_JIFFY) + INITIAL;
  }

  /** {@code jiffies}: the same, which goes on where those of 32 bits begin anew. */
  static long jiffies64(NetNs net) {
    return net.machine().nowNs() / NS_PER_JIFFY + (INITIAL & 0xffff_ffffL);
  }

  /** When so many jiffies from now have passed, virtual nanoseconds; 0 is the next tick. */
  static long after(NetNs net, int jiffies) {
    return jiffies == 0 ? TcpTicks.next(net) : net.machine().nowNs() + jiffies * NS_PER_JIFFY;
  }

  /** {@code usecs_to_jiffies}: rounded up. */
  static int usToJiffies(long us) {
    return (int) Math.min((us + US_PER_JIFFY - 1) / US_PER_JIFFY, Integer.MAX_VALUE);
  }

  /** {@code ktime_get_seconds}, from 1 on so that 0 is never. */
  static int seconds(NetNs net) {
    return (int) (net.machine().nowNs() / 1_000_000_000L) + 1;
  }
}
