package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkMem.Kind;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.memcg.Gfp;

/**
 * What TCP does when memory is short: how a segment gets in or is dropped, how a sender makes some
 * progress, and what pressure does to windows and buffers.
 *
 * <p>The queues themselves are behind {@link RcvQueues}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_input.c}: {@code tcp_try_rmem_schedule}, {@code
 * tcp_prune_queue}, {@code tcp_clamp_window}, {@code tcp_data_queue}, {@code
 * tcp_should_expand_sndbuf}; {@code net/ipv4/tcp.c}: {@code tcp_wmem_schedule}, {@code
 * tcp_stream_alloc_skb}, {@code tcp_check_oom}; {@code include/net/tcp.h}, {@code
 * tcp_adjust_rcv_ssthresh}.
 */
public final class TcpMem {
  /** Bytes of window in 256 bytes of buffer ({@code TCP_DEFAULT_SCALING_RATIO}). */
  private static final int SCALING_RATIO = 128;

  private static final int SCALING_SHIFT = 8;

  private TcpMem() {}

  /** The receive side of a sock, as far as it can make room. */
  public interface RcvQueues {
    /** Buffers that wait in order. */
    int receiveQueueLength();

    /** {@code tcp_clamp_window}; see {@link TcpMem#clampRcvbuf}. */
    void clampWindow();

    /** {@code tcp_adjust_rcv_ssthresh}; see {@link TcpMem#rcvSsthreshUnderPressure}. */
    void adjustRcvSsthresh();

    /** Copies small buffers together ({@code tcp_collapse_ofo_queue}, {@code tcp_collapse}). */
    void collapse();

    /**
     * Drops from the end of what came out of order, but nothing that is before the segment; false
     * if there is nothing.
     */
    boolean pruneOfo(Segment segment);

    /** Memory was given away that should not have been: the next segment is looked at closely. */
    void overcommitted();
  }

  /**
   * A segment that wants in.
   *
   * @param seq its sequence number
   * @param len bytes of data in it
   * @param truesize of its buffer, bytes
   */
  public record Segment(int seq, int len, int truesize) {}

  /** What becomes of a segment. */
  public enum Admission {
    /** There was room, or room was made. */
    SCHEDULED,
    /** It gets in over the limits, so that there is something to read. */
    FORCED,
    /** It is dropped, {@code SKB_DROP_REASON_PROTO_MEM}. */
    DROPPED
  }

  /**
   * Lets a segment in that is next in order, or not ({@code tcp_data_queue}).
   *
   * @param segment a bare FIN has no data and always gets in
   */
  public static Admission admit(Sk sk, Segment segment, RcvQueues queues, Gfp softirqGfp) {
    if (tryRmemSchedule(sk, segment, queues, softirqGfp)) {
      return Admission.SCHEDULED;
    }
    if (queues.receiveQueueLength() > 0 && segment.len > 0) {
      sk.net().addMib(Mib.TCP_RCVQ_DROP, 1);
      return Admission.DROPPED;
    }
    SkMem.forcedSchedule(sk, segment.truesize, softirqGfp);
    return Admission.FORCED;
  }

  /** {@code tcp_try_rmem_schedule}: makes room for a segment, with all that may help. */
  static boolean tryRmemSchedule(Sk sk, Segment segment, RcvQueues queues, Gfp gfp) {
    if (canIngest(sk) && SkMem.schedule(sk, segment.truesize, Kind.RECV, gfp)) {
      return true;
    }
    if (!pruneQueue(sk, segment, queues)) {
      return false;
    }
    while (!SkMem.schedule(sk, segment.truesize, Kind.RECV, gfp)) {
      if (!queues.pruneOfo(segment)) {
        return false;
      }
    }
    return true;
  }

  /** {@code tcp_can_ingest}: what is there counts, not what comes. */
  static boolean canIngest(Sk sk) {
    return sk.rmemAlloc() <= sk.rcvbuf();
  }

  /** {@code tcp_prune_queue}; false if the receive buffer is still too full. */
  private static boolean pruneQueue(Sk sk, Segment segment, RcvQueues queues) {
    if (sk.rmemAlloc() == 0) {
      return false;
    }
    sk.net().addMib(Mib.TCP_PRUNE_CALLED, 1);
    if (!canIngest(sk)) {
      queues.clampWindow();
    } else if (SkMem.underPressure(sk)) {
      queues.adjustRcvSsthresh();
    }
    if (canIngest(sk)) {
      return true;
    }
    queues.collapse();
    if (canIngest(sk)) {
      return true;
    }
    boolean unused = queues.pruneOfo(segment);
    if (canIngest(sk)) {
      return true;
    }
    sk.net().addMib(Mib.TCP_RCV_PRUNED, 1);
    queues.overcommitted();
    return false;
  }

