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
  private static final int TIMESPEC_BYTES = 16;
  private static final int TIMESTAMPS = 3;

  private RecvCmsgs() {}

  /** Adds those that the sock has asked for. */
  public static void put(Sk sk, Msg msg, Packet packet) {
    putTimes(sk, msg, packet);
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

  /** Adds time stamps only ({@code sock_recv_timestamp}). */
  public static void putTimes(Sk sk, Msg msg, Packet packet) {
    if (sk.flag(SockFlag.SOCK_RCVTSTAMP)) {
      putTimestamp(sk, msg, packet.tstampNs());
    }
    int tsflags = sk.rare().tsflags();
    boolean software =
        (tsflags & SockTimestamping.SOF_TIMESTAMPING_SOFTWARE) != 0
            && (tsflags & SockTimestamping.SOF_TIMESTAMPING_RX_SOFTWARE) != 0;
    if (software) {
      putTimestamping(sk, msg, packet.tstampNs());
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
    long part = timeNs % NS_PER_SECOND;
    ByteBuffer time = ByteBuffer.allocate(TIMESPEC_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    time.putLong(timeNs / NS_PER_SECOND);
    msg.putCmsg(Abi.SOL_SOCKET, type, time.putLong(ns ? part : part / NS_PER_US).array());
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
