package org.netshard.protocol.mptcp;

import java.util.Objects;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.tcp.TcpOptions;
import org.netshard.protocol.tcp.TcpSetsockopt;

/**
 * The first subflow of an MPTCP sock: a TCP sock that is made when it is first needed.
 *
 * <p>It is kept as the options that it has; a sock around them is made for the time of a call.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}, {@code __mptcp_nmpc_sk}; {@code
 * net/mptcp/sockopt.c}, {@code sync_socket_options}.
 *
 * <p><b>Differs from Linux:</b> it is in no count of socks.
 */
final class MptcpSubflow {
  private static final TcpOps TCP = new TcpOps();
  private static final int MSS_MIN = 88;
  private static final int MSS_MAX = 32767;

  private MptcpSubflow() {}

  /** The options of the first subflow, which from now on is there. */
  static TcpOptions options(Sk sk, Cred cred) {
    MptcpOptions msk = MptcpOptions.of(sk);
    TcpOptions first = msk.first;
    if (first == null) {
      first = create(sk, cred, msk);
      MptcpOptions.forWrite(sk).first = first;
    }
    return first;
  }

  private static TcpOptions create(Sk sk, Cred cred, MptcpOptions msk) {
    TcpOptions shared = TcpOptions.shared(sk.net());
    boolean changed = msk.nodelay || msk.cork || isMss(msk.maxseg) || !msk.caName.isEmpty();
    Sk ssk = ssk(sk, cred, shared.ofSubflow());
    if (changed) {
      set(ssk, cred, TcpOption.TCP_NODELAY, msk.nodelay ? 1 : 0);
      set(ssk, cred, TcpOption.TCP_CORK, msk.cork ? 1 : 0);
      if (isMss(msk.maxseg)) {
        set(ssk, cred, TcpOption.TCP_MAXSEG, msk.maxseg);
      }
      TcpSetsockopt.forceCongestion(ssk, msk.caName);
    }
    return (TcpOptions) Objects.requireNonNull(ssk.transport());
  }

  private static boolean isMss(int mss) {
    return mss >= MSS_MIN && mss <= MSS_MAX;
  }

  private static Sk ssk(Sk sk, Cred cred, TcpOptions options) {
    Sk ssk = new Sk(sk.net(), sk.proto(), TCP, sk.family(), Abi.SOCK_STREAM, Abi.IPPROTO_TCP, cred);
    ssk.setInet(Objects.requireNonNull(sk.inet()));
    if (sk.inet6() != null) {
      ssk.setInet6(Objects.requireNonNull(sk.inet6()));
    }
    ssk.setState(sk.state());
    ssk.setNum(sk.num());
    ssk.setTransport(options);
    return ssk;
  }

  /** Sets an option of the first subflow as a program gave it. */
  static int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    Sk ssk = ssk(sk, cred, options(sk, cred));
    int result = TCP.setsockopt(ssk, cred, level, optname, optval, optlen);
    keep(sk, ssk);
    return result;
  }

  private static void keep(Sk sk, Sk ssk) {
    MptcpOptions.forWrite(sk).first = TcpOptions.of(ssk);
    sk.setInet(Objects.requireNonNull(ssk.inet()));
    if (ssk.inet6() != null) {
      sk.setInet6(Objects.requireNonNull(ssk.inet6()));
    }
  }

  /** Passes a number on to the first subflow, if there is one. */
  static int sync(Sk sk, Cred cred, int optname, int val) {
    TcpOptions first = MptcpOptions.of(sk).first;
    if (first == null) {
      return 0;
    }
    return setsockopt(sk, cred, Abi.IPPROTO_TCP, optname, UserMem.ofInt(val), Integer.BYTES);
  }

  /** Passes the name of a congestion control on to the first subflow, if there is one. */
  static int syncCongestion(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (MptcpOptions.of(sk).first == null) {
      return 0;
    }
    return setsockopt(sk, cred, Abi.IPPROTO_TCP, TcpOption.TCP_CONGESTION, optval, optlen);
  }

  /** Reads an option of the first subflow. */
  static int getsockopt(Sk sk, Cred cred, int optname, UserMem optval, UserMem optlen) {
    Sk ssk = ssk(sk, cred, options(sk, cred));
    return TCP.getsockopt(ssk, cred, Abi.IPPROTO_TCP, optname, optval, optlen);
  }

  private static void set(Sk ssk, Cred cred, int optname, int val) {
    UserMem optval = UserMem.ofInt(val);
    TCP.setsockopt(ssk, cred, Abi.IPPROTO_TCP, optname, optval, Integer.BYTES);
  }
}
