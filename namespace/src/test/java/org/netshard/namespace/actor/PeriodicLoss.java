package org.netshard.namespace.actor;

import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.sched.Netem;
import org.netshard.protocol.sched.NetemOptions;

/** A link that loses every n-th packet with data, as the models of TCP have it. */
final class PeriodicLoss implements Qdisc {
  /** More than the headers of a packet without data. */
  private static final int HEADER_BYTES = 100;

  private final Netem delay;
  private final int period;
  private int count;

  PeriodicLoss(NetNs net, NetemOptions delay, int period) {
    this.delay = new Netem(net, delay);
    this.period = period;
  }

  @Override
  public String kind() {
    return "periodic";
  }

  @Override
  public void enqueue(NetNs net, Packet packet) {
    if (packet.end() - packet.network() > HEADER_BYTES && ++count % period == 0) {
      packet.drop(DropReason.QDISC_DROP);
      packet.free();
      return;
    }
    delay.enqueue(net, packet);
  }

  @Override
  public void reset() {
    delay.reset();
  }
}
