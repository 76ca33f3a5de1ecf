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
 * <p><b>Source:</b> RFC 9293, section 3.8; RFC 896 (Nagle); {@code net/ipv4/tcp_output.c}: {@code
 * tcp_write_xmit}, {@code tcp_tso_should_defer}, {@code tcp_mss_split_point}, {@code tcp_fragment},
 * {@code tcp_send_fin}, {@code tcp_xmit_probe_skb}.
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

  private static final long NS_PER_MS = 1_000_000;

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
    pushPending(tp, mss, more ? NAGLE_CORK : nonagle);
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
    int maxSegs = TcpMss.tsoSegs(tp, mss);
    int sent = 0;
    boolean cwndLimited = false;
    boolean rwndLimited = false;
    TcpSkb skb;
    while ((skb = tp.sendHead()) != null) {
      if (TcpOptions.of(tp.sk).repair && tp.repairSend) {
        tp.writeQueue.unlink(skb);
        sentNew(tp, skb, mss);
        continue;
      }
      if (TcpPacing.mustWait(tp)) {
        break;
      }
      int quota = cwndTest(tp, skb);
      if (quota == 0) {
        if (pushOne != PUSH_PROBE) {
          break;
        }
        quota = 1;
      }
      quota = Math.min(quota, maxSegs);
      int missing = quota * mss - skb.len;
      if (missing > 0) {
        growSkb(tp, skb, missing);
      }
      int segs = setTsoSegs(skb, mss);
      if (!windowTest(tp, skb, mss)) {
        rwndLimited = true;
        break;
      }
      boolean last = skb.next() == null;
      if (segs == 1) {
        if (!nagleTest(tp, skb, mss, last ? nonagle : NAGLE_PUSH)) {
          break;
        }
      } else if (pushOne == PUSH_ALL) {
        int why = shouldDefer(tp, skb, maxSegs, last);
        if (why != SEND) {
          cwndLimited |= why == DEFER_CWND;
          rwndLimited |= why == DEFER_RWND;
          break;
        }
      }
      int limit = mss;
      if (segs > 1 && tp.sndUna == tp.sndUp) {
        limit = splitPoint(tp, skb, mss, quota, nonagle, last);
      }
      if (skb.len > limit && !fragment(tp, skb, limit, mss, false)) {
        break;
      }
      if (skb.endSeq == skb.seq) {
        break;
      }
      if (TcpXmit.transmit(tp, skb) != 0) {
        break;
      }
      skb.inFlight = true;
      tp.writeQueue.unlink(skb);
      sentNew(tp, skb, mss);
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
        boolean unused = TcpTimers.scheduleLossProbe(tp, false);
      }
      return false;
    }
    return tp.packetsOut == 0 && !tp.writeQueue.isEmpty();
  }

  /** {@code tcp_event_new_data_sent}: the piece is on its way. */
  private static void sentNew(TcpSock tp, TcpSkb skb, int mss) {
    int prior = tp.packetsOut;
    tp.sndNxt = skb.endSeq;
    tp.rtxQueue.add(skb);
    tp.packetsOut += skb.pcount;
    if (prior == 0 || tp.pending == TcpSock.PENDING_LOSS_PROBE) {
      TcpTimers.rearmRto(tp);
    }
    tp.net.addMib(Mib.TCP_ORIG_DATA_SENT, skb.pcount);
    checkSpace(tp);
    if (skb.len < skb.pcount * mss) {
      tp.sndSml = skb.endSeq;
    }
  }

  /** {@code tcp_cwnd_test}: how many segments the window of congestion lets out. */
  private static int cwndTest(TcpSock tp, TcpSkb skb) {
    if (skb.has(TcpHeader.FIN) && skb.pcount <= 1) {
      // The last segment need not wait for it.
      return 1;
    }
    int inFlight = tp.inFlight();
    int cwnd = tp.sndCwnd;
    if (inFlight >= cwnd) {
      return 0;
    }
    return Math.min(Math.max(cwnd >> 1, 1), cwnd - inFlight);
  }

  /** {@code tcp_snd_wnd_test}. */
  private static boolean windowTest(TcpSock tp, TcpSkb skb, int mss) {
    int end = skb.len > mss ? skb.seq + mss : skb.endSeq;
    return !Seq.after(end, tp.wndEnd());
  }

  /** {@code tcp_set_skb_tso_segs}. */
  static int setTsoSegs(TcpSkb skb, int mss) {
    if (skb.len <= mss) {
      skb.gsoSize = 0;
      skb.pcount = 1;
    } else {
      skb.gsoSize = mss;
      skb.pcount = (skb.len + mss - 1) / mss;
    }
    return skb.pcount;
  }

  /** {@code tcp_grow_skb}: takes bytes of the next piece into this one. */
  private static void growSkb(TcpSock tp, TcpSkb skb, int amount) {
    if (!(skb.next() instanceof TcpSkb next) || skb.eor) {
      return;
    }
    if (next.has(TcpHeader.FIN) || skb.has(TcpHeader.SYN)) {
      return;
    }
    int most = Math.min(amount, next.len);
    if (most <= 0 || skb.len + most > TcpSkb.LIMIT) {
      return;
    }
    shiftBytes(tp, skb, next, most);
  }

  /** Moves bytes from the begin of a piece to the end of the one before it. */
  private static void shiftBytes(TcpSock tp, TcpSkb skb, TcpSkb next, int bytes) {
    skb.append(next.buf, next.off, bytes);
    next.trimHead(bytes);
    skb.setTruesize(skb.truesize() + bytes);
    next.setTruesize(next.truesize() - bytes);
    skb.endSeq += bytes;
    next.seq += bytes;
    if (next.len == 0) {
      skb.flags |= next.flags;
      skb.eor |= next.eor;
      tp.writeQueue.unlink(next);
      freeQueued(tp, next);
    }
  }

  /** {@code tcp_wmem_free_skb}. */
  static void freeQueued(TcpSock tp, TcpSkb skb) {
    skb.gone = true;
    SkbOwner.wmemFree(tp.sk, skb.truesize());
  }

  // Nagle.

  private static boolean nagleTest(TcpSock tp, TcpSkb skb, int mss, int nonagle) {
    if ((nonagle & NAGLE_PUSH) != 0 || tp.sndUna != tp.sndUp || skb.has(TcpHeader.FIN)) {
      return true;
    }
    return !nagleCheck(skb.len < mss, tp, nonagle);
  }

  /** {@code tcp_nagle_check}: whether a segment that is not full has to wait. */
  private static boolean nagleCheck(boolean partial, TcpSock tp, int nonagle) {
    return partial
        && ((nonagle & NAGLE_CORK) != 0 || (nonagle == 0 && tp.packetsOut != 0 && minshall(tp)));
  }

  /** {@code tcp_minshall_check}: a small segment is on its way. */
  private static boolean minshall(TcpSock tp) {
    return Seq.after(tp.sndSml, tp.sndUna) && !Seq.after(tp.sndSml, tp.sndNxt);
  }

  // Sending several segments at once.

  private static final int SEND = 0;
  private static final int DEFER = 1;
  private static final int DEFER_CWND = 2;
  private static final int DEFER_RWND = 3;

  /** {@code tcp_tso_should_defer}: whether to wait so that more goes out at once. */
  private static int shouldDefer(TcpSock tp, TcpSkb skb, int maxSegs, boolean last) {
    if (tp.caState >= TcpSock.CA_RECOVERY) {
      return SEND;
    }
    // Exactly one millisecond, which no real clock ever shows, counts as over.
    if (tp.clockCacheNs - tp.wstampNs - NS_PER_MS >= 0) {
      return SEND;
    }
    int sendWin = tp.wndEnd() - skb.seq;
    int congWin = (tp.sndCwnd - tp.inFlight()) * tp.mssCache;
    int limit = Math.min(sendWin, congWin);
    if (limit >= maxSegs * tp.mssCache) {
      return SEND;
    }
    if (!last && limit >= skb.len) {
      return SEND;
    }
    int divisor = (int) tp.net.sysctl(Sysctl.IPV4_TCP_TSO_WIN_DIVISOR);
    if (divisor != 0) {
      long chunk = Math.min(tp.sndWnd & 0xffff_ffffL, (long) tp.sndCwnd * tp.mssCache) / divisor;
      if (limit >= chunk) {
        return SEND;
      }
    } else if (limit > 3L * tp.mssCache) {
      return SEND;
    }
    TcpSkb head = tp.rtxHead();
    if (head == null) {
      return SEND;
    }
    long age = tp.clockCacheNs - head.sentNs;
    if (age - 1000L * (tp.srttUs >> 4) < 0) {
      return SEND;
    }
    if (congWin < sendWin) {
      if (congWin <= skb.len) {
        return DEFER_CWND;
      }
    } else if (sendWin <= skb.len) {
      return DEFER_RWND;
    }
    return skb.has(TcpHeader.FIN) || skb.eor ? SEND : DEFER;
  }

  /** {@code tcp_mss_split_point}. */
  private static int splitPoint(
      TcpSock tp, TcpSkb skb, int mss, int maxSegs, int nonagle, boolean last) {
    int window = tp.wndEnd() - skb.seq;
    int most = mss * maxSegs;
    if (most <= window && !last) {
      return most;
    }
    int needed = Math.min(skb.len, window);
    if (most <= needed) {
      return most;
    }
    int partial = needed % mss;
    return nagleCheck(partial != 0, tp, nonagle) ? needed - partial : needed;
  }

  /** {@code tcp_fragment}, {@code tso_fragment}: cuts a piece in two. */
  static boolean fragment(TcpSock tp, TcpSkb skb, int at, int mss, boolean sent) {
    int oldPcount = skb.pcount;
    int flags = skb.flags;
    int truesize = skb.truesize();
    if (!SkMem.schedule(
        tp.sk, TcpSkb.HEAD_TRUESIZE, SkMem.Kind.SEND, tp.net.machine().softirqGfp())) {
      SkMem.forcedSchedule(tp.sk, TcpSkb.HEAD_TRUESIZE, Gfp.ATOMIC);
    }
    TcpSkb second = skb.split(at);
    skb.setTruesize(truesize - second.len);
    int more = skb.truesize() + second.truesize() - truesize;
    SkbOwner.entail(tp.sk, more);
    skb.flags = flags & ~(TcpHeader.FIN | TcpHeader.PSH);
    second.flags = flags & ~TcpHeader.SYN;
    second.sacked = skb.sacked;
    second.eor = skb.eor;
    skb.eor = false;
    second.sentNs = skb.sentNs;
    second.firstTxMstamp = skb.firstTxMstamp;
    second.deliveredMstamp = skb.deliveredMstamp;
    second.delivered = skb.delivered;
    second.deliveredCe = skb.deliveredCe;
    second.appLimited = skb.appLimited;
    setTsoSegs(skb, mss);
    setTsoSegs(second, mss);
    if (sent) {
      second.inFlight = true;
      int diff = oldPcount - skb.pcount - second.pcount;
      if (diff != 0) {
        adjustPcount(tp, skb, diff);
      }
      tp.rtxQueue.addAfter(skb, second);
      if (skb.tsorted) {
        TcpSorted.insertAfter(tp, skb, second);
      }
    } else {
      tp.writeQueue.addAfter(skb, second);
    }
    return true;
  }

  /** {@code tcp_adjust_pcount}. */
  static void adjustPcount(TcpSock tp, TcpSkb skb, int decrease) {
    tp.packetsOut -= decrease;
    if (skb.tagged(TcpSkb.SACKED_ACKED)) {
      tp.sackedOut -= decrease;
    }
    if (skb.tagged(TcpSkb.SACKED_RETRANS)) {
      tp.retransOut -= decrease;
    }
    if (skb.tagged(TcpSkb.LOST)) {
      tp.lostOut -= decrease;
    }
    if (!tp.rxOpt.sackOk && decrease > 0) {
      tp.sackedOut -= Math.min(tp.sackedOut, decrease);
    }
  }

  // Retransmission.

  /**
   * {@code tcp_retransmit_skb}: the piece counts as sent again.
   *
   * @return 0 or {@code -errno}; 1 if it must not go out now
   */
  static int retransmit(TcpSock tp, TcpSkb skb, int segs) {
    int result = retransmitOnce(tp, skb, segs);
    if (result == 0) {
      skb.sacked |= TcpSkb.SACKED_RETRANS;
      tp.retransOut += skb.pcount;
    }
    if (tp.retransStamp == 0) {
      int stamp = tp.tsval(tp.tcpMstamp);
      tp.retransStamp = stamp == 0 ? 1 : stamp;
    }
    if (tp.undoRetrans < 0) {
      tp.undoRetrans = 0;
    }
    tp.undoRetrans += skb.pcount;
    return result;
  }

  /** {@code __tcp_retransmit_skb}: only sends it, as a probe does. */
  static int retransmitOnce(TcpSock tp, TcpSkb skb, int segs) {
    if (Seq.before(skb.seq, tp.sndUna)) {
      if (skb.has(TcpHeader.SYN)) {
        skb.flags &= ~TcpHeader.SYN;
        skb.seq++;
      } else if (!Seq.before(tp.sndUna, skb.endSeq)) {
        return 1;
      } else {
        trimHead(tp, skb, tp.sndUna - skb.seq);
      }
    }
    if (tp.dev == null && !TcpMss.route(tp)) {
      return org.netshard.protocol.abi.Errno.EHOSTUNREACH.negated();
    }
    int mss = TcpMss.current(tp);
    int window = tp.wndEnd() - skb.seq;
    // A window that has shrunk: only the first byte is tried.
    if (window <= 0) {
      if (skb.seq != tp.sndUna) {
        return 1;
      }
      window = mss;
    }
    int len = mss * segs;
    if (len > window) {
      len = window - window % mss;
      if (len < mss) {
        len = mss;
      }
    }
    if (skb.len > len) {
      boolean cut = fragment(tp, skb, len, mss, true);
      if (!cut) {
        return 1;
      }
    } else {
      int old = skb.pcount;
      setTsoSegs(skb, mss);
      int diff = old - skb.pcount;
      if (diff != 0) {
        adjustPcount(tp, skb, diff);
      }
      if (skb.len < mss && !skb.has(TcpHeader.SYN)) {
        collapse(tp, skb, mss);
      }
    }
    if ((skb.flags & (TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR))
            == (TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR)
        && tp.net.sysctl(Sysctl.IPV4_TCP_ECN_FALLBACK) != 0) {
      skb.flags &= ~(TcpHeader.ECE | TcpHeader.CWR);
      tp.ecnFlags = 0;
    }
    tp.net.addMib(Mib.TCP_RETRANS_SEGS, skb.pcount);
    if (skb.has(TcpHeader.SYN)) {
      tp.net.addMib(Mib.TCP_SYN_RETRANS, 1);
    }
    tp.totalRetrans += skb.pcount;
    tp.bytesRetrans += skb.len;
    skb.inFlight = true;
    int result = TcpXmit.transmit(tp, skb);
    skb.sacked |= TcpSkb.EVER_RETRANS;
    if (result != 0) {
      tp.net.addMib(Mib.TCP_RETRANS_FAIL, skb.pcount);
    }
    return result;
  }

  /** {@code tcp_trim_head}: what is acknowledged already. */
  static void trimHead(TcpSock tp, TcpSkb skb, int bytes) {
    int cut = Math.min(bytes, skb.len);
    skb.trimHead(cut);
    skb.seq += bytes;
    SkbOwner.wmemFree(tp.sk, cut);
    skb.setTruesize(skb.truesize() - cut);
    if (skb.pcount > 1) {
      setTsoSegs(skb, skb.gsoSize);
    }
  }

  /** {@code tcp_retrans_try_collapse}: small pieces that follow go with it. */
  private static void collapse(TcpSock tp, TcpSkb to, int space) {
    if (tp.net.sysctl(Sysctl.IPV4_TCP_RETRANS_COLLAPSE) == 0) {
      return;
    }
    int room = space - to.len;
    while (to.next() instanceof TcpSkb next) {
      boolean fits =
          to.pcount <= 1
              && next.pcount <= 1
              && !next.tagged(TcpSkb.SACKED_ACKED)
              && !next.has(TcpHeader.SYN)
              && !to.eor
              && next.len <= room
              && !Seq.after(next.endSeq, tp.wndEnd())
              && next.len > 0;
      if (!fits) {
        return;
      }
      room -= next.len;
      to.append(next.buf, next.off, next.len);
      to.endSeq = next.endSeq;
      to.flags |= next.flags;
      to.sacked |= next.sacked & TcpSkb.EVER_RETRANS;
      to.eor = next.eor;
      int pcount = next.pcount;
      if (next.tagged(TcpSkb.LOST)) {
        tp.lostOut -= pcount;
      }
      if (next.tagged(TcpSkb.SACKED_RETRANS)) {
        tp.retransOut -= pcount;
      }
      tp.packetsOut -= pcount;
      if (!tp.rxOpt.sackOk && tp.sackedOut > 0) {
        tp.sackedOut -= Math.min(tp.sackedOut, pcount);
      }
      SkbOwner.entail(tp.sk, 0);
      int moved = next.len;
      tp.rtxQueue.unlink(next);
      TcpSorted.remove(tp, next);
      if (tp.retransmitHint == next) {
        tp.retransmitHint = to;
      }
      to.setTruesize(to.truesize() + moved);
      next.setTruesize(next.truesize() - moved);
      freeQueued(tp, next);
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
    int result = 0;
    TcpXmit.sendBare(tp, acceptableSeq(tp), TcpHeader.ACK | TcpHeader.RST);
    if (result != 0) {
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
        if (!fragment(tp, skb, size, mss, false)) {
          return -1;
        }
      } else if (skb.pcount == 0) {
        setTsoSegs(skb, mss);
      }
      skb.flags |= TcpHeader.PSH;
      tp.refresh();
      int result = TcpXmit.transmit(tp, skb);
      if (result == 0) {
        skb.inFlight = true;
        tp.writeQueue.unlink(skb);
        sentNew(tp, skb, mss);
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
    TcpXmit.sendBare(tp, tp.sndUna - (urgent ? 0 : 1), TcpHeader.ACK);
    return 0;
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
