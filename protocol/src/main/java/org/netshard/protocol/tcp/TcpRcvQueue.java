package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.memcg.Gfp;

/**
 * The receive queue: data in order.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_input.c}: {@code tcp_data_queue}, {@code tcp_queue_rcv},
 * {@code tcp_try_coalesce}, {@code tcp_clamp_window}.
 */
final class TcpRcvQueue implements TcpMem.RcvQueues {
  private static final int FRAG_BYTES = 32768;
  private static final int FRAGS_MAX = 17;

  private final TcpSock tp;

  TcpRcvQueue(TcpSock tp) {
    this.tp = tp;
  }

  @Override
  public int receiveQueueLength() {
    return tp.sk.isReadable() ? tp.sk.receiveQueue().size() : 0;
  }

  @Override
  public void clampWindow() {
    tp.ackQuick = 0;
    if (TcpMem.clampRcvbuf(tp.sk)) {
      tp.rcvSsthresh = Math.min(tp.windowClamp, 2 * tp.advmss);
    }
  }

  @Override
  public void adjustRcvSsthresh() {
    TcpWindow.adjustRcvSsthresh(tp);
  }

  @Override
  public void collapse() {
    TcpCollapse.queues(tp);
  }

  @Override
  public boolean pruneOfo(TcpMem.Segment segment) {
    return TcpOfo.prune(tp, segment);
  }

  @Override
  public void overcommitted() {
    tp.predFlags = false;
  }

  /** {@code tcp_try_rmem_schedule}. */
  static boolean tryRmemSchedule(TcpSock tp, TcpSkb skb, Gfp gfp) {
    TcpMem.Segment segment = new TcpMem.Segment(skb.seq, skb.len, skb.truesize());
    return TcpMem.tryRmemSchedule(tp.sk, segment, new TcpRcvQueue(tp), gfp);
  }

  /** {@code tcp_data_queue}. */
  static void dataQueue(TcpSock tp, TcpSkb skb, Packet packet) {
    if (tp.ulp != null && !tp.ulp.incoming(packet, skb)) {
      return;
    }
    if (skb.seq == skb.endSeq) {
      return;
    }
    tp.rxOpt.dsack = false;
    if (skb.seq == tp.rcvNxt) {
      if (tp.receiveWindow() == 0 && !(skb.len == 0 && skb.has(TcpHeader.FIN))) {
        tp.net.addMib(Mib.TCP_ZERO_WINDOW_DROP, 1);
        outOfWindow(tp, packet, DropReason.TCP_ZEROWINDOW);
        return;
      }
      queueInOrder(tp, skb, packet);
      return;
    }
    if (!Seq.after(skb.endSeq, tp.rcvNxt)) {
      TcpRehash.spuriousRetrans(tp, packet);
      tp.net.addMib(Mib.TCP_DELAYED_ACK_LOST, 1);
      TcpOfo.dsackSet(tp, skb.seq, skb.endSeq);
      outOfWindow(tp, packet, DropReason.TCP_OLD_DATA);
      return;
    }
    if (!Seq.before(skb.seq, tp.rcvNxt + tp.receiveWindow())) {
      outOfWindow(tp, packet, DropReason.TCP_OVERWINDOW);
      return;
    }
    if (Seq.before(skb.seq, tp.rcvNxt)) {
      TcpOfo.dsackSet(tp, skb.seq, tp.rcvNxt);
      if (tp.receiveWindow() == 0) {
        tp.net.addMib(Mib.TCP_ZERO_WINDOW_DROP, 1);
        outOfWindow(tp, packet, DropReason.TCP_ZEROWINDOW);
        return;
      }
      queueInOrder(tp, skb, packet);
      return;
    }
    TcpRehash.save(tp, packet);
    TcpOfo.queue(tp, skb);
  }

  private static void outOfWindow(TcpSock tp, Packet packet, DropReason reason) {
    TcpAcks.enterQuick(tp, TcpAcks.MAX_QUICKACKS);
    tp.ackPending |= TcpSock.ACK_SCHED;
    drop(tp, packet, reason);
  }

  static void drop(TcpSock tp, Packet packet, DropReason reason) {
    tp.sk.rareForWrite().addDrops(Math.max(1, packet.gsoSegs()));
    packet.drop(reason);
  }

