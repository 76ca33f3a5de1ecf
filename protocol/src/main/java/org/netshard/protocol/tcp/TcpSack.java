package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;

/**
 * The scoreboard: which pieces the other end has got out of order.
 *
 * <p><b>Source:</b> RFC 2018; RFC 2883 (D-SACK); {@code net/ipv4/tcp_input.c}: {@code
 * tcp_sacktag_write_queue}, {@code tcp_sacktag_one}, {@code tcp_is_sackblock_valid}, {@code
 * tcp_check_dsack}.
 *
 * <p><b>Differs from Linux:</b> pieces that were acknowledged selectively are not joined ({@code
 * tcp_shift_skb_data}).
 */
final class TcpSack {
  private static final int BLOCKS_MAX = 4;

  private TcpSack() {}

  /** Marks what the blocks of a segment tell; flags of {@link TcpAck}. */
  static int tag(TcpSock tp, Packet packet, int priorSndUna, TcpAck.State state) {
    int count = Math.min(tp.rxOpt.sackBytes / RxOpt.SACK_BLOCK_BYTES, BLOCKS_MAX);
    int[] starts = new int[count];
    int[] ends = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = packet.u32(tp.rxOpt.sackAt + i * RxOpt.SACK_BLOCK_BYTES);
      ends[i] = packet.u32(tp.rxOpt.sackAt + i * RxOpt.SACK_BLOCK_BYTES + Integer.BYTES);
    }
    if (tp.sackedOut == 0) {
      tp.fackSeq = tp.sndUna;
    }
    boolean dsack = checkDsack(tp, packet, starts, ends, priorSndUna, state);
    if (Seq.before(TcpHeader.ackSeq(packet), priorSndUna - tp.maxWindow)) {
      return 0;
    }
    if (tp.packetsOut == 0) {
      return state.flag;
    }
    int used = 0;
    int first = 0;
    for (int i = 0; i < count; i++) {
      boolean isDsack = dsack && i == 0;
      if (!valid(tp, isDsack, starts[i], ends[i])) {
        if (isDsack) {
          tp.net.addMib(
              tp.hasUndoMarker ? Mib.TCP_DSACK_IGNORED_OLD : Mib.TCP_DSACK_IGNORED_NO_UNDO, 1);
        } else {
          boolean late = TcpHeader.ackSeq(packet) != tp.sndUna && !Seq.after(ends[i], tp.sndUna);
          if (!late) {
            tp.net.addMib(Mib.TCP_SACK_DISCARD, 1);
          }
        }
        first = i == 0 ? -1 : first;
        continue;
      }
      if (!Seq.after(ends[i], priorSndUna)) {
        first = i == 0 ? -1 : first;
        continue;
      }
      starts[used] = starts[i];
      ends[used] = ends[i];
      used++;
    }
    int dsackAt = sort(starts, ends, used, dsack ? first : -1);
    TcpSkb skb = null;
    for (int i = 0; i < used; i++) {
      if (skb == null) {
        skb = tp.rtxHead();
      }
      int dup = i + 1 == dsackAt ? i + 1 : -1;
      skb = tagBlocks(tp, skb, starts, ends, i, dup, i == dsackAt, state);
    }
    if (tp.caState != TcpSock.CA_LOSS || tp.hasUndoMarker) {
      TcpRecovery.checkSackReordering(tp, state.reord, false);
    }
    return state.flag;
  }

  private static boolean valid(TcpSock tp, boolean isDsack, int start, int end) {
    if (Seq.after(end, tp.sndNxt) || !Seq.before(start, end)) {
      return false;
    }
    if (!Seq.before(start, tp.sndNxt)) {
      return false;
    }
    if (Seq.after(start, tp.sndUna)) {
      return true;
    }
    if (!isDsack || !tp.hasUndoMarker || Seq.after(end, tp.sndUna)) {
      return false;
    }
    if (!Seq.before(start, tp.undoMarker)) {
      return true;
    }
    return Seq.after(end, tp.undoMarker) && !Seq.before(start, end - tp.maxWindow);
  }

  private static boolean checkDsack(
      TcpSock tp, Packet packet, int[] starts, int[] ends, int priorSndUna, TcpAck.State state) {
    if (starts.length == 0) {
      return false;
    }
    if (Seq.before(starts[0], TcpHeader.ackSeq(packet))) {
      tp.net.addMib(Mib.TCP_DSACK_RECV, 1);
    } else if (starts.length > 1
        && !Seq.after(ends[0], ends[1])
        && !Seq.before(starts[0], starts[1])) {
      tp.net.addMib(Mib.TCP_DSACK_OFO_RECV, 1);
    } else {
      return false;
    }
    int dups = dsackSeen(tp, starts[0], ends[0], state);
    if (dups == 0) {
      tp.net.addMib(Mib.TCP_DSACK_IGNORED_DUBIOUS, 1);
      return false;
    }
    tp.net.addMib(Mib.TCP_DSACK_RECV_SEGS, dups);
    if (tp.hasUndoMarker
        && tp.undoRetrans > 0
        && !Seq.after(ends[0], priorSndUna)
        && Seq.after(ends[0], tp.undoMarker)) {
      tp.undoRetrans = Math.max(0, tp.undoRetrans - dups);
    }
    return true;
  }

  private static int dsackSeen(TcpSock tp, int start, int end, TcpAck.State state) {
    int length = end - start;
    if (!Seq.before(start, end) || Integer.compareUnsigned(length, tp.maxWindow) > 0) {
      return 0;
    }
    int dups = 1;
    if (length > tp.mssCache) {
      dups = (length + tp.mssCache - 1) / tp.mssCache;
    } else if (tp.tlpHighSeq != 0 && tp.tlpHighSeq == end) {
      state.flag |= TcpAck.FLAG_DSACK_TLP;
    }
    tp.dsackDups += dups;
    if (tp.dsackDups > tp.totalRetrans) {
      return 0;
    }
    if (tp.reordSeen != 0 && (state.flag & TcpAck.FLAG_DSACK_TLP) == 0) {
      tp.rackDsackSeen = true;
    }
    state.flag |= TcpAck.FLAG_DSACKING_ACK;
    state.sackDelivered += dups;
    return dups;
  }

  /** Orders the blocks as the data are; where the one at {@code tracked} has come to. */
  private static int sort(int[] starts, int[] ends, int used, int tracked) {
    int at = tracked;
    for (int i = used - 1; i > 0; i--) {
      for (int j = 0; j < i; j++) {
        if (Seq.after(starts[j], starts[j + 1])) {
          int start = starts[j];
          int end = ends[j];
          starts[j] = starts[j + 1];
          ends[j] = ends[j + 1];
          starts[j + 1] = start;
          ends[j + 1] = end;
          at = at == j ? j + 1 : at;
        }
      }
    }
    return at;
  }

  /**
   * {@code tcp_sacktag_walk}: marks what block {@code i} has.
   *
   * @param from where to begin
   * @param dupAt the next block if it is the one that was received twice, else -1
   * @param dup whether this one is
   * @return the first piece that is behind the block, or null
   */
  private static @Nullable TcpSkb tagBlocks(
      TcpSock tp,
      @Nullable TcpSkb from,
      int[] starts,
      int[] ends,
      int i,
      int dupAt,
      boolean dup,
      TcpAck.State state) {
    @Nullable TcpSkb next;
    for (TcpSkb skb = from; skb != null; skb = next) {
      if (!Seq.before(skb.seq, ends[i])) {
        return skb;
      }
      boolean twice = dupAt >= 0 && matches(tp, skb, starts[dupAt], ends[dupAt]);
      if (twice || matches(tp, skb, starts[i], ends[i])) {
        tagOne(tp, skb, dup || twice, state);
      }
      next = skb.following();
    }
    return null;
  }

  /** Whether a piece is in a block, of which it may be cut off first. */
  private static boolean matches(TcpSock tp, TcpSkb skb, int start, int end) {
    if (!Seq.after(skb.endSeq, start) || !Seq.before(skb.seq, end)) {
      return false;
    }
    boolean whole = !Seq.after(start, skb.seq) && !Seq.before(end, skb.endSeq);
    return whole || (skb.pcount > 1 && cut(tp, skb, start, end));
  }

  /** {@code tcp_match_skb_to_sack}: cuts a piece so that its first part is in the block or out. */
  private static boolean cut(TcpSock tp, TcpSkb skb, int start, int end) {
    int mss = skb.gsoSize != 0 ? skb.gsoSize : skb.len;
    boolean inside = !Seq.after(start, skb.seq);
    int at;
    if (inside) {
      at = end - skb.seq;
    } else {
      at = start - skb.seq;
    }
    if (at < mss && inside) {
      return false;
    }
    at = Math.max(at, mss);
    if (at > mss) {
      int whole = at / mss * mss;
      if (whole < at && !inside) {
        whole += mss;
      }
      at = whole;
    }
    if (at >= skb.len && !inside) {
      return false;
    }
    if (at < skb.len) {
      boolean unused = TcpFragment.fragment(tp, skb, at, mss, true);
    }
    return inside;
  }

  /** {@code tcp_sacktag_one}. */
  private static void tagOne(TcpSock tp, TcpSkb skb, boolean dup, TcpAck.State state) {
    if (dup && skb.tagged(TcpSkb.RETRANS)) {
      if (tp.hasUndoMarker && tp.undoRetrans > 0 && Seq.after(skb.endSeq, tp.undoMarker)) {
        tp.undoRetrans = Math.max(0, tp.undoRetrans - skb.pcount);
      }
      if (skb.tagged(TcpSkb.SACKED_ACKED) && Seq.before(skb.seq, state.reord)) {
        state.reord = skb.seq;
      }
    }
    if (!Seq.after(skb.endSeq, tp.sndUna)) {
      return;
    }
    if (!skb.tagged(TcpSkb.SACKED_ACKED)) {
      long sentUs = skb.sentNs / 1000;
      TcpRack.advance(tp, skb.sacked, skb.endSeq, sentUs);
      if (skb.tagged(TcpSkb.SACKED_RETRANS)) {
        if (skb.tagged(TcpSkb.LOST)) {
          skb.sacked &= ~(TcpSkb.LOST | TcpSkb.SACKED_RETRANS);
          tp.lostOut -= skb.pcount;
          tp.retransOut -= skb.pcount;
        }
      } else {
        if (!skb.tagged(TcpSkb.RETRANS)) {
          if (Seq.before(skb.seq, TcpRecovery.highestSackSeq(tp))
              && Seq.before(skb.seq, state.reord)) {
            state.reord = skb.seq;
          }
          if (!Seq.after(skb.endSeq, tp.highSeq)) {
            state.flag |= TcpAck.FLAG_ORIG_SACK_ACKED;
          }
          if (state.firstSackUs == 0) {
            state.firstSackUs = sentUs + 1;
          }
          state.lastSackUs = sentUs + 1;
        }
        if (skb.tagged(TcpSkb.LOST)) {
          skb.sacked &= ~TcpSkb.LOST;
          tp.lostOut -= skb.pcount;
        }
      }
      skb.sacked |= TcpSkb.SACKED_ACKED;
      state.flag |= TcpAck.FLAG_DATA_SACKED;
      tp.sackedOut += skb.pcount;
      state.sackDelivered += skb.pcount;
      if (Seq.after(skb.endSeq, tp.fackSeq)) {
        tp.fackSeq = skb.endSeq;
      }
      TcpRate.skbDelivered(tp, skb, state.rate);
      TcpSorted.remove(tp, skb);
    }
    if (dup && skb.tagged(TcpSkb.SACKED_RETRANS)) {
      skb.sacked &= ~TcpSkb.SACKED_RETRANS;
      tp.retransOut -= skb.pcount;
    }
  }
}
