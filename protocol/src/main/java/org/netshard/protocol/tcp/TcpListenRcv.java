package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Segments for listeners and for requests.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7.2; {@code net/ipv4/tcp_input.c}, {@code
 * tcp_conn_request}; {@code net/ipv4/tcp_minisocks.c}: {@code tcp_check_req}, {@code
 * tcp_create_openreq_child}; {@code net/ipv4/tcp_ipv4.c}, {@code tcp_v4_syn_recv_sock}.
 */
final class TcpListenRcv {
  private static final int MSS_CLAMP_V4 = 536;
  static final int MSS_CLAMP_V6 = 1220;

  private TcpListenRcv() {}

  /**
   * A segment for a listener.
   *
   * @param isn the first sequence number if a connection in TIME_WAIT makes room, else 0
   * @return whether a RST is to be sent
   */
  static boolean rcv(Sk sk, Packet packet, int isn) {
    int flags = TcpHeader.flags(packet);
    if ((flags & TcpHeader.ACK) != 0) {
      packet.drop(DropReason.TCP_FLAGS);
      return true;
    }
    if ((flags & TcpHeader.RST) != 0) {
      sk.rareForWrite().addDrop();
      packet.drop(DropReason.TCP_RESET);
      return false;
    }
    if ((flags & TcpHeader.SYN) == 0 || (flags & TcpHeader.FIN) != 0) {
      sk.rareForWrite().addDrop();
      packet.drop(DropReason.TCP_FLAGS);
      return false;
    }
    connRequest(sk, packet, isn);
    return false;
  }

  /**
   * {@code tcp_conn_request}.
   *
   * @param isn the first sequence number, if a TIME_WAIT gives way to the SYN: neither the queue of
   *     requests nor cookies concern it; else 0
   */
  private static void connRequest(Sk sk, Packet packet, int isn) {
    NetNs net = sk.net();
    HopTrace.note(net, "Sock", "SYN", TcpHeader.seq(packet), "tcp_conn_request");
    TcpListener queue = TcpListener.of(sk);
    if (queue == null) {
      return;
    }
    InetBinding binding = InetBinding.forWrite(sk);
    long cookies = net.sysctl(Sysctl.IPV4_TCP_SYNCOOKIES);
    boolean wantCookie = false;
    if (isn == 0 && (cookies == 2 || queue.qlen > binding.maxAckBacklog())) {
      wantCookie = cookies != 0;
      net.addMib(wantCookie ? Mib.TCP_REQ_Q_FULL_DO_COOKIES : Mib.TCP_REQ_Q_FULL_DROP, 1);
      if (!wantCookie) {
        TcpListener.drop(sk);
        packet.drop(DropReason.NOT_SPECIFIED);
        return;
      }
    }
    if (TcpListener.isFull(sk)) {
      net.addMib(Mib.TCP_LISTEN_OVERFLOWS, 1);
      TcpListener.drop(sk);
      packet.drop(DropReason.TCP_LISTEN_OVERFLOW);
      return;
    }
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    RxOpt opt = new RxOpt();
    opt.mssClamp = v6 ? MSS_CLAMP_V6 : MSS_CLAMP_V4;
    opt.userMss = TcpOptions.of(sk).userMss;
    opt.parse(net, packet, false);
    if (wantCookie && !opt.sawTstamp) {
      opt.clear();
    }
    opt.tstampOk = opt.sawTstamp;
    TcpRequest req = request(sk, packet, opt, v6);
    TcpDst dst = TcpDst.find(req);
    if (dst == null) {
      TcpListener.drop(sk);
      packet.drop(DropReason.IP_OUTNOROUTES);
      return;
    }
    if (!wantCookie && isn == 0 && cookies == 0) {
      long most = net.sysctl(Sysctl.IPV4_TCP_MAX_SYN_BACKLOG);
      if (most - queue.qlen < most >> 2 && !TcpMetrics.of(net).isProven(req)) {
        packet.drop(DropReason.NOT_SPECIFIED);
        TcpListener.drop(sk);
        return;
      }
    }
    TcpUlp ulp = TcpUlp.of(sk);
    if (ulp != null) {
      req.upper = ulp.request(packet);
    }
    req.ecnOk = TcpEcn.ofRequest(sk, dst, TcpHeader.flags(packet), TcpInput.ipEcn(packet));
    if (wantCookie) {
      req.sntIsn = TcpSyncookies.init(req, packet, opt);
      req.ecnOk &= opt.tstampOk;
      queue.cookieNs = net.machine().nowNs() + 1;
    } else {
      req.sntIsn = isn != 0 ? isn : TcpConnect.initSeq(req);
    }
    openReqRwin(req, sk, dst, 0);
    if (TcpOptions.of(sk).saveSyn != 0) {
      req.savedSyn = saveSyn(packet, TcpOptions.of(sk).saveSyn);
    }
    if (wantCookie) {
      boolean unused = req.sendSynack(sk);
      return;
    }
    TcpSock child = TcpFastOpen.tryOpen(sk, queue, req, packet, opt);
    if (child != null) {
      boolean unused = req.sendSynack(child.sk);
      TcpCheckReq.enqueue(sk, child);
      sk.dataReady();
      return;
    }
    req.add(queue);
    boolean unused = req.sendSynack(sk);
  }

