package org.netshard.protocol.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * An error, or a time stamp, in the error queue of a sock.
 *
 * <p><b>Source:</b> {@code include/linux/errqueue.h}, {@code struct sock_exterr_skb}; {@code
 * include/uapi/linux/errqueue.h}, {@code struct sock_extended_err}; {@code net/core/skbuff.c},
 * {@code sock_queue_err_skb}, {@code sock_dequeue_err_skb}.
 */
public final class ErrSkb extends Skb {
  /** {@code SO_EE_ORIGIN_LOCAL}. */
  public static final int ORIGIN_LOCAL = 1;

  /** {@code SO_EE_ORIGIN_ICMP}. */
  public static final int ORIGIN_ICMP = 2;

  /** {@code SO_EE_ORIGIN_ICMP6}. */
  public static final int ORIGIN_ICMP6 = 3;

  private static final int EE_BYTES = 16;

  private final ByteBuffer ee = ByteBuffer.allocate(EE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int errno;
  private final int origin;
  private final @Nullable Packet icmp;
  private final byte[] destination;
  private final int port;

  /**
   * An error.
   *
   * @param errno positive
   * @param origin who says it, {@code SO_EE_ORIGIN_*}
   * @param type of ICMP
   * @param code of ICMP
   * @param info what else is known, such as an MTU
   * @param icmp the message that told it, or null
   * @param payload data of the packet that was in error
   * @param truesize memory that it takes, bytes
   * @param destination of the packet that was in error, 4 or 16 bytes
   * @param port of the destination
   */
  public ErrSkb(
      int errno,
      int origin,
      int type,
      int code,
      int info,
      @Nullable Packet icmp,
      byte[] payload,
      int truesize,
      byte[] destination,
      int port) {
    super(payload, truesize);
    this.errno = errno;
    this.origin = origin;
    this.icmp = icmp;
    this.destination = destination;
    this.port = port;
    ee.putInt(errno).put((byte) origin).put((byte) type).put((byte) code).put((byte) 0);
    ee.putInt(info).putInt(0);
  }

  /** Its {@code struct sock_extended_err}, 16 bytes. */
  public byte[] extendedErr() {
    return ee.array();
  }

  /** The positive errno. */
  public int errno() {
    return errno;
  }

  /** {@code SO_EE_ORIGIN_*}. */
  public int origin() {
    return origin;
  }

  /** The message that told it, or null. */
  public @Nullable Packet icmp() {
    return icmp;
  }

  /** Destination of the packet that was in error, 4 or 16 bytes, not to be changed. */
  public byte[] destination() {
    return destination;
  }

  /** Port of the destination. */
  public int port() {
    return port;
  }

  private boolean isIcmp() {
    return origin == ORIGIN_ICMP || origin == ORIGIN_ICMP6;
  }

  /**
   * Queues an error, and tells those who wait ({@code sock_queue_err_skb}).
   *
   * @return 0, or {@code -errno}: ENOMEM if the receive buffer is full
   */
  public static int queue(Sk sk, ErrSkb error) {
    if (sk.rmemAlloc() + error.truesize() >= sk.rcvbuf()) {
      return Errno.ENOMEM.negated();
    }
    sk.addRmemAlloc(error.truesize());
    sk.rareForWrite().errorQueueForWrite().add(error);
    sk.errorReport();
    return 0;
  }

  /**
   * Takes the first error out; the next one, if it is of ICMP, is what the sock will tell ({@code
   * sock_dequeue_err_skb}).
   *
   * @return null if there is none
   */
  public static @Nullable ErrSkb dequeue(Sk sk) {
    SkbQueue queue = sk.rare().errorQueue();
    ErrSkb first = queue == null ? null : (ErrSkb) queue.poll();
    if (queue == null || first == null) {
      return null;
    }
    sk.addRmemAlloc(-first.truesize());
    ErrSkb next = (ErrSkb) queue.peek();
    if (next != null && next.isIcmp()) {
      sk.setErr(next.errno());
      sk.errorReport();
    } else if (first.isIcmp()) {
      sk.setErr(0);
    }
    return first;
  }

  /** Whether there is an error to be read. */
  public static boolean isPending(Sk sk) {
    SkbQueue queue = sk.rare().errorQueue();
    return queue != null && !queue.isEmpty();
  }

  /** Drops all that waits, at the end of a sock. */
  public static void purge(Sk sk) {
    SkbQueue queue = sk.rare().errorQueue();
    Skb error;
    while (queue != null && (error = queue.poll()) != null) {
      sk.addRmemAlloc(-error.truesize());
    }
  }
}
