package org.netshard.protocol.tcp;

import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * How large segments are.
 *
 * <p><b>Source:</b> RFC 9293, section 3.7.1; {@code net/ipv4/tcp_output.c}: {@code tcp_mtu_to_mss},
 * {@code tcp_sync_mss}, {@code tcp_current_mss}; {@code net/ipv4/tcp.c}, {@code
 * tcp_xmit_size_goal}; {@code net/ipv4/route.c}, {@code ipv4_default_advmss}.
 */
final class TcpMss {
  private static final int IPV4_PMTU_MAX = 65535;
  private static final int IPV6_MAXPLEN = 65535;
  private static final int ADVMSS_LEAST = 256;
  private static final int GSO_MAX_SIZE = 65536;

  /** {@code MAX_TCP_HEADER}. */
  static final int MAX_TCP_HEADER = 320;

  private static final int MIN_HEADERS = 68;

  /** {@code sk_pacing_shift}: one send holds what goes in the 1,024th part of a second. */
  static final int PACING_SHIFT = 10;

  private TcpMss() {}

  /** Finds the way anew, and the MTU with it ({@code __sk_dst_check}); false if there is none. */
  static boolean route(TcpSock tp) {
    int before = tp.dev == null ? 0 : TcpDst.mtu(tp, tp.dev);
    TcpDst dst = TcpDst.find(tp);
    tp.routeGeneration = TcpDst.generation(tp);
    if (dst == null) {
      tp.dev = null;
      // Whatever comes in its place is another path.
      tp.newMtu = true;
      return false;
    }
    // What is known of the path stays, unless the route itself says something else.
    tp.newMtu |= before != 0 && before != dst.mtu();
    tp.dev = dst.dev();
    tp.dstLocal = dst.local();
    tp.metrics = dst.metrics();
    if (tp.pmtu == 0 || tp.pmtu > dst.mtu()) {
      tp.pmtu = dst.mtu();
    }
    tp.gsoMaxSize = GSO_MAX_SIZE - (MAX_TCP_HEADER + 1);
    tp.gsoMaxSegs = (char) Math.max(dst.dev().gsoMaxSegs(), 1);
    return true;
  }

  /** What an MTU lets the other end send ({@code ipv4_default_advmss}). */
  static int defaultAdvmss(boolean v6, int mtu) {
    if (v6) {
      int mss = Math.max(mtu - Ip6Header.BYTES - TcpHeader.BYTES, ADVMSS_LEAST);
      return mss > IPV6_MAXPLEN - TcpHeader.BYTES ? IPV6_MAXPLEN : mss;
    }
    int headers = IpHeader.BYTES + TcpHeader.BYTES;
    return Math.min(Math.max(mtu - headers, ADVMSS_LEAST), IPV4_PMTU_MAX - headers);
  }

  /** {@code tcp_mss_clamp}. */
  static int clamp(int userMss, int mss) {
    return userMss != 0 && userMss < mss ? userMss : mss;
  }

  /** {@code tcp_mtu_to_mss}. */
  static int fromMtu(TcpSock tp, int mtu) {
    return withoutOptions(tp, mtu) - (tp.tcpHeaderLen - TcpHeader.BYTES);
  }

  /** {@code __tcp_mtu_to_mss}: the same without the options of TCP. */
  static int withoutOptions(TcpSock tp, int mtu) {
    int mss = mtu - (tp.sendsV6() ? Ip6Header.BYTES : IpHeader.BYTES) - TcpHeader.BYTES;
    if (tp.rxOpt.mssClamp != 0) {
      mss = Math.min(mss, tp.rxOpt.mssClamp);
    }
    mss -= InetOptions.of(tp.sk).options().length;
    return Math.max(mss, (int) tp.net.sysctl(Sysctl.IPV4_TCP_MIN_SND_MSS));
  }

  /** {@code tcp_sync_mss}. */
  static int sync(TcpSock tp, int pmtu) {
    tp.pmtu = pmtu;
    tp.mssCache = TcpMtup.bound(tp, pmtu, boundToHalfWnd(tp, fromMtu(tp, pmtu)));
    return tp.mssCache;
  }

  /**
   * {@code tcp_sync_mss} of a sock that never had a route: no MTU leaves room for anything, and the
   * header of which the least length is counted from has no length yet.
   */
  static void syncUnused(Sk sk) {
    int least = (int) sk.net().sysctl(Sysctl.IPV4_TCP_MIN_SND_MSS);
    TcpOptions.forWrite(sk).mssCache = (char) (least + TcpHeader.BYTES);
  }

  /** {@code tcp_bound_to_half_wnd}. */
  static int boundToHalfWnd(TcpSock tp, int size) {
    int cutoff = tp.maxWindow > TcpSock.MSS_DEFAULT ? tp.maxWindow >>> 1 : tp.maxWindow;
    return cutoff != 0 && size > cutoff ? Math.max(cutoff, MIN_HEADERS - tp.tcpHeaderLen) : size;
  }

  /** {@code tcp_current_mss}: what the next segment can hold, its options considered. */
  static int current(TcpSock tp) {
    int mss = tp.mssCache;
    int mtu = tp.dev == null ? tp.pmtu : TcpDst.mtu(tp, tp.dev);
    if (mtu < tp.pmtu || (tp.newMtu && tp.dev != null)) {
      tp.newMtu = false;
      mss = sync(tp, mtu);
    }
    int header = TcpOptionBytes.establishedHeaderBytes(tp);
    return mss - (header - tp.tcpHeaderLen);
  }

  /** {@code tcp_xmit_size_goal}: bytes of one piece of the write queue. */
  static int sizeGoal(TcpSock tp, int mss, boolean large) {
    if (!large || tp.gsoDisabled) {
      return mss;
    }
    int goal = boundToHalfWnd(tp, tp.gsoMaxSize);
    int segs = Math.min(goal / mss, tp.gsoMaxSegs);
    return Math.max(segs * mss, mss);
  }

  /** {@code tcp_tso_segs}: how many segments one send makes at most. */
  static int tsoSegs(TcpSock tp, int mss) {
    if (tp.gsoDisabled) {
      return 1;
    }
    NetNs net = tp.net;
    long rate = TcpPacing.rate(tp);
    long bytes = rate < 0 ? tp.gsoMaxSize : rate >>> PACING_SHIFT;
    int shift = TcpRtt.minRtt(tp) >>> (int) net.sysctl(Sysctl.IPV4_TCP_TSO_RTT_LOG);
    if (Integer.compareUnsigned(shift, Integer.SIZE) < 0) {
      bytes += tp.gsoMaxSize >>> shift;
    }
    bytes = Math.min(bytes, tp.gsoMaxSize);
    return (int) Math.min(Math.max(bytes / mss, tp.ca.minTsoSegs(tp)), tp.gsoMaxSegs);
  }

  /** {@code tcp_initialize_rcv_mss}. */
  static void initRcvMss(TcpSock tp) {
    int hint = Math.min(tp.advmss, tp.mssCache);
    hint = Math.min(hint, tp.rcvWnd / 2);
    hint = Math.min(hint, TcpSock.MSS_DEFAULT);
    tp.rcvMss = Math.max(hint, 88);
  }
}
