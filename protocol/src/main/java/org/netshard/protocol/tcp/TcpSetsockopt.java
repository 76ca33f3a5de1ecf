package org.netshard.protocol.tcp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;

/**
 * Setting options of {@code SOL_TCP}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code do_tcp_setsockopt}.
 *
 * <p><b>Differs from Linux:</b> authentication by {@code TCP_AO} is left out, as in a kernel
 * without {@code CONFIG_TCP_AO}: ENOPROTOOPT.
 */
public final class TcpSetsockopt {
  static final int TCP_LISTEN = 10;
  static final int TCP_ESTABLISHED = 1;
  private static final int NAME_MAX = 16;
  private static final int FASTOPEN_KEY_BYTES = 16;
  private static final int TCP_MIN_MSS = 88;
  private static final int MAX_TCP_WINDOW = 32767;
  private static final int MAX_TCP_KEEP_SEC = 32767;
  private static final int MAX_TCP_COUNT = 127;
  private static final int TCP_FIN_TIMEOUT_MAX_SEC = 120;
  private static final int TCP_RTO_MAX_SEC = 120;
  private static final int TCP_TIMEOUT_INIT_SEC = 1;
  private static final int TCP_TIMEOUT_MIN_JIFFIES = 2;
  private static final int TX_DELAY_END_US = 1 << 28;
  private static final int TFO_CLIENT_ENABLE = 1;
  private static final int MD5SIG_BYTES = 216;
  private static final int MD5SIG_MAXKEYLEN = 80;
  private static final int MD5SIG_FLAG_PREFIX = 1;
  private static final int MD5SIG_FLAG_IFINDEX = 2;

