package org.netshard.protocol.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;

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

  /** {@code SO_EE_ORIGIN_TIMESTAMPING}. */
  public static final int ORIGIN_TIMESTAMPING = 4;

  /** {@code SO_EE_ORIGIN_ZEROCOPY}. */
  public static final int ORIGIN_ZEROCOPY = 5;

  /** {@code SO_EE_CODE_ZEROCOPY_COPIED}. */
  private static final int CODE_ZEROCOPY_COPIED = 1;

  private static final int EE_INFO = 8;
  private static final int EE_DATA = 12;
  private static final byte[] NOTHING = {};
  private static final int EE_BYTES = 16;

  private final ByteBuffer ee = ByteBuffer.allocate(EE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int errno;
  private final int origin;
  private final @Nullable Packet packet;
  private final long tstampNs;
  private final byte[] destination;
  private boolean isStats;
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
    this(errno, origin, icmp, payload, truesize, destination, port, stampOf(icmp));
    ee.putInt(errno).put((byte) origin).put((byte) type).put((byte) code).put((byte) 0);
    ee.putInt(info).putInt(0);
  }

  private ErrSkb(
      int errno,
      int origin,
      @Nullable Packet packet,
      byte[] payload,
      int truesize,
      byte[] destination,
      int port,
      long tstampNs) {
    super(payload, truesize);
    this.errno = errno;
    this.origin = origin;
    this.packet = packet;
    this.destination = destination;
    this.port = port;
    this.tstampNs = tstampNs;
  }

  private static long stampOf(@Nullable Packet icmp) {
    return icmp == null ? Packet.NO_TSTAMP : icmp.tstampNs();
  }

  /**
   * A time stamp of a packet that was sent ({@code __skb_complete_tx_timestamp}).
   *
   * @param sent a copy of the packet, of which the reader gets the whole frame; or null
   * @param tstype {@code SCM_TSTAMP_*}
   * @param key the id of the packet
   * @param nowNs the stamp
   */
  static ErrSkb ofStamp(@Nullable Packet sent, int tstype, int key, long nowNs) {
    return ofStamp(sent, frame(sent), stampTruesize(sent), tstype, key, nowNs, false);
  }

  /**
   * The same, with data of a stream or what is known of it.
   *
   * @param isStats whether {@code data} go into a control message, too
   */
  static ErrSkb ofStamp(
      byte[] data, int truesize, int tstype, int key, long nowNs, boolean isStats) {
    return ofStamp(null, data, truesize, tstype, key, nowNs, isStats);
  }

  private static byte[] frame(@Nullable Packet sent) {
    if (sent == null) {
      return NOTHING;
    }
    int mac = sent.network() - Packet.ETH_HLEN;
    return sent.get(mac, sent.end() - mac);
  }

  private static int stampTruesize(@Nullable Packet sent) {
    return sent == null ? unaccountedTruesize(0) : sent.truesize();
  }

  private static ErrSkb ofStamp(
      @Nullable Packet sent,
      byte[] frame,
      int truesize,
      int tstype,
      int key,
      long nowNs,
      boolean isStats) {
    int errno = Errno.ENOMSG.number();
    ErrSkb stamp = new ErrSkb(errno, ORIGIN_TIMESTAMPING, sent, frame, truesize, NOTHING, 0, nowNs);
    stamp.ee.putInt(errno).put((byte) ORIGIN_TIMESTAMPING).put((byte) 0).putShort((short) 0);
    stamp.ee.putInt(tstype).putInt(key);
    stamp.isStats = isStats;
    return stamp;
  }

  /**
   * Tells a program that it may use memory again that it has sent from; notices of calls that
   * follow each other become one ({@code __msg_zerocopy_callback}). The memory of the notice is
   * that which the call has taken.
   *
   * @param first number of the first call
   * @param calls how many
   */
  static void queueZerocopy(Sk sk, int first, int calls, boolean copied) {
    SkbQueue queue = sk.rareForWrite().errorQueueForWrite();
    ErrSkb last = (ErrSkb) queue.peekLast();
    if (last == null
        || last.origin != ORIGIN_ZEROCOPY
        || first != last.ee.getInt(EE_DATA) + 1
        || !last.extend(calls)) {
      ErrSkb notice =
          new ErrSkb(0, ORIGIN_ZEROCOPY, null, NOTHING, 0, NOTHING, 0, Packet.NO_TSTAMP);
      notice.ee.putInt(0).put((byte) ORIGIN_ZEROCOPY).put((byte) 0);
      notice.ee.put((byte) (copied ? CODE_ZEROCOPY_COPIED : 0)).put((byte) 0);
      notice.ee.putInt(first).putInt(first + calls - 1);
      SkOmem.keep(sk);
      queue.add(notice);
    }
    sk.errorReport();
  }

  private boolean extend(int calls) {
    int last = ee.getInt(EE_DATA);
    long count = (last - ee.getInt(EE_INFO) & 0xffff_ffffL) + 1 + calls;
    if (count >= 1L << Integer.SIZE) {
      return false;
    }
    ee.putInt(EE_DATA, last + calls);
    return true;
  }

  /** It leaves the queue: its memory is given back. */
  private void uncharge(Sk sk) {
    if (origin == ORIGIN_ZEROCOPY) {
      SkOmem.ofree(sk);
    } else {
      sk.addRmemAlloc(-truesize());
    }
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

  /** The message of ICMP that told it, or the packet that was stamped; null if there is none. */
  public @Nullable Packet packet() {
    return packet;
  }

  /** When it came, virtual nanoseconds, or {@link Packet#NO_TSTAMP}. */
  public long tstampNs() {
    return tstampNs;
  }

  /** Whether the reader is told an address ({@code ipv4_datagram_support_addr}). */
  public boolean hasAddress() {
    return isIcmp() || origin == ORIGIN_LOCAL || port != 0;
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
    first.uncharge(sk);
    ErrSkb next = (ErrSkb) queue.peek();
    if (next != null && next.isIcmp()) {
      sk.setErr(next.errno());
      sk.errorReport();
    } else if (first.isIcmp()) {
      sk.setErr(0);
    }
    return first;
  }

  /**
   * Reads the data of an error and its time stamp.
   *
   * <p><b>Errors</b>: EFAULT.
   *
   * @return bytes that were copied
   */
  public static int copy(Sk sk, Msg msg, ErrSkb error) {
    int length = error.data().length;
    int copied = Math.min(msg.size(), length);
    if (copied < length) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    if (!msg.write(0, error.data(), 0, copied)) {
      return Errno.EFAULT.negated();
    }
    boolean stamped = RecvCmsgs.putTimes(sk, msg, error.tstampNs(), true);
    if (stamped && error.isStats) {
      msg.putCmsg(Abi.SOL_SOCKET, SoOption.SCM_TIMESTAMPING_OPT_STATS, error.data());
    }
    return copied;
  }

  /**
   * Reads an error of a family that knows no addresses of errors ({@code sock_recv_errqueue}).
   *
   * <p><b>Errors</b>, in order: EAGAIN if there is none, EFAULT.
   *
   * @param level of the control message that tells it
   * @param type of that message
   */
  public static int receive(Sk sk, Msg msg, int level, int type) {
    ErrSkb error = dequeue(sk);
    if (error == null) {
      return Errno.EAGAIN.negated();
    }
    int copied = copy(sk, msg, error);
    if (copied >= 0) {
      msg.putCmsg(level, type, error.extendedErr());
      msg.addOutFlags(Abi.MSG_ERRQUEUE);
    }
    return copied;
  }

  /** Whether there is an error to be read. */
  public static boolean isPending(Sk sk) {
    SkbQueue queue = sk.rare().errorQueue();
    return queue != null && !queue.isEmpty();
  }

  /** Drops all that waits, at the end of a sock. */
  public static void purge(Sk sk) {
    SkbQueue queue = sk.rare().errorQueue();
    while (queue != null && queue.poll() instanceof ErrSkb error) {
      error.uncharge(sk);
    }
  }
}
