package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.Sysctl;

/**
 * What comes out of order, and the blocks that tell the other end of it.
 *
 * <p><b>Source:</b> RFC 2018; RFC 2883; {@code net/ipv4/tcp_input.c}: {@code tcp_data_queue_ofo},
 * {@code tcp_ofo_queue}, {@code tcp_sack_new_ofo_skb}, {@code tcp_sack_remove}, {@code
 * tcp_dsack_set}, {@code tcp_prune_ofo_queue}.
 *
 * <p><b>Differs from Linux:</b> segments that follow each other are not joined while they wait.
 */
final class TcpOfo {
  private static final int SACKS_MAX = 4;

  private TcpOfo() {}

  static boolean isEmpty(TcpSock tp) {
    return tp.outOfOrder == null || tp.outOfOrder.isEmpty();
  }

  /** The only segment that waits, or null. */
  static @Nullable TcpSkb onlyOne(TcpSock tp) {
    SkbQueue queue = tp.outOfOrder;
    return queue != null && queue.size() == 1 ? (TcpSkb) queue.peek() : null;
  }

  /** {@code tcp_dsack_set}. */
  static void dsackSet(TcpSock tp, int seq, int endSeq) {
    if (!tp.rxOpt.sackOk || tp.net.sysctl(Sysctl.IPV4_TCP_DSACK) == 0) {
      return;
    }
    tp.net.addMib(Seq.before(seq, tp.rcvNxt) ? Mib.TCP_DSACK_OLD_SENT : Mib.TCP_DSACK_OFO_SENT, 1);
    tp.rxOpt.dsack = true;
    tp.dsackStart = seq;
    tp.dsackEnd = endSeq;
  }

  private static void dsackExtend(TcpSock tp, int seq, int endSeq) {
    if (!tp.rxOpt.dsack) {
      dsackSet(tp, seq, endSeq);
    } else if (!Seq.after(seq, tp.dsackEnd) && !Seq.after(tp.dsackStart, endSeq)) {
      tp.dsackStart = Seq.before(seq, tp.dsackStart) ? seq : tp.dsackStart;
      tp.dsackEnd = Seq.max(tp.dsackEnd, endSeq);
    }
  }

  /** {@code tcp_data_queue_ofo}. */
  static void queue(TcpSock tp, TcpSkb skb) {
    TcpEcn.checkCe(tp, skb);
    if (!TcpRcvQueue.tryRmemSchedule(tp, skb, tp.net.machine().softirqGfp())) {
      tp.net.addMib(Mib.TCP_OFO_DROP, 1);
      tp.sk.dataReady();
      tp.sk.rareForWrite().addDrop();
      return;
    }
    TcpAcks.measureOfo(tp, skb);
    tp.predFlags = false;
    tp.ackPending |= TcpSock.ACK_SCHED;
    tp.rcvOoopack += skb.gsoSize == 0 ? 1 : (skb.len + skb.gsoSize - 1) / skb.gsoSize;
    tp.net.addMib(Mib.TCP_OFO_QUEUE, 1);
    SkbQueue queue = tp.outOfOrder;
    if (queue == null) {
      queue = new SkbQueue();
      tp.outOfOrder = queue;
    }
    int seq = skb.seq;
    int endSeq = skb.endSeq;
    if (queue.isEmpty()) {
      queue.add(skb);
      if (tp.rxOpt.sackOk) {
        tp.rxOpt.numSacks = 0;
        sackNew(tp, seq, endSeq);
      }
      finish(tp, skb);
      growRcvbuf(tp);
      return;
    }
    boolean kept = insert(tp, queue, skb);
    if (tp.rxOpt.sackOk) {
      sackNew(tp, seq, endSeq);
    }
    if (kept) {
      finish(tp, skb);
    }
    growRcvbuf(tp);
  }

  /** What waits needs room too, of a connection that somebody has accepted. */
  private static void growRcvbuf(TcpSock tp) {
    if (tp.hasFile()) {
      TcpWindow.growRcvbuf(tp, tp.rcvqSpace);
    }
  }

