package org.netshard.protocol.core;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;

/**
 * The options that ask for time stamps.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_set_timestamp}, {@code
 * sock_set_timestamping}, {@code sock_gettstamp}; {@code include/uapi/linux/net_tstamp.h}.
 */
public final class SockTimestamping {
  /** Size of {@code struct so_timestamping} in bytes: flags, bind_phc. */
  static final int BYTES = 8;

  static final int SOF_TIMESTAMPING_TX_HARDWARE = 1;
  static final int SOF_TIMESTAMPING_TX_SOFTWARE = 1 << 1;
  static final int SOF_TIMESTAMPING_TX_SCHED = 1 << 8;
  static final int SOF_TIMESTAMPING_TX_ACK = 1 << 9;
  static final int SOF_TIMESTAMPING_OPT_CMSG = 1 << 10;
  static final int SOF_TIMESTAMPING_OPT_RX_FILTER = 1 << 17;
  static final int SOF_TIMESTAMPING_TX_COMPLETION = 1 << 18;
  static final int SOF_TIMESTAMPING_RX_SOFTWARE = 1 << 3;
  static final int SOF_TIMESTAMPING_SOFTWARE = 1 << 4;
  static final int SOF_TIMESTAMPING_OPT_ID = 1 << 7;
  static final int SOF_TIMESTAMPING_OPT_TSONLY = 1 << 11;
  static final int SOF_TIMESTAMPING_OPT_STATS = 1 << 12;
  static final int SOF_TIMESTAMPING_BIND_PHC = 1 << 15;
  static final int SOF_TIMESTAMPING_OPT_ID_TCP = 1 << 16;
  static final int SOF_TIMESTAMPING_RAW_HARDWARE = 1 << 6;

  /** {@code SOF_TIMESTAMPING_MASK}: up to {@code SOF_TIMESTAMPING_TX_COMPLETION}, bit 18. */
  static final int SOF_TIMESTAMPING_MASK = (1 << 19) - 1;

  /** {@code SOF_TIMESTAMPING_TX_RECORD_MASK}. */
  static final int TX_RECORD_MASK =
      SOF_TIMESTAMPING_TX_HARDWARE
          | SOF_TIMESTAMPING_TX_SOFTWARE
          | SOF_TIMESTAMPING_TX_SCHED
          | SOF_TIMESTAMPING_TX_ACK
          | SOF_TIMESTAMPING_TX_COMPLETION;

  /** {@code TSFLAGS_ANY}. */
  private static final int TSFLAGS_ANY = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RAW_HARDWARE;

  private static final int TCP_LISTEN = 10;

  private SockTimestamping() {}

  /** {@code SO_TIMESTAMP} and {@code SO_TIMESTAMPNS}, old and new. */
  static void setTimestamp(Sk sk, int optname, boolean on) {
    boolean ns = optname == SoOption.SO_TIMESTAMPNS_OLD || optname == SoOption.SO_TIMESTAMPNS_NEW;
    boolean newFormat =
        optname == SoOption.SO_TIMESTAMP_NEW || optname == SoOption.SO_TIMESTAMPNS_NEW;
    sk.setFlag(SockFlag.SOCK_RCVTSTAMP, on);
    sk.setFlag(SockFlag.SOCK_RCVTSTAMPNS, on && ns);
    if (on) {
      sk.setFlag(SockFlag.SOCK_TSTAMP_NEW, newFormat);
      enable(sk, SockFlag.SOCK_TIMESTAMP);
    }
  }

  /**
   * {@code SO_TIMESTAMPING}, old and new: a {@code struct so_timestamping}, or of any other length
   * only its flags.
   *
   * <p><b>Errors</b>, in order: EFAULT, EINVAL for unknown flags, for OPT_ID_TCP without OPT_ID,
   * for OPT_ID on TCP that is not connected, for OPT_STATS without OPT_TSONLY; for BIND_PHC
   * EOPNOTSUPP without a device and EINVAL if the device has no such clock.
   *
   * <p><b>Differs from Linux:</b> devices have no PTP clocks.
   */
  static int setTimestamping(Sk sk, int optname, UserMem optval, int optlen) {
    int flags = optval.getInt(0);
    if (optlen == BYTES && !optval.accessible(0, BYTES)) {
      return Errno.EFAULT.negated();
    }
    int error = check(sk, flags);
    if (error != 0) {
      return error;
    }
    sk.rareForWrite().tsflags = flags;
    sk.setFlag(SockFlag.SOCK_TSTAMP_NEW, optname == SoOption.SO_TIMESTAMPING_NEW);
    sk.setFlag(SockFlag.SOCK_TIMESTAMPING_ANY, (flags & TSFLAGS_ANY) != 0);
    if ((flags & SOF_TIMESTAMPING_RX_SOFTWARE) != 0) {
      enable(sk, SockFlag.SOCK_TIMESTAMPING_RX_SOFTWARE);
    } else {
      disable(sk, SockFlag.SOCK_TIMESTAMPING_RX_SOFTWARE);
    }
    return 0;
  }

