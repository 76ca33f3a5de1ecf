package org.netshard.protocol.tcp;

import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;

/**
 * Requests that are kept nowhere: the sequence number of the SYN-ACK tells all that is needed.
 *
 * <p><b>Source:</b> RFC 4987, section 3.6; {@code net/ipv4/syncookies.c}.
 */
final class TcpSyncookies {
  private static final int[] MSS_TABLE_V4 = {536, 1300, 1440, 1460};
  private static final int[] MSS_TABLE_V6 = {1220, 1420, 1440, 8940};
  private static final int COOKIE_BITS = 24;
  private static final int COOKIE_MASK = (1 << COOKIE_BITS) - 1;
  private static final int AGE_MAX = 2;
  private static final long PERIOD_NS = 60_000_000_000L;

  private static final int TSBITS = 6;
  private static final int TS_WSCALE = 0xf;
  private static final int TS_SACK = 1 << 4;
  private static final int TS_ECN = 1 << 5;

  private TcpSyncookies() {}

  private static int count(NetNs net) {
    return (int) (net.machine().nowNs() / PERIOD_NS);
  }

  private static int hash(TcpEndpoint end, int count, int which) {
    long h = (long) end.hash() * 0x9e3779b97f4a7c15L + count * 0x632be59bL + which * 0x85157af5L;
    h += TcpConnect.cookieSecret(end.net) * (which + 1);
    h = (h ^ h >>> 31) * 0xbf58476d1ce4e5b9L;
    return (int) (h ^ h >>> 29);
  }

  /** {@code cookie_v4_init_sequence}: the sequence number of a SYN-ACK. */
  static int init(TcpRequest req, Packet packet, RxOpt opt) {
    req.net.addMib(Mib.TCP_SYNCOOKIES_SENT, 1);
    int[] table = req.isV6() ? MSS_TABLE_V6 : MSS_TABLE_V4;
    int index = table.length - 1;
    while (index > 0 && req.mss < table[index]) {
      index--;
    }
    req.mss = table[index];
    if (opt.tstampOk) {
      // The clock of time stamps carries what does not fit into the number.
      int options =
          (opt.wscaleOk ? opt.sndWscale : TS_WSCALE)
              | (opt.sackOk ? TS_SACK : 0)
              | (req.ecnOk ? TS_ECN : 0);
      int ts = req.tsval();
      int stamped = ts >> TSBITS << TSBITS | options;
      if (stamped - ts > 0) {
        stamped -= 1 << TSBITS;
      }
      req.tsoffset += stamped - ts;
    }
    int count = count(req.net);
    int seq = TcpHeader.seq(packet);
    return hash(req, 0, 0)
        + seq
        + (count << COOKIE_BITS)
        + (hash(req, count, 1) + index & COOKIE_MASK);
  }

  /**
   * {@code cookie_v4_check}: an ACK for a listener that may bring a cookie.
   *
   * @return whether the segment is done with
   */
  static boolean check(Sk sk, Packet packet) {
    NetNs net = sk.net();
    int flags = TcpHeader.flags(packet);
    TcpListener queue = TcpListener.of(sk);
    if (queue == null
        || net.sysctl(Sysctl.IPV4_TCP_SYNCOOKIES) == 0
        || (flags & TcpHeader.ACK) == 0
        || (flags & TcpHeader.RST) != 0) {
      return false;
    }
    boolean recent =
        queue.cookieNs != 0 && net.machine().nowNs() - queue.cookieNs < AGE_MAX * PERIOD_NS;
    TcpRequest req = recent ? TcpListenRcv.cookieRequest(sk, packet) : null;
    TcpUlp ulp = TcpUlp.of(sk);
    if (ulp != null && req != null) {
      req.upper = ulp.cookieRequest(packet);
    }
    int mss = req == null ? 0 : mss(req, packet);
    if (req == null || mss == 0) {
      net.addMib(Mib.TCP_SYNCOOKIES_FAILED, recent ? 1 : 0);
      return false;
    }
    net.addMib(Mib.TCP_SYNCOOKIES_RECV, 1);
    req.mss = mss;
    RxOpt opt = new RxOpt();
    opt.parse(net, packet, false);
    if (opt.sawTstamp && !decode(req, opt)) {
      return false;
    }
    TcpDst dst = TcpDst.find(req);
    if (dst == null) {
      packet.drop(DropReason.IP_OUTNOROUTES);
      return true;
    }
    TcpListenRcv.openReqRwin(req, sk, dst, mss);
    // cookie_ecn_ok: it may have been turned off meanwhile.
    req.ecnOk &= net.sysctl(Sysctl.IPV4_TCP_ECN) != 0 || dst.feature(FibMetrics.FEATURE_ECN);
    TcpSock child = TcpListenRcv.child(sk, req, packet);
    if (child == null) {
      packet.drop(DropReason.NO_SOCKET);
      return true;
    }
    TcpLife.hash(child);
    child.refresh();
    TcpCheckReq.enqueue(sk, child);
    TcpCheckReq.childProcess(sk, child, packet);
    return true;
  }

  /**
   * {@code cookie_timestamp_decode}: what the echoed time stamp tells of the SYN's options; without
   * an echo it is taken as 0.
   *
   * @return false if it has what is turned off by now
   */
  private static boolean decode(TcpRequest req, RxOpt opt) {
    int options = opt.rcvTsecr & (1 << TSBITS) - 1;
    req.tstampOk = true;
    req.tsRecent = opt.rcvTsval;
    req.ecnOk = (options & TS_ECN) != 0;
    req.sackOk = (options & TS_SACK) != 0;
    if (req.sackOk && req.net.sysctl(Sysctl.IPV4_TCP_SACK) == 0) {
      return false;
    }
    req.wscaleOk = (options & TS_WSCALE) != TS_WSCALE;
    req.sndWscale = (byte) (req.wscaleOk ? options & TS_WSCALE : 0);
    return !req.wscaleOk || req.net.sysctl(Sysctl.IPV4_TCP_WINDOW_SCALING) != 0;
  }

  private static int mss(TcpRequest req, Packet packet) {
    int seq = TcpHeader.seq(packet) - 1;
    int cookie = TcpHeader.ackSeq(packet) - 1;
    int value = cookie - hash(req, 0, 0) - seq;
    int now = count(req.net);
    int diff = now - (value >>> COOKIE_BITS) & 0xff;
    if (diff >= AGE_MAX) {
      return 0;
    }
    int index = value - hash(req, now - diff, 1) & COOKIE_MASK;
    int[] table = req.isV6() ? MSS_TABLE_V6 : MSS_TABLE_V4;
    return index < table.length ? table[index] : 0;
  }
}