  private static void finish(TcpSock tp, TcpSkb skb) {
    if (tp.rxOpt.sackOk) {
      TcpWindow.grow(tp, skb.truesize(), skb.len, false);
    }
    SkbOwner.setOwnerR(tp.sk, skb.truesize());
  }

  /** Finds the place; false if all of it is there already. */
  private static boolean insert(TcpSock tp, SkbQueue queue, TcpSkb skb) {
    int seq = skb.seq;
    int endSeq = skb.endSeq;
    TcpSkb before = (TcpSkb) queue.peekLast();
    while (before != null && Seq.before(seq, before.seq)) {
      before = (TcpSkb) before.previous();
    }
    if (before != null && Seq.before(seq, before.endSeq)) {
      if (!Seq.after(endSeq, before.endSeq)) {
        tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
        tp.sk.rareForWrite().addDrop();
        dsackSet(tp, seq, endSeq);
        return false;
      }
      if (Seq.after(seq, before.seq)) {
        dsackSet(tp, seq, before.endSeq);
      } else {
        TcpSkb covered = before;
        before = (TcpSkb) before.previous();
        dsackExtend(tp, covered.seq, covered.endSeq);
        tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
        drop(tp, queue, covered);
      }
    }
    queue.addAfter(before, skb);
    TcpSkb next;
    while ((next = skb.following()) != null && Seq.after(endSeq, next.seq)) {
      if (Seq.before(endSeq, next.endSeq)) {
        dsackExtend(tp, next.seq, endSeq);
        break;
      }
      dsackExtend(tp, next.seq, next.endSeq);
      tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
      drop(tp, queue, next);
    }
    return true;
  }

  /** {@code tcp_drop_reason}. */
  private static void drop(TcpSock tp, SkbQueue queue, TcpSkb skb) {
    queue.unlink(skb);
    tp.sk.rareForWrite().addDrop();
    SkbOwner.rfree(tp.sk, skb.truesize());
  }

  /** {@code tcp_ofo_queue}: a gap is filled, and what waited is in order now. */
  static void toReceiveQueue(TcpSock tp) {
    SkbQueue queue = tp.outOfOrder;
    int dsackHigh = tp.rcvNxt;
    while (queue != null && queue.peek() instanceof TcpSkb skb) {
      if (Seq.after(skb.seq, tp.rcvNxt)) {
        break;
      }
      if (Seq.before(skb.seq, dsackHigh)) {
        int dsack = dsackHigh;
        if (Seq.before(skb.endSeq, dsackHigh)) {
          dsack = skb.endSeq;
        }
        dsackExtend(tp, skb.seq, dsack);
      }
      queue.unlink(skb);
      if (!Seq.after(skb.endSeq, tp.rcvNxt)) {
        tp.sk.rareForWrite().addDrop();
        SkbOwner.rfree(tp.sk, skb.truesize());
        continue;
      }
      TcpRcvQueue.addOwned(tp, skb);
      if (skb.has(TcpHeader.FIN)) {
        TcpInput.fin(tp);
        break;
      }
    }
  }

  /** Drops all that waits. */
  static void purge(TcpSock tp) {
    SkbQueue queue = tp.outOfOrder;
    while (queue != null && queue.poll() instanceof TcpSkb skb) {
      SkbOwner.rfree(tp.sk, skb.truesize());
    }
    tp.outOfOrder = null;
  }

  /**
   * {@code tcp_prune_ofo_queue}: drops from the end, an eighth of the buffer at a time, but nothing
   * that is before the segment which comes.
   */
  static boolean prune(TcpSock tp, TcpMem.Segment segment) {
    SkbQueue queue = tp.outOfOrder;
    if (queue == null || queue.isEmpty()) {
      return false;
    }
    int goal = tp.sk.rcvbuf() >> 3;
    boolean pruned = false;
    while (queue.peekLast() instanceof TcpSkb last && !Seq.after(segment.seq(), last.seq)) {
      goal -= last.truesize();
      drop(tp, queue, last);
      pruned = true;
      if (goal <= 0) {
        if (TcpMem.canIngest(tp.sk) && !SkMem.underPressure(tp.sk)) {
          break;
        }
        goal = tp.sk.rcvbuf() >> 3;
      }
    }
    if (pruned) {
      tp.net.addMib(Mib.TCP_OFO_PRUNED, 1);
      if (tp.rxOpt.sackOk) {
        tp.rxOpt.dsack = false;
        tp.rxOpt.numSacks = 0;
      }
    }
    return pruned;
  }

