package org.netshard.protocol.core;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.memcg.Gfp;

/**
 * Buffers that belong to a sock: their truesize counts where they wait to be read or to be sent.
 *
 * <p>Room must have been made before ({@link SkMem#schedule}); what is given back here goes to the
 * budget of the sock, and whole pages of it at once to the pool and the cgroup.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sock_rfree}, {@code skb_set_owner_w}, {@code
 * __sock_queue_rcv_skb}; {@code include/net/sock.h}: {@code skb_set_owner_r}, {@code
 * sk_wmem_queued_add}; {@code net/ipv4/tcp.c}, {@code tcp_skb_entail}; {@code include/net/tcp.h},
 * {@code tcp_wmem_free_skb}.
 */
public final class SkbOwner {
  private SkbOwner() {}

  /** A buffer of so many bytes waits to be read ({@code skb_set_owner_r}). */
  public static void setOwnerR(Sk sk, int truesize) {
    sk.addRmemAlloc(truesize);
    SkMem.charge(sk, truesize);
  }

  /** One has been read, or is dropped ({@code sock_rfree}). */
  public static void rfree(Sk sk, int truesize) {
    sk.addRmemAlloc(-truesize);
    SkMem.uncharge(sk, truesize);
  }

  /** A buffer is on its way to the device ({@code skb_set_owner_w}); it is in no pool. */
  public static void setOwnerW(Sk sk, int truesize) {
    sk.addWmemAlloc(truesize);
  }

  /** It is gone ({@code sock_wfree}). */
  public static void wfree(Sk sk, int truesize) {
    sk.addWmemAlloc(-truesize);
  }

  /** A buffer enters the write queue of a stream ({@code tcp_skb_entail}), or one there grows. */
  public static void entail(Sk sk, int truesize) {
    sk.addWmemQueued(truesize);
    SkMem.charge(sk, truesize);
  }

  /** A buffer of the write queue is acknowledged or dropped ({@code tcp_wmem_free_skb}). */
  public static void wmemFree(Sk sk, int truesize) {
    sk.addWmemQueued(-truesize);
    SkMem.uncharge(sk, truesize);
  }

  /**
   * Queues a buffer that came for a sock without a queue of its own kind, as RAW and PACKET ({@code
   * __sock_queue_rcv_skb}); one that is refused counts as a drop.
   *
   * <p><b>Errors</b>, in order: ENOMEM if the receive buffer is full, ENOBUFS without room in the
   * pool or the cgroup.
   *
   * @return 0 or {@code -errno}
   */
  public static int queueRcv(Sk sk, int truesize, Gfp gfp) {
    int result = 0;
    if (sk.rmemAlloc() >= sk.rcvbuf()) {
      result = Errno.ENOMEM.negated();
    } else if (!SkMem.schedule(sk, truesize, SkMem.Kind.RECV, gfp)) {
      result = Errno.ENOBUFS.negated();
    }
    if (result == 0) {
      setOwnerR(sk, truesize);
    } else {
      sk.rareForWrite().addDrop();
    }
    return result;
  }

  /** Drops all that waits, at the end of a sock ({@code sk_stream_kill_queues}). */
  public static void purge(Sk sk) {
    rfree(sk, sk.rmemAlloc());
    wmemFree(sk, sk.wmemQueued());
  }
}
