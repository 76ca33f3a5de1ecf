package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.memcg.Gfp;

/**
 * Data in the SYN, as a listener takes them: the connection is there, and can be accepted, before
 * its handshake is complete.
 *
 * <p><b>Source:</b> RFC 7413, section 4.2; {@code net/ipv4/tcp_fastopen.c}: {@code
 * tcp_try_fastopen}, {@code tcp_fastopen_create_child}, {@code tcp_fastopen_add_skb}; {@code
 * net/core/request_sock.c}, {@code reqsk_fastopen_remove}; {@code net/ipv4/tcp_timer.c}, {@code
 * tcp_fastopen_synack_timer}.
 */
final class TcpFastOpen {
  /** {@code TFO_CLIENT_ENABLE}. */
  static final int CLIENT_ENABLE = 1;

  /** {@code TFO_SERVER_ENABLE}. */
  static final int SERVER_ENABLE = 2;

  /** {@code TFO_CLIENT_NO_COOKIE}. */
  static final int CLIENT_NO_COOKIE = 4;

  /** {@code TFO_SERVER_COOKIE_NOT_REQD}. */
  static final int SERVER_COOKIE_NOT_REQD = 0x200;

  /** {@code TFO_SERVER_WO_SOCKOPT1}. */
  static final int SERVER_WO_SOCKOPT1 = 0x400;

  /** How long a request that was reset counts against the limit, nanoseconds. */
  private static final long RESET_NS = 60_000_000_000L;

  private TcpFastOpen() {}

  /** {@code inet_listen}: a listener may have it without asking for it. */
  static void listen(Sk sk, int backlog) {
    long flags = sk.net().sysctl(Sysctl.IPV4_TCP_FASTOPEN);
    int wanted = SERVER_ENABLE | SERVER_WO_SOCKOPT1;
    if ((flags & wanted) == wanted && TcpOptions.of(sk).fastopenQlen == 0) {
      tune(sk, backlog);
    }
  }

  /** {@code fastopen_queue_tune}, and a key for it. */
  static void tune(Sk sk, int backlog) {
    TcpFastOpenKeys.initOnce(sk.net());
    long most = sk.net().sysctl(Sysctl.CORE_SOMAXCONN);
    TcpOptions.forWrite(sk).fastopenQlen = (int) Math.min(backlog, most);
  }

  /**
   * {@code tcp_try_fastopen}: what the SYN-ACK says of it is left in the request.
   *
   * @return the connection, or null if the handshake comes first
   */
  static @Nullable TcpSock tryOpen(
      Sk sk, TcpListener queue, TcpRequest req, Packet packet, RxOpt opt) {
    NetNs net = sk.net();
    TcpFastOpenCookie cookie = opt.fastopenCookie;
    if (cookie != null && cookie.isRequest()) {
      net.addMib(Mib.TCP_FAST_OPEN_COOKIE_REQD, 1);
    }
    boolean data = TcpInput.endSeq(packet) != TcpHeader.seq(packet) + 1;
    if ((net.sysctl(Sysctl.IPV4_TCP_FASTOPEN) & SERVER_ENABLE) == 0
        || (!data && cookie == null)
        || !hasRoom(sk, queue)) {
      return null;
    }
    int key = 1;
    TcpDst dst = TcpDst.find(req);
    int ofRoute = dst == null ? 0 : dst.metric(FibMetrics.RTAX_FASTOPEN_NO_COOKIE);
    if (!noCookie(sk, ofRoute, SERVER_COOKIE_NOT_REQD)) {
      if (cookie == null) {
        return null;
      }
      req.fastopenCookie = TcpFastOpenKeys.cookie(sk, packet, cookie.exp());
      if (cookie.isRequest()) {
        return null;
      }
      key = TcpFastOpenKeys.match(sk, packet, cookie);
      if (key == 0) {
        net.addMib(Mib.TCP_FAST_OPEN_PASSIVE_FAIL, 1);
        return null;
      }
    }
    TcpSock child = createChild(sk, queue, req, packet);
    if (child == null) {
      net.addMib(Mib.TCP_FAST_OPEN_PASSIVE_FAIL, 1);
      return null;
    }
    if (key == 1) {
      req.fastopenCookie = null;
    } else {
      // The cookie was made by the second key: the client gets one of the first.
      net.addMib(Mib.TCP_FAST_OPEN_PASSIVE_ALT_KEY, 1);
    }
    child.fastopenChild = true;
    net.addMib(Mib.TCP_FAST_OPEN_PASSIVE, 1);
    return child;
  }

  /**
   * {@code tcp_fastopen_no_cookie}.
   *
   * @param ofRoute {@code RTAX_FASTOPEN_NO_COOKIE}
   */
  static boolean noCookie(Sk sk, int ofRoute, int flag) {
    return (sk.net().sysctl(Sysctl.IPV4_TCP_FASTOPEN) & flag) != 0
        || TcpOptions.of(sk).fastopenNoCookie
        || ofRoute != 0;
  }

