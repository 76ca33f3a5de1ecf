package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SkbQueue;

/**
 * Data that wait in order are copied into buffers that are full.
 *
 * <p>A buffer is a piece of the queue with those that have joined it.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_input.c}: {@code tcp_collapse}, {@code tcp_collapse_one}.
 *
 * <p><b>Differs from Linux:</b> what came out of order is left as it is ({@code
 * tcp_collapse_ofo_queue}).
 */
final class TcpCollapse {
  private final TcpSock tp;
  private final SkbQueue queue;

  private TcpCollapse(TcpSock tp) {
    this.tp = tp;
    this.queue = tp.sk.receiveQueue();
  }

  /** Copies what is worth it. */
  static void receiveQueue(TcpSock tp) {
    if (tp.sk.isReadable()) {
      new TcpCollapse(tp).run();
    }
  }

  private void run() {
    int start = tp.copiedSeq;
    TcpSkb skb = (TcpSkb) queue.peek();
    while (skb != null) {
      TcpSkb last = last(skb);
      TcpSkb next = last.following();
      if (!Seq.before(start, last.endSeq)) {
        skb = removeAll(skb, last);
        continue;
      }
      boolean overlaps = next != null && DataMap.same(skb.map, next.map) && last.endSeq != next.seq;
      if (isBloated(skb, last, start) || overlaps) {
        break;
      }
      start = last.endSeq;
      skb = next;
    }
    if (skb != null && !isEnd(skb)) {
      copy(skb, start);
    }
  }

  private boolean isBloated(TcpSkb first, TcpSkb last, int start) {
    return !isEnd(first)
        && (tp.winFromSpace(truesize(first, last)) > last.endSeq - first.seq
            || Seq.before(first.seq, start));
  }

  private void copy(TcpSkb first, int from) {
    int start = from;
    @Nullable TcpSkb skb = first;
    while (skb != null && Seq.before(start, tp.rcvNxt)) {
      int room = Math.min(Skb.MAX_HEAD_BYTES, tp.rcvNxt - start);
      TcpSkb full = TcpSkb.collapsed(skb, start, room);
      queue.addAfter(skb.previous(), full);
      SkbOwner.setOwnerR(tp.sk, full.truesize());
      while (room > 0 && skb != null) {
        int size = Math.min(room, skb.endSeq - start);
        if (size > 0) {
          full.append(skb.buf, skb.off + (start - skb.seq), size);
          full.endSeq += size;
          full.tailroom -= size;
          room -= size;
          start += size;
        }
        if (!Seq.before(start, skb.endSeq)) {
          skb = behind(skb, full);
        }
      }
    }
  }

  /** Removes a piece that is copied; the next one, or null if that does not go into the buffer. */
  private @Nullable TcpSkb behind(TcpSkb skb, TcpSkb full) {
    TcpSkb next = skb.following();
    boolean whole = next == null || !next.joined;
    remove(skb, whole);
    if (next != null && whole && (!DataMap.same(full.map, next.map) || isEnd(next))) {
      return null;
    }
    return next;
  }

  /** {@code tcp_collapse_one}; a buffer counts once. */
  private void remove(TcpSkb skb, boolean whole) {
    queue.unlink(skb);
    SkbOwner.rfree(tp.sk, skb.truesize());
    tp.net.addMib(Mib.TCP_RCV_COLLAPSED, whole ? 1 : 0);
  }

  private @Nullable TcpSkb removeAll(TcpSkb first, TcpSkb last) {
    TcpSkb skb = first;
    while (skb != last) {
      TcpSkb next = skb.following();
      remove(skb, false);
      if (next == null) {
        return null;
      }
      skb = next;
    }
    TcpSkb next = last.following();
    remove(last, true);
    return next;
  }

  private static TcpSkb last(TcpSkb first) {
    TcpSkb last = first;
    for (TcpSkb next = last.following(); next != null && next.joined; next = next.following()) {
      last = next;
    }
    return last;
  }

  private static int truesize(TcpSkb first, TcpSkb last) {
    int sum = 0;
    for (TcpSkb skb = first; skb != null; skb = skb == last ? null : skb.following()) {
      sum += skb.truesize();
    }
    return sum;
  }

  /** Whether a FIN is in the buffer, which is not copied then. */
  private static boolean isEnd(TcpSkb first) {
    TcpSkb skb = first;
    while (true) {
      if (skb.has(TcpHeader.SYN) || skb.has(TcpHeader.FIN)) {
        return true;
      }
      TcpSkb next = skb.following();
      if (next == null || !next.joined) {
        return false;
      }
      skb = next;
    }
  }
}
