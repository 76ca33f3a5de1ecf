package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.AbstractInetOps;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpSetsockopt;
import org.netshard.protocol.inet.SockoptVal;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.tcp.TcpSetsockopt;

/**
 * The calls of {@code MPTCP} and {@code MPTCPv6}.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}, {@code mptcp_init_sock}; {@code
 * net/mptcp/sockopt.c}, {@code mptcp_setsockopt}, {@code mptcp_getsockopt}.
 */
public final class MptcpOps extends AbstractInetOps {
  private static final long NOT_A_NUMBER = Long.MIN_VALUE;

  /** The calls. */
  public MptcpOps() {}

  /** ENOPROTOOPT if {@code net.mptcp.enabled} is off. */
  @Override
  public int init(Sk sk, Cred cred) {
    super.init(sk, cred);
    sk.setTransport(MptcpOptions.shared());
    if (sk.net().sysctl(Sysctl.MPTCP_ENABLED) == 0) {
      return Errno.ENOPROTOOPT.negated();
    }
    sk.setFlag(SockFlag.SK_CUSTOM_SOL_SOCKET, true);
    TcpOps.initBuffers(sk);
    sk.net().machine().addSocketsAllocated(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    super.destroy(sk);
    BindTable.unhash(sk);
    BindTable.putPort(sk);
    sk.net().machine().addSocketsAllocated(sk.proto(), -1);
  }

  /** The port is that of the first subflow, for which the sock itself stands in the table. */
  @Override
  public int getPort(Sk sk, int port) {
    return BindTable.of(sk.net()).getPort(sk, port);
  }

  @Override
  public void unhash(Sk sk) {
    BindTable.unhash(sk);
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    MptcpSubflow.options(sk, caller.cred());
    return super.bind(sk, caller, address);
  }

  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    MptcpSubflow.options(sk, caller.cred());
    return TcpListen.listen(sk, this, backlog);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return MptcpConnect.connect(sk, address);
  }

  @Override
  public boolean hasAccount(Sk sk) {
    return true;
  }

  @Override
  public int setRcvlowat(Sk sk, int value) {
    TcpOps.growForRcvlowat(sk, value);
    return 0;
  }

