package org.netshard.protocol.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;

/**
 * Reading options of {@code SOL_SOCKET}.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sk_getsockopt}.
 */
final class SolSocketGet {
  private static final int TCP_LISTEN = 10;
  private static final int UCRED_BYTES = 12;
  private static final int ADDRESS_BYTES = 128;

  /** {@code SKF_AD_MAX}: what {@code bpf_tell_extensions} says. */
  private static final int BPF_EXTENSIONS = 64;

  /** What {@link #number} returns for an option that is not a plain number. */
  private static final long NOT_A_NUMBER = Long.MIN_VALUE;

  private SolSocketGet() {}

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: EFAULT if the length cannot be read, EINVAL if it is negative,
   * those of the option, ENOPROTOOPT if it cannot be read, EFAULT if the value cannot be written.
   */
  static int getsockopt(Sk sk, Cred cred, int optname, UserMem optval, UserMem optlen) {
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int len = optlen.getInt(0);
    if (len < 0) {
      return Errno.EINVAL.negated();
    }
    long number = number(sk, optname);
    if (number != NOT_A_NUMBER) {
      return SocketOptions.putInt(optval, optlen, len, (int) number);
    }
    if (optname == SoOption.SO_ERROR) {
      return SocketOptions.putInt(optval, optlen, len, takeError(sk));
    }
    int error = check(sk, optname, len);
    if (error != 0) {
      return error;
    }
    byte[] value = bytes(sk, optname);
    if (value != null) {
      return SocketOptions.putValue(optval, optlen, len, value);
    }
    return switch (optname) {
      case SoOption.SO_MAX_PACING_RATE -> getMaxPacingRate(sk, optval, optlen, len);
      case SoOption.SO_PEERCRED -> getPeercred(sk, cred, optval, optlen, len);
      case SoOption.SO_PEERGROUPS -> getPeergroups(sk, cred, optval, optlen, len);
      case SoOption.SO_PEERPIDFD -> getPeerpidfd(sk, optval, optlen, len);
      case SoOption.SO_PEERNAME -> getPeername(sk, optval, optlen, len);
      case SoOption.SO_BINDTODEVICE -> SkBindDevice.get(sk, optval, optlen, len);
      case SoOption.SO_GET_FILTER -> SkFilter.get(sk, optval, optlen, len);
      case SoOption.SO_COOKIE -> SocketOptions.putLong(optval, optlen, len, sk.cookie());
      case SoOption.SO_NETNS_COOKIE ->
          SocketOptions.putLong(optval, optlen, len, sk.net().cookie());
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int takeError(Sk sk) {
    int err = sk.takeErr();
    if (err == 0 && sk.rare().errSoft != 0) {
      err = sk.rare().errSoft;
      sk.rareForWrite().errSoft = 0;
    }
    return err;
  }

  /** Options that not every sock has, or that want a certain room. */
  private static int check(Sk sk, int optname, int len) {
    boolean supported =
        switch (optname) {
          case SoOption.SO_PASSCRED, SoOption.SO_PASSSEC -> SolSocketSet.mayScmRecv(sk);
          case SoOption.SO_PASSPIDFD, SoOption.SO_PASSRIGHTS -> sk.isUnix();
          case SoOption.SO_PEEK_OFF -> sk.ops().hasPeekOff(sk);
          case SoOption.SO_TXREHASH -> sk.isTcp();
          default -> true;
        };
    if (!supported) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean badRoom =
        switch (optname) {
          case SoOption.SO_COOKIE -> len < Long.BYTES;
          case SoOption.SO_NETNS_COOKIE -> len != Long.BYTES;
          default -> false;
        };
    return badRoom ? Errno.EINVAL.negated() : 0;
  }

  /** The value of an option that is one number of every sock. */
  private static long number(Sk sk, int optname) {
    SkRare rare = sk.rare();
    return switch (optname) {
      case SoOption.SO_REUSEADDR -> sk.reuse();
      case SoOption.SO_TYPE -> sk.type();
      case SoOption.SO_PROTOCOL -> sk.protocol();
      case SoOption.SO_DOMAIN -> sk.family();
      case SoOption.SO_SNDBUF -> sk.sndbuf();
      case SoOption.SO_RCVBUF -> sk.rcvbuf();
      case SoOption.SO_PRIORITY -> sk.priority();
      case SoOption.SO_MARK -> sk.mark();
      case SoOption.SO_BSDCOMPAT, SoOption.SO_INCOMING_NAPI_ID -> 0;
      case SoOption.SO_RCVLOWAT -> rare.rcvlowat;
      case SoOption.SO_SNDLOWAT -> 1;
      case SoOption.SO_ACCEPTCONN -> bit(sk.state() == TCP_LISTEN);
      case SoOption.SO_BPF_EXTENSIONS -> BPF_EXTENSIONS;
      case SoOption.SO_BUSY_POLL -> rare.llUsec;
      case SoOption.SO_INCOMING_CPU -> rare.incomingCpu;
      case SoOption.SO_BINDTOIFINDEX -> sk.boundDevIf();
      case SoOption.SO_BUF_LOCK -> sk.userlocks() & (Sk.SOCK_SNDBUF_LOCK | Sk.SOCK_RCVBUF_LOCK);
      case SoOption.SO_RESERVE_MEM -> rare.reservedMemBytes;
      case SoOption.SO_TIMESTAMP_OLD ->
          bit(
              sk.flag(SockFlag.SOCK_RCVTSTAMP)
                  && !sk.flag(SockFlag.SOCK_RCVTSTAMPNS)
                  && !sk.flag(SockFlag.SOCK_TSTAMP_NEW));
      case SoOption.SO_TIMESTAMP_NEW ->
          bit(sk.flag(SockFlag.SOCK_RCVTSTAMP) && sk.flag(SockFlag.SOCK_TSTAMP_NEW));
      case SoOption.SO_TIMESTAMPNS_OLD ->
          bit(sk.flag(SockFlag.SOCK_RCVTSTAMPNS) && !sk.flag(SockFlag.SOCK_TSTAMP_NEW));
      case SoOption.SO_TIMESTAMPNS_NEW ->
          bit(sk.flag(SockFlag.SOCK_RCVTSTAMPNS) && sk.flag(SockFlag.SOCK_TSTAMP_NEW));
      default -> {
        SockFlag flag = flag(optname);
        yield flag == null ? NOT_A_NUMBER : bit(sk.flag(flag));
      }
    };
  }

  private static int bit(boolean on) {
    return on ? 1 : 0;
  }

  private static @Nullable SockFlag flag(int optname) {
    return switch (optname) {
      case SoOption.SO_DEBUG -> SockFlag.SOCK_DBG;
      case SoOption.SO_DONTROUTE -> SockFlag.SOCK_LOCALROUTE;
      case SoOption.SO_BROADCAST -> SockFlag.SOCK_BROADCAST;
      case SoOption.SO_REUSEPORT -> SockFlag.SK_REUSEPORT;
      case SoOption.SO_KEEPALIVE -> SockFlag.SOCK_KEEPOPEN;
      case SoOption.SO_OOBINLINE -> SockFlag.SOCK_URGINLINE;
      case SoOption.SO_NO_CHECK -> SockFlag.SK_NO_CHECK_TX;
      case SoOption.SO_RCVMARK -> SockFlag.SOCK_RCVMARK;
      case SoOption.SO_RCVPRIORITY -> SockFlag.SOCK_RCVPRIORITY;
      case SoOption.SO_RXQ_OVFL -> SockFlag.SOCK_RXQ_OVFL;
      case SoOption.SO_WIFI_STATUS -> SockFlag.SOCK_WIFI_STATUS;
      case SoOption.SO_NOFCS -> SockFlag.SOCK_NOFCS;
      case SoOption.SO_LOCK_FILTER -> SockFlag.SOCK_FILTER_LOCKED;
      case SoOption.SO_SELECT_ERR_QUEUE -> SockFlag.SOCK_SELECT_ERR_QUEUE;
      case SoOption.SO_PREFER_BUSY_POLL -> SockFlag.SK_PREFER_BUSY_POLL;
      case SoOption.SO_ZEROCOPY -> SockFlag.SOCK_ZEROCOPY;
      default -> null;
    };
  }

  /** The value of an option that is a structure, or a number of some kinds of sock. */
  private static byte @Nullable [] bytes(Sk sk, int optname) {
    SkRare rare = sk.rare();
    return switch (optname) {
      case SoOption.SO_LINGER ->
          ints(
              bit(sk.flag(SockFlag.SOCK_LINGER)),
              (int) (rare.lingertimeJiffies / SocketOptions.HZ));
      case SoOption.SO_RCVTIMEO_OLD, SoOption.SO_RCVTIMEO_NEW ->
          SockTimeval.ofJiffies(rare.rcvtimeoJiffies);
      case SoOption.SO_SNDTIMEO_OLD, SoOption.SO_SNDTIMEO_NEW ->
          SockTimeval.ofJiffies(rare.sndtimeoJiffies);
      case SoOption.SO_TIMESTAMPING_OLD -> ints(rare.tsflags, rare.bindPhc);
      case SoOption.SO_TIMESTAMPING_NEW ->
          sk.flag(SockFlag.SOCK_TSTAMP_NEW) ? ints(rare.tsflags, rare.bindPhc) : ints(0, 0);
      case SoOption.SO_TXTIME ->
          ints(
              rare.clockid,
              bit(sk.flag(SockFlag.SK_TXTIME_DEADLINE_MODE))
                  | bit(sk.flag(SockFlag.SK_TXTIME_REPORT_ERRORS)) << 1);
      case SoOption.SO_MEMINFO -> meminfo(sk);
      case SoOption.SO_PASSCRED -> ints(bit(sk.flag(SockFlag.SK_SCM_CREDENTIALS)));
      case SoOption.SO_PASSSEC -> ints(bit(sk.flag(SockFlag.SK_SCM_SECURITY)));
      case SoOption.SO_PASSPIDFD -> ints(bit(sk.flag(SockFlag.SK_SCM_PIDFD)));
      case SoOption.SO_PASSRIGHTS -> ints(bit(sk.flag(SockFlag.SK_SCM_RIGHTS)));
      case SoOption.SO_PEEK_OFF -> ints(rare.peekOff);
      case SoOption.SO_TXREHASH -> ints(bit(sk.flag(SockFlag.SK_TXREHASH)));
      default -> null;
    };
  }

  /** {@code sk_get_meminfo}. */
  private static byte[] meminfo(Sk sk) {
    int backlog = 0;
    return ints(
        sk.rmemAlloc(),
        sk.rcvbuf(),
        sk.wmemAlloc() - 1,
        sk.sndbuf(),
        sk.forwardAlloc(),
        sk.wmemQueued(),
        sk.rare().omemAlloc(),
        backlog,
        sk.rare().drops());
  }

  private static byte[] ints(int... numbers) {
    ByteBuffer value = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : numbers) {
      value.putInt(number);
    }
    return value.array();
  }

  private static int getMaxPacingRate(Sk sk, UserMem optval, UserMem optlen, int len) {
    long rate = sk.rare().maxPacingRateBps;
    if (len >= Long.BYTES) {
      return SocketOptions.putLong(optval, optlen, len, rate);
    }
    boolean large = Long.compareUnsigned(rate, 0xffffffffL) > 0;
    return SocketOptions.putInt(optval, optlen, len, large ? -1 : (int) rate);
  }

  private static int getPeercred(Sk sk, Cred cred, UserMem optval, UserMem optlen, int len) {
    Cred peer = sk.rare().peerCred;
    byte[] ucred =
        peer == null
            ? ints(0, -1, -1)
            : ints(
                sk.rare().peerPid,
                cred.userNs().seenUid(peer.euid()),
                cred.userNs().seenGid(peer.egid()));
    return SocketOptions.putValue(optval, optlen, Math.min(len, UCRED_BYTES), ucred);
  }

  /** {@code SO_PEERGROUPS}: ENODATA; ERANGE with the length that is needed; EFAULT. */
  private static int getPeergroups(Sk sk, Cred cred, UserMem optval, UserMem optlen, int len) {
    Cred peer = sk.rare().peerCred;
    if (peer == null) {
      return Errno.ENODATA.negated();
    }
    int[] groups = peer.groups();
    int needed = groups.length * Integer.BYTES;
    if (len < needed) {
      optlen.putInt(0, needed);
      return Errno.ERANGE.negated();
    }
    for (int i = 0; i < groups.length; i++) {
      groups[i] = cred.userNs().seenGid(groups[i]);
    }
    return SocketOptions.putValue(optval, optlen, needed, ints(groups));
  }

  private static int getPeerpidfd(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (sk.rare().peerCred == null) {
      return Errno.ENODATA.negated();
    }
    int room = Math.min(len, Integer.BYTES);
    if (!optval.accessible(0, room)) {
      return Errno.EFAULT.negated();
    }
    optlen.putInt(0, room);
    return SocketOptions.NEEDS_PIDFD;
  }

  /** {@code SO_PEERNAME}: ENOTCONN; EINVAL if there is room for more than the address; EFAULT. */
  private static int getPeername(Sk sk, UserMem optval, UserMem optlen, int len) {
    byte[] address = new byte[ADDRESS_BYTES];
    int length = sk.ops().getname(sk, address, SockNames.PEER_ALWAYS);
    if (length < 0) {
      return Errno.ENOTCONN.negated();
    }
    if (length < len) {
      return Errno.EINVAL.negated();
    }
    return SocketOptions.putValue(optval, optlen, len, address);
  }
}
