package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;

/**
 * Joins pieces that were acknowledged selectively, so that a long queue of them stays short.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_input.c}: {@code tcp_shift_skb_data}, {@code
 * tcp_shifted_skb}, {@code tcp_skb_shift}; {@code net/core/skbuff.c}, {@code skb_shift}.
 *
 * <p><b>Differs from Linux:</b> the data of a connection are taken to lie one behind the other in
 * pages of 32 KiB, as they do if their task sends on no other; 17 pages are never the limit then.
 */
final class TcpSackShift {
  /** {@code 65535 * TCP_MIN_GSO_SIZE}: bytes that a piece has at most. */
  private static final int BYTES_MAX = 65_535 * 8;

  private static final int SEGS_MAX = 65_535;

  private TcpSackShift() {}

  /**
   * Moves what a block newly has of a piece into the one before it, if that is acknowledged.
   *
   * @return the piece before, if something was moved; the piece itself if the block has no whole
   *     segment of it; null if it must be marked as it is
   */
  static @Nullable TcpSkb shift(
      TcpSock tp, TcpSkb skb, int start, int end, boolean dup, TcpAck.State state) {
    TcpSkb prev = (TcpSkb) skb.previous();
    boolean inFlightAgain =
        !dup && (skb.sacked & (TcpSkb.LOST | TcpSkb.SACKED_RETRANS)) == TcpSkb.SACKED_RETRANS;
    if (inFlightAgain
        || !canShift(skb)
        || !Seq.after(skb.endSeq, tp.sndUna)
        || prev == null
        || (prev.sacked & TcpSkb.TAGBITS) != TcpSkb.SACKED_ACKED
        || !canCollapse(prev, skb)) {
      return fallback(tp);
    }
    int len = skb.len;
    int pcount = skb.pcount;
    int mss = segLen(skb);
    boolean begins = !Seq.after(start, skb.seq);
    boolean whole = begins && !Seq.before(end, skb.endSeq);
    if (!whole) {
      if (!Seq.after(skb.endSeq, start) || pcount <= 1) {
        return skb;
      }
      if (!begins) {
        return fallback(tp);
      }
      mss = skb.gsoSize;
    }
    if (mss != segLen(prev)) {
      return fallback(tp);
    }
    if (!whole) {
      pcount = (end - skb.seq) / mss;
      len = pcount * mss;
      if (pcount == 0) {
        return skb;
      }
    }
    if (!Seq.after(skb.seq + len, tp.sndUna) || !move(prev, skb, pcount, len)) {
      return fallback(tp);
    }
    if (!shifted(tp, prev, skb, pcount, len, mss, dup, state)) {
      return prev;
    }
    TcpSkb next = prev.following();
    if (next != null
        && canShift(next)
        && (next.sacked & TcpSkb.TAGBITS) == TcpSkb.SACKED_ACKED
        && mss == segLen(next)
        && canCollapse(prev, next)) {
      len = next.len;
      pcount = next.pcount;
      if (move(prev, next, pcount, len)) {
        boolean unused = shifted(tp, prev, next, pcount, len, mss, false, state);
      }
    }
    return prev;
  }

  private static @Nullable TcpSkb fallback(TcpSock tp) {
    tp.net.addMib(Mib.TCP_SACK_SHIFT_FALLBACK, 1);
    return null;
  }

  /** {@code skb_can_shift}: whether it has data. */
  private static boolean canShift(TcpSkb skb) {
    return skb.len > 0;
  }

  /** {@code tcp_skb_can_collapse}. */
  private static boolean canCollapse(TcpSkb to, TcpSkb from) {
    return !to.eor && DataMap.same(to.map, from.map) && !TcpFragment.isZerocopy(to, from);
  }

  /** {@code tcp_skb_seglen}. */
  private static int segLen(TcpSkb skb) {
    return skb.pcount == 1 ? skb.len : skb.gsoSize;
  }

  /** {@code tcp_skb_shift}. */
  private static boolean move(TcpSkb to, TcpSkb from, int pcount, int len) {
    if (to.len + len >= BYTES_MAX || to.pcount + pcount > SEGS_MAX) {
      return false;
    }
    to.append(from.buf, from.off, len);
    from.trimHead(len);
    to.setTruesize(to.truesize() + len);
    from.setTruesize(from.truesize() - len);
    return true;
  }

  /** Counts what was moved; whether that was all of the piece, which is gone then. */
  private static boolean shifted(
      TcpSock tp,
      TcpSkb prev,
      TcpSkb skb,
      int pcount,
      int len,
      int mss,
      boolean dup,
      TcpAck.State state) {
    int unused = TcpSackWalk.tag(tp, skb, skb.seq + len, dup, pcount, state);
    TcpRate.skbDelivered(tp, skb, state.rate);
    prev.endSeq += len;
    skb.seq += len;
    prev.pcount += pcount;
    skb.pcount -= pcount;
    if (prev.gsoSize == 0) {
      prev.gsoSize = mss;
    }
    if (skb.pcount <= 1) {
      skb.gsoSize = 0;
    }
    prev.sacked |= skb.sacked & TcpSkb.EVER_RETRANS;
    if (skb.len > 0) {
      tp.net.addMib(Mib.TCP_SACK_SHIFTED, 1);
      return false;
    }
    if (skb == tp.retransmitHint) {
      tp.retransmitHint = prev;
    }
    prev.flags |= skb.flags;
    prev.eor = skb.eor;
    if (skb.has(TcpHeader.FIN)) {
      prev.endSeq++;
      TcpSackWalk.noteHighest(tp, prev.endSeq);
    }
    TcpTimestamping.join(prev, skb);
    prev.deliveredMstamp = 0;
    tp.rtxQueue.unlink(skb);
    TcpSorted.remove(tp, skb);
    TcpFragment.freeQueued(tp, skb);
    tp.net.addMib(Mib.TCP_SACK_MERGED, 1);
    return true;
  }
}
