package org.netshard.protocol.core;

/**
 * A queueing discipline: what becomes of packets between the network layer and the device.
 *
 * <p>One that holds a packet back sends it later with {@link DevQueue#transmit}.
 *
 * <p><b>Source:</b> {@code include/net/sch_generic.h}, {@code struct Qdisc_ops}.
 */
public interface Qdisc {
  /** Its name, such as {@code netem}. */
  String kind();

  /** Takes a packet whose link header is complete; it is the discipline's from here on. */
  void enqueue(NetNs net, Packet packet);

  /** Drops what it holds, as it is removed ({@code qdisc_reset}). */
  void reset();
}