  /**
   * {@code mptcp_setsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for options that make no sense, those of the option,
   * EOPNOTSUPP for options that would.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    return switch (level) {
      case Abi.SOL_SOCKET -> MptcpSolSocket.setsockopt(sk, cred, optname, optval, optlen);
      case Abi.IPPROTO_IP -> setIp(sk, cred, optname, optval, optlen);
      case Abi.IPPROTO_IPV6 -> setIpv6(sk, cred, optname, optval, optlen);
      case Abi.IPPROTO_TCP -> setTcp(sk, cred, optname, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int setIp(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case IpOption.IP_FREEBIND,
          IpOption.IP_TRANSPARENT,
          IpOption.IP_BIND_ADDRESS_NO_PORT,
          IpOption.IP_LOCAL_PORT_RANGE -> {
        int error = IpSetsockopt.setsockopt(sk, cred, Abi.IPPROTO_IP, optname, optval, optlen);
        if (error == 0) {
          MptcpSubflow.options(sk, cred);
        }
        yield error;
      }
      case IpOption.IP_TOS ->
          IpSetsockopt.setsockopt(sk, cred, Abi.IPPROTO_IP, optname, optval, optlen);
      case IpOption.IP_PKTINFO,
          IpOption.IP_RECVTTL,
          IpOption.IP_RECVTOS,
          IpOption.IP_RECVOPTS,
          IpOption.IP_RETOPTS,
          IpOption.IP_PASSSEC,
          IpOption.IP_RECVORIGDSTADDR,
          IpOption.IP_CHECKSUM,
          IpOption.IP_RECVFRAGSIZE,
          IpOption.IP_TTL,
          IpOption.IP_MTU_DISCOVER,
          IpOption.IP_RECVERR,
          IpOption.IP_MINTTL,
          IpOption.IP_RECVERR_RFC4884 ->
          Errno.EOPNOTSUPP.negated();
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int setIpv6(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case Ipv6Option.IPV6_V6ONLY, Ipv6Option.IPV6_TRANSPARENT, Ipv6Option.IPV6_FREEBIND ->
          MptcpSubflow.setsockopt(sk, cred, Abi.IPPROTO_IPV6, optname, optval, optlen);
      case Ipv6Option.IPV6_RECVPKTINFO,
          Ipv6Option.IPV6_2292PKTINFO,
          Ipv6Option.IPV6_RECVHOPLIMIT,
          Ipv6Option.IPV6_2292HOPLIMIT,
          Ipv6Option.IPV6_RECVRTHDR,
          Ipv6Option.IPV6_2292RTHDR,
          Ipv6Option.IPV6_RECVHOPOPTS,
          Ipv6Option.IPV6_2292HOPOPTS,
          Ipv6Option.IPV6_RECVDSTOPTS,
          Ipv6Option.IPV6_2292DSTOPTS,
          Ipv6Option.IPV6_RECVTCLASS,
          Ipv6Option.IPV6_FLOWINFO,
          Ipv6Option.IPV6_RECVPATHMTU,
          Ipv6Option.IPV6_RECVORIGDSTADDR,
          Ipv6Option.IPV6_RECVFRAGSIZE,
          Ipv6Option.IPV6_TCLASS,
          Ipv6Option.IPV6_PKTINFO,
          Ipv6Option.IPV6_2292PKTOPTIONS,
          Ipv6Option.IPV6_UNICAST_HOPS,
          Ipv6Option.IPV6_MTU_DISCOVER,
          Ipv6Option.IPV6_MTU,
          Ipv6Option.IPV6_RECVERR,
          Ipv6Option.IPV6_FLOWINFO_SEND,
          Ipv6Option.IPV6_FLOWLABEL_MGR,
          Ipv6Option.IPV6_MINHOPCOUNT,
          Ipv6Option.IPV6_DONTFRAG,
          Ipv6Option.IPV6_AUTOFLOWLABEL,
          Ipv6Option.IPV6_RECVERR_RFC4884 ->
          Errno.EOPNOTSUPP.negated();
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int setTcp(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    switch (optname) {
      case TcpOption.TCP_CONGESTION -> {
        return setCongestion(sk, cred, optval, optlen);
      }
      case TcpOption.TCP_DEFER_ACCEPT -> {
        MptcpSubflow.setsockopt(sk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
        return 0;
      }
      case TcpOption.TCP_FASTOPEN,
          TcpOption.TCP_FASTOPEN_CONNECT,
          TcpOption.TCP_FASTOPEN_KEY,
          TcpOption.TCP_FASTOPEN_NO_COOKIE -> {
        return MptcpSubflow.setsockopt(sk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
      }
      case TcpOption.TCP_THIN_DUPACK,
          TcpOption.TCP_MAXSEG,
          TcpOption.TCP_NODELAY,
          TcpOption.TCP_THIN_LINEAR_TIMEOUTS,
          TcpOption.TCP_CORK,
          TcpOption.TCP_KEEPIDLE,
          TcpOption.TCP_KEEPINTVL,
          TcpOption.TCP_KEEPCNT,
          TcpOption.TCP_SYNCNT,
          TcpOption.TCP_SAVE_SYN,
          TcpOption.TCP_LINGER2,
          TcpOption.TCP_WINDOW_CLAMP,
          TcpOption.TCP_QUICKACK,
          TcpOption.TCP_USER_TIMEOUT,
          TcpOption.TCP_TIMESTAMP,
          TcpOption.TCP_NOTSENT_LOWAT,
          TcpOption.TCP_TX_DELAY,
          TcpOption.TCP_INQ -> {
        return setTcpNumber(sk, cred, optname, optval, optlen);
      }
      default -> {
        return Errno.ENOPROTOOPT.negated();
      }
    }
  }

  /** The name is only looked up once there is a subflow. */
  private static int setCongestion(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen < 1) {
      return Errno.EINVAL.negated();
    }
    String name = TcpSetsockopt.readName(optval, optlen);
    if (name == null) {
      return Errno.EFAULT.negated();
    }
    int error = MptcpSubflow.syncCongestion(sk, cred, optval, optlen);
    if (error == 0) {
      MptcpOptions.forWrite(sk).caName = name;
    }
    return error;
  }

  private static int setTcpNumber(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    if (optname == TcpOption.TCP_INQ) {
      if (val < 0 || val > 1) {
        return Errno.EINVAL.negated();
      }
      MptcpOptions.forWrite(sk).inq = val != 0;
      return 0;
    }
    boolean known =
        optname == TcpOption.TCP_NODELAY
            || optname == TcpOption.TCP_CORK
            || optname == TcpOption.TCP_NOTSENT_LOWAT
            || optname == TcpOption.TCP_MAXSEG
            || (optname >= TcpOption.TCP_KEEPIDLE && optname <= TcpOption.TCP_KEEPCNT);
    if (!known) {
      return Errno.ENOPROTOOPT.negated();
    }
    int error = MptcpSubflow.sync(sk, cred, optname, val);
    if (error != 0) {
      return error;
    }
    MptcpOptions msk = MptcpOptions.forWrite(sk);
    switch (optname) {
      case TcpOption.TCP_NODELAY -> msk.nodelay = val != 0;
      case TcpOption.TCP_CORK -> msk.cork = val != 0;
      case TcpOption.TCP_NOTSENT_LOWAT -> msk.notsentLowat = val;
      case TcpOption.TCP_MAXSEG -> msk.maxseg = val;
      case TcpOption.TCP_KEEPIDLE -> msk.keepaliveIdleSec = val;
      case TcpOption.TCP_KEEPINTVL -> msk.keepaliveIntvlSec = val;
      default -> msk.keepaliveCnt = val;
    }
    return 0;
  }

  /**
   * {@code mptcp_getsockopt}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP, EFAULT if the length cannot be read, EINVAL if it is
   * negative, EFAULT if the value cannot be written.
   */
  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level == MptcpOption.SOL_MPTCP) {
      return MptcpInfo.getsockopt(sk, optname, optval, optlen);
    }
    if (level == Abi.IPPROTO_TCP && isOfSubflow(optname)) {
      return MptcpSubflow.getsockopt(sk, cred, optname, optval, optlen);
    }
    long number = number(sk, level, optname);
    if (number == NOT_A_NUMBER) {
      return Errno.EOPNOTSUPP.negated();
    }
    int error = SockoptVal.checkSignedLen(optlen);
    return error != 0
        ? error
        : SockoptVal.putIntOrByte(optval, optlen, optlen.getInt(0), (int) number);
  }

  private static boolean isOfSubflow(int optname) {
    return switch (optname) {
      case TcpOption.TCP_ULP,
          TcpOption.TCP_CONGESTION,
          TcpOption.TCP_INFO,
          TcpOption.TCP_CC_INFO,
          TcpOption.TCP_DEFER_ACCEPT,
          TcpOption.TCP_FASTOPEN,
          TcpOption.TCP_FASTOPEN_CONNECT,
          TcpOption.TCP_FASTOPEN_KEY,
          TcpOption.TCP_FASTOPEN_NO_COOKIE,
          TcpOption.TCP_MAXSEG ->
          true;
      default -> false;
    };
  }

  private static long number(Sk sk, int level, int optname) {
    return switch (level) {
      case Abi.IPPROTO_IP -> ipNumber(sk, optname);
      case Abi.IPPROTO_IPV6 -> ipv6Number(sk, optname);
      case Abi.IPPROTO_TCP -> tcpNumber(sk.net(), MptcpOptions.of(sk), optname);
      default -> NOT_A_NUMBER;
    };
  }

  private static long ipNumber(Sk sk, int optname) {
    InetOptions inet = InetOptions.of(sk);
    return switch (optname) {
      case IpOption.IP_TOS -> inet.tos();
      case IpOption.IP_FREEBIND -> bit(inet.has(InetFlag.FREEBIND));
      case IpOption.IP_TRANSPARENT -> bit(inet.has(InetFlag.TRANSPARENT));
      case IpOption.IP_BIND_ADDRESS_NO_PORT -> bit(inet.has(InetFlag.BIND_ADDRESS_NO_PORT));
      case IpOption.IP_LOCAL_PORT_RANGE -> inet.localPortRange();
      default -> NOT_A_NUMBER;
    };
  }

  private static long ipv6Number(Sk sk, int optname) {
    InetOptions inet = InetOptions.of(sk);
    return switch (optname) {
      case Ipv6Option.IPV6_V6ONLY -> bit(isV6(sk) && Inet6Options.of(sk).has(Inet6Flag.V6ONLY));
      case Ipv6Option.IPV6_TRANSPARENT -> bit(inet.has(InetFlag.TRANSPARENT));
      case Ipv6Option.IPV6_FREEBIND -> bit(inet.has(InetFlag.FREEBIND));
      default -> NOT_A_NUMBER;
    };
  }

  private static long tcpNumber(NetNs net, MptcpOptions msk, int optname) {
    return switch (optname) {
      case TcpOption.TCP_INQ -> bit(msk.inq);
      case TcpOption.TCP_CORK -> bit(msk.cork);
      case TcpOption.TCP_NODELAY -> bit(msk.nodelay);
      case TcpOption.TCP_NOTSENT_LOWAT -> msk.notsentLowat;
      case TcpOption.TCP_IS_MPTCP -> 1;
      case TcpOption.TCP_KEEPIDLE ->
          orSysctl(net, msk.keepaliveIdleSec, Sysctl.IPV4_TCP_KEEPALIVE_TIME);
      case TcpOption.TCP_KEEPINTVL ->
          orSysctl(net, msk.keepaliveIntvlSec, Sysctl.IPV4_TCP_KEEPALIVE_INTVL);
      case TcpOption.TCP_KEEPCNT ->
          orSysctl(net, msk.keepaliveCnt, Sysctl.IPV4_TCP_KEEPALIVE_PROBES);
      default -> NOT_A_NUMBER;
    };
  }

  private static long orSysctl(NetNs net, int value, Sysctl sysctl) {
    return value != 0 ? value : net.sysctl(sysctl);
  }

  private static int bit(boolean on) {
    return on ? 1 : 0;
  }
}
