package org.netshard.protocol.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Who sees all packets of a namespace that a device sends and receives, as packet sockets do.
 *
 * <p><b>Source:</b> {@code net/core/dev.c}: {@code dev_add_pack}, {@code dev_queue_xmit_nit}, the
 * taps of {@code __netif_receive_skb_core}.
 */
public final class PacketTypes {
  private static final NetGeneric<PacketTypes> KEY = new NetGeneric<>(PacketTypes::new);

  private final List<Tap> taps = new ArrayList<>(1);

  /** One who sees packets. */
  public interface Tap {
    /** The ethertype that it sees, 3 for all. */
    int ethertype();

    /** The device whose packets it sees, or 0 for those of all. */
    int ifindex();

    /** The function that it is in the kernel. */
    String function();

    /** Whether it sees packets of all ethertypes, and so those that go out ({@code ptype_all}). */
    boolean all();

    /** Whether it sees this packet. */
    boolean sees(Packet packet, boolean outgoing);

    /** Sees a packet, a copy of its own; its {@code start} is the network header. */
    void rcv(Packet packet);
  }

  private PacketTypes() {}

  /** Those of a namespace. */
  public static PacketTypes of(NetNs net) {
    return net.generic(KEY);
  }

  /** All of them, those that came last first. */
  public List<Tap> taps() {
    return Collections.unmodifiableList(taps);
  }

  /** Adds one ({@code dev_add_pack}), which sees packets before those that are there. */
  public void add(Tap tap) {
    taps.add(0, tap);
  }

  /** Takes one out ({@code dev_remove_pack}). */
  public void remove(Tap tap) {
    taps.remove(tap);
  }

  /** Shows a packet to all who want to see it. */
  void show(Packet packet, boolean outgoing) {
    show(packet, outgoing, true);
    if (!outgoing) {
      show(packet, false, false);
    }
  }

  private void show(Packet packet, boolean outgoing, boolean all) {
    for (int i = 0; i < taps.size(); i++) {
      Tap tap = taps.get(i);
      if (tap.all() == all && tap.sees(packet, outgoing)) {
        Packet copy = packet.copy();
        copy.setStart(packet.network());
        copy.setType(outgoing ? Packet.Type.OUTGOING : packet.type());
        tap.rcv(copy);
      }
    }
  }

  /** Whether nobody looks. */
  boolean isEmpty() {
    return taps.isEmpty();
  }
}
