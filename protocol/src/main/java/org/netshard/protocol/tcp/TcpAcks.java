package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;

/**
 * When what was received is acknowledged.
 *
 * <p><b>Source:</b> RFC 9293, section 3.8.6.3; RFC 5961; {@code net/ipv4/tcp_input.c}: {@code
 * __tcp_ack_snd_check}, {@code tcp_event_data_recv}, {@code tcp_measure_rcv_mss}; {@code
 * net/ipv4/tcp_output.c}: {@code tcp_send_ack}, {@code tcp_send_delayed_ack}; {@code
 * net/ipv4/tcp.c}, {@code tcp_cleanup_rbuf}.
 */
final class TcpAcks {
  /** {@code TCP_ATO_MIN}, jiffies. */
  static final int ATO_MIN = TcpClock.HZ / 25;

  /** {@code TCP_DELACK_MIN}, jiffies. */
  static final int DELACK_MIN = TcpClock.HZ / 25;

  /** {@code TCP_MAX_QUICKACKS}. */
  static final int MAX_QUICKACKS = 16;

  /** {@code TCP_MIN_MSS}. */
  static final int MIN_MSS = 88;

  private static final int ATO_MASK = 0xff;

  private TcpAcks() {}

  static int pingpongThresh(TcpSock tp) {
    return (int) tp.net.sysctl(Sysctl.IPV4_TCP_PINGPONG_THRESH);
  }

  /** {@code tcp_incr_quickack}. */
  private static void incrQuick(TcpSock tp, int most) {
    int quick = tp.rcvMss == 0 ? 2 : tp.rcvWnd / (2 * tp.rcvMss);
    if (quick == 0) {
      quick = 2;
    }
    quick = Math.min(quick, most);
    if (quick > tp.ackQuick) {
      tp.ackQuick = (byte) quick;
    }
  }

  /** {@code tcp_enter_quickack_mode}. */
  static void enterQuick(TcpSock tp, int most) {
    incrQuick(tp, most);
    tp.ackPingpong = 0;
    tp.ackAto = ATO_MIN;
  }