  private TcpSetsockopt() {}

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: of {@code TCP_CONGESTION}, {@code TCP_ULP} and {@code
   * TCP_FASTOPEN_KEY} their own; else EINVAL below 4 bytes, EFAULT, those of the option,
   * ENOPROTOOPT.
   */
  static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    switch (optname) {
      case TcpOption.TCP_CONGESTION -> {
        return setCongestion(sk, cred, optval, optlen);
      }
      case TcpOption.TCP_ULP -> {
        return setUlp(sk, optval, optlen);
      }
      case TcpOption.TCP_FASTOPEN_KEY -> {
        return setFastopenKey(sk, optval, optlen);
      }
      default -> {}
    }
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    return switch (optname) {
      case TcpOption.TCP_AO_REPAIR ->
          (TcpRepair.mayRepair(sk, cred) ? Errno.ENOPROTOOPT : Errno.EPERM).negated();
      case TcpOption.TCP_REPAIR,
          TcpOption.TCP_REPAIR_QUEUE,
          TcpOption.TCP_QUEUE_SEQ,
          TcpOption.TCP_REPAIR_OPTIONS,
          TcpOption.TCP_REPAIR_WINDOW,
          TcpOption.TCP_TIMESTAMP ->
          TcpRepair.setRepair(sk, cred, optname, val, optval, optlen);
      case TcpOption.TCP_MD5SIG, TcpOption.TCP_MD5SIG_EXT ->
          setMd5(sk, optname == TcpOption.TCP_MD5SIG_EXT, optval, optlen);
      default -> setNumber(sk, optname, val);
    };
  }

  private static int setNumber(Sk sk, int optname, int val) {
    int error = check(sk, optname, val);
    if (error != 0) {
      return error;
    }
    TcpOptions tcp = TcpOptions.forWrite(sk);
    switch (optname) {
      case TcpOption.TCP_NODELAY -> tcp.nodelay = val != 0;
      case TcpOption.TCP_CORK -> tcp.cork = val != 0;
      case TcpOption.TCP_MAXSEG -> tcp.userMss = (char) val;
      case TcpOption.TCP_KEEPIDLE -> tcp.keepaliveTimeSec = (char) val;
      case TcpOption.TCP_KEEPINTVL -> tcp.keepaliveIntvlSec = (char) val;
      case TcpOption.TCP_KEEPCNT -> tcp.keepaliveProbes = (byte) val;
      case TcpOption.TCP_SYNCNT -> tcp.synRetries = (byte) val;
      case TcpOption.TCP_LINGER2 ->
          tcp.linger2Sec = (byte) (val < 0 ? -1 : Math.min(val, TCP_FIN_TIMEOUT_MAX_SEC));
      case TcpOption.TCP_DEFER_ACCEPT -> tcp.deferAccept = (byte) secsToRetrans(val);
      case TcpOption.TCP_WINDOW_CLAMP ->
          tcp.windowClamp = val == 0 ? 0 : Math.max(TcpWindow.CLAMP_MIN, val);
      case TcpOption.TCP_QUICKACK -> tcp.pingpong = val == 0;
      case TcpOption.TCP_THIN_LINEAR_TIMEOUTS -> tcp.thinLto = val != 0;
      case TcpOption.TCP_THIN_DUPACK -> {}
      case TcpOption.TCP_USER_TIMEOUT -> tcp.userTimeoutMs = val;
      case TcpOption.TCP_FASTOPEN -> TcpFastOpen.tune(sk, val);
      case TcpOption.TCP_FASTOPEN_CONNECT -> tcp.fastopenConnect = val != 0;
      case TcpOption.TCP_FASTOPEN_NO_COOKIE -> tcp.fastopenNoCookie = val != 0;
      case TcpOption.TCP_NOTSENT_LOWAT -> tcp.notsentLowat = val;
      case TcpOption.TCP_SAVE_SYN -> tcp.saveSyn = (byte) val;
      case TcpOption.TCP_INQ -> tcp.inq = val != 0;
      case TcpOption.TCP_TX_DELAY -> tcp.txDelayUs = val;
      case TcpOption.TCP_RTO_MAX_MS -> tcp.rtoMaxJiffies = TcpOptions.msToJiffies(val);
      case TcpOption.TCP_RTO_MIN_US -> tcp.rtoMinJiffies = TcpOptions.usToJiffies(val);
      case TcpOption.TCP_DELACK_MAX_US -> tcp.delackMaxJiffies = TcpOptions.usToJiffies(val);
      default -> throw new IllegalStateException("SOL_TCP option " + optname);
    }
    TcpLiveOptions.set(sk, optname, val);
    return 0;
  }

  /** What keeps an option from taking a value: 0, EINVAL, EOPNOTSUPP or ENOPROTOOPT, negated. */
  private static int check(Sk sk, int optname, int val) {
    boolean valid =
        switch (optname) {
          case TcpOption.TCP_NODELAY,
              TcpOption.TCP_CORK,
              TcpOption.TCP_LINGER2,
              TcpOption.TCP_DEFER_ACCEPT,
              TcpOption.TCP_QUICKACK,
              TcpOption.TCP_NOTSENT_LOWAT ->
              true;
          case TcpOption.TCP_MAXSEG -> val == 0 || (val >= TCP_MIN_MSS && val <= MAX_TCP_WINDOW);
          case TcpOption.TCP_KEEPIDLE, TcpOption.TCP_KEEPINTVL ->
              val >= 1 && val <= MAX_TCP_KEEP_SEC;
          case TcpOption.TCP_KEEPCNT, TcpOption.TCP_SYNCNT -> val >= 1 && val <= MAX_TCP_COUNT;
          case TcpOption.TCP_WINDOW_CLAMP -> val != 0 || sk.state() == Sk.TCP_CLOSE;
          case TcpOption.TCP_THIN_LINEAR_TIMEOUTS, TcpOption.TCP_THIN_DUPACK, TcpOption.TCP_INQ ->
              isBool(val);
          case TcpOption.TCP_USER_TIMEOUT -> val >= 0;
          case TcpOption.TCP_FASTOPEN -> val >= 0 && isClosedOrListening(sk);
          case TcpOption.TCP_FASTOPEN_CONNECT -> isBool(val);
          case TcpOption.TCP_FASTOPEN_NO_COOKIE -> isBool(val) && isClosedOrListening(sk);
          case TcpOption.TCP_SAVE_SYN -> val >= 0 && val <= 2;
          case TcpOption.TCP_TX_DELAY -> val >= 0 && val < TX_DELAY_END_US;
          case TcpOption.TCP_RTO_MAX_MS -> val >= 1000 && val <= TCP_RTO_MAX_SEC * 1000;
          case TcpOption.TCP_RTO_MIN_US -> isTimeout(val, TcpOptions.TCP_RTO_MIN_JIFFIES);
          case TcpOption.TCP_DELACK_MAX_US -> isTimeout(val, TcpOptions.TCP_DELACK_MAX_JIFFIES);
          default -> false;
        };
    if (!valid) {
      return (isOption(optname) ? Errno.EINVAL : Errno.ENOPROTOOPT).negated();
    }
    if (optname == TcpOption.TCP_FASTOPEN_CONNECT) {
      if ((sk.net().sysctl(Sysctl.IPV4_TCP_FASTOPEN) & TFO_CLIENT_ENABLE) == 0) {
        return Errno.EOPNOTSUPP.negated();
      }
      return sk.state() == Sk.TCP_CLOSE ? 0 : Errno.EINVAL.negated();
    }
    return 0;
  }

  private static boolean isOption(int optname) {
    return switch (optname) {
      case TcpOption.TCP_INFO, TcpOption.TCP_CC_INFO, TcpOption.TCP_SAVED_SYN -> false;
      case TcpOption.TCP_ZEROCOPY_RECEIVE -> false;
      case 15 -> false;
      default ->
          (optname >= TcpOption.TCP_NODELAY && optname <= TcpOption.TCP_TX_DELAY)
              || (optname >= TcpOption.TCP_RTO_MAX_MS && optname <= TcpOption.TCP_DELACK_MAX_US);
    };
  }

  private static boolean isBool(int val) {
    return val == 0 || val == 1;
  }

  private static boolean isClosedOrListening(Sk sk) {
    return sk.state() == Sk.TCP_CLOSE || sk.state() == TCP_LISTEN;
  }

  private static boolean isTimeout(int us, int jiffiesMax) {
    int jiffies = TcpOptions.usToJiffies(us);
    return jiffies >= TCP_TIMEOUT_MIN_JIFFIES && jiffies <= jiffiesMax;
  }

  /** How many retransmissions of a SYN-ACK take so many seconds; 8 bits. */
  private static int secsToRetrans(int seconds) {
    if (seconds <= 0) {
      return 0;
    }
    int timeout = TCP_TIMEOUT_INIT_SEC;
    int period = timeout;
    int count = 1;
    while (seconds > period && count < 255) {
      count++;
      timeout = Math.min(timeout << 1, TCP_RTO_MAX_SEC);
      period += timeout;
    }
    return count;
  }

  /** How many seconds so many retransmissions of a SYN-ACK take. */
  static int retransToSecs(int count) {
    if (count == 0) {
      return 0;
    }
    int timeout = TCP_TIMEOUT_INIT_SEC;
    int period = timeout;
    for (int i = 1; i < count; i++) {
      timeout = Math.min(timeout << 1, TCP_RTO_MAX_SEC);
      period += timeout;
    }
    return period;
  }

  /**
   * A name that a program gives, of at most 15 bytes, up to its end; null if it cannot be read.
   *
   * <p><b>Source:</b> {@code strncpy_from_user}.
   */
  public static @Nullable String readName(UserMem optval, int optlen) {
    int length = Math.min(NAME_MAX - 1, optlen);
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < length; i++) {
      if (!optval.accessible(i, 1)) {
        return null;
      }
      int c = optval.getByte(i);
      if (c == 0) {
        break;
      }
      name.append((char) c);
    }
    return name.toString();
  }

  private static int setCongestion(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen < 1) {
      return Errno.EINVAL.negated();
    }
    String name = readName(optval, optlen);
    if (name == null) {
      return Errno.EFAULT.negated();
    }
    return TcpCongs.set(sk, cred, name);
  }

  /** Sets the congestion control without asking who may; an unknown name is ignored. */
  public static void forceCongestion(Sk sk, String name) {
    TcpCongs.force(sk, name);
  }

  /** ENOENT for all but {@code mptcp}, which is not for programs: EOPNOTSUPP. */
  private static int setUlp(Sk sk, UserMem optval, int optlen) {
    if (optlen < 1) {
      return Errno.EINVAL.negated();
    }
    String name = readName(optval, optlen);
    if (name == null) {
      return Errno.EFAULT.negated();
    }
    if (TcpOptions.of(sk).ulp != null) {
      return Errno.EEXIST.negated();
    }
    return (name.equals("mptcp") ? Errno.EOPNOTSUPP : Errno.ENOENT).negated();
  }

  private static int setFastopenKey(Sk sk, UserMem optval, int optlen) {
    if (optlen != FASTOPEN_KEY_BYTES && optlen != 2 * FASTOPEN_KEY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    TcpOptions.forWrite(sk).fastopenKey = optval.get(0, optlen);
    return 0;
  }

  /**
   * {@code tcp_v4_parse_md5_keys}, {@code tcp_v6_parse_md5_keys}: EINVAL, EFAULT, EINVAL, ENOENT.
   */
  private static int setMd5(Sk sk, boolean ext, UserMem optval, int optlen) {
    if (optlen < MD5SIG_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, MD5SIG_BYTES)) {
      return Errno.EFAULT.negated();
    }
    boolean v6 = sk.family() == Abi.AF_INET6;
    if (optval.getShort(0) != sk.family()) {
      return Errno.EINVAL.negated();
    }
    byte[] address = v6 ? optval.get(8, 16) : optval.get(4, 4);
    if (v6 && isV4Mapped(address)) {
      address = Arrays.copyOfRange(address, 12, 16);
    }
    int flags = ext ? optval.getByte(128) : 0;
    int prefixLen = address.length * 8;
    if ((flags & MD5SIG_FLAG_PREFIX) != 0) {
      if (optval.getByte(129) > prefixLen) {
        return Errno.EINVAL.negated();
      }
      prefixLen = optval.getByte(129);
    }
    int keyLen = optval.getShort(130);
    if ((flags & MD5SIG_FLAG_IFINDEX) != 0 || keyLen > MD5SIG_MAXKEYLEN) {
      return Errno.EINVAL.negated();
    }
    TcpOptions.Md5Key key = new TcpOptions.Md5Key(address, prefixLen, optval.get(136, keyLen));
    if (keyLen == 0) {
      return TcpMd5.remove(sk, key);
    }
    return TcpMd5.add(sk, key);
  }

  private static boolean isV4Mapped(byte[] address) {
    for (int i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return address[10] == -1 && address[11] == -1;
  }

  /** A name as {@code getsockopt} gives it: 16 bytes, zeroed behind it. */
  static byte[] nameBytes(String name) {
    return Arrays.copyOf(name.getBytes(StandardCharsets.ISO_8859_1), NAME_MAX);
  }
}
