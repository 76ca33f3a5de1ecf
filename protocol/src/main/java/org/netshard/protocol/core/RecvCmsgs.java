package org.netshard.protocol.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;

/**
 * Control messages of {@code SOL_SOCKET} that come with a packet: time stamps, drops, mark,
 * priority.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code sock_recv_cmsgs}; {@code net/socket.c},
 * {@code __sock_recv_timestamp}, {@code __sock_recv_cmsgs}.
 *
 * <p><b>Differs from Linux:</b> the real time of a machine is its virtual time, so it begins in
 * 1970.
 */
public final class RecvCmsgs {
  private static final long NS_PER_SECOND = 1_000_000_000L;
  private static final int NS_PER_US = 1000;

  /** Size of a {@code struct timespec}, bytes. */
  static final int TIMESPEC_BYTES = 16;

  private static final int TIMESTAMPS = 3;

  private RecvCmsgs() {}

  /** Adds those that the sock has asked for ({@code sock_recv_cmsgs}). */
  public static void put(Sk sk, Msg msg, Packet packet) {
    boolean asked =
        sk.flag(SockFlag.SOCK_RXQ_OVFL)
            || sk.flag(SockFlag.SOCK_RCVTSTAMP)
            || sk.flag(SockFlag.SOCK_RCVMARK)
            || sk.flag(SockFlag.SOCK_RCVPRIORITY)
            || sk.flag(SockFlag.SOCK_TIMESTAMPING_ANY);
    if (!asked) {
      if (sk.flag(SockFlag.SOCK_TIMESTAMP)) {
        writeStamp(sk, packet.tstampNs());
      } else {
        sk.setFlag(SockFlag.SK_STAMP, true);
      }
      return;
    }
    boolean unused = putTimes(sk, msg, packet.tstampNs(), false);
    if (sk.flag(SockFlag.SOCK_RXQ_OVFL) && packet.drops() != 0) {
      putInt(msg, SoOption.SO_RXQ_OVFL, packet.drops());
    }
    if (sk.flag(SockFlag.SOCK_RCVMARK)) {
      putInt(msg, SoOption.SO_MARK, packet.mark());
    }
    if (sk.flag(SockFlag.SOCK_RCVPRIORITY)) {
      putInt(msg, SoOption.SO_PRIORITY, packet.priority());
    }
  }

  /** {@code sock_write_timestamp}. */
  private static void writeStamp(Sk sk, long tstampNs) {
    sk.setFlag(SockFlag.SK_STAMP, true);
    sk.rareForWrite().stampNs = tstampNs;
  }

  /**
   * Adds time stamps only, or keeps the stamp for {@code SIOCGSTAMP} ({@code sock_recv_timestamp}).
   *
   * @param tstampNs the stamp, or {@link Packet#NO_TSTAMP}
   * @param isError whether it comes from the error queue
   * @return whether there is one of {@code SO_TIMESTAMPING}
   */
  public static boolean putTimes(Sk sk, Msg msg, long tstampNs, boolean isError) {
    int tsflags = sk.rare().tsflags();
    boolean has = tstampNs != Packet.NO_TSTAMP;
    boolean wanted = (tsflags & SockTimestamping.SOF_TIMESTAMPING_SOFTWARE) != 0;
    boolean receiving = (tsflags & SockTimestamping.SOF_TIMESTAMPING_RX_SOFTWARE) != 0;
    if (!sk.flag(SockFlag.SOCK_RCVTSTAMP) && !receiving && !(has && wanted)) {
      writeStamp(sk, tstampNs);
      return false;
    }
    long timeNs = tstampNs;
    if (sk.flag(SockFlag.SOCK_RCVTSTAMP)) {
      timeNs = has ? tstampNs : sk.net().machine().nowNs();
      putTimestamp(sk, msg, timeNs);
    }
    boolean filtered = (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_RX_FILTER) != 0;
    if (wanted && (receiving || isError || !filtered) && timeNs != Packet.NO_TSTAMP) {
      putTimestamping(sk, msg, timeNs);
      return true;
    }
    return false;
  }

  /** Adds the time stamps of a stream ({@code tcp_recv_timestamp}). */
  public static void putStreamTimes(Sk sk, Msg msg, long tstampNs) {
    int tsflags = sk.rare().tsflags();
    if (sk.flag(SockFlag.SOCK_RCVTSTAMP)) {
      putTimestamp(sk, msg, tstampNs);
    }
    boolean receiving = (tsflags & SockTimestamping.SOF_TIMESTAMPING_RX_SOFTWARE) != 0;
    boolean filtered = (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_RX_FILTER) != 0;
    if ((tsflags & SockTimestamping.SOF_TIMESTAMPING_SOFTWARE) != 0 && (receiving || !filtered)) {
      putTimestamping(sk, msg, tstampNs);
    }
  }

  private static void putInt(Msg msg, int type, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    msg.putCmsg(Abi.SOL_SOCKET, type, bytes.putInt(value).array());
  }

  private static void putTimestamp(Sk sk, Msg msg, long timeNs) {
    boolean newFormat = sk.flag(SockFlag.SOCK_TSTAMP_NEW);
    boolean ns = sk.flag(SockFlag.SOCK_RCVTSTAMPNS);
    int type =
        ns
            ? newFormat ? SoOption.SO_TIMESTAMPNS_NEW : SoOption.SO_TIMESTAMPNS_OLD
            : newFormat ? SoOption.SO_TIMESTAMP_NEW : SoOption.SO_TIMESTAMP_OLD;
    msg.putCmsg(Abi.SOL_SOCKET, type, timespec(timeNs, ns));
  }

  /** A {@code struct timespec}, or a {@code struct timeval} in microseconds. */
  static byte[] timespec(long timeNs, boolean ns) {
    long part = timeNs % NS_PER_SECOND;
    ByteBuffer time = ByteBuffer.allocate(TIMESPEC_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    time.putLong(timeNs / NS_PER_SECOND);
    return time.putLong(ns ? part : part / NS_PER_US).array();
  }

  private static void putTimestamping(Sk sk, Msg msg, long timeNs) {
    int type =
        sk.flag(SockFlag.SOCK_TSTAMP_NEW)
            ? SoOption.SO_TIMESTAMPING_NEW
            : SoOption.SO_TIMESTAMPING_OLD;
    ByteBuffer times =
        ByteBuffer.allocate(TIMESTAMPS * TIMESPEC_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    times.putLong(timeNs / NS_PER_SECOND).putLong(timeNs % NS_PER_SECOND);
    msg.putCmsg(Abi.SOL_SOCKET, type, times.array());
  }
}
