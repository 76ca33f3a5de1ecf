package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.memcg.Gfp;

/**
 * What is sent, and when.
 *
 * <p><b>Source:</b> RFC 9293, section 3.8; {@code net/ipv4/tcp_output.c}: {@code tcp_write_xmit},
 * {@code tcp_cwnd_test}, {@code tcp_send_fin}, {@code tcp_xmit_probe_skb}.
 */
final class TcpOutput {
  /** {@code TCP_NAGLE_OFF}. */
  static final int NAGLE_OFF = 1;

  /** {@code TCP_NAGLE_CORK}. */
  static final int NAGLE_CORK = 2;

  /** {@code TCP_NAGLE_PUSH}. */
  static final int NAGLE_PUSH = 4;

  /** What {@code tcp_write_xmit} may send. */
  static final int PUSH_ALL = 0;

  static final int PUSH_ONE = 1;

  /** One segment whatever the window of congestion, for a probe of losses. */
  static final int PUSH_PROBE = 2;

  private TcpOutput() {}

  /** {@code tp->nonagle}. */
  static int nonagle(TcpSock tp) {
    TcpOptions options = TcpOptions.of(tp.sk);
    return (options.nodelay ? NAGLE_OFF : 0)
        | (options.cork ? NAGLE_CORK : 0)
        | (tp.naglePush ? NAGLE_PUSH : 0);
  }

  /** {@code tcp_acceptable_seq}: the number of a segment without data. */
  static int acceptableSeq(TcpSock tp) {
    if (!Seq.before(tp.wndEnd(), tp.sndNxt)
        || (tp.rxOpt.wscaleOk && tp.sndNxt - tp.wndEnd() < 1 << tp.rxOpt.rcvWscale)) {
      return tp.sndNxt;
    }
    return tp.wndEnd();
  }

  /** {@code tcp_mark_push}. */
  static void markPush(TcpSock tp, TcpSkb skb) {
    skb.flags |= TcpHeader.PSH;
    tp.pushedSeq = tp.writeSeq;
  }

  /** {@code forced_push}. */
  static boolean forcedPush(TcpSock tp) {
    return Seq.after(tp.writeSeq, tp.pushedSeq + (tp.maxWindow >>> 1));
  }

  /** {@code tcp_push}. */
  static void push(TcpSock tp, boolean more, boolean urgent, int mss, int nonagle) {
    TcpSkb tail = (TcpSkb) tp.writeQueue.peekLast();
    if (tail == null) {
      return;
    }
    if (!more || forcedPush(tp)) {
      markPush(tp, tail);
    }
    if (urgent) {
      tp.sndUp = tp.writeSeq;
    }
    if (!TcpTsq.autocorks(tp, tail, mss, urgent)) {
      pushPending(tp, mss, more ? NAGLE_CORK : nonagle);
    }
  }

  /** {@code __tcp_push_pending_frames}. */
  static void pushPending(TcpSock tp, int mss, int nonagle) {
    if (tp.state() != TcpState.CLOSE && writeXmit(tp, mss, nonagle, PUSH_ALL)) {
      TcpTimers.checkProbeTimer(tp);
    }
  }

  /** {@code tcp_push_pending_frames}. */
  static void pushPending(TcpSock tp) {
    if (tp.sendHead() != null) {
      pushPending(tp, TcpMss.current(tp), nonagle(tp));
    }
  }

  /** {@code tcp_push_one}. */
  static void pushOne(TcpSock tp, int mss) {
    boolean unused = writeXmit(tp, mss, NAGLE_PUSH, PUSH_ONE);
  }

  /** {@code tcp_data_snd_check}. */
  static void dataSndCheck(TcpSock tp) {
    pushPending(tp);
    checkSpace(tp);
  }

  /** {@code tcp_check_space}: those who wait for room are told. */
  static void checkSpace(TcpSock tp) {
    if (tp.nospace && !tp.orphan) {
      newSpace(tp);
      if (!tp.nospace) {
        TcpChrono.stop(tp, TcpChrono.SNDBUF_LIMITED);
      }
    }
  }

  private static void newSpace(TcpSock tp) {
    boolean full = tp.inFlight() >= tp.sndCwnd;
    if (TcpMem.shouldExpandSndbuf(tp.sk, full)) {
      TcpWindow.expandSndbuf(tp);
      tp.sndCwndStamp = tp.jiffies();
    }
    tp.sk.ops().writeSpace(tp.sk);
  }

