package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;

/**
 * The disciplines that there are, by name.
 *
 * <p><b>Source:</b> {@code net/sched/sch_api.c}: {@code register_qdisc}, {@code qdisc_lookup_ops}.
 */
final class QdiscKinds {
  private QdiscKinds() {}

  /** A discipline of a kind, or null if there is no such kind. */
  static @Nullable SchedQdisc create(String id, NetNs net, NetDevice dev, int handle) {
    return switch (id) {
      case Netem.ID -> new Netem(net, dev, handle);
      case Fifo.PFIFO -> new Fifo(net, dev, handle, true);
      case Fifo.BFIFO -> new Fifo(net, dev, handle, false);
      case Fq.ID -> new Fq(net, dev, handle);
      case Tbf.ID -> new Tbf(net, dev, handle);
      default -> null;
    };
  }
}
