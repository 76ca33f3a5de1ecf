package org.netshard.protocol.tcp;

import java.util.List;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

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

  /** {@code tcp_ca_find_autoload}: whether the kernel has one of this name, if need be now. */
  private static boolean hasAfterLoading(NetNs net, Cred cred, String name) {
    if (!has(net, name) && cred.capable(Capability.CAP_NET_ADMIN)) {
      net.machine().requestModule("tcp_" + name);
    }
    return has(net, name);
  }

  private static boolean has(NetNs net, String name) {
    return contains(net.sysctlText(Sysctl.IPV4_TCP_AVAILABLE_CONGESTION_CONTROL), name);
  }

  private static boolean contains(String names, String name) {
    return List.of(names.split("\\s+", -1)).contains(name) && !name.isEmpty();
  }

  /**
   * {@code tcp_set_congestion_control}: ENOENT if there is none of this name, EPERM if it is not
   * allowed to everybody and CAP_NET_ADMIN is missing; the present one is always fine.
   */
  static int set(Sk sk, Cred cred, String name) {
    NetNs net = sk.net();
    if (!hasAfterLoading(net, cred, name)) {
      return Errno.ENOENT.negated();
    }
    if (!name.equals(TcpOptions.of(sk).congestion)) {
      boolean allowed =
          contains(net.sysctlText(Sysctl.IPV4_TCP_ALLOWED_CONGESTION_CONTROL), name)
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
    if (has(sk.net(), name)) {
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
   * {@code tcp_ca_openreq_child}: that of a connection which a listener has got is the listener's
   * if a program has chosen it, or else the one that is the namespace's now.
   */
  static CongestionControl ofChild(Sk child) {
    TcpOptions options = TcpOptions.of(child);
    String name = child.net().sysctlText(Sysctl.IPV4_TCP_CONGESTION_CONTROL);
    if (!options.congestionSet && !name.equals(options.congestion)) {
      TcpOptions.forWrite(child).congestion = name;
      TcpEcn.xmit(child, find(name).needsEcn());
    }
    return of(child);
  }
}
