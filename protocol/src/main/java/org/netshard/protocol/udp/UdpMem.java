package org.netshard.protocol.udp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.memcg.Gfp;

/**
 * The receive buffer of UDP, which gives pages back in lumps: while more datagrams wait, the reader
 * keeps what it has freed as a deficit, up to a quarter of the buffer. It knows nothing of {@code
 * SO_RESERVE_MEM}: what a sock has reserved goes back with the first datagram that is read.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}: {@code __udp_enqueue_schedule_skb}, {@code
 * __udp_queue_rcv_skb}, {@code udp_rmem_release}, {@code udp_destruct_sock}.
 */
public final class UdpMem {
  private static final int PAGE_MASK = -SkMem.PAGE_SIZE;

  private UdpMem() {}

  /** What becomes of a datagram. */
  public enum Admission {
    /** It waits to be read. */
    QUEUED,
    /** The receive buffer is full, {@code SKB_DROP_REASON_SOCKET_RCVBUFF}. */
    RCVBUF_FULL,
    /** The pool or the cgroup has no room, {@code SKB_DROP_REASON_PROTO_MEM}. */
    NO_MEMORY
  }

  /**
   * Queues a datagram that came ({@code __udp_queue_rcv_skb}).
   *
   * <p>One always fits into an empty buffer. For want of memory it is dropped without a trace in
   * the counters of the namespace: Linux 6.18 queues in lumps and forgets them then.
   *
   * @param truesize of its buffer, bytes
   * @param v6 whether it came over IPv6
   */
  public static Admission enqueue(Sk sk, int truesize, boolean v6, Gfp softirqGfp) {
    long rmem = sk.rmemAlloc();
    boolean huge = sk.rcvbuf() > Integer.MAX_VALUE >> 1;
    if (rmem + truesize > sk.rcvbuf() && (huge || rmem > 0)) {
      sk.rareForWrite().addDrop();
      boolean lite = sk.protocol() == Abi.IPPROTO_UDPLITE;
      sk.net().addMib(Mib.udp(Mib.UDP_RCVBUF_ERRORS, v6, lite), 1);
      sk.net().addMib(Mib.udp(Mib.UDP_IN_ERRORS, v6, lite), 1);
      return Admission.RCVBUF_FULL;
    }
    if (!SkMem.schedule(sk, truesize, SkMem.Kind.RECV, softirqGfp)) {
      sk.rareForWrite().addDrop();
      return Admission.NO_MEMORY;
    }
    sk.addRmemAlloc(truesize);
    sk.addForwardAlloc(-truesize);
    return Admission.QUEUED;
  }

  /**
   * A datagram has been read ({@code udp_skb_destructor}).
   *
   * @param truesize of its buffer, bytes
   * @param readerQueueEmpty whether it was the last of those that the reader has before it
   */
  public static void release(Sk sk, int truesize, boolean readerQueueEmpty) {
    int deficit = UdpOptions.of(sk).forwardDeficit + truesize;
    if (deficit < sk.rcvbuf() >> 2 && !readerQueueEmpty) {
      UdpOptions.forWrite(sk).forwardDeficit = deficit;
      return;
    }
    giveBack(sk, deficit, 1);
  }

  /** Drops all that waits, at the end of the sock ({@code udp_destruct_sock}). */
  public static void destruct(Sk sk) {
    giveBack(sk, sk.rmemAlloc(), 0);
  }

  private static void giveBack(Sk sk, int bytes, int partial) {
    if (UdpOptions.of(sk).forwardDeficit != 0) {
      UdpOptions.forWrite(sk).forwardDeficit = 0;
    }
    sk.addForwardAlloc(bytes);
    int amount = (sk.forwardAlloc() - partial) & PAGE_MASK;
    sk.addForwardAlloc(-amount);
    if (amount != 0) {
      SkMem.reduceAllocated(sk, amount / SkMem.PAGE_SIZE);
    }
    sk.addRmemAlloc(-bytes);
  }

  /** A deficit that the reader keeps, bytes ({@code forward_deficit}). */
  public static int forwardDeficit(Sk sk) {
    return UdpOptions.of(sk).forwardDeficit;
  }
}
