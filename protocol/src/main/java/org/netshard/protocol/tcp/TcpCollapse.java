package org.netshard.protocol.tcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SkbQueue;

/**
 * Data that wait are copied into buffers that are full.
 *
 * <p>A buffer is a piece of the queue with those that have joined it.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_input.c}: {@code tcp_collapse}, {@code tcp_collapse_one},
 * {@code tcp_collapse_ofo_queue}.
 */
final class TcpCollapse {
  private final TcpSock tp;
  private final SkbQueue queue;
  private final @Nullable TcpOfoTree tree;
  private final List<TcpSkb> made = new ArrayList<>(1);

  private TcpCollapse(TcpSock tp, SkbQueue queue, @Nullable TcpOfoTree tree) {
    this.tp = tp;
    this.queue = queue;
    this.tree = tree;
  }

  /** Copies what is worth it, of what came out of order and of what waits to be read. */
  static void queues(TcpSock tp) {
    TcpOfoTree tree = tp.outOfOrder;
    if (tree != null) {
      new TcpCollapse(tp, tree.pieces, tree).ranges();
    }
    if (tp.sk.isReadable() && tp.sk.receiveQueue().peek() instanceof TcpSkb first) {
      new TcpCollapse(tp, tp.sk.receiveQueue(), null).run(first, null, tp.copiedSeq, tp.rcvNxt);
    }
  }

  /** Each range without a gap, but for those that are small anyway. */
  private void ranges() {
    int tiny = 0;
    TcpSkb next = (TcpSkb) queue.peek();
    while (next != null) {
      TcpSkb head = next;
      TcpSkb last = head.lastJoined();
      int start = head.seq;
      int end = last.endSeq;
      int headSize = truesize(head, last);
      int size = headSize;
      next = last.following();
      while (next != null && !Seq.after(next.seq, end)) {
        last = next.lastJoined();
        size += truesize(next, last);
        end = Seq.max(end, last.endSeq);
        next = last.following();
      }
      if (size != headSize || end - start >= Skb.MAX_HEAD_BYTES) {
        run(head, next, start, end);
      } else {
        tiny += size;
        if (tiny > tp.sk.rcvbuf() >> 3) {
          return;
        }
      }
    }
  }

  /**
   * {@code tcp_collapse}.
   *
   * @param tail the buffer behind the last, or null
   */
  private void run(TcpSkb head, @Nullable TcpSkb tail, int from, int end) {
    int start = from;
    TcpSkb skb = head;
    while (skb != null && skb != tail) {
      TcpSkb last = skb.lastJoined();
      TcpSkb next = last.following();
      if (!Seq.before(start, last.endSeq)) {
        skb = removeAll(skb, last);
        continue;
      }
      boolean overlaps =
          next != null
              && next != tail
              && DataMap.same(skb.map, next.map)
              && last.endSeq != next.seq;
      if (isBloated(skb, last, start) || overlaps) {
        break;
      }
      start = last.endSeq;
      skb = next;
    }
    if (skb != null && skb != tail && !isEnd(skb)) {
      copy(skb, tail, start, end);
    }
    if (tree != null) {
      made.forEach(tree::insert);
    }
    made.clear();
  }

  private boolean isBloated(TcpSkb first, TcpSkb last, int start) {
    return !isEnd(first)
        && (tp.winFromSpace(truesize(first, last)) > last.endSeq - first.seq
            || Seq.before(first.seq, start));
  }

  private void copy(TcpSkb first, @Nullable TcpSkb tail, int from, int end) {
    int start = from;
    @Nullable TcpSkb skb = first;
    while (skb != null && Seq.before(start, end)) {
      int room = Math.min(Skb.MAX_HEAD_BYTES, end - start);
      TcpSkb full = TcpSkb.collapsed(skb, start, room);
      queue.addAfter(skb.previous(), full);
      made.add(full);
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
          skb = behind(skb, full, tail);
        }
      }
    }
  }

  /** Removes a piece that is copied; the next one, or null if that does not go into the buffer. */
  private @Nullable TcpSkb behind(TcpSkb skb, TcpSkb full, @Nullable TcpSkb tail) {
    TcpSkb next = skb.following();
    boolean whole = next == null || !next.joined;
    remove(skb, whole);
    boolean ends =
        whole && next != null && (next == tail || !DataMap.same(full.map, next.map) || isEnd(next));
    if (ends) {
      return null;
    }
    return next;
  }

  /** {@code tcp_collapse_one}; a buffer counts once. */
  private void remove(TcpSkb skb, boolean whole) {
    queue.unlink(skb);
    if (whole && tree != null && skb.node != null) {
      tree.erase(skb.node);
    }
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
