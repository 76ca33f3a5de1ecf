package org.netshard.protocol.packet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;

/**
 * What a packet sock has besides the sock.
 *
 * <p><b>Source:</b> {@code net/packet/internal.h}, {@code struct packet_sock}.
 */
final class PacketOptions extends OptionBlock {
  /** The shared block of all new socks. */
  static final PacketOptions DEFAULTS = new PacketOptions();

  static {
    DEFAULTS.freeze();
  }

  /** A membership in what a device receives ({@code struct packet_mclist}). */
  record Membership(int ifindex, int type, long address, int addressLength) {}

  /** {@code ifindex}: the device to which it is bound, or 0 for all. */
  int ifindex;

  /** {@code flags}: a bit for each option that is on, numbered as the option. */
  int flags;

  /** {@code copy_thresh}, bytes. */
  int copyThresh;

  /** {@code tp_version}: 0 is {@code TPACKET_V1}. */
  int tpVersion;

  /** {@code tp_reserve}, bytes. */
  int tpReserve;

  /** {@code tp_tstamp}: which time stamps a ring gets. */
  int tpTstamp;

  /** {@code vnet_hdr_sz}, bytes; 0 is none. */
  int vnetHdrBytes;

  /** {@code rx_ring}. */
  @Nullable RxRing rxRing;

  /** What the transmit ring was asked for ({@code tx_ring}), or null without one. */
  @Nullable RingRequest txRing;

  /** {@code fanout}: the group that it is in. */
  @Nullable FanoutGroup fanout;

  /** {@code rollover}: what it knows of going over to others, or null if its group does not. */
  @Nullable FanoutRollover rollover;

  /** Whether less than a quarter of its room was free when somebody last looked. */
  boolean pressure;

  /** {@code prot_hook}: the sock where packets go by; null while it receives none. */
  @Nullable PacketTap tap;

  /** {@code tp_packets}: packets that were queued since somebody asked. */
  int packets;

  /** {@code tp_drops}: packets that did not fit. */
  int drops;

  /** {@code tp_freeze_q_cnt}: how often a ring of blocks was full. */
  int freezes;

  /** {@code mclist}. */
  private List<Membership> memberships = List.of();

  static PacketOptions of(Sk sk) {
    return sk.transport() instanceof PacketOptions options ? options : DEFAULTS;
  }

  static PacketOptions forWrite(Sk sk) {
    PacketOptions options = of(sk);
    if (options.isFrozen()) {
      options = (PacketOptions) options.thaw();
      sk.setTransport(options);
    }
    return options;
  }

  boolean hasRing() {
    return rxRing != null || txRing != null;
  }

  boolean flag(int optname) {
    return (flags & 1 << optname) != 0;
  }

  void setFlag(int optname, boolean on) {
    flags = on ? flags | 1 << optname : flags & ~(1 << optname);
  }

  void join(Membership membership) {
    List<Membership> more = new ArrayList<>(memberships);
    more.add(membership);
    memberships = more;
  }

  void leave(Membership membership) {
    List<Membership> fewer = new ArrayList<>(memberships);
    fewer.remove(membership);
    memberships = fewer;
  }
}