  private static byte[] saveSyn(Packet packet, int how) {
    int from = how == 2 ? packet.network() - Packet.ETH_HLEN : packet.network();
    int end = packet.transport() + TcpHeader.headerBytes(packet);
    return packet.get(Math.max(from, 0), end - Math.max(from, 0));
  }

  /** {@code tcp_openreq_init}. */
  static TcpRequest request(Sk sk, Packet packet, RxOpt opt, boolean v6) {
    TcpRequest req = new TcpRequest(sk);
    if (v6) {
      req.saddr6 = Ip6Header.daddr(packet);
      req.daddr6 = Ip6Header.saddr(packet);
    } else {
      req.saddr = IpHeader.daddr(packet);
      req.daddr = IpHeader.saddr(packet);
    }
    req.mark = mark(sk, packet);
    req.synTos = TcpInput.ipEcn(packet);
    req.sport = TcpHeader.dest(packet);
    req.dport = TcpHeader.source(packet);
    req.boundDevIf = sk.boundDevIf();
    if (v6 && Ipv6Address.isLinkLocal(req.daddr6) && req.boundDevIf == 0) {
      req.boundDevIf = packet.ifindex();
    }
    req.rcvIsn = TcpHeader.seq(packet);
    req.rcvNxt = req.rcvIsn + 1;
    req.mss = opt.mssClamp;
    req.tsRecent = opt.sawTstamp ? opt.rcvTsval : 0;
    req.tstampOk = opt.tstampOk;
    req.sackOk = opt.sackOk;
    req.sndWscale = opt.sndWscale;
    req.wscaleOk = opt.wscaleOk;
    req.tsoffset = TcpConnect.tsOffset(req);
    return req;
  }

  /** {@code inet_request_mark}. */
  private static int mark(Sk sk, Packet packet) {
    boolean packets = sk.mark() == 0 && sk.net().sysctl(Sysctl.IPV4_TCP_FWMARK_ACCEPT) != 0;
    return packets ? packet.mark() : sk.mark();
  }

  /** A request as a cookie brings it back: that of an ACK, whose SYN is not there any more. */
  static TcpRequest cookieRequest(Sk sk, Packet packet) {
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    TcpRequest req = request(sk, packet, new RxOpt(), v6);
    req.rcvIsn = TcpHeader.seq(packet) - 1;
    req.rcvNxt = req.rcvIsn + 1;
    req.sntIsn = TcpHeader.ackSeq(packet) - 1;
    return req;
  }

  /**
   * {@code tcp_openreq_init_rwin}.
   *
   * @param cookieMss what a cookie says of the largest segment, of which the window is then a
   *     multiple; 0 if there is none
   */
  static void openReqRwin(TcpRequest req, Sk sk, TcpDst dst, int cookieMss) {
    int mss = TcpMss.clamp(TcpOptions.of(sk).userMss, dst.advmss(req.isV6()));
    req.advmss = mss;
    int fullSpace = (int) (((long) sk.rcvbuf() * TcpSock.DEFAULT_SCALING_RATIO) >> 8);
    req.usecTs = dst.feature(FibMetrics.FEATURE_TCP_USEC_TS);
    int clamp = TcpOptions.of(sk).windowClamp;
    clamp = clamp != 0 ? clamp : dst.metric(FibMetrics.RTAX_WINDOW);
    if (sk.locked(Sk.SOCK_RCVBUF_LOCK) && (clamp > fullSpace || clamp == 0)) {
      clamp = fullSpace;
    }
    TcpWindow.Initial window =
        TcpWindow.initial(
            req.net,
            fullSpace,
            cookieMss != 0 ? cookieMss : mss - (req.tstampOk ? RxOpt.TIMESTAMP_ALIGNED_BYTES : 0),
            clamp,
            req.wscaleOk,
            dst.metric(FibMetrics.RTAX_INITRWND));
    req.rcvWnd = window.rcvWnd();
    req.windowClamp = window.clamp();
    req.rcvWscale = (byte) window.wscale();
  }

