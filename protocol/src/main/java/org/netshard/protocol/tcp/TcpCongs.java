package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.CongestionNames;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.fib.FibMetrics;

/**
 * The algorithms of congestion control: which a kernel has, and which a sock uses.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_cong.c}.
 */
final class TcpCongs {
  private static final CongestionControl RENO = new TcpReno("reno");
  private static final CongestionControl CUBIC = new TcpCubic();
  private static final CongestionControl BBR = new TcpBbr();
  private static final CongestionControl DCTCP = new TcpDctcp();

  private TcpCongs() {}

  /** The algorithm of this name. */
  static CongestionControl find(String name) {
    return switch (name) {
      case "cubic" -> CUBIC;
      case "bbr" -> BBR;
      case "dctcp" -> DCTCP;
      case TcpDctcp.FALLBACK -> TcpDctcp.RENO;
      default -> RENO;
    };
  }

  /** That of a sock. */
  static CongestionControl of(Sk sk) {
    return find(TcpOptions.of(sk).congestion);
  }

  /**
   * {@code tcp_set_congestion_control}: EPERM if the route has said which and locked it, ENOENT if
   * there is none of this name, EPERM if it is not allowed to everybody and CAP_NET_ADMIN is
   * missing; the present one is always fine.
   */
  static int set(Sk sk, Cred cred, String name) {
    NetNs net = sk.net();
    TcpSock tp = TcpSock.of(sk);
    if (tp != null && tp.caDstLocked) {
      return Errno.EPERM.negated();
    }
    boolean mayLoad = cred.capable(Capability.CAP_NET_ADMIN);
    if (!CongestionNames.hasAfterLoading(net, name, mayLoad)) {
      return Errno.ENOENT.negated();
    }
    if (!name.equals(TcpOptions.of(sk).congestion)) {
      boolean allowed =
          CongestionNames.isAllowed(net, name)
              || cred.nsCapable(net.userNs(), Capability.CAP_NET_ADMIN);
      if (!allowed) {
        return Errno.EPERM.negated();
      }
      reinit(sk, name);
    }
    if (!TcpOptions.of(sk).congestionSet) {
      TcpOptions.forWrite(sk).congestionSet = true;
    }
    return 0;
  }

  /** Sets it without asking who may; a name that the kernel does not have is ignored. */
  static void force(Sk sk, String name) {
    if (CongestionNames.has(sk.net(), name)) {
      TcpOptions.forWrite(sk).congestionSet = true;
      reinit(sk, name);
    }
  }

  /** {@code tcp_reinit_congestion_control}. */
  private static void reinit(Sk sk, String name) {
    TcpOptions.forWrite(sk).congestion = name;
    CongestionControl ca = find(name);
    TcpEcn.xmit(sk, ca.needsEcn());
    TcpSock tp = TcpSock.of(sk);
    if (tp == null) {
      return;
    }
    tp.ca = ca;
    tp.caPriv = null;
    if (!TcpState.in(tp.state(), TcpState.set(TcpState.CLOSE, TcpState.LISTEN))) {
      init(tp);
    }
  }

  /** {@code tcp_init_congestion_control}: a connection begins to use its algorithm. */
  static void init(TcpSock tp) {
    tp.priorSsthresh = 0;
    tp.ca.init(tp);
    TcpEcn.xmit(tp.sk, tp.ca.needsEcn());
  }

  /** {@code tcp_assign_congestion_control}: that of the namespace, for a sock that is made. */
  static void assign(Sk sk) {
    if (of(sk).needsEcn()) {
      TcpEcn.xmit(sk, true);
    }
  }

  /**
   * {@code tcp_ca_dst_init}: the route says which a connection that begins is to use; false if it
   * says nothing.
   */
  static boolean ofRoute(TcpSock tp) {
    String name = CongestionNames.name(TcpDst.metric(tp, FibMetrics.RTAX_CC_ALGO));
    if (name == null) {
      return false;
    }
    tp.caDstLocked = TcpDst.locked(tp, FibMetrics.RTAX_CC_ALGO);
    tp.ca = find(name);
    if (!name.equals(TcpOptions.of(tp.sk).congestion)) {
      TcpOptions.forWrite(tp.sk).congestion = name;
    }
    return true;
  }

  /**
   * {@code tcp_ca_openreq_child}: that of a connection which a listener has got is what its route
   * says, or the listener's if a program has chosen it, or else the one that is the namespace's
   * now.
   */
  static void ofChild(TcpSock tp) {
    Sk child = tp.sk;
    if (ofRoute(tp)) {
      return;
    }
    TcpOptions options = TcpOptions.of(child);
    String name = child.net().sysctlText(Sysctl.IPV4_TCP_CONGESTION_CONTROL);
    if (!options.congestionSet && !name.equals(options.congestion)) {
      TcpOptions.forWrite(child).congestion = name;
      tp.ca = find(name);
      TcpEcn.xmit(child, tp.ca.needsEcn());
    }
  }
}