  private static void queueInOrder(TcpSock tp, TcpSkb skb, Packet packet) {
    Sk sk = tp.sk;
    if (!tryRmemSchedule(tp, skb, tp.net.machine().softirqGfp())) {
      tp.ackPending |= TcpSock.ACK_NOMEM | TcpSock.ACK_NOW | TcpSock.ACK_SCHED;
      sk.dataReady();
      if (sk.isReadable() && skb.len > 0) {
        tp.net.addMib(Mib.TCP_RCVQ_DROP, 1);
        drop(tp, packet, DropReason.PROTO_MEM);
        return;
      }
      SkMem.forcedSchedule(sk, skb.truesize(), tp.net.machine().softirqGfp());
    }
    int truesize = skb.truesize();
    boolean paged = skb.isPaged();
    add(tp, skb);
    if (skb.len > 0) {
      TcpAcks.dataReceived(tp, skb, truesize, paged);
      TcpRehash.save(tp, packet);
    }
    if (skb.has(TcpHeader.FIN)) {
      TcpInput.fin(tp);
    }
    if (!TcpOfo.isEmpty(tp)) {
      TcpOfo.toReceiveQueue(tp);
      if (TcpOfo.isEmpty(tp)) {
        tp.ackPending |= TcpSock.ACK_NOW;
      }
    }
    if (tp.rxOpt.numSacks > 0) {
      TcpOfo.removeOld(tp);
    }
    TcpInput.fastPathCheck(tp);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      dataReady(tp);
    }
  }

  /** {@code tcp_data_ready}. */
  static void dataReady(TcpSock tp) {
    if (epollinReady(tp, tp.sk.rare().rcvlowat()) || tp.sk.flag(SockFlag.SOCK_DONE)) {
      tp.sk.dataReady();
    }
  }

  /** {@code tcp_epollin_ready}. */
  static boolean epollinReady(TcpSock tp, int target) {
    int available = tp.rcvNxt - tp.copiedSeq;
    if (available <= 0) {
      return false;
    }
    return available >= target || rmemPressure(tp) || tp.receiveWindow() <= tp.rcvMss;
  }

  private static boolean rmemPressure(TcpSock tp) {
    if (SkMem.underPressure(tp.sk)) {
      return true;
    }
    int rcvbuf = tp.sk.rcvbuf();
    return tp.sk.rmemAlloc() > rcvbuf - (rcvbuf >> 3);
  }

  /** {@code tcp_queue_rcv}. */
  static void add(TcpSock tp, TcpSkb skb) {
    skb.groupFrags = frags(skb);
    TcpSkb tail = tail(tp);
    boolean joined = tail != null && join(tp, tail, skb);
    SkbOwner.setOwnerR(tp.sk, skb.truesize());
    append(tp, skb, joined);
  }

  private static @Nullable TcpSkb tail(TcpSock tp) {
    return tp.sk.isReadable() ? (TcpSkb) tp.sk.receiveQueue().peekLast() : null;
  }

  /**
   * Takes a buffer that has waited out of order, of which some may have come in order since.
   *
   * @return whether a FIN is in it
   */
  static boolean move(TcpSock tp, SkbQueue from, TcpSkb head, TcpSkb last) {
    TcpSkb tail = tail(tp);
    boolean joined = tail != null && joinAll(tp, tail, head, last);
    boolean fin = false;
    int old = 0;
    TcpSkb skb = head;
    while (true) {
      TcpSkb next = skb.following();
      from.unlink(skb);
      fin |= skb.has(TcpHeader.FIN);
      skb.node = null;
      if (Seq.after(skb.endSeq, tp.rcvNxt)) {
        skb.setTruesize(skb.truesize() + old);
        old = 0;
        append(tp, skb, joined);
        joined = true;
      } else {
        // Its bytes are those of the buffer before; its memory is that of its own.
        old += skb.truesize();
      }
      if (skb == last || next == null) {
        return fin;
      }
      skb = next;
    }
  }

  private static void append(TcpSock tp, TcpSkb skb, boolean joined) {
    skb.joined = joined;
    tp.bytesReceived += skb.endSeq - tp.rcvNxt & 0xffff_ffffL;
    tp.rcvNxt = skb.endSeq;
    tp.sk.receiveQueue().add(skb);
  }

  /**
   * {@code tcp_try_coalesce}: whether the data go with the buffer before them, whose head they need
   * not bring a second time. They stay a piece of their own, which takes only their bytes.
   */
  static boolean join(TcpSock tp, TcpSkb tail, TcpSkb skb) {
    if (!mayJoin(tail, skb)) {
      return false;
    }
    int room = Math.max(tail.tailroom, 0);
    if (skb.len <= room) {
      // They are copied into the head, and bring nothing; so does a bare FIN.
      skb.groupFrags = tail.groupFrags;
      skb.tailroom = tail.tailroom == Packet.PAGED ? Packet.PAGED : room - skb.len;
      skb.setTruesize(0);
    } else if (skb.tailroom == Packet.PAGED && tail.groupFrags + skb.groupFrags <= FRAGS_MAX) {
      skb.groupFrags += tail.groupFrags;
      skb.setTruesize(Math.max(skb.truesize() - TcpSkb.HEAD_TRUESIZE, 0));
    } else {
      return false;
    }
    tp.net.addMib(Mib.TCP_RCV_COALESCE, 1);
    skb.original = tail.original;
    return true;
  }

  /** The same for a buffer of pieces that count already, as they have waited out of order. */
  private static boolean joinAll(TcpSock tp, TcpSkb tail, TcpSkb head, TcpSkb last) {
    if (!mayJoin(tail, head)) {
      return false;
    }
    int len = 0;
    for (TcpSkb skb = head; skb != null; skb = skb == last ? null : skb.following()) {
      len += skb.len;
    }
    int room = Math.max(tail.tailroom, 0);
    boolean copied = len <= room;
    if (!copied
        && (head.tailroom != Packet.PAGED || tail.groupFrags + last.groupFrags > FRAGS_MAX)) {
      return false;
    }
    int freed = 0;
    for (TcpSkb skb = head; skb != null; skb = skb == last ? null : skb.following()) {
      skb.original = tail.original;
      if (copied) {
        room -= skb.len;
        skb.tailroom = tail.tailroom == Packet.PAGED ? Packet.PAGED : room;
        skb.groupFrags = tail.groupFrags;
        freed += skb.truesize();
        skb.setTruesize(0);
      } else {
        skb.groupFrags += tail.groupFrags;
      }
    }
    if (!copied) {
      freed = Math.min(TcpSkb.HEAD_TRUESIZE, head.truesize());
      head.setTruesize(head.truesize() - freed);
    }
    SkbOwner.rfree(tp.sk, freed);
    tp.net.addMib(Mib.TCP_RCV_COALESCE, 1);
    return true;
  }

  private static boolean mayJoin(TcpSkb tail, TcpSkb skb) {
    return skb.seq == tail.endSeq && DataMap.same(tail.map, skb.map) && !tail.isCloned();
  }

  /** Pages of a piece of its own. */
  static int frags(TcpSkb skb) {
    return skb.tailroom == Packet.PAGED ? (skb.len + FRAG_BYTES - 1) / FRAG_BYTES : 0;
  }

  /** {@code tcp_eat_recv_skb}: a piece is read; its memory goes with the last of its group. */
  static void eat(TcpSock tp, TcpSkb skb) {
    SkbQueue queue = tp.sk.receiveQueue();
    TcpSkb next = skb.following();
    queue.unlink(skb);
    if (next != null && next.joined) {
      next.joined = false;
      next.setTruesize(next.truesize() + skb.truesize());
    } else {
      SkbOwner.rfree(tp.sk, skb.truesize());
    }
  }

  /** A piece goes over to another sock, with the memory that is its own. */
  static void take(TcpSock tp, TcpSkb skb) {
    TcpSkb next = skb.following();
    tp.sk.receiveQueue().unlink(skb);
    if (next != null) {
      next.joined = false;
    }
    SkbOwner.rfree(tp.sk, skb.truesize());
  }

  /** Drops all that waits ({@code __skb_queue_purge}). */
  static void purge(TcpSock tp) {
    if (!tp.sk.isReadable()) {
      return;
    }
    while (tp.sk.receiveQueue().poll() instanceof TcpSkb skb) {
      SkbOwner.rfree(tp.sk, skb.truesize());
    }
  }
}