  /**
   * {@code tcp_write_xmit}: sends what may be sent.
   *
   * @return whether something waits and nothing is on its way, so that a probe is needed
   */
  static boolean writeXmit(TcpSock tp, int mss, int nonagle, int pushOne) {
    tp.refresh();
    int sent = 0;
    if (pushOne == PUSH_ALL) {
      int probed = TcpMtup.probe(tp);
      if (probed == TcpMtup.WAIT) {
        return false;
      }
      sent = Math.max(probed, 0);
    }
    int maxSegs = TcpMss.tsoSegs(tp, mss);
    boolean cwndLimited = false;
    boolean rwndLimited = false;
    TcpSkb skb;
    while ((skb = tp.sendHead()) != null) {
      if (TcpRepair.sendsNothing(tp)) {
        tp.wstampNs = tp.clockCacheNs;
        skb.sentNs = tp.wstampNs;
        TcpSorted.moveToEnd(tp, skb);
        int unused = TcpFragment.setTsoSegs(skb, mss);
        tp.writeQueue.unlink(skb);
        sentNew(tp, skb, mss);
        sent += skb.pcount;
        if (pushOne != PUSH_ALL) {
          break;
        }
        continue;
      }
      if (TcpPacing.mustWait(tp)) {
        break;
      }
      int quota = cwndTest(tp);
      if (quota == 0) {
        if (pushOne != PUSH_PROBE) {
          break;
        }
        quota = 1;
      }
      quota = Math.min(quota, maxSegs);
      int missing = quota * mss - skb.len;
      if (missing > 0) {
        TcpFragment.growSkb(tp, skb, missing);
      }
      int segs = TcpFragment.setTsoSegs(skb, mss);
      if (!windowTest(tp, skb, mss)) {
        rwndLimited = true;
        break;
      }
      boolean last = skb.next() == null;
      if (segs == 1) {
        if (!TcpTso.nagleTest(tp, skb, mss, last ? nonagle : NAGLE_PUSH)) {
          break;
        }
      } else if (pushOne == PUSH_ALL) {
        int why = TcpTso.shouldDefer(tp, skb, maxSegs, last);
        if (why != TcpTso.SEND) {
          cwndLimited |= why == TcpTso.DEFER_CWND;
          rwndLimited |= why == TcpTso.DEFER_RWND;
          break;
        }
      }
      int limit = mss;
      if (segs > 1 && tp.sndUna == tp.sndUp) {
        limit = TcpTso.splitPoint(tp, skb, mss, quota, nonagle, last);
      }
      if (skb.len > limit && !TcpFragment.fragment(tp, skb, limit, mss, false)) {
        break;
      }
      if (TcpTsq.smallQueueCheck(tp, skb, 0) || skb.endSeq == skb.seq) {
        break;
      }
      if (TcpXmit.transmit(tp, skb) != 0) {
        break;
      }
      sent(tp, skb, mss);
      sent += skb.pcount;
      if (pushOne != PUSH_ALL) {
        break;
      }
    }
    if (rwndLimited) {
      TcpChrono.start(tp, TcpChrono.RWND_LIMITED);
    } else {
      TcpChrono.stop(tp, TcpChrono.RWND_LIMITED);
    }
    cwndLimited |= tp.inFlight() >= tp.sndCwnd;
    if (sent > 0 || cwndLimited) {
      TcpCwnd.validate(tp, cwndLimited);
    }
    if (sent > 0) {
      if (tp.inCwndReduction()) {
        tp.prrOut += sent;
      }
      if (pushOne != PUSH_PROBE) {
        boolean unused = TcpLossProbe.scheduleLossProbe(tp, false);
      }
      return false;
    }
    return tp.packetsOut == 0 && !tp.writeQueue.isEmpty();
  }

  /** The first piece of the write queue has gone out. */
  static void sent(TcpSock tp, TcpSkb skb, int mss) {
    skb.inFlight = true;
    tp.writeQueue.unlink(skb);
    sentNew(tp, skb, mss);
  }

  /** The same, if it counts as small where it is ({@code tcp_minshall_update}). */
  private static void sentNew(TcpSock tp, TcpSkb skb, int mss) {
    newDataSent(tp, skb);
    if (skb.len < skb.pcount * mss) {
      tp.sndSml = skb.endSeq;
    }
  }

  /** {@code tcp_event_new_data_sent}: the piece is on its way. */
  private static void newDataSent(TcpSock tp, TcpSkb skb) {
    int prior = tp.packetsOut;
    tp.sndNxt = skb.endSeq;
    tp.rtxQueue.add(skb);
    tp.packetsOut += skb.pcount;
    if (prior == 0 || tp.pending == TcpSock.PENDING_LOSS_PROBE) {
      TcpTimers.rearmRto(tp);
    }
    tp.net.addMib(Mib.TCP_ORIG_DATA_SENT, skb.pcount);
    checkSpace(tp);
  }

  /** {@code tcp_cwnd_test}: how many segments the window of congestion lets out. */
  private static int cwndTest(TcpSock tp) {
    int inFlight = tp.inFlight();
    int cwnd = tp.sndCwnd;
    if (inFlight >= cwnd) {
      return 0;
    }
    return Math.min(Math.max(cwnd >> 1, 1), cwnd - inFlight);
  }

  /** {@code tcp_snd_wnd_test}. */
  static boolean windowTest(TcpSock tp, TcpSkb skb, int mss) {
    int end = skb.len > mss ? skb.seq + mss : skb.endSeq;
    return !Seq.after(end, tp.wndEnd());
  }

