package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.MsgZerocopy;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.memcg.Gfp;

/**
 * Data in the SYN, as a client sends them.
 *
 * <p><b>Source:</b> RFC 7413, section 4.2; {@code net/ipv4/tcp.c}, {@code tcp_sendmsg_fastopen};
 * {@code net/ipv4/tcp_output.c}, {@code tcp_send_syn_data}; {@code net/ipv4/tcp_input.c}, {@code
 * tcp_rcv_fastopen_synack}; {@code net/ipv4/tcp_fastopen.c}: {@code tcp_fastopen_cookie_check},
 * {@code tcp_fastopen_defer_connect}.
 */
final class TcpFastOpenClient {
  /** {@code enum tcp_fastopen_client_fail}. */
  static final byte COOKIE_UNAVAILABLE = 1;

  static final byte DATA_NOT_ACKED = 2;
  static final byte SYN_RETRANSMITTED = 3;

  /** {@code MAX_TCP_OPTION_SPACE}: who is on the way may add that many bytes of options. */
  private static final int OPTION_SPACE = 40;

  private TcpFastOpenClient() {}

  /** A connection that is to begin with data ({@code struct tcp_fastopen_request}). */
  static final class Request {
    /** Where the data are, or null if none are left. */
    @Nullable Msg data;

    final int size;

    /** Bytes that went with the SYN. */
    int copied;

    /** What its SYN asks with; null for no option. */
    @Nullable TcpFastOpenCookie cookie;

    /** Of {@code MSG_ZEROCOPY}, or null. */
    @Nullable MsgZerocopy zerocopy;

    /** What the call gives if the connection is not there when it may wait no more; or null. */
    @Nullable Errno waiting;

    Request(@Nullable Msg data, int size) {
      this.data = data;
      this.size = size;
    }
  }

  /** Whether a call has to begin a connection with its data. */
  static boolean isWanted(@Nullable TcpSock tp, Sk sk, Msg msg) {
    return (msg.has(Abi.MSG_FASTOPEN) || (tp != null && tp.deferConnect))
        && !TcpOptions.of(sk).repair;
  }

