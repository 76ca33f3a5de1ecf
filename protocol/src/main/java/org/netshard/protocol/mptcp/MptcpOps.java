package org.netshard.protocol.mptcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpSetsockopt;
import org.netshard.protocol.inet.SockoptVal;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.tcp.InetStreamOps;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.tcp.TcpSetsockopt;
import org.netshard.protocol.tcp.TcpState;

/**
 * The calls of {@code MPTCP} and {@code MPTCPv6}.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}, {@code mptcp_init_sock}; {@code
 * net/mptcp/sockopt.c}, {@code mptcp_setsockopt}, {@code mptcp_getsockopt}.
 */
public final class MptcpOps extends InetStreamOps {
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
    boolean unused = release(sk);
  }

  /** {@code mptcp_close}: a connection goes on by itself until the other end has closed it too. */
  @Override
  public boolean release(Sk sk) {
    boolean gone = MptcpClose.close(sk);
    super.destroy(sk);
    return gone;
  }

  /** {@code mptcp_get_port}: the port is that of the first subflow. */
  @Override
  public int getPort(Sk sk, int port) {
    Sk ssk = MptcpSock.known(sk).first;
    return ssk == null ? Errno.EINVAL.negated() : BindTable.of(sk.net()).getPort(ssk, port);
  }

  /** {@code mptcp_unhash}: it stands in no table. */
  @Override
  public void unhash(Sk sk) {}

  // Connections.

  /** {@code mptcp_bind}. <b>Errors</b>, in order: EINVAL for a sock that is connected; of bind. */
  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    int error = MptcpSubflow.ensure(sk, caller.cred());
    Sk ssk = error == 0 ? MptcpSock.known(sk).first : null;
    if (ssk == null) {
      return error;
    }
    error = ssk.ops().bind(ssk, caller, address);
    if (error == 0) {
      MptcpSock.known(sk).copyInaddrs(ssk);
    }
    return error;
  }

  /** {@code mptcp_listen}. <b>Errors</b>, in order: EINVAL for a connection; those of listen. */
  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    if (socketState(sk) != SS_UNCONNECTED) {
      return Errno.EINVAL.negated();
    }
    int error = MptcpSubflow.ensure(sk, caller.cred());
    MptcpSock msk = MptcpSock.of(sk);
    Sk ssk = msk == null ? null : msk.first;
    if (error != 0 || msk == null || ssk == null) {
      return error;
    }
    boolean listens = sk.state() == TcpState.LISTEN;
    msk.setState(TcpState.LISTEN);
    sk.setFlag(SockFlag.SOCK_RCU_FREE, true);
    error = ssk.ops().listen(ssk, caller, backlog);
    msk.setState(ssk.state());
    if (error == 0) {
      if (!listens) {
        sk.net().addProtoInuse(sk.proto(), 1);
      }
      msk.copyInaddrs(ssk);
    }
    return error;
  }

  /** {@code mptcp_stream_accept}. <b>Errors</b>, in order: EINVAL, EAGAIN, EINTR. */
  @Override
  public int accept(Sk sk, Caller caller, int flags) {
    MptcpSock msk = MptcpSock.of(sk);
    Sk ssk = msk == null ? null : msk.first;
    return ssk == null ? Errno.EINVAL.negated() : TcpListen.accept(ssk, caller, flags);
  }

  /** What is accepted has a subflow, which the acceptor pays for too. */
  @Override
  public void accepted(Sk sk, @Nullable Memcg acceptor) {
    super.accepted(sk, acceptor);
    Sk ssk = MptcpSock.known(sk).first;
    if (ssk != null) {
      ssk.setOwner(sk.uid(), sk.gid());
      SkMem.accept(ssk, acceptor);
    }
  }

  @Override
  protected int socketState(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    return msk == null ? SS_UNCONNECTED : msk.socketState;
  }

  @Override
  protected void setSocketState(Sk sk, byte state) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk != null) {
      msk.socketState = state;
    }
  }

  @Override
  protected int beginConnect(Sk sk, Caller caller, SockAddr address) {
    return MptcpConnect.begin(sk, caller, address);
  }

  @Override
  protected void disconnect(Sk sk) {
    MptcpClose.disconnect(sk);
  }

  /** {@code mptcp_shutdown}. */
  @Override
  protected void shutdownSend(Sk sk) {
    MptcpSock msk = MptcpSock.known(sk);
    if (MptcpLife.closeState(msk)) {
      MptcpLife.wrShutdown(msk);
    }
  }

  // Data.

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return MptcpSend.send(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return MptcpRecv.receive(sk, caller, msg);
  }

  @Override
  public int poll(Sk sk) {
    return MptcpPoll.poll(sk);
  }

  @Override
  public void writeSpace(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk != null) {
      MptcpSend.writeSpace(msk);
    }
  }

  @Override
  public int inq(Sk sk) {
    return MptcpRecv.inq(sk);
  }

  @Override
  public long outq(Sk sk) {
    return MptcpPoll.outq(sk, false);
  }

  @Override
  public long outqNotSent(Sk sk) {
    return MptcpPoll.outq(sk, true);
  }

  // Options.

  @Override
  public boolean hasAccount(Sk sk) {
    return true;
  }

  @Override
  public int setRcvlowat(Sk sk, int value) {
    TcpOps.setRcvlowatOnly(sk, value);
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
    if (level == Abi.SOL_SOCKET) {
      return MptcpSolSocket.setsockopt(sk, cred, optname, optval, optlen);
    }
    if (!MptcpSupported.is(level, optname)) {
      return Errno.ENOPROTOOPT.negated();
    }
    Sk plain = fallback(sk);
    if (plain != null) {
      return plain.ops().setsockopt(plain, cred, level, optname, optval, optlen);
    }
    return switch (level) {
      case Abi.IPPROTO_IP -> setIp(sk, cred, optname, optval, optlen);
      case Abi.IPPROTO_IPV6 -> setIpv6(sk, cred, optname, optval, optlen);
      case Abi.IPPROTO_TCP -> setTcp(sk, cred, optname, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  /** {@code __mptcp_tcp_fallback}: the subflow of a connection that goes on as TCP, or null. */
  private static @Nullable Sk fallback(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    return msk != null && msk.fallback ? msk.first : null;
  }

  private static int setIp(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case IpOption.IP_FREEBIND,
          IpOption.IP_TRANSPARENT,
          IpOption.IP_BIND_ADDRESS_NO_PORT,
          IpOption.IP_LOCAL_PORT_RANGE -> {
        int error = IpSetsockopt.setsockopt(sk, cred, Abi.IPPROTO_IP, optname, optval, optlen);
        if (error == 0) {
          error = MptcpSubflow.ensure(sk, cred);
        }
        if (error == 0) {
          MptcpSync.inetToSubflow(sk);
        }
        yield error;
      }
      case IpOption.IP_TOS -> {
        int error = IpSetsockopt.setsockopt(sk, cred, Abi.IPPROTO_IP, optname, optval, optlen);
        if (error == 0) {
          MptcpSync.tos(sk, cred, optval, optlen);
        }
        yield error;
      }
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  private static int setIpv6(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case Ipv6Option.IPV6_V6ONLY, Ipv6Option.IPV6_TRANSPARENT, Ipv6Option.IPV6_FREEBIND -> {
        int error = MptcpSync.setFirst(sk, cred, Abi.IPPROTO_IPV6, optname, optval, optlen);
        Sk ssk = error == 0 ? MptcpSock.known(sk).first : null;
        if (ssk != null) {
          MptcpSync.inetFromSubflow(sk, ssk);
        }
        yield error;
      }
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  private static int setTcp(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    switch (optname) {
      case TcpOption.TCP_CONGESTION -> {
        return setCongestion(sk, cred, optval, optlen);
      }
      case TcpOption.TCP_DEFER_ACCEPT -> {
        int unused = MptcpSync.setFirst(sk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
        return 0;
      }
      case TcpOption.TCP_FASTOPEN,
          TcpOption.TCP_FASTOPEN_CONNECT,
          TcpOption.TCP_FASTOPEN_KEY,
          TcpOption.TCP_FASTOPEN_NO_COOKIE -> {
        return MptcpSync.setFirst(sk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
      }
      default -> {
        return setTcpNumber(sk, cred, optname, optval, optlen);
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
    int error = MptcpSync.tcpIfAny(sk, cred, TcpOption.TCP_CONGESTION, optval, optlen);
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
    int error = MptcpSync.tcpIfAny(sk, cred, optname, UserMem.ofInt(val), Integer.BYTES);
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
    Sk plain = fallback(sk);
    if (plain != null) {
      return plain.ops().getsockopt(plain, cred, level, optname, optval, optlen);
    }
    if (level == MptcpOption.SOL_MPTCP) {
      return MptcpInfo.getsockopt(sk, optname, optval, optlen);
    }
    if (level == Abi.IPPROTO_TCP && isOfSubflow(optname)) {
      return MptcpSync.getFirst(sk, cred, optname, optval, optlen);
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
