package org.netshard.protocol.sched;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet.SkbGso;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * The network emulator: loses, doubles, damages, delays and reorders packets.
 *
 * <p>Which packets is drawn from a generator with a seed of its own, that of {@code seed} or one
 * from the machine's; the bit that is damaged, from the machine's. A packet that stands for several
 * segments is lost, doubled and delayed as one, and cut into them only to be damaged.
 *
 * <p><b>Source:</b> {@code net/sched/sch_netem.c}: {@code netem_enqueue}, {@code netem_dequeue},
 * {@code tfifo_enqueue}, {@code tabledist}, {@code packet_time_ns}.
 */
final class Netem extends SchedQdisc {
  static final String ID = "netem";

  /** {@code NETEM_DIST_SCALE}. */
  private static final int DIST_SCALE = 8192;

  private static final long NS_PER_SEC = 1_000_000_000;

  final NetemOptions options = new NetemOptions();

  /** {@code sch->q}: what overtakes all others. */
  private final ArrayDeque<Packet> head = new ArrayDeque<>();

  /** {@code t_head}: what waits, as long as each goes later than the one before it. */
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();

  /** {@code t_root}: what goes before the last of the line, by time. */
  private final TreeMap<TimeKey, Packet> tree = new TreeMap<>();

  private int counter;
  private long keys;
  private boolean copying;

  /** A packet, and when it goes, virtual nanoseconds. */
  private record Waiting(Packet packet, long timeNs) {}

  Netem(NetNs net, NetDevice dev, int handle) {
    super(net, dev, handle);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  int change(@Nullable NlAttr given, ExtAck ext) {
    int result = options.change(given, net().machine(), ext);
    if (result == 0) {
      counter = 0;
    }
    return result;
  }

  @Override
  void dump(NlMsg out) {
    options.dump(out);
  }

  @Override
  protected int enqueue(Packet given) {
    int count = 1;
    if (!copying && options.dupCor.happens(options.duplicate, options.random)) {
      count++;
    }
    if (options.lossCor.happens(options.loss, options.random)) {
      count--;
    }
    if (count == 0) {
      drop(given, DropReason.QDISC_DROP);
      return NET_XMIT_SUCCESS;
    }
    if (options.latencyNs != 0 || options.jitterNs != 0 || options.rate != 0) {
      // What is on a link does not count in the buffer of its sender.
      given.orphanPartial();
    }
    Packet copy = count > 1 ? given.copy() : null;
    Packet packet = given;
    List<Packet> rest = List.of();
    if (options.corruptCor.happens(options.corrupt, options.random)) {
      List<Packet> segments = SkbGso.segment(given);
      packet = damaged(segments.get(0));
      rest = segments.subList(1, segments.size());
      if (segments.size() > 1) {
        given.free();
      }
    }
    if (Integer.compareUnsigned(qlen(), options.limit) >= 0) {
      drop(packet, DropReason.QDISC_DROP);
      rest.forEach(one -> drop(one, DropReason.QDISC_DROP));
      if (copy != null) {
        free(copy, DropReason.QDISC_DROP);
      }
      return NET_XMIT_DROP;
    }
    if (copy != null) {
      boolean was = copying;
      copying = true;
      enqueue(copy);
      copying = was;
    }
    place(packet);
    rest.forEach(this::enqueue);
    return NET_XMIT_SUCCESS;
  }

  /** A copy with its checksum filled in, in which one bit is wrong. */
  private Packet damaged(Packet packet) {
    Packet copy = packet.copyOfBytes();
    if (copy.checksum() == Packet.Checksum.PARTIAL) {
      copy.checksumHelp();
    }
    int from = copy.network() - dev().kind().headerBytes();
    int at = from + net().machine().randomBelow(copy.end() - from);
    copy.bytes()[at] ^= (byte) (1 << net().machine().randomBelow(Byte.SIZE));
    packet.free();
    // The driver reads the link header anew (eth_type_trans).
    return at < copy.network() ? copy.withTypeOfLinkHeader() : copy;
  }

  private void place(Packet packet) {
    queued(packet);
    boolean reorders =
        options.gap != 0
            && Integer.compareUnsigned(counter, options.gap - 1) >= 0
            && Integer.compareUnsigned(options.reorder, options.reorderCor.next(options.random))
                >= 0;
    if (reorders) {
      counter = 0;
      head.addFirst(packet);
      countRequeue();
      return;
    }
    long delayNs = delay();
    long fromNs = nowNs();
    if (options.rate != 0) {
      Waiting before = line.peekLast();
      if (before != null) {
        delayNs = Math.max(0, delayNs - (before.timeNs() - fromNs));
        fromNs = before.timeNs();
      }
      delayNs += transmissionNs(bytes(packet));
    }
    counter++;
    long timeNs = fromNs + delayNs;
    Waiting last = line.peekLast();
    if (last == null || timeNs >= last.timeNs()) {
      line.add(new Waiting(packet, timeNs));
    } else {
      tree.put(new TimeKey(timeNs, keys++), packet);
    }
  }

  /** {@code tabledist}: how long the next packet is delayed, nanoseconds. */
  private long delay() {
    long sigma = options.jitterNs;
    long mu = options.latencyNs;
    if (sigma == 0) {
      return mu;
    }
    long drawn = Integer.toUnsignedLong(options.delayCor.next(options.random));
    short[] dist = options.delayDist;
    if (dist == null) {
      return drawn % (2 * sigma) + mu - sigma;
    }
    long t = dist[(int) (drawn % dist.length)];
    long x = sigma % DIST_SCALE * t;
    x += x >= 0 ? DIST_SCALE / 2 : -DIST_SCALE / 2;
    return x / DIST_SCALE + sigma / DIST_SCALE * t + mu;
  }

  /** {@code packet_time_ns}. */
  private long transmissionNs(int bytes) {
    long length = (long) bytes + options.packetOverhead;
    int cell = options.cellSize;
    if (cell != 0) {
      long cells = Long.divideUnsigned(length + cell - 1, cell);
      length = cells * ((long) cell + options.cellOverhead);
    }
    return Long.divideUnsigned(length * NS_PER_SEC, options.rate);
  }

  @Override
  protected @Nullable Packet dequeue() {
    Packet first = head.poll();
    if (first != null) {
      dequeued(first);
      return first;
    }
    Map.Entry<TimeKey, Packet> early = tree.firstEntry();
    Waiting waiting = line.peek();
    Packet next = null;
    if (early != null && (waiting == null || early.getKey().timeNs() < waiting.timeNs())) {
      if (isDue(early.getKey().timeNs())) {
        next = early.getValue();
        tree.remove(early.getKey());
      }
    } else if (waiting != null && isDue(waiting.timeNs())) {
      next = waiting.packet();
      line.remove();
    }
    if (next != null) {
      dequeued(next);
    }
    return next;
  }

  /** Whether a packet goes now; if not, the queue is looked at again when it does. */
  private boolean isDue(long timeNs) {
    if (timeNs > nowNs()) {
      watchdog(timeNs);
      return false;
    }
    return true;
  }

  @Override
  protected void reset() {
    head.forEach(this::discard);
    head.clear();
    line.forEach(waiting -> discard(waiting.packet()));
    line.clear();
    tree.values().forEach(this::discard);
    tree.clear();
  }

  private void discard(Packet packet) {
    dequeued(packet);
    free(packet, DropReason.QDISC_DROP);
  }
}
