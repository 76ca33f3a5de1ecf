package org.netshard.protocol.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;

/**
 * What the blocks of selective acknowledgements tell: which are valid, which report what came
 * twice, and which parts of them are new.
 *
 * <p><b>Source:</b> RFC 2018; RFC 2883 (D-SACK); {@code net/ipv4/tcp_input.c}: {@code
 * tcp_sacktag_write_queue}, {@code tcp_is_sackblock_valid}, {@code tcp_check_dsack}, {@code
 * tcp_sacktag_skip}.
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
    Blocks blocks = new Blocks(starts, ends, used, dsackAt);
    walk(tp, blocks, state);
    blocks.keepIn(tp);
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

  /** Walks through the pieces that the blocks newly tell of. */
  private static void walk(TcpSock tp, Blocks blocks, TcpAck.State state) {
    int[] known = tp.sackCache;
    int cached = 0;
    if (tp.sackedOut == 0) {
      cached = known.length;
    }
    while (cached < known.length && known[cached] == 0 && known[cached + 1] == 0) {
      cached += 2;
    }
    TcpSkb skb = null;
    int i = 0;
    while (i < blocks.used) {
      int start = blocks.starts[i];
      int end = blocks.ends[i];
      boolean dup = i == blocks.dsackAt;
      TcpSackWalk.Dup next = i + 1 == blocks.dsackAt ? blocks.dsack() : null;
      while (cached < known.length && !Seq.before(start, known[cached + 1])) {
        cached += 2;
      }
      if (cached < known.length && !dup && Seq.after(end, known[cached])) {
        int knownEnd = known[cached + 1];
        if (Seq.before(start, known[cached])) {
          skb = find(tp, skb, start);
          skb = TcpSackWalk.walk(tp, skb, next, start, known[cached], false, state);
        }
        if (!Seq.after(end, knownEnd)) {
          i++;
          continue;
        }
        if (next != null && Seq.before(next.start(), knownEnd)) {
          skb = find(tp, skb, next.start());
          skb = TcpSackWalk.walk(tp, skb, null, next.start(), next.end(), true, state);
        }
        cached += 2;
        if (TcpRecovery.highestSackSeq(tp) != knownEnd) {
          skb = find(tp, skb, knownEnd);
          continue;
        }
        skb = highestSack(tp);
        if (skb == null) {
          break;
        }
      } else {
        if (!Seq.before(start, TcpRecovery.highestSackSeq(tp))) {
          skb = highestSack(tp);
          if (skb == null) {
            break;
          }
        }
        skb = find(tp, skb, start);
      }
      skb = TcpSackWalk.walk(tp, skb, next, start, end, dup, state);
      i++;
    }
  }

  /** {@code tcp_highest_sack}: the piece behind the last that was acknowledged selectively. */
  private static @Nullable TcpSkb highestSack(TcpSock tp) {
    return tp.sackedOut == 0 ? tp.rtxHead() : find(tp, null, tp.fackSeq);
  }

  /**
   * {@code tcp_sacktag_skip}: the piece with a sequence number, or where the walk is, if that is
   * behind it; null if no piece has it.
   */
  private static @Nullable TcpSkb find(TcpSock tp, @Nullable TcpSkb from, int seq) {
    TcpSkb skb = from == null ? tp.rtxHead() : from;
    TcpSkb last = tp.rtxTail();
    if (skb == null || last == null || (skb == from && Seq.after(skb.seq, seq))) {
      return from;
    }
    if (Seq.before(seq, skb.seq)) {
      return null;
    }
    if (last.endSeq - seq < seq - skb.seq) {
      while (last != null && Seq.before(seq, last.seq)) {
        last = (TcpSkb) last.previous();
      }
      return last != null && Seq.before(seq, last.endSeq) ? last : null;
    }
    while (skb != null && !Seq.before(seq, skb.endSeq)) {
      skb = skb.following();
    }
    return skb;
  }

  /** The valid blocks of a segment, in the order of the data; one of them may be a D-SACK. */
  private record Blocks(int[] starts, int[] ends, int used, int dsackAt) {
    TcpSackWalk.Dup dsack() {
      return new TcpSackWalk.Dup(starts[dsackAt], ends[dsackAt]);
    }

    /** {@code recv_sack_cache}: the next segment will tell most of this again. */
    void keepIn(TcpSock tp) {
      int[] cache = tp.sackCache;
      if (cache.length == 0) {
        cache = new int[2 * BLOCKS_MAX];
        tp.sackCache = cache;
      }
      Arrays.fill(cache, 0);
      int at = cache.length - 2 * used;
      for (int i = 0; i < used; i++) {
        cache[at++] = starts[i];
        cache[at++] = ends[i];
      }
    }
  }
}
