package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;

/**
 * The scoreboard: marks the pieces that a block of a selective acknowledgement has.
 *
 * <p><b>Source:</b> RFC 2018; RFC 2883 (D-SACK); {@code net/ipv4/tcp_input.c}: {@code
 * tcp_sacktag_walk}, {@code tcp_match_skb_to_sack}, {@code tcp_sacktag_one}.
 */
final class TcpSackWalk {
  private static final int FAILED = -1;
  private static final int OUTSIDE = 0;
  private static final int INSIDE = 1;

  private TcpSackWalk() {}

  /** A block that was received twice. */
  record Dup(int start, int end) {}

  /**
   * Marks what a block has.
   *
   * @param from where to begin
   * @param next the block behind this one, if it was received twice, or null
   * @param dupBlock whether this one was
   * @return the first piece that is behind the block, or null
   */
  static @Nullable TcpSkb walk(
      TcpSock tp,
      @Nullable TcpSkb from,
      @Nullable Dup next,
      int start,
      int end,
      boolean dupBlock,
      TcpAck.State state) {
    for (TcpSkb skb = from; skb != null; skb = skb.following()) {
      if (!Seq.before(skb.seq, end)) {
        return skb;
      }
      boolean dup = dupBlock;
      int in = OUTSIDE;
      if (next != null && Seq.before(skb.seq, next.end())) {
        in = match(tp, skb, next.start(), next.end());
        dup |= in == INSIDE;
      }
      if (in != INSIDE) {
        TcpSkb shifted = TcpSackShift.shift(tp, skb, start, end, dup, state);
        if (shifted != null && shifted != skb) {
          skb = shifted;
          continue;
        }
        in = shifted == skb ? OUTSIDE : match(tp, skb, start, end);
      }
      if (in == FAILED) {
        return skb;
      }
      if (in == INSIDE) {
        skb.sacked = tag(tp, skb, skb.endSeq, dup, skb.pcount, state);
        TcpRate.skbDelivered(tp, skb, state.rate);
        if (skb.tagged(TcpSkb.SACKED_ACKED)) {
          TcpSorted.remove(tp, skb);
        }
      }
    }
    return null;
  }

  /** Whether a piece is in a block; else it is cut so that its first part is in it or out. */
  private static int match(TcpSock tp, TcpSkb skb, int start, int end) {
    boolean begins = !Seq.after(start, skb.seq);
    boolean inside = begins && !Seq.before(end, skb.endSeq);
    if (inside || skb.pcount <= 1 || !Seq.after(skb.endSeq, start)) {
      return inside ? INSIDE : OUTSIDE;
    }
    int mss = skb.gsoSize;
    int at = begins ? end - skb.seq : Math.max(start - skb.seq, mss);
    if (at < mss) {
      return FAILED;
    }
    if (at > mss) {
      int whole = at / mss * mss;
      at = whole < at && !begins ? whole + mss : whole;
    }
    if (at >= skb.len && !begins) {
      return OUTSIDE;
    }
    if (!TcpFragment.fragment(tp, skb, at, mss, true)) {
      return FAILED;
    }
    return begins ? INSIDE : OUTSIDE;
  }

  /**
   * Counts what is newly acknowledged of a piece.
   *
   * @param end where that ends
   * @param pcount segments of it
   * @return the new {@code sacked} of that
   */
  static int tag(TcpSock tp, TcpSkb skb, int end, boolean dup, int pcount, TcpAck.State state) {
    int sacked = skb.sacked;
    int start = skb.seq;
    if (dup && (sacked & TcpSkb.RETRANS) != 0) {
      if (tp.hasUndoMarker && tp.undoRetrans > 0 && Seq.after(end, tp.undoMarker)) {
        tp.undoRetrans = Math.max(0, tp.undoRetrans - pcount);
      }
      if ((sacked & TcpSkb.SACKED_ACKED) != 0 && Seq.before(start, state.reord)) {
        state.reord = start;
      }
    }
    if (!Seq.after(end, tp.sndUna)) {
      return sacked;
    }
    if ((sacked & TcpSkb.SACKED_ACKED) == 0) {
      long sentUs = skb.sentNs / 1000;
      TcpRack.advance(tp, sacked, end, sentUs);
      if ((sacked & TcpSkb.SACKED_RETRANS) != 0) {
        if ((sacked & TcpSkb.LOST) != 0) {
          sacked &= ~(TcpSkb.LOST | TcpSkb.SACKED_RETRANS);
          tp.lostOut -= pcount;
          tp.retransOut -= pcount;
        }
      } else {
        if ((sacked & TcpSkb.RETRANS) == 0) {
          noteOriginal(tp, start, end, sentUs, state);
        }
        if ((sacked & TcpSkb.LOST) != 0) {
          sacked &= ~TcpSkb.LOST;
          tp.lostOut -= pcount;
        }
      }
      sacked |= TcpSkb.SACKED_ACKED;
      state.flag |= TcpAck.FLAG_DATA_SACKED;
      tp.sackedOut += pcount;
      state.sackDelivered += pcount;
      noteHighest(tp, end);
    }
    if (dup && (sacked & TcpSkb.SACKED_RETRANS) != 0) {
      sacked &= ~TcpSkb.SACKED_RETRANS;
      tp.retransOut -= pcount;
    }
    return sacked;
  }

  /** What was sent only once has come, perhaps out of order. */
  private static void noteOriginal(
      TcpSock tp, int start, int end, long sentUs, TcpAck.State state) {
    if (Seq.before(start, TcpRecovery.highestSackSeq(tp)) && Seq.before(start, state.reord)) {
      state.reord = start;
    }
    if (!Seq.after(end, tp.highSeq)) {
      state.flag |= TcpAck.FLAG_ORIG_SACK_ACKED;
    }
    if (state.firstSackUs == 0) {
      state.firstSackUs = sentUs + 1;
    }
    state.lastSackUs = sentUs + 1;
  }

  /** {@code tcp_advance_highest_sack}. */
  static void noteHighest(TcpSock tp, int end) {
    if (Seq.after(end, tp.fackSeq)) {
      tp.fackSeq = end;
    }
  }
}
