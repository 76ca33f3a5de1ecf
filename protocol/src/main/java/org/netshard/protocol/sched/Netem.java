package org.netshard.protocol.sched;

import java.util.SplittableRandom;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;

/**
 * A link that delays, loses, doubles, changes and reorders packets, seeded.
 *
 * <p><b>Source:</b> {@code net/sched/sch_netem.c}: {@code netem_enqueue}, {@code netem_dequeue},
 * {@code tabledist}, {@code packet_time_ns}.
 *
 * <p><b>Differs from Linux:</b> a sender does not hear that a packet found no room; what is to be
 * corrupted is not cut into segments before; and the bit may be any, not only one of the headers.
 */
public final class Netem implements Qdisc {
  private static final long NS_PER_SECOND = 1_000_000_000;
  private static final int ETHERTYPE_AT = 12;

  private final SplittableRandom prng;
  private NetemOptions options;
  private Crandom delayCor;
  private Crandom lossCor;
  private Crandom dupCor;
  private Crandom reorderCor;
  private Crandom corruptCor;

  /** {@code counter}: packets since the last one that went first. */
  private int counter;

  private int length;

  /** When the last of those goes that wait, nanoseconds. */
  private long lastSendNs;

  /** How often it was emptied: what waited before is gone. */
  private int generation;

  /** One that has nothing yet. */
  public Netem(NetNs net, NetemOptions options) {
    Long seed = options.seed();
    this.prng =
        new SplittableRandom(
            seed != null
                ? seed
                : (long) net.machine().randomBelow(Integer.MAX_VALUE) << 32
                    | net.machine().randomBelow(Integer.MAX_VALUE));
    this.options = options;
    delayCor = correlated(options.delayCorr());
    lossCor = correlated(options.lossCorr());
    dupCor = correlated(options.duplicateCorr());
    reorderCor = correlated(options.reorderCorr());
    corruptCor = correlated(options.corruptCorr());
  }

  /** {@code netem_change}: other options for what comes from now on. */
  void change(NetemOptions changed) {
    options = changed;
    delayCor = correlated(changed.delayCorr());
    lossCor = correlated(changed.lossCorr());
    dupCor = correlated(changed.duplicateCorr());
    reorderCor = correlated(changed.reorderCorr());
    corruptCor = correlated(changed.corruptCorr());
  }

  private Crandom correlated(int rho) {
    return new Crandom(rho, rho == 0 ? 0 : Integer.toUnsignedLong(prng.nextInt()));
  }

  @Override
  public String kind() {
    return "netem";
  }

  @Override
  public void reset() {
    generation++;
    length = 0;
    lastSendNs = 0;
  }

  @Override
  public void enqueue(NetNs net, Packet packet) {
    enqueue(net, packet, options.duplicate());
  }

  private void enqueue(NetNs net, Packet packet, int duplicate) {
    int count = 1;
    if (dupCor.happens(duplicate, prng)) {
      count++;
    }
    if (lossCor.happens(options.loss(), prng)) {
      count--;
    }
    if (count == 0) {
      drop(packet);
      return;
    }
    if (options.latencyNs() != 0 || options.jitterNs() != 0 || options.rate() != 0) {
      // skb_orphan_partial: the sender may go on while the packet is on its way.
      packet.free();
    }
    Packet twin = count > 1 ? own(packet) : null;
    Packet taken = packet;
    if (corruptCor.happens(options.corrupt(), prng)) {
      taken = corrupt(packet);
    }
    if (length >= options.limit()) {
      drop(taken);
      if (twin != null) {
        drop(twin);
      }
      return;
    }
    if (twin != null) {
      enqueue(net, twin, 0);
    }
    queue(net, taken);
  }

  private static void drop(Packet packet) {
    packet.drop(DropReason.QDISC_DROP);
    packet.free();
  }

  private static Packet own(Packet packet) {
    Packet copy = packet.copyOfBytes();
    copy.setCb(null);
    return copy;
  }

  private void queue(NetNs net, Packet packet) {
    long now = net.machine().nowNs();
    boolean waits =
        options.gap() == 0
            || counter < options.gap() - 1
            || Integer.toUnsignedLong(options.reorder()) < reorderCor.next(prng);
    if (!waits) {
      counter = 0;
      DevQueue.transmit(net, packet);
      return;
    }
    long delay = delay();
    long from = now;
    if (options.rate() != 0) {
      if (length > 0) {
        delay = Math.max(0, delay - (lastSendNs - now));
        from = lastSendNs;
      }
      delay += timeNs(packet);
    }
    long sendNs = from + delay;
    counter++;
    if (sendNs <= now) {
      DevQueue.transmit(net, packet);
      return;
    }
    lastSendNs = length == 0 ? sendNs : Math.max(lastSendNs, sendNs);
    length++;
    int asked = generation;
    net.machine()
        .softirqs()
        .timer(
            sendNs,
            () -> {
              if (asked == generation) {
                length--;
                DevQueue.transmit(net, packet);
              }
            });
  }

  /** {@code tabledist} without a table. */
  private long delay() {
    long jitter = options.jitterNs();
    if (jitter == 0) {
      return options.latencyNs();
    }
    // The range is cut to 32 bits.
    long range = 2 * (jitter & 0xffff_ffffL) & 0xffff_ffffL;
    long drawn = delayCor.next(prng);
    return options.latencyNs() - jitter + (range == 0 ? 0 : drawn % range);
  }

  /** {@code packet_time_ns}: how long the packet is on the wire. */
  private long timeNs(Packet packet) {
    long bytes = packet.end() - packet.network() + Packet.ETH_HLEN + (long) options.overhead();
    return bytes * NS_PER_SECOND / options.rate();
  }

  /** Changes one bit, after the checksum has been completed ({@code skb_checksum_help}). */
  private Packet corrupt(Packet packet) {
    Packet mine = own(packet);
    byte[] bytes = mine.bytes();
    if (mine.checksum() == Packet.Checksum.PARTIAL) {
      int from = mine.transport();
      int sum = InetChecksum.finish(InetChecksum.add(0, bytes, from, mine.end() - from));
      NetBytes.put16(bytes, from + mine.csumOffset(), sum);
    }
    mine.setChecksum(Packet.Checksum.NONE);
    int link = mine.dev().kind().headerBytes();
    int from = mine.network() - link;
    int at = prng.nextInt(mine.end() - from);
    bytes[from + at] ^= (byte) (1 << prng.nextInt(Byte.SIZE));
    if (link > 0 && at < ETHERTYPE_AT / 2) {
      // The address is that of nobody here.
      mine.setType(Packet.Type.OTHERHOST);
    } else if (at >= ETHERTYPE_AT && at < link) {
      return mine.withEthertype(NetBytes.get16(bytes, from + ETHERTYPE_AT));
    }
    return mine;
  }
}
