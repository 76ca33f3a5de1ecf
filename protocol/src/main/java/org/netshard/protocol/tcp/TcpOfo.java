package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.Sysctl;

/**
 * What comes out of order, and the blocks that tell the other end of it.
 *
 * <p><b>Source:</b> RFC 2018; RFC 2883; {@code net/ipv4/tcp_input.c}: {@code tcp_data_queue_ofo},
 * {@code tcp_ofo_queue}, {@code tcp_sack_new_ofo_skb}, {@code tcp_sack_remove}, {@code
 * tcp_dsack_set}, {@code tcp_prune_ofo_queue}.
 *
 * <p>Those that follow each other are one buffer ({@code tcp_ooo_try_coalesce}): they stay pieces
 * of the queue, but are looked at and dropped together.
 */
final class TcpOfo {
  private static final int SACKS_MAX = 4;

  private TcpOfo() {}

  static boolean isEmpty(TcpSock tp) {
    return tp.outOfOrder == null || tp.outOfOrder.isEmpty();
  }

  /** The end of the only buffer that waits, or null. */
  static @Nullable TcpSkb onlyOne(TcpSock tp) {
    TcpOfoTree tree = tp.outOfOrder;
    TcpOfoTree.Node root = tree == null ? null : tree.root;
    return root != null && root.left == null && root.right == null ? root.last : null;
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
      tp.sk.rareForWrite().addDrops(skb.segs());
      return;
    }
    TcpAcks.measureOfo(tp, skb);
    tp.predFlags = false;
    tp.ackPending |= TcpSock.ACK_SCHED;
    tp.rcvOoopack += skb.segs();
    skb.groupFrags = TcpRcvQueue.frags(skb);
    tp.net.addMib(Mib.TCP_OFO_QUEUE, 1);
    TcpOfoTree tree = tp.outOfOrder;
    if (tree == null) {
      tree = new TcpOfoTree();
      tp.outOfOrder = tree;
    }
    int seq = skb.seq;
    int endSeq = skb.endSeq;
    if (tree.isEmpty()) {
      tree.pieces.add(skb);
      tree.link(skb, null, false);
      if (tp.rxOpt.sackOk) {
        tp.rxOpt.numSacks = 0;
        sackNew(tp, seq, endSeq);
      }
      finish(tp, skb, skb.truesize(), false);
      growRcvbuf(tp);
      return;
    }
    int truesize = skb.truesize();
    boolean paged = skb.isPaged();
    boolean kept = insert(tp, tree, skb);
    if (kept && skb.joined) {
      finish(tp, skb, truesize, paged);
    }
    if (tp.rxOpt.sackOk) {
      sackNew(tp, seq, endSeq);
    }
    if (kept && !skb.joined) {
      finish(tp, skb, truesize, false);
    }
    growRcvbuf(tp);
  }

  /** What waits needs room too, of a connection that somebody has accepted. */
  private static void growRcvbuf(TcpSock tp) {
    if (tp.hasFile()) {
      TcpWindow.growRcvbuf(tp, tp.rcvqSpace);
    }
  }

  /** Without SACK the window stays, so that what comes next is a duplicate ACK. */
  private static void finish(TcpSock tp, TcpSkb skb, int truesize, boolean adjust) {
    if (tp.rxOpt.sackOk) {
      TcpWindow.grow(tp, truesize, skb.len, adjust);
    }
    SkbOwner.setOwnerR(tp.sk, skb.truesize());
  }

  /** Finds the place; false if all of it is there already. */
  private static boolean insert(TcpSock tp, TcpOfoTree tree, TcpSkb skb) {
    TcpOfoTree.Node parent = lastNode(tree);
    if (join(tp, tree, parent, skb)) {
      return true;
    }
    boolean left = false;
    if (Seq.before(skb.seq, parent.last.endSeq)) {
      TcpOfoTree.Node node = tree.root;
      while (node != null) {
        parent = node;
        left = Seq.before(skb.seq, node.head.seq);
        if (!left) {
          if (!Seq.before(skb.seq, node.last.endSeq)) {
            if (join(tp, tree, node, skb)) {
              return true;
            }
          } else if (!Seq.after(skb.endSeq, node.last.endSeq)) {
            tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
            tp.sk.rareForWrite().addDrops(skb.segs());
            dsackSet(tp, skb.seq, skb.endSeq);
            return false;
          } else if (Seq.after(skb.seq, node.head.seq)) {
            dsackSet(tp, skb.seq, node.last.endSeq);
          } else {
            replace(tp, tree, node, skb);
            return true;
          }
        }
        node = left ? node.left : node.right;
      }
    }
    tree.pieces.addAfter(left ? parent.head.previous() : parent.last, skb);
    tree.link(skb, parent, left);
    dropCovered(tp, tree, skb);
    return true;
  }

  /** {@code ooo_last_skb}. */
  private static TcpOfoTree.Node lastNode(TcpOfoTree tree) {
    if (tree.pieces.peekLast() instanceof TcpSkb last && last.node != null) {
      return last.node;
    }
    throw new IllegalStateException("nothing waits");
  }

  /** {@code tcp_ooo_try_coalesce}. */
  private static boolean join(TcpSock tp, TcpOfoTree tree, TcpOfoTree.Node node, TcpSkb skb) {
    if (!TcpRcvQueue.join(tp, node.last, skb)) {
      return false;
    }
    skb.joined = true;
    tree.pieces.addAfter(node.last, skb);
    node.append(skb);
    return true;
  }

  /** A segment has all of a buffer that begins where it does, and takes its place. */
  private static void replace(TcpSock tp, TcpOfoTree tree, TcpOfoTree.Node node, TcpSkb skb) {
    dsackExtend(tp, node.head.seq, node.last.endSeq);
    tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
    tree.pieces.addAfter(node.last, skb);
    int unused = dropPieces(tp, tree, node);
    node.become(skb);
    dropCovered(tp, tree, skb);
  }

  /** What is behind a segment, and all in it, goes. */
  private static void dropCovered(TcpSock tp, TcpOfoTree tree, TcpSkb skb) {
    TcpSkb next;
    while ((next = skb.following()) != null && Seq.after(skb.endSeq, next.seq)) {
      TcpOfoTree.Node node = next.node;
      if (node == null) {
        throw new IllegalStateException("a piece without buffer");
      }
      if (Seq.before(skb.endSeq, node.last.endSeq)) {
        dsackExtend(tp, next.seq, skb.endSeq);
        break;
      }
      dsackExtend(tp, next.seq, node.last.endSeq);
      tp.net.addMib(Mib.TCP_OFO_MERGE, 1);
      int unused = drop(tp, tree, node);
    }
  }

  /** {@code tcp_drop_reason}; bytes of memory that this has freed. */
  private static int drop(TcpSock tp, TcpOfoTree tree, TcpOfoTree.Node node) {
    tree.erase(node);
    return dropPieces(tp, tree, node);
  }

  private static int dropPieces(TcpSock tp, TcpOfoTree tree, TcpOfoTree.Node node) {
    int freed = 0;
    int segs = 0;
    TcpSkb skb = node.head;
    while (skb != null) {
      TcpSkb next = skb == node.last ? null : skb.following();
      tree.pieces.unlink(skb);
      freed += skb.truesize();
      segs += skb.segs();
      skb = next;
    }
    SkbOwner.rfree(tp.sk, freed);
    tp.sk.rareForWrite().addDrops(segs);
    return freed;
  }

  /** {@code tcp_ofo_queue}: a gap is filled, and what waited is in order now. */
  static void toReceiveQueue(TcpSock tp) {
    TcpOfoTree tree = tp.outOfOrder;
    int dsackHigh = tp.rcvNxt;
    while (tree != null && tree.pieces.peek() instanceof TcpSkb head && head.node != null) {
      if (Seq.after(head.seq, tp.rcvNxt)) {
        break;
      }
      TcpOfoTree.Node node = head.node;
      TcpSkb last = node.last;
      if (Seq.before(head.seq, dsackHigh)) {
        int dsack = Seq.before(last.endSeq, dsackHigh) ? last.endSeq : dsackHigh;
        dsackExtend(tp, head.seq, dsack);
      }
      if (!Seq.after(last.endSeq, tp.rcvNxt)) {
        int unused = drop(tp, tree, node);
        continue;
      }
      tree.erase(node);
      if (TcpRcvQueue.move(tp, tree.pieces, head, last)) {
        TcpInput.fin(tp);
        break;
      }
    }
  }

  /** Drops all that waits. */
  static void purge(TcpSock tp) {
    TcpOfoTree tree = tp.outOfOrder;
    while (tree != null && tree.pieces.poll() instanceof TcpSkb skb) {
      SkbOwner.rfree(tp.sk, skb.truesize());
    }
    tp.outOfOrder = null;
  }

  /**
   * {@code tcp_prune_ofo_queue}: drops from the end, an eighth of the buffer at a time, but nothing
   * that is before the segment which comes.
   */
  static boolean prune(TcpSock tp, TcpMem.Segment segment) {
    TcpOfoTree tree = tp.outOfOrder;
    if (tree == null || tree.isEmpty()) {
      return false;
    }
    int goal = tp.sk.rcvbuf() >> 3;
    boolean pruned = false;
    while (!tree.isEmpty() && !Seq.after(segment.seq(), lastNode(tree).head.seq)) {
      goal -= drop(tp, tree, lastNode(tree));
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
