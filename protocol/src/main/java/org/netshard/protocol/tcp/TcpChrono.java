package org.netshard.protocol.tcp;

/**
 * What a sender waits for, and how long, in whole jiffies: {@code tcpi_busy_time}, {@code
 * tcpi_rwnd_limited}, {@code tcpi_sndbuf_limited}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_chrono_start}, {@code
 * tcp_chrono_stop}.
 */
final class TcpChrono {
  static final int BUSY = 1;
  static final int RWND_LIMITED = 2;
  static final int SNDBUF_LIMITED = 3;

  private TcpChrono() {}

  static void start(TcpSock tp, int type) {
    if (type > tp.chronoType) {
      set(tp, type);
    }
  }

  static void stop(TcpSock tp, int type) {
    if (tp.rtxQueue.isEmpty() && tp.writeQueue.isEmpty()) {
      set(tp, 0);
    } else if (type == tp.chronoType) {
      set(tp, BUSY);
    }
  }

  private static void set(TcpSock tp, int type) {
    int now = tp.jiffies();
    if (tp.chronoType > 0) {
      tp.chronoStat[tp.chronoType - 1] += now - tp.chronoStart;
    }
    tp.chronoStart = now;
    tp.chronoType = (byte) type;
  }

  /** Microseconds of a state so far; those that are narrower count too. */
  static long us(TcpSock tp, int type) {
    long jiffies = Integer.toUnsignedLong(tp.chronoStat[type - 1]);
    if (tp.chronoType == type) {
      jiffies += tp.jiffies() - tp.chronoStart;
    }
    return jiffies * TcpClock.US_PER_JIFFY;
  }
}
