package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * A queueing discipline at the root of a device: where packets wait until they are sent. A device
 * without one sends at once ({@code noqueue}).
 *
 * <p><b>Source:</b> {@code include/net/sch_generic.h}, {@code struct Qdisc}; {@code
 * net/core/dev.c}, {@code __dev_xmit_skb}; {@code net/sched/sch_generic.c}: {@code qdisc_run},
 * {@code qdisc_restart}; {@code net/sched/sch_api.c}, {@code qdisc_watchdog}.
 *
 * <p><b>Differs from Linux:</b> there is one queue to a device and no class, so a discipline has no
 * parent and no child; a driver never says that it is busy, so nothing is requeued.
 */
public abstract class Qdisc {
  /** {@code NET_XMIT_SUCCESS}: it is queued, or its sender must not know that it is not. */
  public static final int NET_XMIT_SUCCESS = 0;

  /** {@code NET_XMIT_DROP}: it was dropped here. */
  public static final int NET_XMIT_DROP = 1;

  /** {@code NET_XMIT_CN}: something was dropped here, perhaps another packet. */
  public static final int NET_XMIT_CN = 2;

  private static final long OFF = Long.MAX_VALUE;

  private final NetNs net;
  private final NetDevice dev;
  private final int handle;
  private boolean running;
  private boolean gone;
  private long watchdogNs = OFF;
  private int qlen;
  private long backlog;
  private long bytes;
  private long packets;
  private long drops;
  private long requeues;
  private long overlimits;

  /**
   * A discipline, with nothing in it.
   *
   * @param net the namespace of the device
   * @param dev the device
   * @param handle its number, {@code MAJOR:} in the upper 16 bits
   */
  protected Qdisc(NetNs net, NetDevice dev, int handle) {
    this.net = net;
    this.dev = dev;
    this.handle = handle;
  }

  /** What a sender hears of a result: 0 or {@code -errno} ({@code net_xmit_errno}). */
  public static int errno(int result) {
    return result > 0 && result != NET_XMIT_CN ? Errno.ENOBUFS.negated() : Math.min(result, 0);
  }

  /** What a sender hears that sends again what is dropped ({@code net_xmit_eval}). */
  public static int eval(int result) {
    return result == NET_XMIT_CN ? 0 : result;
  }

  /** What it is called ({@code Qdisc_ops.id}). */
  public abstract String id();

  /**
   * Takes a packet: keeps it ({@link #queued}) or drops it ({@link #drop}).
   *
   * @return {@link #NET_XMIT_SUCCESS} and so on
   */
  protected abstract int enqueue(Packet packet);

  /**
   * Gives the next packet that is to be sent now ({@link #dequeued} counts it), or null. One that
   * has packets for later only asks for a {@link #watchdog}.
   */
  protected abstract @Nullable Packet dequeue();

  /** Drops all that it holds. */
  protected abstract void reset();

  /** {@code __dev_xmit_skb}. */
  final int xmit(Packet packet) {
    int result = enqueue(packet);
    run();
    return result;
  }

  /** Sends what is to be sent now ({@code qdisc_run}). */
  private void run() {
    if (running) {
      return;
    }
    running = true;
    for (Packet next = dequeue(); next != null; next = dequeue()) {
      bytes += bytes(next);
      packets += next.gsoSegs();
      DevQueue.hardStartXmit(net, next);
    }
    running = false;
  }

  /** Runs again at a moment, if not before ({@code qdisc_watchdog_schedule_ns}). */
  protected final void watchdog(long atNs) {
    if (atNs >= watchdogNs) {
      return;
    }
    watchdogNs = atNs;
    net.machine().softirqs().timer(atNs, () -> watchdogEnds(atNs));
  }

  private void watchdogEnds(long atNs) {
    if (atNs == watchdogNs) {
      watchdogNs = OFF;
      if (!gone && dev.isUp()) {
        run();
      }
    }
  }

  /**
   * {@code qdisc_pkt_len_init}: bytes of a packet with its link header; of one that stands for
   * several segments, those of all of them.
   */
  public static int bytes(Packet packet) {
    int bytes = packet.end() - packet.network() + packet.dev().kind().headerBytes();
    int payload = packet.gsoSize();
    if (payload > 0) {
      int headers = headerBytes(packet);
      int segments = Math.max(1, (bytes - headers + payload - 1) / payload);
      bytes += (segments - 1) * headers;
    }
    return bytes;
  }

  /** Bytes of the headers of each segment that a packet stands for, that of the link included. */
  protected static int headerBytes(Packet packet) {
    int network = packet.transport() - packet.network();
    return packet.dev().kind().headerBytes() + network + packet.gsoHeaderBytes();
  }

  /** A packet waits now. */
  protected final void queued(Packet packet) {
    qlen++;
    backlog += bytes(packet);
  }

  /** A packet waits no longer. */
  protected final void dequeued(Packet packet) {
    qlen--;
    backlog -= bytes(packet);
  }

  /** Drops a packet that it was given, or that it held ({@code qdisc_drop}). */
  protected final void drop(Packet packet, DropReason reason) {
    drops++;
    free(packet, reason);
  }

  /** Drops a packet that does not count ({@code rtnl_kfree_skbs}). */
  protected final void free(Packet packet, DropReason reason) {
    packet.drop(reason);
    net.machine().softirqs().txDropped(net, packet);
    packet.free();
  }

  /** Counts a packet that goes back to the head. */
  protected final void countRequeue() {
    requeues++;
  }

  /** Counts a packet that is over a limit, but not dropped. */
  protected final void countOverlimit() {
    overlimits++;
  }

  /** It is taken off its device ({@code qdisc_destroy}). */
  public final void destroy() {
    gone = true;
    reset();
  }

  /** The namespace of its device. */
  protected final NetNs net() {
    return net;
  }

  /** Virtual nanoseconds ({@code ktime_get_ns}). */
  protected final long nowNs() {
    return net.machine().nowNs();
  }

  /** Its device. */
  public final NetDevice dev() {
    return dev;
  }

  /** Its number. */
  public final int handle() {
    return handle;
  }

  /** Packets that wait. */
  public final int qlen() {
    return qlen;
  }

  /** Bytes that wait. */
  public final long backlog() {
    return backlog;
  }

  /** Bytes that were sent. */
  public final long bytes() {
    return bytes;
  }

  /** Segments that were sent. */
  public final long packets() {
    return packets;
  }

  /** Packets that were dropped. */
  public final long drops() {
    return drops;
  }

  /** Packets that went back to the head. */
  public final long requeues() {
    return requeues;
  }

  /** Packets that were over a limit. */
  public final long overlimits() {
    return overlimits;
  }
}
