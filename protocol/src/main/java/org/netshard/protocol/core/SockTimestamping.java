package org.netshard.protocol.core;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;

/**
 * The options that ask for time stamps.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_set_timestamp}, {@code
 * sock_set_timestamping}; {@code include/uapi/linux/net_tstamp.h}.
 */
final class SockTimestamping {
  /** Size of {@code struct so_timestamping} in bytes: flags, bind_phc. */
  static final int BYTES = 8;

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
  static final int TX_RECORD_MASK = 1 | 1 << 1 | 1 << 8 | 1 << 9 | 1 << 18;

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
      sk.setFlag(SockFlag.SOCK_TIMESTAMP, true);
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
    sk.setFlag(SockFlag.SOCK_TIMESTAMPING_RX_SOFTWARE, (flags & SOF_TIMESTAMPING_RX_SOFTWARE) != 0);
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
      sk.rareForWrite().tskey = 0;
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
