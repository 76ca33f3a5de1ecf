package org.netshard.protocol.udp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UdpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.AbstractInetOps;
import org.netshard.protocol.inet.SockoptVal;

/**
 * The calls of {@code UDP} and {@code UDP-Lite} of both families.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}, {@code udp_lib_setsockopt}, {@code udp_lib_getsockopt}.
 */
public final class UdpOps extends AbstractInetOps {
  private static final int USHRT_MAX = 65535;

  /** The smallest coverage: that of the header. */
  private static final int CSCOV_MIN = 8;

  private final boolean udplite;

  /**
   * The calls.
   *
   * @param udplite of UDP-Lite
   */
  public UdpOps(boolean udplite) {
    this.udplite = udplite;
  }

  @Override
  public int init(Sk sk, Cred cred) {
    super.init(sk, cred);
    sk.setTransport(UdpOptions.shared());
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    UdpSend.flush(sk);
    Udp6Send.flush(sk);
    unhash(sk);
    super.destroy(sk);
  }

  /** {@code udp_destruct_sock}. */
  @Override
  public void destruct(Sk sk) {
    ErrSkb.purge(sk);
    UdpMem.destruct(sk);
  }

  @Override
  public int getPort(Sk sk, int port) {
    return UdpTable.of(sk).getPort(sk, port);
  }

  @Override
  public void unhash(Sk sk) {
    UdpTable.unhash(sk);
  }

  @Override
  public void rehash(Sk sk) {
    UdpTable.rehash(sk);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  /** {@code inet_sendmsg}: EAGAIN without a free port; then those of UDP. */
  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    if (!autobind(sk)) {
      return Errno.EAGAIN.negated();
    }
    return isV6(sk) ? Udp6Send.sendmsg(sk, caller, msg) : UdpSend.sendmsg(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return UdpRecv.recvmsg(sk, caller, msg);
  }

  @Override
  public int inq(Sk sk) {
    return Math.max(0, UdpRecv.firstLength(sk));
  }

  @Override
  public long outq(Sk sk) {
    return (long) sk.wmemAlloc() - 1;
  }

  @Override
  public int shutdown(Sk sk, int how) {
    return DatagramQueue.shutdown(sk, how);
  }

  @Override
  public void redirect(Sk sk, int saddr, int daddr, int dport) {
    UdpSend.redirect(sk, saddr, daddr, dport);
  }

  /** {@code udp_poll}. */
  @Override
  public int poll(Sk sk) {
    return DatagramQueue.poll(sk);
  }

  @Override
  public boolean hasPeekOff(Sk sk) {
    return true;
  }

  @Override
  public boolean hasAccount(Sk sk) {
    return true;
  }

  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    return level == Abi.IPPROTO_UDP || level == Abi.IPPROTO_UDPLITE
        ? udpLibSetsockopt(sk, optname, optval, optlen)
        : ipSetsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return level == Abi.IPPROTO_UDP || level == Abi.IPPROTO_UDPLITE
        ? udpLibGetsockopt(sk, optname, optval, optlen)
        : ipGetsockopt(sk, cred, level, optname, optval, optlen);
  }

  /** EINVAL, EFAULT, then those of the option, ENOPROTOOPT. */
  private int udpLibSetsockopt(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    int error = check(optname, val);
    if (error != 0) {
      return error;
    }
    UdpOptions udp = UdpOptions.forWrite(sk);
    switch (optname) {
      case UdpOption.UDP_CORK -> {
        udp.cork = val != 0;
        if (!udp.cork) {
          UdpSend.push(sk);
          Udp6Send.push(sk);
        }
      }
      case UdpOption.UDP_ENCAP -> udp.encapType = (byte) val;
      case UdpOption.UDP_NO_CHECK6_TX -> udp.noCheck6Tx = val != 0;
      case UdpOption.UDP_NO_CHECK6_RX -> udp.noCheck6Rx = val != 0;
      case UdpOption.UDP_SEGMENT -> udp.gsoSize = (char) val;
      case UdpOption.UDP_GRO -> udp.gro = val != 0;
      case UdpOption.UDPLITE_SEND_CSCOV -> {
        udp.sendCscov = coverage(val);
        udp.hasSendCscov = true;
      }
      case UdpOption.UDPLITE_RECV_CSCOV -> {
        udp.recvCscov = coverage(val);
        udp.hasRecvCscov = true;
      }
      default -> throw new IllegalStateException("SOL_UDP option " + optname);
    }
    return 0;
  }

  private int check(int optname, int val) {
    return switch (optname) {
      case UdpOption.UDP_CORK,
          UdpOption.UDP_NO_CHECK6_TX,
          UdpOption.UDP_NO_CHECK6_RX,
          UdpOption.UDP_GRO ->
          0;
      case UdpOption.UDP_ENCAP ->
          val == 0 || val == UdpOption.UDP_ENCAP_ESPINUDP || val == UdpOption.UDP_ENCAP_L2TPINUDP
              ? 0
              : Errno.ENOPROTOOPT.negated();
      case UdpOption.UDP_SEGMENT -> val < 0 || val > USHRT_MAX ? Errno.EINVAL.negated() : 0;
      case UdpOption.UDPLITE_SEND_CSCOV, UdpOption.UDPLITE_RECV_CSCOV ->
          udplite ? 0 : Errno.ENOPROTOOPT.negated();
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  /** A coverage below that of the header is that, above 16 bits the largest, and 0 is all. */
  private static char coverage(int val) {
    if (val == 0) {
      return 0;
    }
    return (char) Math.min(Math.max(val, CSCOV_MIN), USHRT_MAX);
  }

  /** EFAULT, EINVAL for a negative length, ENOPROTOOPT, EFAULT. */
  private static int udpLibGetsockopt(Sk sk, int optname, UserMem optval, UserMem optlen) {
    int error = SockoptVal.checkSignedLen(optlen);
    if (error != 0) {
      return error;
    }
    UdpOptions udp = UdpOptions.of(sk);
    int val;
    switch (optname) {
      case UdpOption.UDP_CORK -> val = udp.cork ? 1 : 0;
      case UdpOption.UDP_ENCAP -> val = udp.encapType;
      case UdpOption.UDP_NO_CHECK6_TX -> val = udp.noCheck6Tx ? 1 : 0;
      case UdpOption.UDP_NO_CHECK6_RX -> val = udp.noCheck6Rx ? 1 : 0;
      case UdpOption.UDP_SEGMENT -> val = udp.gsoSize;
      case UdpOption.UDP_GRO -> val = udp.gro ? 1 : 0;
      case UdpOption.UDPLITE_SEND_CSCOV -> val = udp.sendCscov;
      case UdpOption.UDPLITE_RECV_CSCOV -> val = udp.recvCscov;
      default -> {
        return Errno.ENOPROTOOPT.negated();
      }
    }
    return SockoptVal.putInt(optval, optlen, optlen.getInt(0), val);
  }
}
