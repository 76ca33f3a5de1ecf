package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * What ICMP tells of segments that were sent.
 *
 * <p><b>Source:</b> RFC 1122, section 4.2.3.9; RFC 1191; RFC 5927; RFC 6069; {@code
 * net/ipv4/tcp_ipv4.c}: {@code tcp_v4_err}, {@code tcp_v4_mtu_reduced}; {@code
 * net/ipv6/tcp_ipv6.c}, the same.
 */
final class TcpErrors {
  private static final int ADDR6_BYTES = 16;
  private static final int SEQ = 4;
  private static final int NET_UNREACH = 0;
  private static final int HOST_UNREACH = 1;
  private static final int NOROUTE = 0;

  private static final int IPV6_MIN_MTU = 1280;
  private static final int NR_ICMP_UNREACH = 15;
  private static final int IP_PMTUDISC_INTERFACE = 4;

  private TcpErrors() {}

  static void err4(NetNs net, Packet icmp, int type, int code, int info) {
    int quoted = icmp.start();
    int at = quoted + IpHeader.ihl(icmp.bytes(), quoted);
    int peer = icmp.addr(quoted + IpHeader.DADDR);
    int own = icmp.addr(quoted + IpHeader.SADDR);
    TcpEndpoint end =
        TcpHash.of(net).find4(peer, icmp.u16(at + Short.BYTES), own, icmp.u16(at), icmp.ifindex());
    int seq = icmp.u32(at + SEQ);
    if (end == null) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      return;
    }
    if (end instanceof TcpRequest req) {
      boolean abort =
          type == Icmp.PARAMETERPROB
              || type == Icmp.TIME_EXCEEDED
              || (type == Icmp.DEST_UNREACH && (code == NET_UNREACH || code == HOST_UNREACH));
      requestError(req, seq, abort);
      return;
    }
    if (!(end instanceof TcpSock tp)) {
      return;
    }
    boolean fragNeeded = type == Icmp.DEST_UNREACH && code == Icmp.FRAG_NEEDED;
    noteOwned(tp, fragNeeded);
    int ttl = icmp.u8(quoted + IpHeader.TTL);
    if (!wanted(tp, seq, ttl, InetOptions.of(tp.sk).minTtl())) {
      return;
    }
    if (fragNeeded) {
      mtuReduced(tp, info, false);
      return;
    }
    if (type == Icmp.DEST_UNREACH && code > NR_ICMP_UNREACH) {
      return;
    }
    IpErrors.Meaning meaning = IpErrors.meaning(tp.sk, type, code);
    if (meaning == null) {
      return;
    }
    if (type == Icmp.DEST_UNREACH && (code == NET_UNREACH || code == HOST_UNREACH)) {
      TcpRtoTimer.revert(tp, seq);
    }
    Sk sk = tp.sk;
    if (inHandshake(tp)) {
      // Whether the program has asked for it or not.
      IpErrors.icmpError(sk, icmp, meaning.errno(), tp.dport, info, at);
      fatal(tp, meaning.errno());
      return;
    }
    soft(tp, meaning.errno(), InetOptions.of(sk).has(InetFlag.RECVERR));
  }

  static void err6(NetNs net, Packet icmp, int type, int code, int info) {
    int quoted = icmp.start();
    int at = icmp.quotedTransport();
    byte[] peer = icmp.get(quoted + Ip6Header.DADDR, ADDR6_BYTES);
    byte[] own = icmp.get(quoted + Ip6Header.SADDR, ADDR6_BYTES);
    TcpEndpoint end =
        TcpHash.of(net).find6(peer, icmp.u16(at + Short.BYTES), own, icmp.u16(at), icmp.ifindex());
    int seq = icmp.u32(at + SEQ);
    if (end == null) {
      net.addMib(Mib.ICMP6_IN_ERRORS, 1);
      return;
    }
    if (end instanceof TcpRequest req) {
      IpErrors.Meaning meaning = Ip6Errors.meaning(req.listener, type, code);
      boolean fatal = type != Icmp6.PKT_TOOBIG && meaning != null && meaning.hard();
      requestError(req, seq, fatal);
      return;
    }
    if (!(end instanceof TcpSock tp)) {
      return;
    }
    noteOwned(tp, type == Icmp6.PKT_TOOBIG);
    int hops = icmp.u8(quoted + Ip6Header.HOP_LIMIT);
    if (!wanted(tp, seq, hops, Inet6Options.of(tp.sk).minHopcount())) {
      return;
    }
    if (type == Icmp6.PKT_TOOBIG) {
      mtuReduced(tp, info, true);
      return;
    }
    Sk sk = tp.sk;
    IpErrors.Meaning meaning = Ip6Errors.meaning(sk, type, code);
    if (meaning == null) {
      return;
    }
    int errno = meaning.errno();
    boolean recverr = Inet6Options.of(sk).has(Inet6Flag.RECVERR6);
    if (inHandshake(tp)) {
      if (recverr) {
        Ip6Errors.icmpError(sk, icmp, errno, tp.dport, info, at);
      }
      fatal(tp, errno);
      return;
    }
    if (type == Icmp6.DEST_UNREACH && code == NOROUTE) {
      TcpRtoTimer.revert(tp, seq);
    }
    soft(tp, errno, recverr);
  }

  private static boolean inHandshake(TcpSock tp) {
    // A connection of Fast Open that was accepted is one as any other.
    boolean accepted = tp.fastopenRsk != null && tp.listener == null;
    return !accepted && TcpState.in(tp.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV));
  }

  private static boolean wanted(TcpSock tp, int seq, int ttl, int minTtl) {
    if (tp.state() == TcpState.CLOSE) {
      return false;
    }
    if (ttl < minTtl) {
      tp.net.addMib(Mib.TCP_MIN_TTL_DROP, 1);
      return false;
    }
    int from = tp.fastopenRsk != null ? tp.fastopenRsk.sntIsn : tp.sndUna;
    if (!Seq.between(seq, from, tp.sndNxt)) {
      tp.net.addMib(Mib.TCP_OUT_OF_WINDOW_ICMPS, 1);
      return false;
    }
    return true;
  }

  private static void requestError(TcpRequest req, int seq, boolean abort) {
    if (seq != req.sntIsn) {
      req.net.addMib(Mib.TCP_OUT_OF_WINDOW_ICMPS, 1);
    } else if (abort) {
      boolean unused = req.remove();
      TcpListener.drop(req.listener);
    }
  }

  /** A call owns the sock, so only news of the MTU is acted upon when it ends. */
  private static void noteOwned(TcpSock tp, boolean mtu) {
    if (tp.backlog != null && !mtu) {
      tp.net.addMib(Mib.TCP_LOCK_DROPPED_ICMPS, 1);
    }
  }

  private static void fatal(TcpSock tp, int errno) {
    if (tp.backlog == null) {
      TcpLife.doneWithError(tp, errno);
    } else {
      tp.sk.rareForWrite().setErrSoft(errno);
    }
  }

  private static void soft(TcpSock tp, int errno, boolean recverr) {
    Sk sk = tp.sk;
    if (recverr && tp.backlog == null) {
      sk.setErr(errno);
      sk.errorReport();
    } else {
      sk.rareForWrite().setErrSoft(errno);
    }
  }

  private static void mtuReduced(TcpSock tp, int told, boolean v6) {
    if (tp.backlog != null) {
      tp.backlog.deferMtu(told, v6);
    } else {
      mtuReducedNow(tp, told, v6);
    }
  }

  /** {@code mtu_reduced} of {@code struct inet_connection_sock_af_ops}. */
  static void mtuReducedNow(TcpSock tp, int told, boolean v6) {
    if (v6) {
      mtuReduced6(tp, told);
    } else {
      mtuReduced4(tp, told);
    }
  }

  /**
   * {@code tcp_v4_mtu_reduced}. The MTU is not believed to be less than any that is in use ({@code
   * __ip_rt_update_pmtu}).
   */
  private static void mtuReduced4(TcpSock tp, int told) {
    int pmtudisc = InetOptions.of(tp.sk).pmtudisc();
    if (TcpDst.locked(tp, FibMetrics.RTAX_MTU)) {
      return;
    }
    int mtu = (int) Math.max(told, tp.net.sysctl(Sysctl.IPV4_ROUTE_MIN_PMTU));
    if (told < mtu && pmtudisc == InetOptions.IP_PMTUDISC_DO) {
      tp.sk.rareForWrite().setErrSoft(Errno.EMSGSIZE.number());
    }
    if (pmtudisc != InetOptions.IP_PMTUDISC_DONT && acceptsPmtu(pmtudisc)) {
      reduce(tp, mtu);
    }
  }

  /** {@code tcp_v6_mtu_reduced}. */
  private static void mtuReduced6(TcpSock tp, int told) {
    boolean wanted =
        acceptsPmtu(Inet6Options.of(tp.sk).pmtudisc())
            && told >= IPV6_MIN_MTU
            && TcpMss.fromMtu(tp, told) < tp.mssCache;
    if (wanted && !TcpDst.locked(tp, FibMetrics.RTAX_MTU)) {
      reduce(tp, told);
    }
  }

  /** {@code ip_sk_accept_pmtu}, {@code ip6_sk_accept_pmtu}. */
  private static boolean acceptsPmtu(int pmtudisc) {
    return pmtudisc != IP_PMTUDISC_INTERFACE && pmtudisc != InetOptions.IP_PMTUDISC_OMIT;
  }

  /** {@code tcp_sync_mss}, {@code tcp_simple_retransmit}. */
  private static void reduce(TcpSock tp, int mtu) {
    if (mtu < tp.pmtu) {
      int unused = TcpMss.sync(tp, mtu);
      tp.refresh();
      TcpRetransmit.simpleRetransmit(tp);
    }
  }
}
