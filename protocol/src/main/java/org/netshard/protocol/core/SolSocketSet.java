package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Setting options of {@code SOL_SOCKET}.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sk_setsockopt}.
 *
 * <p><b>Differs from Linux:</b> no sock has device memory, so there is none to give back.
 */
final class SolSocketSet {
  /** {@code SOCK_MIN_RCVBUF}: bytes. */
  static final int SOCK_MIN_RCVBUF = 2304;

  private static final int SOCK_BUF_LOCK_MASK = Sk.SOCK_SNDBUF_LOCK | Sk.SOCK_RCVBUF_LOCK;
  private static final int TC_PRIO_INTERACTIVE = 6;
  private static final int SOF_TXTIME_FLAGS_MASK = 3;
  private static final int TXTIME_BYTES = 8;
  private static final int LINGER_BYTES = 8;
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_TAI = 11;
  private static final int DMABUF_TOKEN_BYTES = 8;
  private static final int DMABUF_TOKENS_MAX = 128;

  private SolSocketSet() {}

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: for all but {@code SO_BINDTODEVICE} EINVAL below 4 bytes, EFAULT if
   * those cannot be read; then those of the option; ENOPROTOOPT if it cannot be set.
   */
  static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    if (optname == SoOption.SO_BINDTODEVICE) {
      return SkBindDevice.bindByName(sk, cred, optval, optlen);
    }
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    SockFlag flag = plainFlag(optname);
    if (flag != null) {
      sk.setFlag(flag, val != 0);
      return 0;
    }
    return switch (optname) {
      case SoOption.SO_DEBUG -> setDebug(sk, cred, val);
      case SoOption.SO_REUSEADDR -> {
        sk.setReuse(val != 0 ? Sk.SK_CAN_REUSE : Sk.SK_NO_REUSE);
        yield 0;
      }
      case SoOption.SO_REUSEPORT -> flagIf(sk.isInet() || val == 0, sk, SockFlag.SK_REUSEPORT, val);
      case SoOption.SO_PASSCRED -> flagIf(mayScmRecv(sk), sk, SockFlag.SK_SCM_CREDENTIALS, val);
      case SoOption.SO_PASSSEC -> flagIf(mayScmRecv(sk), sk, SockFlag.SK_SCM_SECURITY, val);
      case SoOption.SO_PASSPIDFD -> flagIf(sk.isUnix(), sk, SockFlag.SK_SCM_PIDFD, val);
      case SoOption.SO_PASSRIGHTS -> flagIf(sk.isUnix(), sk, SockFlag.SK_SCM_RIGHTS, val);
      case SoOption.SO_BSDCOMPAT, SoOption.SO_CNX_ADVICE -> 0;
      case SoOption.SO_KEEPALIVE -> {
        sk.ops().keepalive(sk, val != 0);
        sk.setFlag(SockFlag.SOCK_KEEPOPEN, val != 0);
        yield 0;
      }
      case SoOption.SO_SNDBUF,
          SoOption.SO_SNDBUFFORCE,
          SoOption.SO_RCVBUF,
          SoOption.SO_RCVBUFFORCE,
          SoOption.SO_BUF_LOCK ->
          setMemory(sk, cred, optname, val);
      case SoOption.SO_RESERVE_MEM -> SkMem.setReservedMem(sk, val);
      case SoOption.SO_RCVTIMEO_OLD,
          SoOption.SO_RCVTIMEO_NEW,
          SoOption.SO_SNDTIMEO_OLD,
          SoOption.SO_SNDTIMEO_NEW,
          SoOption.SO_LINGER,
          SoOption.SO_TXTIME,
          SoOption.SO_MAX_PACING_RATE,
          SoOption.SO_DEVMEM_DONTNEED ->
          setStruct(sk, cred, optname, optval, optlen);
      case SoOption.SO_TIMESTAMP_OLD,
          SoOption.SO_TIMESTAMP_NEW,
          SoOption.SO_TIMESTAMPNS_OLD,
          SoOption.SO_TIMESTAMPNS_NEW -> {
        SockTimestamping.setTimestamp(sk, optname, val != 0);
        yield 0;
      }
      case SoOption.SO_TIMESTAMPING_OLD, SoOption.SO_TIMESTAMPING_NEW ->
          SockTimestamping.setTimestamping(sk, optname, optval, optlen);
      case SoOption.SO_ATTACH_FILTER -> SkFilter.attach(sk, cred, optval, optlen);
      case SoOption.SO_ATTACH_BPF, SoOption.SO_ATTACH_REUSEPORT_EBPF ->
          SkFilter.attachBpf(sk, optlen);
      case SoOption.SO_ATTACH_REUSEPORT_CBPF -> SkFilter.attachReuseport(sk, optval, optlen);
      case SoOption.SO_DETACH_FILTER -> SkFilter.detach(sk);
      case SoOption.SO_DETACH_REUSEPORT_BPF -> SkFilter.detachReuseport(sk);
      default -> setNumber(sk, cred, optname, val);
    };
  }

  /** The flag of an option that does nothing else and that everybody may set, or null. */
  private static @Nullable SockFlag plainFlag(int optname) {
    return switch (optname) {
      case SoOption.SO_DONTROUTE -> SockFlag.SOCK_LOCALROUTE;
      case SoOption.SO_BROADCAST -> SockFlag.SOCK_BROADCAST;
      case SoOption.SO_OOBINLINE -> SockFlag.SOCK_URGINLINE;
      case SoOption.SO_NO_CHECK -> SockFlag.SK_NO_CHECK_TX;
      case SoOption.SO_RCVMARK -> SockFlag.SOCK_RCVMARK;
      case SoOption.SO_RCVPRIORITY -> SockFlag.SOCK_RCVPRIORITY;
      case SoOption.SO_RXQ_OVFL -> SockFlag.SOCK_RXQ_OVFL;
      case SoOption.SO_WIFI_STATUS -> SockFlag.SOCK_WIFI_STATUS;
      case SoOption.SO_NOFCS -> SockFlag.SOCK_NOFCS;
      case SoOption.SO_SELECT_ERR_QUEUE -> SockFlag.SOCK_SELECT_ERR_QUEUE;
      default -> null;
    };
  }

  private static int flagIf(boolean allowed, Sk sk, SockFlag flag, int val) {
    if (!allowed) {
      return Errno.EOPNOTSUPP.negated();
    }
    sk.setFlag(flag, val != 0);
    return 0;
  }

  private static int setDebug(Sk sk, Cred cred, int val) {
    if (val != 0 && !cred.capable(Capability.CAP_NET_ADMIN)) {
      return Errno.EACCES.negated();
    }
    sk.setFlag(SockFlag.SOCK_DBG, val != 0);
    return 0;
  }

  /** {@code sk_may_scm_recv}: the families that can receive control messages of the socket. */
  static boolean mayScmRecv(Sk sk) {
    return sk.isUnix() || sk.family() == Abi.AF_NETLINK;
  }

  /** Buffer sizes: the unsigned value limited by sysctl, or the signed one for the privileged. */
  private static int setMemory(Sk sk, Cred cred, int optname, int val) {
    boolean force = optname == SoOption.SO_SNDBUFFORCE || optname == SoOption.SO_RCVBUFFORCE;
    if (force && !cred.capable(Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    switch (optname) {
      case SoOption.SO_SNDBUF -> setSndbuf(sk, limited(sk, val, Sysctl.CORE_WMEM_MAX));
      case SoOption.SO_RCVBUF -> setRcvbuf(sk, limited(sk, val, Sysctl.CORE_RMEM_MAX));
      case SoOption.SO_SNDBUFFORCE -> setSndbuf(sk, Math.max(val, 0));
      case SoOption.SO_RCVBUFFORCE -> setRcvbuf(sk, Math.max(val, 0));
      case SoOption.SO_BUF_LOCK -> {
        if ((val & ~SOCK_BUF_LOCK_MASK) != 0) {
          return Errno.EINVAL.negated();
        }
        sk.setUserlocks(val | (sk.userlocks() & ~SOCK_BUF_LOCK_MASK));
      }
      default -> throw new IllegalStateException("no option about buffers: " + optname);
    }
    return 0;
  }

  private static int limited(Sk sk, int val, Sysctl max) {
    return (int) Math.min(Integer.toUnsignedLong(val), sk.net().sysctl(max));
  }

  private static void setSndbuf(Sk sk, int val) {
    sk.setUserlocks(sk.userlocks() | Sk.SOCK_SNDBUF_LOCK);
    sk.setSndbuf(Math.max(Math.min(val, Integer.MAX_VALUE / 2) * 2, SkMem.SOCK_MIN_SNDBUF));
    // Those who wait for room may have it now.
    sk.ops().writeSpace(sk);
  }

  private static void setRcvbuf(Sk sk, int val) {
    sk.setUserlocks(sk.userlocks() | Sk.SOCK_RCVBUF_LOCK);
    sk.setRcvbuf(Math.max(Math.min(val, Integer.MAX_VALUE / 2) * 2, SOCK_MIN_RCVBUF));
  }

  /** Options whose value is more than a 32-bit number. */
  private static int setStruct(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case SoOption.SO_LINGER -> setLinger(sk, optval, optlen);
      case SoOption.SO_TXTIME -> setTxtime(sk, cred, optval, optlen);
      case SoOption.SO_MAX_PACING_RATE -> setMaxPacingRate(sk, optval, optlen);
      case SoOption.SO_DEVMEM_DONTNEED -> devmemDontneed(sk, optval, optlen);
      default -> setTimeout(sk, optname, optval, optlen);
    };
  }

  private static int setTimeout(Sk sk, int optname, UserMem optval, int optlen) {
    int error = SockTimeval.check(optval, optlen);
    if (error != 0) {
      return error;
    }
    long jiffies = SockTimeval.toTimeout(optval);
    if (jiffies < 0) {
      return (int) jiffies;
    }
    SkRare rare = sk.rareForWrite();
    if (optname == SoOption.SO_RCVTIMEO_OLD || optname == SoOption.SO_RCVTIMEO_NEW) {
      rare.rcvtimeoJiffies = jiffies;
    } else {
      rare.sndtimeoJiffies = jiffies;
    }
    return 0;
  }

  /** {@code SO_LINGER}: seconds below 0 are a very long time. */
  private static int setLinger(Sk sk, UserMem optval, int optlen) {
    if (optlen < LINGER_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, LINGER_BYTES)) {
      return Errno.EFAULT.negated();
    }
    boolean on = optval.getInt(0) != 0;
    if (on) {
      int sec = optval.getInt(4);
      sk.rareForWrite().lingertimeJiffies =
          sec < 0 ? SkRare.MAX_SCHEDULE_TIMEOUT : (long) sec * SocketOptions.HZ;
    }
    sk.setFlag(SockFlag.SOCK_LINGER, on);
    return 0;
  }

  private static int setTxtime(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen != TXTIME_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, TXTIME_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int clockid = optval.getInt(0);
    int flags = optval.getInt(4);
    if ((flags & ~SOF_TXTIME_FLAGS_MASK) != 0) {
      return Errno.EINVAL.negated();
    }
    if (clockid != CLOCK_MONOTONIC
        && !cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    if (clockid != CLOCK_MONOTONIC && clockid != CLOCK_REALTIME && clockid != CLOCK_TAI) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SOCK_TXTIME, true);
    sk.setFlag(SockFlag.SK_TXTIME_DEADLINE_MODE, (flags & 1) != 0);
    sk.setFlag(SockFlag.SK_TXTIME_REPORT_ERRORS, (flags & 2) != 0);
    sk.rareForWrite().clockid = clockid;
    return 0;
  }

  /** {@code SO_MAX_PACING_RATE}: 8 bytes if there are as many, else 4, of which -1 is no limit. */
  private static int setMaxPacingRate(Sk sk, UserMem optval, int optlen) {
    int val = optval.getInt(0);
    long rate = val == -1 ? -1 : Integer.toUnsignedLong(val);
    if (optlen >= Long.BYTES) {
      if (!optval.accessible(0, Long.BYTES)) {
        return Errno.EFAULT.negated();
      }
      rate = optval.getLong(0);
    }
    SkRare rare = sk.rareForWrite();
    rare.maxPacingRateBps = rate;
    if (Long.compareUnsigned(rate, rare.pacingRateBps) < 0) {
      rare.pacingRateBps = rate;
    }
    if (rate != -1) {
      rare.needPacing();
    }
    return 0;
  }

  /** {@code SO_DEVMEM_DONTNEED}: EBADF, EINVAL, EFAULT; tokens nobody holds are passed over. */
  private static int devmemDontneed(Sk sk, UserMem optval, int optlen) {
    if (!sk.isTcp()) {
      return Errno.EBADF.negated();
    }
    if (optlen % DMABUF_TOKEN_BYTES != 0 || optlen > DMABUF_TOKEN_BYTES * DMABUF_TOKENS_MAX) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, optlen) ? 0 : Errno.EFAULT.negated();
  }

  /** Options that are one number. */
  private static int setNumber(Sk sk, Cred cred, int optname, int val) {
    switch (optname) {
      case SoOption.SO_PRIORITY -> {
        boolean open = val >= 0 && val <= TC_PRIO_INTERACTIVE;
        if (!open && !rawOrAdmin(sk, cred)) {
          return Errno.EPERM.negated();
        }
        sk.setPriority(val);
      }
      case SoOption.SO_MARK -> {
        if (!rawOrAdmin(sk, cred)) {
          return Errno.EPERM.negated();
        }
        if (sk.mark() != val) {
          sk.setMark(val);
          sk.setFlag(SockFlag.SK_DST_CACHED, false);
        }
      }
      case SoOption.SO_RCVLOWAT -> {
        return sk.ops().setRcvlowat(sk, val < 0 ? Integer.MAX_VALUE : val);
      }
      case SoOption.SO_PEEK_OFF -> {
        return sk.ops().hasPeekOff(sk) ? sk.ops().setPeekOff(sk, val) : Errno.EOPNOTSUPP.negated();
      }
      case SoOption.SO_LOCK_FILTER -> {
        if (sk.flag(SockFlag.SOCK_FILTER_LOCKED) && val == 0) {
          return Errno.EPERM.negated();
        }
        sk.setFlag(SockFlag.SOCK_FILTER_LOCKED, val != 0);
      }
      case SoOption.SO_INCOMING_CPU -> sk.rareForWrite().incomingCpu = val;
      case SoOption.SO_BINDTOIFINDEX -> {
        return SkBindDevice.bind(sk, cred, val);
      }
      case SoOption.SO_ZEROCOPY -> {
        return setZerocopy(sk, val);
      }
      case SoOption.SO_TXREHASH -> {
        return setTxrehash(sk, val);
      }
      default -> {
        return setBusyPoll(sk, cred, optname, val);
      }
    }
    return 0;
  }

  private static boolean rawOrAdmin(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW)
        || cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
  }

  private static int setZerocopy(Sk sk, int val) {
    boolean udp = sk.type() == Abi.SOCK_DGRAM && sk.protocol() == Abi.IPPROTO_UDP;
    if (!sk.isInet() || !(sk.isTcp() || udp)) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (val < 0 || val > 1) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SOCK_ZEROCOPY, val != 0);
    return 0;
  }

  private static int setTxrehash(Sk sk, int val) {
    if (!sk.isTcp()) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (val < -1 || val > 1) {
      return Errno.EINVAL.negated();
    }
    boolean on = val == -1 ? sk.net().sysctl(Sysctl.CORE_TXREHASH) != 0 : val != 0;
    sk.setFlag(SockFlag.SK_TXREHASH, on);
    return 0;
  }

  private static int setBusyPoll(Sk sk, Cred cred, int optname, int val) {
    switch (optname) {
      case SoOption.SO_BUSY_POLL -> {
        if (val < 0) {
          return Errno.EINVAL.negated();
        }
        sk.rareForWrite().llUsec = val;
      }
      case SoOption.SO_PREFER_BUSY_POLL -> {
        if (val != 0 && !cred.capable(Capability.CAP_NET_ADMIN)) {
          return Errno.EPERM.negated();
        }
        sk.setFlag(SockFlag.SK_PREFER_BUSY_POLL, val != 0);
      }
      case SoOption.SO_BUSY_POLL_BUDGET -> {
        if (val > sk.rare().busyPollBudget && !cred.capable(Capability.CAP_NET_ADMIN)) {
          return Errno.EPERM.negated();
        }
        if (val < 0 || val > 0xffff) {
          return Errno.EINVAL.negated();
        }
        sk.rareForWrite().busyPollBudget = val;
      }
      default -> {
        return Errno.ENOPROTOOPT.negated();
      }
    }
    return 0;
  }
}
