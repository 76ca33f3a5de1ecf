package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.SockoptVal;

/**
 * Reading options of {@code SOL_TCP}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code do_tcp_getsockopt}.
 *
 * <p><b>Differs from Linux:</b> no data is ever mapped into a program: {@code TCP_ZEROCOPY_RECEIVE}
 * says that there is none.
 */
public final class TcpGetsockopt {
  private static final long NOT_A_NUMBER = Long.MIN_VALUE;
  private static final int TCP_LISTEN = 10;
  private static final int PAGE_SIZE = 4096;
  private static final int ZEROCOPY_BYTES_MIN = 12;
  private static final int ZEROCOPY_BYTES = 64;
  private static final long US_PER_JIFFY = 1_000_000 / SocketOptions.HZ;
  private static final long MS_PER_JIFFY = 1000 / SocketOptions.HZ;

  private TcpGetsockopt() {}

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: EFAULT if the length cannot be read, EINVAL if it is negative,
   * those of the option, ENOPROTOOPT, EFAULT if the value cannot be written.
   */
  public static int getsockopt(Sk sk, Cred cred, int optname, UserMem optval, UserMem optlen) {
    TcpOptions tcp = TcpOptions.of(sk);
    int error = SockoptVal.checkSignedLen(optlen);
    if (error != 0) {
      return error;
    }
    int len = optlen.getInt(0);
    long number = number(sk, tcp, optname);
    if (number != NOT_A_NUMBER) {
      return SockoptVal.putInt(optval, optlen, len, (int) number);
    }
    return switch (optname) {
      case TcpOption.TCP_INFO -> SockoptVal.putBytes(optval, optlen, len, TcpInfo.of(sk, tcp));
      case TcpOption.TCP_CC_INFO ->
          SockoptVal.putBytes(optval, optlen, len, TcpLiveOptions.ccInfo(sk, tcp));
      case TcpOption.TCP_CONGESTION ->
          SockoptVal.putBytes(optval, optlen, len, TcpSetsockopt.nameBytes(tcp.congestion));
      case TcpOption.TCP_ULP ->
          tcp.ulp == null
              ? SocketOptions.putLen(optlen, 0)
              : SockoptVal.putBytes(optval, optlen, len, TcpSetsockopt.nameBytes(tcp.ulp));
      case TcpOption.TCP_FASTOPEN_KEY ->
          SockoptVal.putBytes(
              optval, optlen, len, tcp.fastopenKey == null ? new byte[0] : tcp.fastopenKey);
      case TcpOption.TCP_SAVED_SYN -> getSavedSyn(sk, optval, optlen, len);
      case TcpOption.TCP_REPAIR_WINDOW -> TcpRepair.getWindow(sk, optval, len);
      case TcpOption.TCP_REPAIR_QUEUE, TcpOption.TCP_QUEUE_SEQ -> Errno.EINVAL.negated();
      case TcpOption.TCP_AO_REPAIR ->
          (TcpRepair.mayRepair(sk, cred) ? Errno.ENOPROTOOPT : Errno.EPERM).negated();
      case TcpOption.TCP_ZEROCOPY_RECEIVE -> getZerocopyReceive(sk, optval, optlen, len);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static long number(Sk sk, TcpOptions tcp, int optname) {
    long live = TcpLiveOptions.get(sk, optname);
    if (live != TcpLiveOptions.NOTHING) {
      return live;
    }
    NetNs net = sk.net();
    return switch (optname) {
      case TcpOption.TCP_MAXSEG -> maxseg(sk, tcp);
      case TcpOption.TCP_NODELAY -> bit(tcp.nodelay);
      case TcpOption.TCP_CORK -> bit(tcp.cork);
      case TcpOption.TCP_KEEPIDLE -> tcp.keepaliveTimeSec(net);
      case TcpOption.TCP_KEEPINTVL -> tcp.keepaliveIntvlSec(net);
      case TcpOption.TCP_KEEPCNT -> tcp.keepaliveProbes(net);
      case TcpOption.TCP_SYNCNT -> tcp.synRetries(net);
      case TcpOption.TCP_LINGER2 -> tcp.linger2Sec(net);
      case TcpOption.TCP_DEFER_ACCEPT -> TcpSetsockopt.retransToSecs(tcp.deferAccept & 0xff);
      case TcpOption.TCP_WINDOW_CLAMP -> tcp.windowClamp;
      case TcpOption.TCP_QUICKACK -> bit(!tcp.pingpong);
      case TcpOption.TCP_THIN_LINEAR_TIMEOUTS -> bit(tcp.thinLto);
      case TcpOption.TCP_THIN_DUPACK, TcpOption.TCP_IS_MPTCP -> 0;
      case TcpOption.TCP_USER_TIMEOUT -> tcp.userTimeoutMs;
      case TcpOption.TCP_REPAIR -> bit(tcp.repair);
      case TcpOption.TCP_REPAIR_QUEUE -> tcp.repair ? tcp.repairQueue : NOT_A_NUMBER;
      case TcpOption.TCP_QUEUE_SEQ -> {
        Integer seq = TcpRepair.queueSeq(sk);
        yield seq == null ? NOT_A_NUMBER : seq;
      }
      case TcpOption.TCP_FASTOPEN -> tcp.fastopenQlen;
      case TcpOption.TCP_FASTOPEN_CONNECT -> bit(tcp.fastopenConnect);
      case TcpOption.TCP_FASTOPEN_NO_COOKIE -> bit(tcp.fastopenNoCookie);
      case TcpOption.TCP_TIMESTAMP -> {
        int stamp = TcpInfo.clockTs(sk, tcp) + tcp.tsoffset;
        yield tcp.usecTs ? stamp | 1 : stamp & ~1;
      }
      case TcpOption.TCP_NOTSENT_LOWAT -> tcp.notsentLowat;
      case TcpOption.TCP_SAVE_SYN -> tcp.saveSyn;
      case TcpOption.TCP_INQ -> bit(tcp.inq);
      case TcpOption.TCP_TX_DELAY -> tcp.txDelayUs;
      case TcpOption.TCP_RTO_MAX_MS -> tcp.rtoMaxJiffies * MS_PER_JIFFY;
      case TcpOption.TCP_RTO_MIN_US -> tcp.rtoMinJiffies * US_PER_JIFFY;
      case TcpOption.TCP_DELACK_MAX_US -> tcp.delackMaxJiffies * US_PER_JIFFY;
      default -> NOT_A_NUMBER;
    };
  }

  /**
   * What {@code TCP_SAVE_SYN} has kept, once. EINVAL, and the length it has, if that is too much.
   */
  private static int getSavedSyn(Sk sk, UserMem optval, UserMem optlen, int len) {
    TcpSock tp = TcpSock.of(sk);
    byte[] syn = tp == null ? null : tp.savedSyn;
    if (tp == null || syn == null) {
      return SocketOptions.putLen(optlen, 0);
    }
    if (len < syn.length) {
      int error = SocketOptions.putLen(optlen, syn.length);
      return error != 0 ? error : Errno.EINVAL.negated();
    }
    int error = SockoptVal.putBytes(optval, optlen, len, syn);
    if (error == 0) {
      tp.savedSyn = null;
    }
    return error;
  }

  private static int bit(boolean on) {
    return on ? 1 : 0;
  }

  /** The clamp of a sock under repair, which nothing has set yet; what was set; what was found. */
  private static int maxseg(Sk sk, TcpOptions tcp) {
    if (tcp.repair) {
      return 0;
    }
    boolean open = sk.state() != Sk.TCP_CLOSE && sk.state() != TCP_LISTEN;
    if (tcp.userMss != 0 && !open) {
      return tcp.userMss;
    }
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? tcp.mssCache : tp.mssCache;
  }

  /** EINVAL, EFAULT, EINVAL for an address that is no page, ENOTCONN for a listener. */
  private static int getZerocopyReceive(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (len < ZEROCOPY_BYTES_MIN) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, len)) {
      return Errno.EFAULT.negated();
    }
    for (int i = ZEROCOPY_BYTES; i < len; i++) {
      if (optval.getByte(i) != 0) {
        return Errno.EINVAL.negated();
      }
    }
    int used = Math.min(len, ZEROCOPY_BYTES);
    boolean reserved = used == ZEROCOPY_BYTES && optval.getInt(60) != 0;
    boolean flags = used >= 60 && optval.getInt(56) != 0;
    if (reserved || flags || optval.getLong(0) % PAGE_SIZE != 0) {
      return Errno.EINVAL.negated();
    }
    if (sk.state() == TCP_LISTEN) {
      return Errno.ENOTCONN.negated();
    }
    optval.putInt(8, 0);
    for (int at = 12; at < Math.min(used, 24) - 3; at += Integer.BYTES) {
      optval.putInt(at, 0);
    }
    return SocketOptions.putLen(optlen, used);
  }
}
