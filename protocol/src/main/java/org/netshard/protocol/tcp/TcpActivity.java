package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetBinding;

/**
 * What waits at an end of a connection and which of its timers runs, as {@code /proc/net/tcp} and
 * {@code ss} both tell it.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_ipv4.c}: {@code get_tcp4_sock}, {@code get_openreq4},
 * {@code get_timewait4_sock}; {@code net/ipv4/inet_diag.c}, {@code inet_sk_diag_fill}; {@code
 * net/ipv4/tcp_diag.c}, {@code tcp_diag_get_info}.
 *
 * @param state as they show it: a request is in SYN_RECV, and one that waits in its substate
 * @param timer one of {@link #NONE}, {@link #RETRANSMIT} and so on
 * @param leftJiffies until that timer ends
 * @param retransmits how often it has ended already
 * @param probes {@code icsk_probes_out}
 * @param receiveQueue bytes that may be read, or connections that wait to be accepted
 * @param sendQueue bytes that are not acknowledged
 */
public record TcpActivity(
    int state,
    int timer,
    long leftJiffies,
    int retransmits,
    int probes,
    int receiveQueue,
    int sendQueue) {
  /** No timer runs. */
  public static final int NONE = 0;

  /** That of retransmissions, or of tail loss probes; of a request, that of its SYN-ACK. */
  public static final int RETRANSMIT = 1;

  /** {@code sk_timer}: keepalive, or the end of FIN_WAIT2. */
  public static final int KEEPALIVE = 2;

  /** That of TIME_WAIT. */
  public static final int TIME_WAIT = 3;

  /** That of probes of a closed window. */
  public static final int PROBE = 4;

  /** That of a listener. */
  public static TcpActivity ofListener(Sk sk) {
    return new TcpActivity(
        TcpState.LISTEN, NONE, 0, 0, 0, InetBinding.forWrite(sk).ackBacklog(), 0);
  }

  /** That of an end. */
  public static TcpActivity of(TcpEndpoint end) {
    if (end instanceof TcpRequest request) {
      long left = left(end, request.endNs());
      return new TcpActivity(TcpState.SYN_RECV, RETRANSMIT, left, request.numTimeout, 0, 0, 0);
    }
    if (end instanceof TcpTimeWait wait) {
      return new TcpActivity(wait.substate(), TIME_WAIT, left(end, wait.endNs()), 0, 0, 0, 0);
    }
    if (end instanceof TcpSock tp) {
      return ofSock(tp);
    }
    throw new IllegalStateException("not an end of a connection: " + end);
  }

  private static TcpActivity ofSock(TcpSock tp) {
    int timer = NONE;
    long endNs = 0;
    KernelTimer keepalive = tp.keepaliveTimer;
    if (tp.pending != TcpSock.PENDING_NONE) {
      timer = tp.pending == TcpSock.PENDING_PROBE0 ? PROBE : RETRANSMIT;
      endNs = tp.retransmitTimer.endNs();
    } else if (keepalive != null && keepalive.isSet()) {
      timer = KEEPALIVE;
      endNs = keepalive.endNs();
    }
    return new TcpActivity(
        tp.state(),
        timer,
        timer == NONE ? 0 : left(tp, endNs),
        tp.retransmits,
        tp.probesOut,
        Math.max(0, tp.rcvNxt - tp.copiedSeq),
        tp.writeSeq - tp.sndUna);
  }

  private static long left(TcpEndpoint end, long endNs) {
    long jiffies = endNs / TcpClock.NS_PER_JIFFY;
    return Math.max(0, jiffies - end.net.machine().nowNs() / TcpClock.NS_PER_JIFFY);
  }

  /** {@code sk_refcnt} of a connection: its file or queue, and its timers. */
  static int references(TcpSock tp) {
    long now = tp.net.machine().nowNs();
    return 1
        + pending(tp.retransmitTimer, now)
        + pending(tp.delackTimer, now)
        + running(tp.keepaliveTimer)
        + running(tp.pacingTimer)
        + running(tp.compressedAckTimer);
  }

  private static int pending(KernelTimer timer, long now) {
    return timer.isPending(now) ? 1 : 0;
  }

  private static int running(@Nullable KernelTimer timer) {
    return timer != null && timer.isSet() ? 1 : 0;
  }

  /** {@code sk_refcnt} of a listener: its file, and each request and connection of its queues. */
  static int listenerReferences(Sk sk) {
    TcpListener queue = TcpListener.of(sk);
    return queue == null ? 1 : 1 + queue.qlen + queue.accept.size();
  }
}
