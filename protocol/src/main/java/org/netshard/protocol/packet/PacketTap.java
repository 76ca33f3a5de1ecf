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
      if (options.fanout == null) {
        PacketTypes.of(sk.net()).add(tap);
      } else {
        options.fanout.link(tap);
      }
    }
  }

  /** Takes a sock away. */
  static void unhook(Sk sk) {
    PacketTap tap = PacketOptions.of(sk).tap;
    if (tap != null) {
      FanoutGroup group = PacketOptions.of(sk).fanout;
      if (group == null) {
        PacketTypes.of(sk.net()).remove(tap);
      } else {
        group.unlink(tap);
      }
      PacketOptions.forWrite(sk).tap = null;
    }
  }

  /** The sock. */
  Sk sk() {
    return sk;
  }

  /** Whether a packet is of its protocol and device. */
  boolean takes(Packet packet) {
    return (all() || ethertype == packet.ethertype())
        && (ifindex == 0 || ifindex == packet.dev().ifindex());
  }

  /** Whether another one has its protocol and device. */
  boolean takesSameAs(PacketTap other) {
    return ethertype == other.ethertype && ifindex == other.ifindex;
  }

  @Override
  public int ethertype() {
    return ethertype;
  }

  @Override
  public int ifindex() {
    return ifindex;
  }

  @Override
  public String function() {
    PacketOptions options = PacketOptions.of(sk);
    return options.rxRing != null
        ? "tpacket_rcv"
        : sk.type() == Abi.SOCK_PACKET ? "packet_rcv_spkt" : "packet_rcv";
  }

  @Override
  public boolean all() {
    return ethertype == ETH_P_ALL;
  }

  @Override
  public boolean sees(Packet packet, boolean outgoing) {
    if (!takes(packet)) {
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
    // run_filter: 0 is to be dropped.
    int kept = SkFilter.kept(sk, packet);
    if (kept == 0) {
      return;
    }
    int snaplen = Integer.compareUnsigned(kept, packet.len()) < 0 ? kept : packet.len();
    PacketOptions options = PacketOptions.forWrite(sk);
    if (options.rxRing != null) {
      RingRcv.rcv(sk, options.rxRing, packet, snaplen);
      return;
    }
    packet.trim(snaplen);
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
