package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * A queueing discipline that messages can set and read.
 *
 * <p><b>Source:</b> {@code include/net/sch_generic.h}, {@code struct Qdisc_ops}.
 */
abstract class SchedQdisc extends Qdisc {
  /** A discipline without options; {@link #change} is called before anything comes to it. */
  SchedQdisc(NetNs net, NetDevice dev, int handle) {
    super(net, dev, handle);
  }

  /**
   * Sets its options, at first ({@code init}) or anew ({@code change}).
   *
   * @param options {@code TCA_OPTIONS}, or null without
   * @return 0 or {@code -errno}
   */
  abstract int change(@Nullable NlAttr options, ExtAck ext);

  /** Adds {@code TCA_OPTIONS} to a message ({@code dump}). */
  abstract void dump(NlMsg out);

  /** Adds counters of its own ({@code dump_stats}); most have none. */
  void dumpStats(NlMsg out) {}
}
