package org.netshard.protocol.tcp;

import java.util.ArrayDeque;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;

/**
 * TCP small queues: how much of a connection may wait before its device, what is held back
 * meanwhile, and when it goes on.
 *
 * <p>What has been handed to the device counts in {@code sk_wmem_alloc} until it leaves. A sock
 * that was held back is written anew when one of its packets leaves, at the same moment but after
 * whatever let it out.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_small_queue_check}, {@code
 * tcp_wfree}, {@code tcp_tsq_workfn}, {@code tcp_tsq_handler}, {@code tcp_tsq_write}, {@code
 * skb_still_in_host_queue}; {@code net/ipv4/tcp.c}, {@code tcp_should_autocork}.
 */
final class TcpTsq {
  /** What a bare acknowledgement counts ({@code skb_set_tcp_pure_ack}), bytes. */
  static final int PURE_ACK_TRUESIZE = 2;

  /** {@code sk_pacing_shift}: a queue holds what is sent in about a millisecond. */
  private static final int PACING_SHIFT = 10;

  /** A second is about 2 to the power of 20 microseconds, and half of each buffer is data. */
  private static final int TX_DELAY_SHIFT = 20 - 1;

  private static final int SENDING =
      TcpState.set(
          TcpState.ESTABLISHED,
          TcpState.FIN_WAIT1,
          TcpState.CLOSING,
          TcpState.CLOSE_WAIT,
          TcpState.LAST_ACK);

  private TcpTsq() {}

  /** {@code struct tsq_work}: socks of a machine that may send more, the last one first. */
  private static final class Work {
    static final NetGeneric<Work> KEY = new NetGeneric<>(Work::new);

    private ArrayDeque<TcpSock> socks = new ArrayDeque<>();

    void queue(TcpSock tp, Machine machine) {
      if (socks.isEmpty()) {
        machine.softirqs().timer(machine.nowNs(), this::run);
      }
      socks.addFirst(tp);
    }

    /** {@code tcp_tsq_workfn}. */
    private void run() {
      ArrayDeque<TcpSock> list = socks;
      socks = new ArrayDeque<>();
      for (TcpSock tp = list.poll(); tp != null; tp = list.poll()) {
        tp.tsqQueued = false;
        handler(tp);
      }
    }
  }

  /**
   * {@code tcp_small_queue_check}: whether a piece has to wait, as enough of the connection is
   * before the device.
   *
   * @param factor the limit is doubled so often
   */
  static boolean smallQueueCheck(TcpSock tp, TcpSkb skb, int factor) {
    int held = tp.sk.wmemAlloc();
    if (held <= 1) {
      return false;
    }
    long rate = TcpPacing.rate(tp);
    long limit = Math.max(2L * skb.truesize(), rate >>> PACING_SHIFT);
    long most = tp.net.sysctl(Sysctl.IPV4_TCP_LIMIT_OUTPUT_BYTES);
    limit = (Long.compareUnsigned(limit, most) < 0 ? limit : most) << factor;
    int delayUs = TcpOptions.of(tp.sk).txDelayUs;
    if (delayUs != 0) {
      limit += (rate * delayUs) >>> TX_DELAY_SHIFT;
    }
    if (Long.compareUnsigned(held, limit) <= 0 || tp.rtxHead() == tp.rtxTail()) {
      return false;
    }
    tp.tsqThrottled = true;
    return true;
  }

  /**
   * {@code tcp_should_autocork}: whether a piece that is not full waits for more data, until what
   * is before the device has left.
   */
  static boolean autocorks(TcpSock tp, TcpSkb skb, int mss, boolean urgent) {
    boolean waits =
        tp.sk.wmemAlloc() > skb.truesize()
            && tp.net.sysctl(Sysctl.IPV4_TCP_AUTOCORKING) != 0
            && tp.rtxHead() != null
            && !skb.eor
            && skb.len < TcpMss.sizeGoal(tp, mss, !urgent);
    if (waits && !tp.tsqThrottled) {
      tp.net.addMib(Mib.TCP_AUTO_CORKING, 1);
      tp.tsqThrottled = true;
    }
    return waits;
  }

  /**
   * {@code skb_still_in_host_queue}: whether what was sent of a piece has not even left, so that it
   * is of no use to send it again.
   */
  static boolean isStillInHostQueue(TcpSock tp, TcpSkb skb) {
    if (!skb.isInHostQueue()) {
      return false;
    }
    tp.tsqThrottled = true;
    tp.net.addMib(Mib.TCP_SPURIOUS_RTX_HOST_QUEUES, 1);
    return true;
  }

  /** {@code tcp_wfree}: a packet has left; a sock that was held back goes on. */
  static void wfree(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null && tp.tsqThrottled && !tp.tsqQueued) {
      tp.tsqThrottled = false;
      tp.tsqQueued = true;
      Machine machine = tp.net.machine();
      machine.generic(Work.KEY).queue(tp, machine);
    }
  }

  /** {@code tcp_tsq_handler}: writes, now or when the call is over that owns the sock. */
  static void handler(TcpSock tp) {
    if (tp.backlog != null) {
      tp.backlog.deferWrite();
    } else {
      write(tp);
    }
  }

  /** {@code tcp_tsq_write}. */
  static void write(TcpSock tp) {
    if (!TcpState.in(tp.state(), SENDING)) {
      return;
    }
    if (tp.lostOut > tp.retransOut && tp.sndCwnd > tp.inFlight()) {
      tp.refresh();
      TcpRetransmit.retransmitQueue(tp);
    }
    boolean unused =
        TcpOutput.writeXmit(tp, TcpMss.current(tp), TcpOutput.nonagle(tp), TcpOutput.PUSH_ALL);
  }
}