  /** {@code tcp_v4_syn_recv_sock}: the sock of a connection; null if there is no room for it. */
  static @Nullable TcpSock child(Sk sk, TcpRequest req, Packet packet) {
    NetNs net = sk.net();
    if (TcpListener.isFull(sk)) {
      net.addMib(Mib.TCP_LISTEN_OVERFLOWS, 1);
      TcpListener.drop(sk);
      return null;
    }
    TcpDst dst = TcpDst.find(req);
    if (dst == null) {
      TcpListener.drop(sk);
      return null;
    }
    Sk newsk = sk.cloneLock();
    newsk.setState(TcpState.SYN_RECV);
    net.get();
    net.addSocketsUsed(1);
    net.machine().addSocketsAllocated(newsk.proto(), 1);
    TcpSock tp = new TcpSock(newsk, TcpCongs.of(newsk));
    tp.initPingpong();
    InetBinding.forWrite(newsk).setConnection(tp);
    tp.copyFlow(req);
    newsk.setBoundDevIf(req.boundDevIf);
    newsk.setMark(req.mark);
    newsk.setCookie(req.cookie);
    names(newsk, req);
    reflectTos(newsk, req);
    multicast(newsk, packet);
    TcpMd5.inherit(newsk, sk, req);
    openReqChild(tp, newsk, req, packet);
    tp.mappedDaddr = newsk.isInet6() && !req.isV6() ? req.daddr : 0;
    boolean routed = TcpMss.route(tp);
    int unused = TcpMss.sync(tp, tp.pmtu);
    tp.advmss = TcpMss.clamp(tp.rxOpt.userMss, dst.advmss(tp.isV6()));
    TcpMss.initRcvMss(tp);
    if (!routed) {
      tp.dev = dst.dev();
      tp.metrics = dst.metrics();
    }
    TcpCongs.ofChild(tp);
    newsk.setSport(req.sport);
    BindTable.inheritPort(newsk, sk);
    TcpUlp ulp = TcpUlp.of(sk);
    if (ulp != null) {
      ulp.child(req.upper, packet, newsk, tp);
    }
    return tp;
  }

  /** The addresses of the child, as its names show them. */
  private static void names(Sk newsk, TcpRequest req) {
    newsk.setDport(req.dport);
    newsk.setNum(req.sport);
    InetOptions inet = InetOptions.forWrite(newsk);
    inet.setId(newsk.net().machine().randomBelow(0x10000));
    if (req.isV6()) {
      Inet6Options inet6 = Inet6Options.forWrite(newsk);
      inet6.setRcvSaddr(req.saddr6);
      inet6.setSaddr(req.saddr6);
      inet6.setDaddr(req.daddr6);
      inet.setSaddr(0);
      inet.setRcvSaddr(0);
      inet.setDaddr(0);
      return;
    }
    inet.setSaddr(req.saddr);
    inet.setRcvSaddr(req.saddr);
    inet.setDaddr(req.daddr);
    if (newsk.isInet6()) {
      Inet6Options inet6 = Inet6Options.forWrite(newsk);
      inet6.setRcvSaddr(Ipv6Address.mapped(req.saddr));
      inet6.setSaddr(Ipv6Address.mapped(req.saddr));
      inet6.setDaddr(Ipv6Address.mapped(req.daddr));
    }
  }

  /** With {@code tcp_reflect_tos} it sends as the SYN came, but for the bits for congestion. */
  private static void reflectTos(Sk newsk, TcpRequest req) {
    if (newsk.net().sysctl(Sysctl.IPV4_TCP_REFLECT_TOS) == 0) {
      return;
    }
    int tos = req.synTos & ~TcpEcn.MASK;
    if (req.isV6()) {
      Inet6Options.forWrite(newsk).setTclass(tos);
    } else {
      InetOptions.forWrite(newsk).setTos(tos);
    }
  }