  /** {@code tcp_fastopen_queue_check}. */
  private static boolean hasRoom(Sk sk, TcpListener queue) {
    int most = TcpOptions.of(sk).fastopenQlen;
    if (most == 0) {
      return false;
    }
    if (queue.fastopenQlen < most) {
      return true;
    }
    Long over = queue.fastopenResets.peekFirst();
    if (over == null || over > sk.net().machine().nowNs()) {
      sk.net().addMib(Mib.TCP_FAST_OPEN_LISTEN_OVERFLOW, 1);
      return false;
    }
    queue.fastopenResets.removeFirst();
    queue.fastopenQlen--;
    return true;
  }

  /** {@code tcp_fastopen_create_child}. */
  private static @Nullable TcpSock createChild(
      Sk sk, TcpListener queue, TcpRequest req, Packet packet) {
    TcpSock child = TcpListenRcv.child(sk, req, packet);
    if (child == null) {
      return null;
    }
    TcpLife.hash(child);
    queue.fastopenQlen++;
    child.fastopenRsk = req;
    req.fastopenChild = child;
    // The window of a SYN is never scaled.
    child.sndWnd = TcpHeader.window(packet);
    child.maxWindow = child.sndWnd;
    child.refresh();
    TcpTimers.reset(child, TcpSock.PENDING_RETRANS, TcpSock.TIMEOUT_INIT);
    TcpLife.initTransfer(child);
    child.rcvNxt = TcpHeader.seq(packet) + 1;
    addSkb(child, packet);
    req.rcvNxt = child.rcvNxt;
    child.rcvWup = child.rcvNxt;
    return child;
  }

  /** {@code tcp_fastopen_add_skb}: the data of a SYN or a SYN-ACK can be read. */
  static void addSkb(TcpSock tp, Packet packet) {
    if (TcpInput.endSeq(packet) == tp.rcvNxt) {
      return;
    }
    TcpSkb skb = TcpInput.skb(packet);
    skb.seq++;
    skb.flags &= ~TcpHeader.SYN;
    // Linux counts the segment a second time.
    tp.segsIn = packet.gsoSegs();
    if (skb.len > 0) {
      tp.dataSegsIn += packet.gsoSegs();
    }
    SkMem.forcedSchedule(tp.sk, skb.truesize(), Gfp.ATOMIC);
    TcpRcvQueue.add(tp, skb);
    tp.synDataAcked = true;
    tp.bytesReceived = skb.len;
    if (skb.has(TcpHeader.FIN)) {
      TcpInput.fin(tp);
    }
  }

  /**
   * {@code reqsk_fastopen_remove}: the handshake is complete, or will never be.
   *
   * @param reset whether the other end has reset it, which may be an attempt to use up the limit
   */
  static void remove(TcpSock tp, boolean reset) {
    TcpRequest req = tp.fastopenRsk;
    if (req == null) {
      return;
    }
    tp.fastopenRsk = null;
    TcpListener queue = TcpListener.of(req.listener);
    if (queue == null) {
      return;
    }
    queue.fastopenQlen--;
    boolean accepted = tp.listener == null;
    if (accepted && reset) {
      queue.fastopenResets.addLast(tp.net.machine().nowNs() + RESET_NS);
      queue.fastopenQlen++;
    }
  }

  /** {@code tcp_rcv_synrecv_state_fastopen}: the handshake is complete. */
  static void established(TcpSock tp) {
    if (tp.caState == TcpSock.CA_LOSS && tp.packetsOut == 0) {
      boolean unused = TcpUndo.tryUndoRecovery(tp);
    }
    TcpRecovery.updateRtoTime(tp);
    tp.retransmits = 0;
    TcpRecovery.retransStampCleanup(tp);
    remove(tp, false);
    TcpTimers.rearmRto(tp);
  }

  /** {@code tcp_fastopen_synack_timer}: the SYN-ACK is sent again, and nothing else. */
  static void synackTimer(TcpSock tp, TcpRequest req) {
    NetNs net = tp.net;
    net.addMib(Mib.TCP_TIMEOUTS, 1);
    int own = TcpOptions.of(tp.sk).synRetries;
    int most = own != 0 ? own : (int) net.sysctl(Sysctl.IPV4_TCP_SYNACK_RETRIES) + 1;
    if (req.numTimeout >= most) {
      TcpTimers.writeErr(tp);
      return;
    }
    if (tp.retransmits == 1) {
      TcpRecovery.enterLoss(tp);
    }
    boolean unused = req.resendSynack(tp.sk);
    req.numTimeout++;
    TcpRtoTimer.updateRtoStats(tp);
    if (tp.retransStamp == 0) {
      tp.retransStamp = tp.tsval(tp.tcpMstamp);
    }
    TcpTimers.reset(
        tp, TcpSock.PENDING_RETRANS, (long) TcpSock.TIMEOUT_INIT << Math.min(req.numTimeout, 30));
  }
}