  // Blocks.

  private static int[] blocks(TcpSock tp) {
    int @Nullable [] blocks = tp.sacks;
    if (blocks == null) {
      blocks = new int[SACKS_MAX * 2];
      tp.sacks = blocks;
    }
    return blocks;
  }

  private static boolean extend(int[] blocks, int i, int seq, int endSeq) {
    int start = blocks[i * 2];
    int end = blocks[i * 2 + 1];
    if (Seq.after(seq, end) || Seq.after(start, endSeq)) {
      return false;
    }
    if (Seq.before(seq, start)) {
      blocks[i * 2] = seq;
    }
    if (Seq.after(endSeq, end)) {
      blocks[i * 2 + 1] = endSeq;
    }
    return true;
  }

  /** {@code tcp_sack_new_ofo_skb}: the block that has just grown comes first. */
  private static void sackNew(TcpSock tp, int seq, int endSeq) {
    int[] blocks = blocks(tp);
    int count = tp.rxOpt.numSacks;
    for (int i = 0; i < count; i++) {
      if (extend(blocks, i, seq, endSeq)) {
        if (i >= 2) {
          compressSend(tp);
        }
        int start = blocks[i * 2];
        int end = blocks[i * 2 + 1];
        System.arraycopy(blocks, 0, blocks, 2, i * 2);
        blocks[0] = start;
        blocks[1] = end;
        if (count > 1) {
          coalesce(tp, blocks);
        }
        return;
      }
    }
    if (count >= 2) {
      compressSend(tp);
    }
    if (count >= SACKS_MAX) {
      count--;
    }
    System.arraycopy(blocks, 0, blocks, 2, count * 2);
    blocks[0] = seq;
    blocks[1] = endSeq;
    tp.rxOpt.numSacks = (byte) (count + 1);
  }

  /** {@code tcp_sack_compress_send_ack}. */
  static void compressSend(TcpSock tp) {
    if (tp.compressedAck == 0) {
      return;
    }
    if (tp.compressedAckTimer != null) {
      tp.compressedAckTimer.clear();
    }
    tp.net.addMib(Mib.TCP_ACK_COMPRESSED, tp.compressedAck - 1);
    tp.compressedAck = 0;
    TcpAcks.send(tp);
  }

  private static void coalesce(TcpSock tp, int[] blocks) {
    int i = 1;
    while (i < tp.rxOpt.numSacks) {
      if (extend(blocks, 0, blocks[i * 2], blocks[i * 2 + 1])) {
        remove(tp, blocks, i);
      } else {
        i++;
      }
    }
  }

  private static void remove(TcpSock tp, int[] blocks, int i) {
    int behind = tp.rxOpt.numSacks - i - 1;
    System.arraycopy(blocks, (i + 1) * 2, blocks, i * 2, behind * 2);
    tp.rxOpt.numSacks--;
  }

  /** {@code tcp_sack_remove}: blocks that are behind what is in order. */
  static void removeOld(TcpSock tp) {
    if (isEmpty(tp)) {
      tp.rxOpt.numSacks = 0;
      return;
    }
    int[] blocks = blocks(tp);
    int i = 0;
    while (i < tp.rxOpt.numSacks) {
      if (!Seq.before(tp.rcvNxt, blocks[i * 2])) {
        remove(tp, blocks, i);
      } else {
        i++;
      }
    }
  }

  /** The end of the block that reaches furthest; only if there is one. */
  static int rightmost(TcpSock tp) {
    int[] blocks = blocks(tp);
    int most = blocks[1];
    for (int i = 1; i < tp.rxOpt.numSacks; i++) {
      most = Seq.max(most, blocks[i * 2 + 1]);
    }
    return most;
  }
}