  /**
   * Raises the receive buffer to what it holds, unless the program has fixed it or memory is short
   * ({@code tcp_clamp_window}).
   *
   * @return whether it holds more than it may all the same, so that {@code rcv_ssthresh} must go
   *     down to two segments
   */
  public static boolean clampRcvbuf(Sk sk) {
    long most = sk.net().sysctl(Sysctl.IPV4_TCP_RMEM, 2);
    if (sk.rcvbuf() < most
        && (sk.userlocks() & Sk.SOCK_RCVBUF_LOCK) == 0
        && !SkMem.underPressure(sk)
        && SkMem.pool(sk).allocatedPages() < SkMem.limit(sk, 0)) {
      sk.setRcvbuf((int) Math.min(sk.rmemAlloc(), most));
    }
    return sk.rmemAlloc() > sk.rcvbuf();
  }

  /**
   * {@code rcv_ssthresh} under pressure: at most four segments, but at least the window that unused
   * reserved memory allows ({@code tcp_adjust_rcv_ssthresh}).
   *
   * @param rcvSsthresh as it is, bytes
   * @param advmss bytes of a segment
   */
  public static int rcvSsthreshUnderPressure(Sk sk, int rcvSsthresh, int advmss) {
    int limited = Math.min(rcvSsthresh, 4 * advmss);
    int unused = SkMem.unusedReserved(sk);
    return unused == 0
        ? limited
        : Math.max(limited, (int) (((long) unused * SCALING_RATIO) >> SCALING_SHIFT));
  }

  /**
   * Whether the send buffer may grow ({@code tcp_should_expand_sndbuf}); under pressure it is what
   * the sock has reserved, if anything.
   *
   * @param cwndFull whether as much is in flight as the congestion window allows
   */
  public static boolean shouldExpandSndbuf(Sk sk, boolean cwndFull) {
    if ((sk.userlocks() & Sk.SOCK_SNDBUF_LOCK) != 0) {
      return false;
    }
    if (SkMem.underPressure(sk)) {
      int unused = SkMem.unusedReserved(sk);
      if (unused > SkMem.SOCK_MIN_SNDBUF) {
        sk.setSndbuf(unused);
      }
      return false;
    }
    return SkMem.pool(sk).allocatedPages() < SkMem.limit(sk, 0) && !cwndFull;
  }

  /**
   * How many of so many bytes a sender may add ({@code tcp_wmem_schedule}); without room it is the
   * rest of the least that every sock may hold.
   */
  public static int wmemSchedule(Sk sk, int bytes, Gfp gfp) {
    if (SkMem.schedule(sk, bytes, Kind.SEND, gfp)) {
      return bytes;
    }
    int left = (int) sk.net().sysctl(Sysctl.IPV4_TCP_WMEM, 0) - sk.wmemQueued();
    if (left > 0) {
      SkMem.forcedSchedule(sk, Math.min(left, bytes), gfp);
    }
    return Math.min(bytes, sk.forwardAlloc());
  }

  /**
   * Room for a new buffer of the write queue ({@code tcp_stream_alloc_skb}).
   *
   * @param queuesEmpty whether nothing is queued or unacknowledged; then it never fails
   */
  public static boolean streamAlloc(Sk sk, int truesize, boolean queuesEmpty, Gfp gfp) {
    if (queuesEmpty) {
      SkMem.forcedSchedule(sk, truesize, gfp);
      return true;
    }
    return SkMem.schedule(sk, truesize, Kind.SEND, gfp);
  }

  /** Room for the buffer of a FIN, which must go out ({@code tcp_send_fin}). */
  public static void finSchedule(Sk sk, int truesize, Gfp gfp) {
    SkMem.forcedSchedule(sk, truesize, gfp);
  }

  /**
   * Whether a sock must be ended with a RST for want of memory ({@code tcp_check_oom}): there are
   * too many socks without a file, or it has something queued while the pool is past its limit.
   *
   * @param shift how heavily this sock counts, as a power of two
   */
  public static boolean checkOom(Sk sk, int shift) {
    long orphans = (long) sk.net().machine().orphanCount() << shift;
    boolean tooManyOrphans = orphans > sk.net().sysctl(Sysctl.IPV4_TCP_MAX_ORPHANS);
    boolean outOfMemory =
        sk.wmemQueued() > SkMem.SOCK_MIN_SNDBUF
            && SkMem.pool(sk).allocatedPages() > SkMem.limit(sk, 2);
    return tooManyOrphans || outOfMemory;
  }
}
