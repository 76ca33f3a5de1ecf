package org.netshard.protocol.mptcp;

import java.util.Objects;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.IpSetsockopt;
import org.netshard.protocol.tcp.TcpSetsockopt;

/**
 * Options of a sock of MPTCP that its subflow has too.
 *
 * <p><b>Source:</b> {@code net/mptcp/sockopt.c}: {@code sync_socket_options}, {@code
 * mptcp_sol_socket_sync_intval}, {@code mptcp_getsockopt_first_sf_only}.
 */
final class MptcpSync {
  private static final int MSS_MIN = 88;
  private static final int MSS_MAX = 32767;
  private static final int BUFFER_LOCKS = Sk.SOCK_SNDBUF_LOCK | Sk.SOCK_RCVBUF_LOCK;

  private MptcpSync() {}

  /** {@code sync_socket_options}: a new subflow gets all. */
  static void all(Sk sk, Sk ssk, Cred cred) {
    socket(sk, ssk);
    ssk.setReuse(sk.reuse());
    ssk.setBoundDevIf(sk.boundDevIf());
    ssk.setFlag(SockFlag.SK_REUSEPORT, sk.flag(SockFlag.SK_REUSEPORT));
    MptcpOptions msk = MptcpOptions.of(sk);
    if (msk.nodelay) {
      set(ssk, cred, TcpOption.TCP_NODELAY, 1);
    }
    if (msk.cork) {
      set(ssk, cred, TcpOption.TCP_CORK, 1);
    }
    if (msk.maxseg >= MSS_MIN && msk.maxseg <= MSS_MAX) {
      set(ssk, cred, TcpOption.TCP_MAXSEG, msk.maxseg);
    }
    if (!msk.caName.isEmpty()) {
      TcpSetsockopt.forceCongestion(ssk, msk.caName);
    }
  }

  /** Those of {@code SOL_SOCKET}. */
  static void socket(Sk sk, Sk ssk) {
    boolean keepopen = sk.flag(SockFlag.SOCK_KEEPOPEN);
    if (keepopen != ssk.flag(SockFlag.SOCK_KEEPOPEN)) {
      ssk.ops().keepalive(ssk, keepopen);
      ssk.setFlag(SockFlag.SOCK_KEEPOPEN, keepopen);
    }
    ssk.setPriority(sk.priority());
    ssk.setMark(sk.mark());
    ssk.setFlag(SockFlag.SOCK_LINGER, sk.flag(SockFlag.SOCK_LINGER));
    if (sk.flag(SockFlag.SOCK_LINGER)) {
      ssk.rareForWrite().setLingertimeJiffies(sk.rare().lingertimeJiffies());
    }
    SkRare rare = sk.rare();
    if (rare.incomingCpu() != ssk.rare().incomingCpu() && rare.incomingCpu() >= 0) {
      ssk.rareForWrite().setIncomingCpu(rare.incomingCpu());
    }
    if ((sk.userlocks() & Sk.SOCK_SNDBUF_LOCK) != 0) {
      ssk.setSndbuf(sk.sndbuf());
    }
    if ((sk.userlocks() & Sk.SOCK_RCVBUF_LOCK) != 0) {
      ssk.setRcvbuf(sk.rcvbuf());
    }
    ssk.addUserlocks(sk.userlocks() & BUFFER_LOCKS);
  }

  /** The same, if there is a subflow. */
  static void socket(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk != null && msk.first != null) {
      socket(sk, msk.first);
    }
  }

  /** The IP layers of the subflow become those of the sock. */
  static void inetToSubflow(Sk sk) {
    Sk ssk = MptcpSock.known(sk).first;
    if (ssk != null) {
      ssk.setInet(Objects.requireNonNull(sk.inet()).cloned());
    }
  }

  /** And the other way. */
  static void inetFromSubflow(Sk sk, Sk ssk) {
    sk.setInet(Objects.requireNonNull(ssk.inet()).cloned());
    if (sk.isInet6()) {
      sk.setInet6(Objects.requireNonNull(ssk.inet6()).cloned());
    }
  }

  /** {@code mptcp_setsockopt_v4_set_tos}. */
  static void tos(Sk sk, Cred cred, UserMem optval, int optlen) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk != null && msk.first != null) {
      int unused =
          IpSetsockopt.setsockopt(msk.first, cred, Abi.IPPROTO_IP, IpOption.IP_TOS, optval, optlen);
    }
  }

  private static void set(Sk ssk, Cred cred, int optname, int val) {
    int unused = tcp(ssk, cred, optname, UserMem.ofInt(val), Integer.BYTES);
  }

  private static int tcp(Sk ssk, Cred cred, int optname, UserMem optval, int optlen) {
    return ssk.ops().setsockopt(ssk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
  }

  /** Passes an option of TCP on to the subflow, if there is one. */
  static int tcpIfAny(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    MptcpSock msk = MptcpSock.of(sk);
    Sk ssk = msk == null ? null : msk.first;
    return ssk == null ? 0 : tcp(ssk, cred, optname, optval, optlen);
  }

  /**
   * Sets an option of the first subflow as a program gave it. <b>Errors</b>, in order: EINVAL for a
   * sock that is connected, those of the option.
   */
  static int setFirst(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    int error = MptcpSubflow.ensure(sk, cred);
    if (error != 0) {
      return error;
    }
    Sk ssk = Objects.requireNonNull(MptcpSock.known(sk).first);
    return ssk.ops().setsockopt(ssk, cred, level, optname, optval, optlen);
  }

  /** {@code mptcp_getsockopt_first_sf_only}. */
  static int getFirst(Sk sk, Cred cred, int optname, UserMem optval, UserMem optlen) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk == null || msk.first == null) {
      int error = MptcpSubflow.ensure(sk, cred);
      if (error != 0) {
        return error;
      }
      msk = MptcpSock.known(sk);
    }
    Sk ssk = Objects.requireNonNull(msk.first);
    return ssk.ops().getsockopt(ssk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
  }
}