  /** Moves bytes from the begin of a piece to the end of the one before it. */
  static void shiftBytes(TcpSock tp, TcpSkb skb, TcpSkb next, int bytes) {
    skb.append(next.buf, next.off, bytes);
    next.trimHead(bytes);
    skb.setTruesize(skb.truesize() + bytes);
    next.setTruesize(next.truesize() - bytes);
    skb.endSeq += bytes;
    next.seq += bytes;
    if (next.len == 0) {
      skb.flags |= next.flags;
      skb.eor |= next.eor;
      TcpTimestamping.join(skb, next);
      tp.writeQueue.unlink(next);
      TcpFragment.freeQueued(tp, next);
    }
  }

  // Ends and probes.

  /** {@code tcp_send_fin}. */
  static void sendFin(TcpSock tp) {
    TcpSkb tail = (TcpSkb) tp.writeQueue.peekLast();
    if (tail == null && SkMem.underPressure(tp.sk)) {
      tail = tp.rtxTail();
    }
    if (tail != null) {
      tail.flags |= TcpHeader.FIN;
      tail.endSeq++;
      tp.writeSeq++;
      if (tp.sendHead() == null) {
        // The FIN goes with a retransmission of what was sent last.
        tp.sndNxt++;
        return;
      }
    } else {
      TcpSkb fin = TcpSkb.forSending(0);
      TcpMem.finSchedule(tp.sk, fin.truesize(), Gfp.KERNEL);
      fin.seq = tp.writeSeq;
      fin.endSeq = tp.writeSeq + 1;
      fin.flags = TcpHeader.ACK | TcpHeader.FIN;
      queue(tp, fin);
    }
    pushPending(tp, TcpMss.current(tp), NAGLE_OFF);
  }

  /** {@code tcp_queue_skb}: a piece of its own enters the write queue. */
  static void queue(TcpSock tp, TcpSkb skb) {
    tp.writeSeq = skb.endSeq;
    skb.pcount = 1;
    tp.writeQueue.add(skb);
    SkbOwner.entail(tp.sk, skb.truesize());
  }

  /** {@code tcp_send_active_reset}. */
  static void sendActiveReset(TcpSock tp) {
    tp.net.addMib(Mib.TCP_OUT_RSTS, 1);
    tp.refresh();
    if (TcpXmit.sendBare(tp, acceptableSeq(tp), TcpHeader.ACK | TcpHeader.RST) != 0) {
      tp.net.addMib(Mib.TCP_ABORT_FAILED, 1);
    }
  }

  /** {@code tcp_write_wakeup}: a segment that makes the other end answer. */
  static int writeWakeup(TcpSock tp, @Nullable Mib mib) {
    if (tp.state() == TcpState.CLOSE) {
      return -1;
    }
    TcpSkb skb = tp.sendHead();
    if (skb != null && Seq.before(skb.seq, tp.wndEnd())) {
      int mss = TcpMss.current(tp);
      int size = tp.wndEnd() - skb.seq;
      if (Seq.before(tp.pushedSeq, skb.endSeq)) {
        tp.pushedSeq = skb.endSeq;
      }
      if (size < skb.endSeq - skb.seq || skb.len > mss) {
        size = Math.min(size, mss);
        skb.flags |= TcpHeader.PSH;
        if (!TcpFragment.fragment(tp, skb, size, mss, false)) {
          return -1;
        }
      } else if (skb.pcount == 0) {
        TcpFragment.setTsoSegs(skb, mss);
      }
      skb.flags |= TcpHeader.PSH;
      tp.refresh();
      int result = TcpXmit.transmit(tp, skb);
      if (result == 0) {
        skb.inFlight = true;
        tp.writeQueue.unlink(skb);
        newDataSent(tp, skb);
      }
      return result;
    }
    if (Seq.between(tp.sndUp, tp.sndUna + 1, tp.sndUna + 0xffff)) {
      probe(tp, true, mib);
    }
    return probe(tp, false, mib);
  }

  /** {@code tcp_xmit_probe_skb}: a segment that is out of the window on purpose. */
  static int probe(TcpSock tp, boolean urgent, @Nullable Mib mib) {
    if (mib != null) {
      tp.net.addMib(mib, 1);
    }
    tp.refresh();
    return TcpXmit.sendBare(tp, tp.sndUna - (urgent ? 0 : 1), TcpHeader.ACK);
  }

  /** Whether there is room in the send buffer of a sock without a connection. */
  static boolean memoryFree(Sk sk, @Nullable TcpSock tp, int wake) {
    if (sk.wmemQueued() >= sk.sndbuf()) {
      return false;
    }
    if (tp == null) {
      return true;
    }
    int notsent = tp.writeSeq - tp.sndNxt;
    TcpOptions options = TcpOptions.of(sk);
    long lowat =
        options.notsentLowat != 0
            ? options.notsentLowat & 0xffff_ffffL
            : tp.net.sysctl(Sysctl.IPV4_TCP_NOTSENT_LOWAT);
    return ((long) notsent << wake) < lowat;
  }
}
