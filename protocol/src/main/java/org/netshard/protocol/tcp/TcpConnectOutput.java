package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.memcg.Gfp;

/**
 * The SYN of a connection that begins, and what the connection begins with.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_connect}, {@code tcp_connect_init}.
 */
final class TcpConnectOutput {
  private TcpConnectOutput() {}

  /** {@code tcp_connect}: the SYN goes out. */
  static int connectNow(TcpSock tp) {
    init(tp);
    Sk sk = tp.sk;
    if (TcpOptions.of(sk).repair) {
      TcpRepair.finishConnect(tp);
      return 0;
    }
    TcpSkb syn = TcpSkb.forSending(0);
    TcpMem.finSchedule(sk, syn.truesize(), Gfp.KERNEL);
    syn.seq = tp.writeSeq;
    syn.endSeq = tp.writeSeq + 1;
    syn.flags = TcpHeader.SYN | TcpEcn.synFlags(tp);
    syn.pcount = 1;
    tp.refresh();
    tp.retransStamp = tp.tsval(tp.tcpMstamp);
    queue(tp, syn);
    tp.rtxQueue.add(syn);
    TcpFastOpenClient.Request request = tp.fastopenReq;
    int result;
    if (request != null) {
      result = TcpFastOpenClient.sendSynData(tp, syn, request);
    } else {
      syn.inFlight = true;
      result = TcpXmit.transmit(tp, syn);
    }
    if (result == Errno.ECONNREFUSED.negated()) {
      return result;
    }
    TcpSkb head = tp.sendHead();
    tp.sndNxt = head == null ? tp.writeSeq : head.seq;
    tp.pushedSeq = tp.sndNxt;
    tp.net.addMib(Mib.TCP_ACTIVE_OPENS, 1);
    TcpTimers.reset(tp, TcpSock.PENDING_RETRANS, tp.rtoJiffies);
    return 0;
  }

  /** {@code tcp_connect_queue_skb}. */
  static void queue(TcpSock tp, TcpSkb skb) {
    SkbOwner.entail(tp.sk, skb.truesize());
    tp.writeSeq = skb.endSeq;
    tp.packetsOut += skb.pcount;
  }

  /** {@code tcp_connect_init}. */
  private static void init(TcpSock tp) {
    Sk sk = tp.sk;
    NetNs net = tp.net;
    if ((TcpDst.metric(tp, FibMetrics.RTAX_FEATURES) & FibMetrics.FEATURE_TCP_USEC_TS) != 0) {
      TcpOptions.forWrite(sk).usecTs = true;
    }
    TcpOptions options = TcpOptions.of(sk);
    tp.tcpHeaderLen =
        TcpHeader.BYTES
            + (net.sysctl(Sysctl.IPV4_TCP_TIMESTAMPS) != 0 ? RxOpt.TIMESTAMP_ALIGNED_BYTES : 0);
    TcpMd5.begin(tp);
    if (options.userMss != 0) {
      tp.rxOpt.mssClamp = options.userMss;
    }
    tp.maxWindow = 0;
    TcpMtup.init(tp);
    int unused = TcpMss.sync(tp, tp.pmtu);
    boolean unusedCa = TcpCongs.ofRoute(tp);
    tp.windowClamp = options.windowClamp;
    if (tp.windowClamp == 0) {
      tp.windowClamp = TcpDst.metric(tp, FibMetrics.RTAX_WINDOW);
    }
    tp.advmss = TcpMss.clamp(options.userMss, TcpDst.advmss(tp));
    TcpMss.initRcvMss(tp);
    if (sk.locked(Sk.SOCK_RCVBUF_LOCK)
        && (tp.windowClamp > tp.fullSpace() || tp.windowClamp == 0)) {
      tp.windowClamp = tp.fullSpace();
    }
    int stamps = tp.rxOpt.tsRecentStamp != 0 ? tp.tcpHeaderLen - TcpHeader.BYTES : 0;
    TcpWindow.Initial window =
        TcpWindow.initial(
            net,
            tp.fullSpace(),
            tp.advmss - stamps,
            tp.windowClamp,
            net.sysctl(Sysctl.IPV4_TCP_WINDOW_SCALING) != 0,
            TcpDst.metric(tp, FibMetrics.RTAX_INITRWND));
    tp.rcvWnd = window.rcvWnd();
    tp.windowClamp = window.clamp();
    tp.rxOpt.rcvWscale = (byte) window.wscale();
    tp.rcvSsthresh = tp.rcvWnd;
    sk.setErr(0);
    sk.setFlag(SockFlag.SOCK_DONE, false);
    tp.sndUna = tp.writeSeq;
    tp.sndSml = tp.writeSeq;
    tp.sndUp = tp.writeSeq;
    tp.sndNxt = tp.writeSeq;
    tp.rcvNxt = options.repair ? options.rcvNxt : 0;
    if (options.repair) {
      tp.rcvTstamp = tp.jiffies();
    }
    tp.rcvWup = tp.rcvNxt;
    tp.copiedSeq = tp.rcvNxt;
    tp.rtoJiffies = TcpSock.TIMEOUT_INIT;
  }
}