  /** {@code tcp_dec_quickack_mode}: one that acknowledges something new has gone. */
  private static void decQuick(TcpSock tp) {
    if (tp.ackQuick > 0 && (tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      tp.ackQuick--;
      if (tp.ackQuick == 0) {
        tp.ackAto = ATO_MIN;
      }
    }
  }

  /** What {@code ATO_BITS} leave of a time. */
  private static int ato(int jiffies) {
    return jiffies & ATO_MASK;
  }

  private static boolean inQuick(TcpSock tp) {
    return TcpDst.metric(tp, FibMetrics.RTAX_QUICKACK) != 0
        || (tp.ackQuick != 0 && !tp.inPingpong());
  }

  /**
   * An acknowledgement goes out with a segment ({@code tcp_event_ack_sent}).
   *
   * @param rcvNxt what it acknowledges; less than all only tells of a mark that came before
   */
  static void sent(TcpSock tp, int rcvNxt) {
    if (tp.compressedAck > 0) {
      tp.net.addMib(Mib.TCP_ACK_COMPRESSED, tp.compressedAck);
      tp.compressedAck = 0;
      if (tp.compressedAckTimer != null) {
        tp.compressedAckTimer.clear();
      }
    }
    if (rcvNxt != tp.rcvNxt) {
      return;
    }
    decQuick(tp);
    tp.ackPending = 0;
    tp.ackRetry = 0;
    tp.delackTimer.clear();
  }

  /** {@code tcp_send_ack}. */
  static void send(TcpSock tp) {
    send(tp, tp.rcvNxt);
  }

  /** {@code __tcp_send_ack}. */
  static void send(TcpSock tp, int rcvNxt) {
    if (tp.state() == TcpState.CLOSE) {
      return;
    }
    tp.refresh();
    TcpXmit.sendAck(tp, rcvNxt);
  }

  /**
   * Data have come ({@code tcp_event_data_recv}).
   *
   * @param truesize what they came with, before they may have joined another buffer
   * @param paged whether they came in pages
   */
  static void dataReceived(TcpSock tp, TcpSkb skb, int truesize, boolean paged) {
    tp.ackPending |= TcpSock.ACK_SCHED;
    measureRcvMss(tp, skb, truesize);
    TcpRtt.measureRcv(tp);
    int now = tp.jiffies();
    if (tp.ackAto == 0) {
      incrQuick(tp, MAX_QUICKACKS);
      tp.ackAto = ATO_MIN;
    } else {
      int m = now - tp.lrcvtime;
      if (m <= ATO_MIN / 2) {
        tp.ackAto = ato((tp.ackAto >> 1) + ATO_MIN / 2);
      } else if (m < tp.ackAto) {
        tp.ackAto = ato(Math.min(ato((tp.ackAto >> 1) + m), tp.rtoJiffies));
      } else if (m > tp.rtoJiffies) {
        incrQuick(tp, MAX_QUICKACKS);
      }
    }
    tp.lrcvtime = now;
    TcpEcn.checkCe(tp, skb);
    if (skb.len >= 128) {
      TcpWindow.grow(tp, truesize, skb.len, paged);
    }
  }

  /** {@code tcp_measure_rcv_mss}: how large the other end's segments are. */
  private static void measureRcvMss(TcpSock tp, TcpSkb skb, int truesize) {
    int last = tp.lastSegSize;
    tp.lastSegSize = 0;
    int len = skb.gsoSize != 0 ? skb.gsoSize : skb.len;
    if (len >= tp.rcvMss) {
      if (len != tp.rcvMss) {
        measureScaling(tp, skb.len, truesize);
      }
      tp.rcvMss = Math.min(len, tp.advmss);
      if (skb.has(TcpHeader.PSH)) {
        // A whole segment with PSH is most likely the end of what a program wrote.
        tp.ackPending |= TcpSock.ACK_PUSHED;
      }
      return;
    }
    int whole = len + skb.headerBytes;
    boolean remnant =
        skb.has(TcpHeader.FIN)
            || skb.has(TcpHeader.URG)
            || skb.has(TcpHeader.SYN)
            || skb.has(TcpHeader.PSH);
    if (whole >= TcpSock.MSS_DEFAULT + TcpHeader.BYTES
        || (whole >= MIN_MSS + TcpHeader.BYTES && !remnant)) {
      // Without the options that every segment has: that of SACK comes and goes.
      tp.lastSegSize = whole - tp.tcpHeaderLen;
      if (tp.lastSegSize == last) {
        tp.rcvMss = last;
        return;
      }
    }
    if ((tp.ackPending & TcpSock.ACK_PUSHED) != 0) {
      tp.ackPending |= TcpSock.ACK_PUSHED2;
    }
    tp.ackPending |= TcpSock.ACK_PUSHED;
  }

  /** The same for a segment that came out of order. */
  static void measureOfo(TcpSock tp, TcpSkb skb) {
    measureRcvMss(tp, skb, skb.truesize());
  }

  private static void measureScaling(TcpSock tp, int len, int truesize) {
    int ratio = (int) (((long) len << 8) / truesize);
    int old = tp.scalingRatio;
    tp.scalingRatio = (short) (ratio != 0 ? Math.min(ratio, 255) : 1);
    if (old != tp.scalingRatio) {
      TcpWindow.setClamp(tp, tp.winFromSpace(tp.sk.rcvbuf()));
      if (tp.windowClamp < tp.rcvqSpace) {
        tp.rcvqSpace = tp.windowClamp;
      }
    }
  }

  /** {@code tcp_ack_snd_check}. */
  static void check(TcpSock tp) {
    if ((tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      check(tp, true);
    }
  }

  /**
   * {@code __tcp_ack_snd_check}. The timer that gathers acknowledgements is one with slack, and
   * nothing else wakes the machine before the slack is over.
   */
  static void check(TcpSock tp, boolean ofoPossible) {
    boolean wide =
        tp.rcvNxt - tp.rcvWup > tp.rcvMss
            && (tp.rcvNxt - tp.copiedSeq < tp.sk.rare().rcvlowat()
                || TcpWindow.free(tp) >= tp.rcvWnd);
    if (wide || inQuick(tp) || (tp.ackPending & TcpSock.ACK_NOW) != 0) {
      if (tp.releasing && tp.net.sysctl(Sysctl.IPV4_TCP_BACKLOG_ACK_DEFER) != 0) {
        tp.ackDeferred = true;
      } else {
        send(tp);
      }
      return;
    }
    boolean ofo = !TcpOfo.isEmpty(tp);
    if (!ofoPossible || !ofo) {
      sendDelayed(tp);
      return;
    }
    if (!tp.rxOpt.sackOk || tp.compressedAck >= tp.net.sysctl(Sysctl.IPV4_TCP_COMP_SACK_NR)) {
      send(tp);
      return;
    }
    if (tp.compressedAckRcvNxt != tp.rcvNxt) {
      tp.compressedAckRcvNxt = tp.rcvNxt;
      tp.dupAckCounter = 0;
    }
    if (tp.dupAckCounter < 3) {
      tp.dupAckCounter++;
      send(tp);
      return;
    }
    tp.compressedAck++;
    if (tp.compressedAckTimer != null && tp.compressedAckTimer.isSet()) {
      return;
    }
    long rtt = tp.rcvRttUs;
    if (tp.srttUs != 0 && tp.srttUs < rtt) {
      rtt = tp.srttUs;
    }
    long delay =
        Math.min(tp.net.sysctl(Sysctl.IPV4_TCP_COMP_SACK_DELAY_NS), rtt * (1000 >> 3) / 20);
    long slack = tp.net.sysctl(Sysctl.IPV4_TCP_COMP_SACK_SLACK_NS);
    TcpTimers.compressedAck(tp).set(tp.net.machine().nowNs() + delay + slack);
  }

  /** {@code tcp_delack_max}, jiffies: before the other end's timeout, if it is as the own one. */
  static int delackMax(TcpSock tp, TcpOptions options) {
    int most = Math.max(TcpRtt.rtoMin(tp), 2) - 1;
    return Math.min(options.delackMaxJiffies, most);
  }

  /** {@code tcp_send_delayed_ack}. */
  static void sendDelayed(TcpSock tp) {
    int ato = tp.ackAto;
    if (ato > DELACK_MIN) {
      int most = TcpClock.HZ / 2;
      if (tp.inPingpong() || (tp.ackPending & TcpSock.ACK_PUSHED) != 0) {
        most = TcpOptions.TCP_DELACK_MAX_JIFFIES;
      }
      if (tp.srttUs != 0) {
        int rtt = Math.max(TcpClock.usToJiffies(tp.srttUs >> 3), DELACK_MIN);
        most = Math.min(most, rtt);
      }
      ato = Math.min(ato, most);
    }
    ato = Math.min(ato, delackMax(tp, TcpOptions.of(tp.sk)));
    long end = TcpClock.after(tp.net, ato);
    if ((tp.ackPending & TcpSock.ACK_TIMER) != 0 && tp.delackTimer.isSet()) {
      long set = tp.delackTimer.endNs();
      if (set <= tp.net.machine().nowNs() + (ato >> 2) * TcpClock.NS_PER_JIFFY) {
        send(tp);
        return;
      }
      end = Math.min(end, set);
    }
    tp.ackPending |= TcpSock.ACK_SCHED | TcpSock.ACK_TIMER;
    tp.delackTimer.set(end);
  }

  /** The timer of a delayed acknowledgement has ended ({@code tcp_delack_timer_handler}). */
  static void delayedEnds(TcpSock tp) {
    if (tp.state() == TcpState.CLOSE || tp.state() == TcpState.LISTEN) {
      return;
    }
    if (tp.compressedAck > 0) {
      tp.refresh();
      TcpOfo.compressSend(tp);
      return;
    }
    if ((tp.ackPending & TcpSock.ACK_TIMER) == 0) {
      return;
    }
    tp.ackPending &= (byte) ~TcpSock.ACK_TIMER;
    if ((tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      if (!tp.inPingpong()) {
        tp.ackAto = ato(Math.min(tp.ackAto << 1, tp.rtoJiffies));
      } else {
        tp.ackPingpong = 0;
        tp.ackAto = ATO_MIN;
      }
      tp.refresh();
      send(tp);
      tp.net.addMib(Mib.TCP_DELAYED_ACKS, 1);
    }
  }

  /** The program has read so much ({@code tcp_cleanup_rbuf}, {@code __tcp_cleanup_rbuf}). */
  static void cleanup(TcpSock tp, int copied) {
    boolean now = false;
    Sk sk = tp.sk;
    if ((tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      boolean pushed =
          (tp.ackPending & TcpSock.ACK_PUSHED2) != 0
              || ((tp.ackPending & TcpSock.ACK_PUSHED) != 0 && !tp.inPingpong());
      now = tp.rcvNxt - tp.rcvWup > tp.rcvMss || (copied > 0 && pushed && sk.rmemAlloc() == 0);
    }
    if (copied > 0 && !now && (sk.shutdown() & Sk.RCV_SHUTDOWN) == 0) {
      int window = tp.receiveWindow();
      if (2L * window <= tp.windowClamp) {
        int free = TcpWindow.free(tp);
        now = free != 0 && free >= 2 * window;
      }
    }
    if (now) {
      send(tp);
    }
  }

  /** {@code tcp_send_dupack}: of a segment that is out of the window. */
  static void sendDup(TcpSock tp, Packet packet) {
    int seq = TcpHeader.seq(packet);
    int endSeq = TcpInput.endSeq(packet);
    if (endSeq != seq && Seq.before(seq, tp.rcvNxt)) {
      tp.net.addMib(Mib.TCP_DELAYED_ACK_LOST, 1);
      enterQuick(tp, MAX_QUICKACKS);
      if (tp.rxOpt.sackOk && tp.net.sysctl(Sysctl.IPV4_TCP_DSACK) != 0) {
        TcpRehash.spuriousRetrans(tp, packet);
        int end = Seq.after(endSeq, tp.rcvNxt) ? tp.rcvNxt : endSeq;
        TcpOfo.dsackSet(tp, seq, end);
      }
    }
    send(tp);
  }

  /**
   * {@code tcp_oow_rate_limited}: whether an answer to an invalid segment must not go out.
   *
   * @param data whether the segment has data but no SYN; then it is always answered
   */
  static boolean oowLimited(TcpSock tp, boolean data, Mib mib) {
    if (data) {
      return false;
    }
    int now = tp.jiffies();
    if (tp.lastOowAckTime != 0) {
      int elapsed = now - tp.lastOowAckTime;
      int limit = TcpOptions.msToJiffies((int) tp.net.sysctl(Sysctl.IPV4_TCP_INVALID_RATELIMIT));
      if (elapsed >= 0 && elapsed < limit) {
        tp.net.addMib(mib, 1);
        return true;
      }
    }
    tp.lastOowAckTime = now;
    return false;
  }
}
