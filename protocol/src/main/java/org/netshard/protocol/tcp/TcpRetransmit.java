package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.Sysctl;

/**
 * Sends again what was sent before.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_retransmit_skb}, {@code
 * tcp_retrans_try_collapse}, {@code tcp_xmit_retransmit_queue}.
 */
final class TcpRetransmit {
  private TcpRetransmit() {}

  /**
   * {@code tcp_retransmit_skb}: the piece counts as sent again.
   *
   * <p><b>Errors</b>, in order: EBUSY while the last one has not left, EINVAL if it is
   * acknowledged, EHOSTUNREACH, EAGAIN outside the window, ENOMEM; those of the device.
   *
   * @return 0, {@code -errno}, or what a queueing discipline says
   */
  static int retransmit(TcpSock tp, TcpSkb skb, int segs) {
    int result = retransmitOnce(tp, skb, segs);
    if (result == 0) {
      skb.sacked |= TcpSkb.SACKED_RETRANS;
      tp.retransOut += skb.pcount;
    }
    if (tp.retransStamp == 0) {
      int stamp = tp.tsval(skb.sentNs / 1000);
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
    TcpMtup.inconclusive(tp);
    if (TcpTsq.isStillInHostQueue(tp, skb)) {
      return Errno.EBUSY.negated();
    }
    if (Seq.before(skb.seq, tp.sndUna)) {
      if (skb.has(TcpHeader.SYN)) {
        skb.flags &= ~TcpHeader.SYN;
        skb.seq++;
      } else if (!Seq.before(tp.sndUna, skb.endSeq)) {
        return Errno.EINVAL.negated();
      } else {
        TcpFragment.trimHead(tp, skb, tp.sndUna - skb.seq);
      }
    }
    if (tp.dev == null && !TcpMss.route(tp)) {
      return Errno.EHOSTUNREACH.negated();
    }
    int mss = TcpMss.current(tp);
    int window = tp.wndEnd() - skb.seq;
    // A window that has shrunk: the first segment serves as a probe of it.
    if (window <= 0) {
      if (skb.seq != tp.sndUna) {
        return Errno.EAGAIN.negated();
      }
      window = mss;
    }
    int len = mss * segs;
    if (len > window) {
      len = window < mss ? window : window - window % mss;
    }
    if (skb.len > len) {
      boolean cut = TcpFragment.fragment(tp, skb, len, mss, true);
      if (!cut) {
        return Errno.ENOMEM.negated();
      }
    } else {
      int old = skb.pcount;
      TcpFragment.setTsoSegs(skb, mss);
      int diff = old - skb.pcount;
      if (diff != 0) {
        TcpFragment.adjustPcount(tp, skb, diff);
      }
      if (skb.len < mss && !skb.has(TcpHeader.SYN)) {
        collapse(tp, skb, mss);
      }
    }
    if ((skb.flags & (TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR))
            == (TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR)
        && tp.net.sysctl(Sysctl.IPV4_TCP_ECN_FALLBACK) != 0) {
      // What the sock may do stays: the SYN-ACK may be the answer to the first SYN.
      skb.flags &= ~(TcpHeader.ECE | TcpHeader.CWR);
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
    if (result != 0 && result != Errno.EBUSY.negated()) {
      tp.net.addMib(Mib.TCP_RETRANS_FAIL, skb.pcount);
    }
    return result;
  }

  /** {@code tcp_simple_retransmit}: what is too long for the way counts as lost. */
  static void simpleRetransmit(TcpSock tp) {
    // A SYN with data is two pieces here: neither is as long as what was sent.
    boolean syn = tp.synData && tp.state() == TcpState.SYN_SENT;
    int mss = syn ? -1 : TcpMss.current(tp);
    for (TcpSkb skb = tp.rtxHead(); skb != null; skb = skb.following()) {
      if (segmentBytes(skb) > mss) {
        TcpRecovery.markLost(tp, skb);
      }
    }
    if (tp.lostOut == 0) {
      return;
    }
    if (TcpRecovery.isReno(tp)) {
      boolean unused = TcpRenoSack.limitRenoSacked(tp);
    }
    TcpRecovery.nonCongestionRetransmit(tp);
  }

  /** {@code tcp_skb_seglen}. */
  private static int segmentBytes(TcpSkb skb) {
    return skb.pcount == 1 ? skb.len : skb.gsoSize;
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
              && !next.isInHostQueue()
              && !TcpFragment.isZerocopy(to, next)
              && !to.eor
              && DataMap.same(to.map, next.map)
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
      TcpTimestamping.join(to, next);
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
      TcpFragment.freeQueued(tp, next);
    }
  }

  /** {@code tcp_xmit_recovery}. */
  static void xmit(TcpSock tp, int rexmit) {
    if (rexmit == TcpRecovery.REXMIT_NONE || tp.state() == TcpState.SYN_SENT) {
      return;
    }
    if (rexmit == TcpRecovery.REXMIT_NEW) {
      TcpOutput.pushPending(tp, TcpMss.current(tp), TcpOutput.NAGLE_OFF);
      if (Seq.after(tp.sndNxt, tp.highSeq)) {
        return;
      }
      tp.frto = false;
    }
    retransmitQueue(tp);
  }

  /** {@code tcp_xmit_retransmit_queue}. */
  static void retransmitQueue(TcpSock tp) {
    if (tp.packetsOut == 0) {
      return;
    }
    TcpSkb head = tp.rtxHead();
    @Nullable TcpSkb hole = null;
    boolean rearm = false;
    int maxSegs = TcpMss.tsoSegs(tp, TcpMss.current(tp));
    TcpSkb skb = tp.retransmitHint != null ? tp.retransmitHint : head;
    for (; skb != null; skb = skb.following()) {
      if (TcpPacing.mustWait(tp)) {
        break;
      }
      if (hole == null) {
        tp.retransmitHint = skb;
      }
      int segs = Math.min(tp.sndCwnd - tp.inFlight(), maxSegs);
      if (segs <= 0 || tp.retransOut >= tp.lostOut) {
        break;
      }
      if (!skb.tagged(TcpSkb.LOST)) {
        if (hole == null
            && !skb.tagged(TcpSkb.SACKED_RETRANS)
            && !skb.tagged(TcpSkb.SACKED_ACKED)) {
          hole = skb;
        }
        continue;
      }
      if (skb.tagged(TcpSkb.SACKED_ACKED) || skb.tagged(TcpSkb.SACKED_RETRANS)) {
        continue;
      }
      Mib mib = tp.caState == TcpSock.CA_LOSS ? Mib.TCP_SLOW_START_RETRANS : Mib.TCP_FAST_RETRANS;
      if (TcpTsq.smallQueueCheck(tp, skb, 1) || retransmit(tp, skb, segs) != 0) {
        break;
      }
      tp.net.addMib(mib, skb.pcount);
      if (tp.inCwndReduction()) {
        tp.prrOut += skb.pcount;
      }
      if (skb == head && tp.pending != TcpSock.PENDING_REO_TIMEOUT) {
        rearm = true;
      }
    }
    if (rearm) {
      TcpTimers.resetPaced(tp, TcpSock.PENDING_RETRANS, tp.rtoJiffies);
    }
  }
}
