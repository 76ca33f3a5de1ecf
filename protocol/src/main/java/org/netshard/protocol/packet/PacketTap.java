package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.PacketTypes;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SockFlag;

/**
 * A packet sock where packets go by: it takes copies of those of its protocol and device.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code packet_rcv}, {@code packet_rcv_spkt},
 * {@code register_prot_hook}; {@code net/core/dev.c}, {@code skb_loop_sk}.
 *
 * <p><b>Differs from Linux:</b> packets for a ring are counted and go nowhere; each sock of a
 * fanout group gets every packet.
 */
final class PacketTap implements PacketTypes.Tap {
  private static final int ETH_P_ALL = 3;

  private final Sk sk;
  private final int ethertype;
  private final int ifindex;

  private PacketTap(Sk sk, int ethertype, int ifindex) {
    this.sk = sk;
    this.ethertype = ethertype;
    this.ifindex = ifindex;
  }

  /** Puts a sock there, or elsewhere, as its protocol and device say. */
  static void hook(Sk sk) {
    unhook(sk);
    int ethertype = Short.reverseBytes((short) sk.num()) & 0xffff;
    if (ethertype != 0) {
      PacketOptions options = PacketOptions.forWrite(sk);
      PacketTap tap = new PacketTap(sk, ethertype, options.ifindex);
      options.tap = tap;
      PacketTypes.of(sk.net()).add(tap);
    }
  }

  /** Takes a sock away. */
  static void unhook(Sk sk) {
    PacketTap tap = PacketOptions.of(sk).tap;
    if (tap != null) {
      PacketTypes.of(sk.net()).remove(tap);
      PacketOptions.forWrite(sk).tap = null;
    }
  }

  @Override
  public boolean all() {
    return ethertype == ETH_P_ALL;
  }

  @Override
  public boolean sees(Packet packet, boolean outgoing) {
    if (!all() && ethertype != packet.ethertype()) {
      return false;
    }
    if (ifindex != 0 && ifindex != packet.dev().ifindex()) {
      return false;
    }
    boolean ignored = PacketOptions.of(sk).flag(PacketOption.PACKET_IGNORE_OUTGOING);
    return !outgoing || (packet.origin() != sk && !ignored);
  }

  @Override
  public void rcv(Packet packet) {
    boolean whole = sk.type() != Abi.SOCK_DGRAM;
    packet.setStart(packet.network() - (whole ? Packet.ETH_HLEN : 0));
    packet.setCb(packet.len());
    // run_filter: without a filter the result is the length, and 0 is to be dropped.
    if (packet.len() == 0 || !SkFilter.run(sk, packet, 0)) {
      return;
    }
    PacketOptions options = PacketOptions.forWrite(sk);
    if (options.hasRing()) {
      options.packets++;
      sk.net().machine().leftOut("packets for the ring of a packet socket go nowhere");
      return;
    }
    if (sk.rmemAlloc() >= sk.rcvbuf()) {
      options.drops++;
      sk.rareForWrite().addDrop();
      return;
    }
    if (sk.flag(SockFlag.SOCK_RXQ_OVFL)) {
      packet.setDrops(sk.rare().drops());
    }
    options.packets++;
    SkbOwner.setOwnerR(sk, packet.truesize());
    sk.receiveQueue().add(packet);
    sk.dataReady();
  }
}
