package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Finds out by segments of a connection how long packets may be: begins with short ones, and now
 * and then sends one that is longer.
 *
 * <p><b>Source:</b> RFC 4821; {@code net/ipv4/tcp_output.c}: {@code tcp_mtup_init}, {@code
 * tcp_mtu_probe}; {@code net/ipv4/tcp_input.c}: {@code tcp_mtup_probe_success}, {@code
 * tcp_mtup_probe_failed}; {@code net/ipv4/tcp_timer.c}, {@code tcp_mtu_probing}.
 */
final class TcpMtup {
  /** {@code tcp_mtu_probe} has nothing to say: what is to be sent goes as it is. */
  static final int NO_PROBE = -1;

  /** It waits for room to probe in. */
  static final int WAIT = 0;

  /** It has sent a probe. */
  static final int SENT = 1;

  private static final int LEAST_CWND = 11;

  /** {@code icsk_mtup.enabled}. */
  private boolean enabled;

  /** {@code icsk_mtup.search_high}, {@code search_low}: packets, bytes. */
  private int searchHigh;

  private int searchLow;

  /** {@code icsk_mtup.probe_size}: the packet that is under way, or 0. */
  private int probeSize;

  private int probeTimestamp;
  private int probeSeqStart;
  private int probeSeqEnd;

  private TcpMtup() {}

  /** {@code tcp_mtup_init}; a connection has nothing of it as long as nobody may want it. */
  static void init(TcpSock tp) {
    long probing = tp.net.sysctl(Sysctl.IPV4_TCP_MTU_PROBING);
    TcpMtup mtup = tp.mtup;
    if (mtup == null) {
      if (probing == 0) {
        return;
      }
      mtup = new TcpMtup();
      tp.mtup = mtup;
    }
    mtup.enabled = probing > 1;
    mtup.searchHigh = longest(tp);
    mtup.searchLow = mssToMtu(tp, (int) tp.net.sysctl(Sysctl.IPV4_TCP_BASE_MSS));
    mtup.probeSize = 0;
    if (mtup.enabled) {
      mtup.probeTimestamp = tp.jiffies();
    }
  }

  /** What {@code tcp_sync_mss} makes of a size that the way allows. */
  static int bound(TcpSock tp, int pmtu, int mss) {
    TcpMtup mtup = tp.mtup;
    if (mtup == null) {
      return mss;
    }
    mtup.searchHigh = Math.min(mtup.searchHigh, pmtu);
    return mtup.enabled ? Math.min(mss, TcpMss.fromMtu(tp, mtup.searchLow)) : mss;
  }

  /** Whether a probe is under way, of which it is not known yet whether it arrives. */
  static boolean underWay(TcpSock tp) {
    return tp.mtup != null && tp.mtup.probeSize != 0;
  }

  /** Something is sent again: the probe says nothing. */
  static void inconclusive(TcpSock tp) {
    if (tp.mtup != null) {
      tp.mtup.probeSize = 0;
    }
  }

  /** {@code tcp_mtu_probing}: nothing has arrived for long, so perhaps packets are too long. */
  static void blackhole(TcpSock tp) {
    NetNs net = tp.net;
    if (net.sysctl(Sysctl.IPV4_TCP_MTU_PROBING) == 0) {
      return;
    }
    boolean begins = tp.mtup == null;
    if (begins) {
      init(tp);
    }
    TcpMtup mtup = tp.mtup;
    if (mtup == null) {
      return;
    }
    // Linux has it from the begin, when the sysctl said no.
    if (mtup.enabled && !begins) {
      int mss = TcpMss.fromMtu(tp, mtup.searchLow) >> 1;
      mss = Math.min((int) net.sysctl(Sysctl.IPV4_TCP_BASE_MSS), mss);
      mss = Math.max(mss, (int) net.sysctl(Sysctl.IPV4_TCP_MTU_PROBE_FLOOR));
      mss = Math.max(mss, (int) net.sysctl(Sysctl.IPV4_TCP_MIN_SND_MSS));
      mtup.searchLow = mssToMtu(tp, mss);
    } else {
      mtup.enabled = true;
      mtup.probeTimestamp = tp.jiffies();
    }
    int unused = TcpMss.sync(tp, tp.pmtu);
  }

  /** {@code tcp_mtu_probe}: sends a longer segment, if it is time to. */
  static int probe(TcpSock tp) {
    TcpMtup mtup = tp.mtup;
    if (mtup == null
        || !mtup.enabled
        || mtup.probeSize != 0
        || tp.caState != TcpSock.CA_OPEN
        || tp.sndCwnd < LEAST_CWND
        || tp.rxOpt.numSacks != 0
        || tp.rxOpt.dsack) {
      return NO_PROBE;
    }
    return mtup.tryProbe(tp);
  }

