package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.MsgZerocopy;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.memcg.Gfp;

/**
 * Pieces of the queues are cut, joined and counted.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_fragment}, {@code tso_fragment},
 * {@code tcp_grow_skb}, {@code tcp_trim_head}, {@code tcp_adjust_pcount}.
 */
final class TcpFragment {
  private static final int GSO_LEGACY_MAX_SIZE = 65_536;

  private TcpFragment() {}

  /** {@code tcp_set_skb_tso_segs}. */
  static int setTsoSegs(TcpSkb skb, int mss) {
    if (skb.len <= mss) {
      skb.gsoSize = 0;
      skb.pcount = 1;
    } else {
      skb.gsoSize = mss;
      skb.pcount = (skb.len + mss - 1) / mss;
    }
    return skb.pcount;
  }

  /** {@code tcp_grow_skb}: takes bytes of the next piece into this one. */
  static void growSkb(TcpSock tp, TcpSkb skb, int amount) {
    if (!(skb.next() instanceof TcpSkb next) || skb.eor) {
      return;
    }
    if (next.has(TcpHeader.FIN)
        || skb.has(TcpHeader.SYN)
        || isZerocopy(skb, next)
        || !DataMap.same(skb.map, next.map)) {
      return;
    }
    int most = Math.min(amount, next.len);
    if (most <= 0) {
      return;
    }
    TcpOutput.shiftBytes(tp, skb, next, most);
  }

  /** Whether more data of calls can be pinned to a piece ({@code skb_zerocopy_iter_stream}). */
  static boolean mayPin(TcpSkb skb, MsgZerocopy calls) {
    return (skb.zerocopy == null || skb.zerocopy == calls) && skb.zerocopyFrags < Skb.MAX_FRAGS;
  }

  /** How many of so many bytes go into a piece whose pages are limited. */
  static int pinned(TcpSkb skb, Msg msg, int from, int bytes) {
    int taken = 0;
    for (int left = Skb.MAX_FRAGS - skb.zerocopyFrags; left > 0 && taken < bytes; left--) {
      taken += Math.min(msg.pageBytes(from + taken), bytes - taken);
    }
    return taken;
  }

  /** Data of calls are pinned to a piece. */
  static void pin(TcpSkb skb, Msg msg, int from, int bytes, MsgZerocopy calls) {
    for (int taken = 0; taken < bytes; skb.zerocopyFrags++) {
      taken += Math.min(msg.pageBytes(from + taken), bytes - taken);
    }
    skb.setZerocopy(calls);
  }

  /** Whether one of two pieces has data of a program, which stay where they are. */
  static boolean isZerocopy(TcpSkb one, TcpSkb other) {
    return one.zerocopy != null || other.zerocopy != null;
  }

  /** {@code tcp_wmem_free_skb}: a piece is acknowledged or dropped. */
  static void freeQueued(TcpSock tp, TcpSkb skb) {
    skb.gone = true;
    SkbOwner.wmemFree(tp.sk, skb.truesize());
    skb.clearZerocopy();
  }

  /** {@code tcp_fragment}, {@code tso_fragment}: cuts a piece in two. */
  static boolean fragment(TcpSock tp, TcpSkb skb, int at, int mss, boolean sent) {
    long limit = tp.sk.sndbuf() + 2L * (GSO_LEGACY_MAX_SIZE + Skb.LEAST_TRUESIZE);
    boolean between = sent && skb != tp.rtxHead() && skb != tp.rtxTail();
    if (between && tp.sk.wmemQueued() >> 1 > limit) {
      tp.net.addMib(Mib.TCP_WQUEUE_TOO_BIG, 1);
      return false;
    }
    int oldPcount = skb.pcount;
    int flags = skb.flags;
    int truesize = skb.truesize();
    if (!SkMem.schedule(
        tp.sk, TcpSkb.HEAD_TRUESIZE, SkMem.Kind.SEND, tp.net.machine().softirqGfp())) {
      SkMem.forcedSchedule(tp.sk, TcpSkb.HEAD_TRUESIZE, Gfp.ATOMIC);
    }
    TcpSkb second = skb.split(at);
    skb.setTruesize(truesize - second.len);
    int more = skb.truesize() + second.truesize() - truesize;
    SkbOwner.entail(tp.sk, more);
    skb.flags = flags & ~(TcpHeader.FIN | TcpHeader.PSH);
    second.flags = flags & ~TcpHeader.SYN;
    second.sacked = skb.sacked;
    second.eor = skb.eor;
    skb.eor = false;
    second.sentNs = skb.sentNs;
    second.firstTxMstamp = skb.firstTxMstamp;
    second.deliveredMstamp = skb.deliveredMstamp;
    second.delivered = skb.delivered;
    second.deliveredCe = skb.deliveredCe;
    second.appLimited = skb.appLimited;
    setTsoSegs(skb, mss);
    setTsoSegs(second, mss);
    if (sent) {
      second.inFlight = true;
      int diff = oldPcount - skb.pcount - second.pcount;
      if (diff != 0) {
        adjustPcount(tp, skb, diff);
      }
      tp.rtxQueue.addAfter(skb, second);
      if (skb.tsorted) {
        TcpSorted.insertAfter(tp, skb, second);
      }
    } else {
      tp.writeQueue.addAfter(skb, second);
    }
    return true;
  }

  /** {@code tcp_adjust_pcount}. */
  static void adjustPcount(TcpSock tp, TcpSkb skb, int decrease) {
    tp.packetsOut -= decrease;
    if (skb.tagged(TcpSkb.SACKED_ACKED)) {
      tp.sackedOut -= decrease;
    }
    if (skb.tagged(TcpSkb.SACKED_RETRANS)) {
      tp.retransOut -= decrease;
    }
    if (skb.tagged(TcpSkb.LOST)) {
      tp.lostOut -= decrease;
    }
    if (!tp.rxOpt.sackOk && decrease > 0) {
      tp.sackedOut -= Math.min(tp.sackedOut, decrease);
    }
  }

  /** {@code tcp_trim_head}: what is acknowledged already. */
  static void trimHead(TcpSock tp, TcpSkb skb, int bytes) {
    int cut = Math.min(bytes, skb.len);
    skb.trimHead(cut);
    skb.seq += bytes;
    SkbOwner.wmemFree(tp.sk, cut);
    skb.setTruesize(skb.truesize() - cut);
    if (skb.pcount > 1) {
      setTsoSegs(skb, skb.gsoSize);
    }
  }
}