  /** The child sends to groups by the device, and as far, as the packet that made it came. */
  private static void multicast(Sk newsk, Packet packet) {
    boolean over6 = packet.ethertype() == Packet.ETH_P_IPV6;
    int hops = over6 ? Ip6Header.hopLimit(packet) : IpHeader.ttl(packet);
    if (!over6) {
      InetOptions.forWrite(newsk).setMulticast(packet.ifindex(), hops);
    }
    if (newsk.isInet6()) {
      Inet6Options.forWrite(newsk).setMcast(packet.ifindex(), hops);
    }
  }

  /** {@code tcp_create_openreq_child}. */
  private static void openReqChild(TcpSock tp, Sk newsk, TcpRequest req, Packet packet) {
    tp.net.addMib(Mib.TCP_PASSIVE_OPENS, 1);
    TcpOptions options = TcpOptions.of(newsk);
    tp.rcvNxt = req.rcvIsn + 1;
    tp.copiedSeq = tp.rcvNxt;
    tp.rcvWup = tp.rcvNxt;
    tp.segsIn = 1;
    tp.sndSml = req.sntIsn + 1;
    tp.sndUna = tp.sndSml;
    tp.sndNxt = tp.sndSml;
    tp.sndUp = tp.sndSml;
    tp.writeSeq = tp.sndSml;
    tp.pushedSeq = tp.sndSml;
    tp.sndWl1 = req.rcvIsn;
    tp.reordering = options.reordering;
    tp.tsoffset = req.tsoffset;
    tp.lsndtime = tp.jiffies();
    tp.lrcvtime = tp.jiffies();
    tp.rcvTstamp = tp.jiffies();
    tp.savedSyn = req.savedSyn;
    tp.rxOpt.tstampOk = req.tstampOk;
    tp.rxOpt.sackOk = req.sackOk;
    tp.windowClamp = req.windowClamp;
    tp.rcvSsthresh = req.rcvWnd;
    tp.rcvWnd = req.rcvWnd;
    tp.rxOpt.wscaleOk = req.wscaleOk;
    if (req.wscaleOk) {
      tp.rxOpt.sndWscale = req.sndWscale;
      tp.rxOpt.rcvWscale = req.rcvWscale;
    } else {
      tp.windowClamp = Math.min(tp.windowClamp, 0xffff);
    }
    tp.sndWnd = TcpHeader.window(packet) << tp.rxOpt.sndWscale;
    tp.maxWindow = tp.sndWnd;
    if (req.tstampOk) {
      tp.rxOpt.tsRecent = req.tsRecent;
      tp.rxOpt.tsRecentStamp = TcpClock.seconds(tp.net);
      tp.tcpHeaderLen = TcpHeader.BYTES + RxOpt.TIMESTAMP_ALIGNED_BYTES;
    }
    TcpMd5.begin(tp);
    tp.totalRetrans = req.numRetrans;
    if (req.numTimeout > 0) {
      tp.undoMarker = req.sntIsn;
      tp.hasUndoMarker = true;
      tp.retransStamp = (int) (req.sntSynackUs / 1000) + tp.tsoffset;
      tp.totalRto = req.numTimeout;
      tp.totalRtoTimeMs = (int) ((TcpClock.nowNs(tp.net) / 1000 - req.sntSynackUs) / 1000);
      tp.totalRtoRecoveries = 1;
    }
    int segmentBytes = packet.end() - packet.transport();
    if (segmentBytes >= TcpSock.MSS_DEFAULT + tp.tcpHeaderLen) {
      tp.lastSegSize = segmentBytes - tp.tcpHeaderLen;
    }
    tp.rxOpt.mssClamp = req.mss;
    tp.rxOpt.userMss = options.userMss;
    tp.ecnFlags = req.ecnOk ? (byte) TcpSock.ECN_OK : 0;
    tp.delivered = 0;
    tp.rttMin.reset(tp.jiffies(), ~0);
    if (newsk.flag(SockFlag.SOCK_KEEPOPEN)) {
      TcpKeepalive.resetKeepalive(tp, (long) options.keepaliveTimeSec(tp.net) * TcpClock.HZ);
    }
  }
}