  /** {@code SOF_TIMESTAMPING_OPT_CMSG}: stamps come with the other control messages. */
  public static boolean hasOptCmsg(Sk sk) {
    return (sk.rare().tsflags() & SOF_TIMESTAMPING_OPT_CMSG) != 0;
  }

  private static boolean wants(Sk sk) {
    return sk.flag(SockFlag.SOCK_TIMESTAMP) || sk.flag(SockFlag.SOCK_TIMESTAMPING_RX_SOFTWARE);
  }

  /** Packets are stamped as long as the sock lives ({@code sock_enable_timestamp}). */
  private static void enable(Sk sk, SockFlag flag) {
    if (!wants(sk) && !sk.isUnix()) {
      Netstamp.of(sk.net().machine()).enable();
    }
    sk.setFlag(flag, true);
  }

  /** {@code sock_disable_timestamp}. */
  private static void disable(Sk sk, SockFlag flag) {
    boolean did = sk.flag(flag);
    sk.setFlag(flag, false);
    if (did && !wants(sk) && !sk.isUnix()) {
      Netstamp.of(sk.net().machine()).disable();
    }
  }

  /** A sock is at its end: it needs no stamps any more. */
  public static void release(Sk sk) {
    disable(sk, SockFlag.SOCK_TIMESTAMP);
    disable(sk, SockFlag.SOCK_TIMESTAMPING_RX_SOFTWARE);
  }

  /**
   * Tells when the packet came that was received last, and asks for stamps from now on ({@code
   * sock_gettstamp}).
   *
   * <p><b>Errors</b>, in order: ENOENT if none was received yet, EFAULT.
   *
   * @param timeval whether in microseconds, as a {@code struct timeval}
   */
  public static int gettstamp(Sk sk, UserMem time, boolean timeval) {
    enable(sk, SockFlag.SOCK_TIMESTAMP);
    if (!sk.flag(SockFlag.SK_STAMP)) {
      return Errno.ENOENT.negated();
    }
    long stampNs = sk.rare().stampNs;
    if (stampNs == Packet.NO_TSTAMP) {
      stampNs = sk.net().machine().nowNs();
      sk.rareForWrite().stampNs = stampNs;
    }
    if (!time.accessible(0, RecvCmsgs.TIMESPEC_BYTES)) {
      return Errno.EFAULT.negated();
    }
    byte[] bytes = RecvCmsgs.timespec(stampNs, !timeval);
    time.put(0, bytes, bytes.length);
    return 0;
  }

  private static int check(Sk sk, int flags) {
    boolean id = (flags & SOF_TIMESTAMPING_OPT_ID) != 0;
    if ((flags & ~SOF_TIMESTAMPING_MASK) != 0
        || ((flags & SOF_TIMESTAMPING_OPT_ID_TCP) != 0 && !id)) {
      return Errno.EINVAL.negated();
    }
    if (id && (sk.rare().tsflags & SOF_TIMESTAMPING_OPT_ID) == 0) {
      if (sk.isTcp() && (sk.state() == Sk.TCP_CLOSE || sk.state() == TCP_LISTEN)) {
        return Errno.EINVAL.negated();
      }
      boolean written = (flags & SOF_TIMESTAMPING_OPT_ID_TCP) != 0;
      sk.rareForWrite().tskey = sk.isTcp() ? sk.ops().timestampingKey(sk, written) : 0;
    }
    if ((flags & SOF_TIMESTAMPING_OPT_STATS) != 0 && (flags & SOF_TIMESTAMPING_OPT_TSONLY) == 0) {
      return Errno.EINVAL.negated();
    }
    if ((flags & SOF_TIMESTAMPING_BIND_PHC) != 0) {
      boolean device = sk.boundDevIf() != 0 && sk.net().deviceName(sk.boundDevIf()) != null;
      return (device ? Errno.EINVAL : Errno.EOPNOTSUPP).negated();
    }
    return 0;
  }
}