  private int tryProbe(TcpSock tp) {
    int mss = TcpMss.current(tp);
    int size = TcpMss.fromMtu(tp, (searchHigh + searchLow) >> 1);
    int needed = size + (tp.reordering + 1) * tp.mssCache;
    if (size > TcpMss.fromMtu(tp, searchHigh)
        || searchHigh - searchLow < tp.net.sysctl(Sysctl.IPV4_TCP_PROBE_THRESHOLD)) {
      checkReprobe(tp);
      return NO_PROBE;
    }
    if (tp.writeSeq - tp.sndNxt < needed || tp.sndWnd < needed) {
      return NO_PROBE;
    }
    if (Seq.after(tp.sndNxt + needed, tp.wndEnd())) {
      return WAIT;
    }
    if (tp.inFlight() + 2 > tp.sndCwnd) {
      return tp.inFlight() == 0 ? NO_PROBE : WAIT;
    }
    TcpSkb skb = tp.sendHead();
    if (skb == null || !canCoalesce(skb, size)) {
      return NO_PROBE;
    }
    build(tp, skb, size, mss);
    if (TcpXmit.transmit(tp, skb) != 0) {
      return NO_PROBE;
    }
    tp.sndCwnd--;
    TcpOutput.sent(tp, skb, size);
    probeSize = mssToMtu(tp, size);
    probeSeqStart = skb.seq;
    probeSeqEnd = skb.endSeq;
    return SENT;
  }

  /** The first piece of the queue becomes one of so many bytes. */
  private static void build(TcpSock tp, TcpSkb skb, int size, int mss) {
    TcpSkb next = skb.following();
    while (skb.len < size && next != null) {
      TcpOutput.shiftBytes(tp, skb, next, Math.min(size - skb.len, next.len));
      next = skb.following();
    }
    if (skb.len > size) {
      boolean unused = TcpFragment.fragment(tp, skb, size, mss, false);
    }
    TcpFragment.setTsoSegs(skb, size);
  }

  /** {@code tcp_can_coalesce_send_queue_head}. */
  private static boolean canCoalesce(TcpSkb head, int size) {
    int left = size;
    @Nullable TcpSkb skb = head;
    while (skb != null && left > skb.len) {
      TcpSkb next = skb.following();
      if (next == null
          || skb.stamp != null
          || skb.eor
          || TcpFragment.isZerocopy(skb, next)
          || !DataMap.same(skb.map, next.map)) {
        return false;
      }
      left -= skb.len;
      skb = next;
    }
    return true;
  }

  /** {@code tcp_mtu_check_reprobe}: after ten minutes the way may have become another one. */
  private void checkReprobe(TcpSock tp) {
    long interval = tp.net.sysctl(Sysctl.IPV4_TCP_PROBE_INTERVAL);
    if (tp.jiffies() - probeTimestamp >= interval * TcpClock.HZ) {
      probeSize = 0;
      searchHigh = longest(tp);
      searchLow = mssToMtu(tp, TcpMss.current(tp));
      probeTimestamp = tp.jiffies();
    }
  }

  /** {@code tcp_mtup_probe_success}, if all of the probe is acknowledged. */
  static void acked(TcpSock tp) {
    TcpMtup mtup = tp.mtup;
    if (mtup == null || mtup.probeSize == 0 || Seq.after(mtup.probeSeqEnd, tp.sndUna)) {
      return;
    }
    tp.priorSsthresh = TcpCwnd.currentSsthresh(tp);
    long cwnd = (long) tp.sndCwnd * mssToMtu(tp, tp.mssCache) / mtup.probeSize;
    tp.sndCwnd = (int) Math.max(1, cwnd);
    tp.sndCwndCnt = 0;
    tp.sndCwndStamp = tp.jiffies();
    tp.sndSsthresh = TcpCwnd.currentSsthresh(tp);
    mtup.searchLow = mtup.probeSize;
    mtup.probeSize = 0;
    int unused = TcpMss.sync(tp, tp.pmtu);
    tp.net.addMib(Mib.TCP_MTUP_SUCCESS, 1);
  }

  /**
   * {@code tcp_mtup_probe_failed}: something is lost, and it is the probe, which is no sign of
   * congestion.
   */
  static boolean failed(TcpSock tp) {
    TcpMtup mtup = tp.mtup;
    if (mtup == null || mtup.probeSize == 0 || tp.sndUna != mtup.probeSeqStart) {
      return false;
    }
    mtup.searchHigh = mtup.probeSize - 1;
    mtup.probeSize = 0;
    tp.net.addMib(Mib.TCP_MTUP_FAIL, 1);
    tp.sndCwnd++;
    return true;
  }

  private static int longest(TcpSock tp) {
    return tp.rxOpt.mssClamp + TcpHeader.BYTES + networkBytes(tp);
  }

  /** {@code tcp_mss_to_mtu}. */
  private static int mssToMtu(TcpSock tp, int mss) {
    int options = InetOptions.of(tp.sk).options().length;
    return mss + tp.tcpHeaderLen + options + networkBytes(tp);
  }

  private static int networkBytes(TcpSock tp) {
    return tp.sendsV6() ? Ip6Header.BYTES : IpHeader.BYTES;
  }
}