  /**
   * {@code tcp_sendmsg_fastopen}: connects, and sends data with the SYN.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP if clients may not or for AF_UNSPEC; EALREADY; those of
   * {@code connect}.
   *
   * @return 0 if it is connected, and what went with the SYN is done; {@link Progress#WAIT}; or
   *     {@code -errno}, EINPROGRESS also if something is done
   */
  static int send(Sk sk, Caller caller, Msg msg, TcpSending sending) {
    SockAddr name = msg.hasName() ? SockAddr.of(msg.name(), msg.nameLength()) : null;
    Request waiting = sending.request;
    if (waiting != null) {
      return ended(sk, caller, sending, waiting, connect(sk, caller, name, waiting, msg));
    }
    boolean unspec =
        name != null && name.length() >= SockAddr.FAMILY_BYTES && name.family() == Abi.AF_UNSPEC;
    if ((sk.net().sysctl(Sysctl.IPV4_TCP_FASTOPEN) & TcpFastOpen.CLIENT_ENABLE) == 0 || unspec) {
      return Errno.EOPNOTSUPP.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    if (tp != null && tp.fastopenReq != null) {
      return Errno.EALREADY.negated();
    }
    Request request = new Request(msg, msg.size());
    request.zerocopy = sending.zerocopy;
    if (tp != null) {
      tp.fastopenReq = request;
    }
    if (tp != null && tp.deferConnect) {
      int error = TcpConnectOutput.connectNow(tp);
      if (error != 0) {
        tp.setState(TcpState.CLOSE);
        sk.setDport(0);
      }
    }
    return ended(sk, caller, sending, request, connect(sk, caller, name, request, msg));
  }

  private static int connect(
      Sk sk, Caller caller, @Nullable SockAddr name, Request request, Msg msg) {
    boolean mayWait = !msg.has(Abi.MSG_DONTWAIT);
    return ((InetStreamOps) sk.ops()).stream(sk, caller, name, request, mayWait);
  }

  private static int ended(Sk sk, Caller caller, TcpSending sending, Request request, int result) {
    Progress progress = caller.progress();
    TcpSock tp = TcpSock.of(sk);
    if (result == Progress.WAIT) {
      // The data stay where they are: the call is made again with the same ones.
      if (tp != null) {
        tp.writePending = request.data == null ? 0 : 1;
      }
      sending.request = request;
      return result;
    }
    sending.request = null;
    if (tp != null && tp.fastopenReq == request) {
      tp.fastopenReq = null;
      tp.deferConnect = false;
      tp.writePending = 0;
      if (result == 0 || result == Errno.EINPROGRESS.negated()) {
        progress.setDone(request.copied);
      }
    }
    return result;
  }

  /** {@code tcp_fastopen_cookie_check}: whether data may go with the SYN. */
  private static boolean cookieCheck(TcpSock tp, Request request) {
    TcpMetrics.FastOpen known = TcpMetrics.of(tp.net).get(tp);
    TcpFastOpenCookie cookie = TcpFastOpenCookie.request(known != null && known.tryExp == 1);
    if (known != null) {
      tp.rxOpt.mssClamp = known.mss != 0 ? known.mss : tp.rxOpt.mssClamp;
      cookie = known.cookie != null ? known.cookie : cookie;
    }
    request.cookie = cookie;
    if (TcpFastOpenBlackhole.shouldDisable(tp)) {
      request.cookie = null;
      return false;
    }
    int ofRoute = TcpDst.metric(tp, FibMetrics.RTAX_FASTOPEN_NO_COOKIE);
    if (TcpFastOpen.noCookie(tp.sk, ofRoute, TcpFastOpen.CLIENT_NO_COOKIE)) {
      request.cookie = null;
      return true;
    }
    if (!cookie.isRequest()) {
      return true;
    }
    tp.fastopenClientFail = COOKIE_UNAVAILABLE;
    return false;
  }

  /** {@code tcp_fastopen_defer_connect}: whether the SYN waits for data. */
  static boolean deferConnect(TcpSock tp) {
    if (!TcpOptions.of(tp.sk).fastopenConnect || tp.fastopenReq != null) {
      return false;
    }
    int clamp = tp.rxOpt.mssClamp;
    Request request = new Request(null, 0);
    boolean may = cookieCheck(tp, request);
    tp.rxOpt.mssClamp = clamp;
    if (may) {
      tp.deferConnect = true;
      return true;
    }
    tp.fastopenReq = request;
    return false;
  }

  /** The cookie that a SYN carries, or null. */
  static @Nullable TcpFastOpenCookie synCookie(TcpSock tp) {
    return tp.fastopenReq == null ? null : tp.fastopenReq.cookie;
  }

  /** {@code tcp_send_syn_data}. */
  static int sendSynData(TcpSock tp, TcpSkb syn, Request request) {
    tp.rxOpt.mssClamp = tp.advmss;
    int result;
    if (cookieCheck(tp, request)) {
      TcpSkb data = synData(tp, syn, request);
      if (data != null) {
        result = transmit(tp, syn, data, request);
        if (result == 0) {
          request.cookie = null;
          return 0;
        }
      }
    }
    TcpFastOpenCookie cookie = request.cookie;
    if (cookie != null && !cookie.isRequest()) {
      request.cookie = TcpFastOpenCookie.request(cookie.exp());
    }
    syn.inFlight = true;
    result = TcpXmit.transmit(tp, syn);
    if (result != 0) {
      tp.synFastopen = false;
    }
    request.cookie = null;
    return result;
  }

  /** The SYN with data; null if there are none to be had. */
  private static @Nullable TcpSkb synData(TcpSock tp, TcpSkb syn, Request request) {
    tp.rxOpt.mssClamp = TcpMss.clamp(tp.rxOpt.userMss, tp.rxOpt.mssClamp);
    int unused = TcpMss.sync(tp, tp.pmtu);
    int space = Math.min(TcpMss.withoutOptions(tp, tp.pmtu) - OPTION_SPACE, request.size);
    if (!TcpMem.streamAlloc(tp.sk, TcpSkb.HEAD_TRUESIZE, false, Gfp.KERNEL)) {
      return null;
    }
    space = space > 0 ? TcpMem.wmemSchedule(tp.sk, space, Gfp.KERNEL) : 0;
    TcpSkb skb = TcpSkb.forSending(space);
    skb.seq = syn.seq;
    skb.flags = syn.flags;
    skb.pcount = 1;
    Msg data = request.data;
    if (space > 0 && data != null) {
      if (!data.readInto(0, skb.buf, skb.off, space)) {
        return null;
      }
      skb.len = space;
      skb.setTruesize(skb.truesize() + space);
      if (request.zerocopy != null) {
        TcpFragment.pin(skb, data, 0, space, request.zerocopy);
      }
    }
    skb.endSeq = syn.endSeq + skb.len;
    if (skb.len == request.size) {
      request.data = null;
    }
    request.copied = skb.len;
    return skb;
  }

  private static int transmit(TcpSock tp, TcpSkb syn, TcpSkb data, Request request) {
    TcpConnectOutput.queue(tp, data);
    if (data.len > 0) {
      TcpChrono.start(tp, TcpChrono.BUSY);
    }
    data.inFlight = true;
    int result = TcpXmit.transmit(tp, data);
    syn.sentNs = data.sentNs;
    // The SYN is a piece of its own from now on.
    data.seq++;
    data.flags = TcpHeader.ACK | TcpHeader.PSH;
    if (result == 0) {
      tp.synData = request.copied > 0;
      tp.rtxQueue.add(data);
      tp.net.addMib(Mib.TCP_ORIG_DATA_SENT, 1);
    } else {
      data.inFlight = false;
      tp.writeQueue.add(data);
      tp.packetsOut -= data.pcount;
    }
    return result;
  }

  /**
   * {@code tcp_rcv_fastopen_synack}.
   *
   * @return whether the data of the SYN have to be sent again
   */
  static boolean rcvSynack(TcpSock tp, Packet packet) {
    if (!tp.synFastopen && !tp.synData) {
      return false;
    }
    TcpSkb data = tp.synData ? tp.rtxHead() : null;
    TcpFastOpenCookie cookie = tp.rxOpt.fastopenCookie;
    boolean drop = false;
    int tryExp = 0;
    if (!tp.synFastopen) {
      cookie = null;
    } else if (tp.totalRetrans > 0) {
      drop = cookie == null && data != null;
    } else if (cookie == null && !tp.synData) {
      tryExp = tp.synFastopenExp ? 2 : 1;
    }
    remember(tp, mss(tp, packet), cookie, drop, tryExp);
    if (data != null) {
      tp.fastopenClientFail = tp.totalRetrans > 0 ? SYN_RETRANSMITTED : DATA_NOT_ACKED;
      for (TcpSkb skb = data; skb != null; skb = skb.following()) {
        TcpRecovery.markLost(tp, skb);
      }
      TcpRecovery.nonCongestionRetransmit(tp);
      tp.net.addMib(Mib.TCP_FAST_OPEN_ACTIVE_FAIL, 1);
      return true;
    }
    tp.synDataAcked = tp.synData;
    if (tp.synDataAcked) {
      tp.net.addMib(Mib.TCP_FAST_OPEN_ACTIVE, 1);
      if (tp.delivered > 1) {
        tp.delivered--;
      }
    }
    TcpFastOpen.addSkb(tp, packet);
    return false;
  }

  /** What the other end has said, also if the program has asked for less. */
  private static int mss(TcpSock tp, Packet packet) {
    int mss = tp.rxOpt.mssClamp;
    if (mss != tp.rxOpt.userMss) {
      return mss;
    }
    RxOpt opt = new RxOpt();
    opt.parse(tp.net, packet, false);
    return opt.mssClamp;
  }

  /** {@code tcp_fastopen_cache_set}. */
  private static void remember(
      TcpSock tp, int mss, @Nullable TcpFastOpenCookie cookie, boolean synLost, int tryExp) {
    TcpMetrics.FastOpen entry = TcpMetrics.of(tp.net).getOrMake(tp);
    if (mss != 0) {
      entry.mss = mss;
    }
    if (cookie != null && !cookie.isRequest()) {
      entry.cookie = cookie;
    } else if (tryExp > entry.tryExp && entry.cookie == null) {
      entry.tryExp = tryExp;
    }
    entry.synLoss = synLost ? entry.synLoss + 1 : 0;
  }
}
