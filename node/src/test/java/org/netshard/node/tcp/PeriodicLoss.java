package org.netshard.node.tcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;

/** A link with a delay that loses every n-th packet with data, as the models of TCP have it. */
final class PeriodicLoss extends Qdisc {
  private static final int HEADERS_BYTES = 100;

  private final int period;
  private final long delayNs;
  private final ArrayDeque<Packet> packets = new ArrayDeque<>();
  private final ArrayDeque<Long> times = new ArrayDeque<>();
  private int count;

  PeriodicLoss(NetNs net, NetDevice dev, int period, long delayNs) {
    super(net, dev, 1 << 16);
    this.period = period;
    this.delayNs = delayNs;
  }

  @Override
  public String id() {
    return "periodic";
  }

  @Override
  protected int enqueue(Packet packet) {
    if (bytes(packet) > HEADERS_BYTES && ++count % period == 0) {
      drop(packet, DropReason.QDISC_DROP);
      return NET_XMIT_SUCCESS;
    }
    // As behind netem: what is on a link does not count in the buffer of its sender.
    packet.orphanPartial();
    packets.add(packet);
    times.add(nowNs() + delayNs);
    queued(packet);
    return NET_XMIT_SUCCESS;
  }

  @Override
  protected @Nullable Packet dequeue() {
    Long time = times.peek();
    if (time != null && time > nowNs()) {
      watchdog(time);
    }
    if (time == null || time > nowNs()) {
      return null;
    }
    times.remove();
    Packet next = packets.remove();
    dequeued(next);
    return next;
  }

  @Override
  protected void reset() {
    packets.forEach(this::dequeued);
    packets.clear();
    times.clear();
  }
}
