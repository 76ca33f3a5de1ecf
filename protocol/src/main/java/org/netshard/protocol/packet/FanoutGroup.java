package org.netshard.protocol.packet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.PacketTypes;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.inet.FlowDissector;

/**
 * Packet socks among which packets are spread: each packet goes to one of them.
 *
 * <p><b>Source:</b> {@code net/packet/internal.h}, {@code struct packet_fanout}; {@code
 * net/packet/af_packet.c}: {@code packet_rcv_fanout}, {@code __fanout_link}, {@code
 * __fanout_unlink}, {@code match_fanout_group}.
 *
 * <p><b>Differs from Linux:</b> the hash of a flow is another one, with a secret from the seed;
 * {@code PACKET_FANOUT_FLAG_DEFRAG} puts nothing together.
 */
final class FanoutGroup implements PacketTypes.Tap {
  static final int PACKET_FANOUT_HASH = 0;
  static final int PACKET_FANOUT_LB = 1;
  static final int PACKET_FANOUT_CPU = 2;
  static final int PACKET_FANOUT_ROLLOVER = 3;
  static final int PACKET_FANOUT_RND = 4;
  static final int PACKET_FANOUT_QM = 5;
  static final int PACKET_FANOUT_CBPF = 6;
  static final int PACKET_FANOUT_EBPF = 7;

  /** Flags, shifted down as the group keeps them. */
  static final int FLAG_ROLLOVER = 0x10;

  static final int FLAG_UNIQUEID = 0x20;
  static final int FLAG_IGNORE_OUTGOING = 0x40;
  static final int FLAG_DEFRAG = 0x80;

  private final NetNs net;
  private final int id;
  private final int type;
  private final int flags;
  private final long memberCountMax;
  private final PacketTap hook;
  private final List<PacketTap> running = new ArrayList<>(2);
  private int members;
  private int rounds;
  private byte @Nullable [] program;

  /**
   * A group without members.
   *
   * @param first a tap with the protocol and device of the group
   */
  FanoutGroup(NetNs net, int id, int type, int flags, long memberCountMax, PacketTap first) {
    this.net = net;
    this.id = id;
    this.type = type;
    this.flags = flags;
    this.memberCountMax = memberCountMax;
    this.hook = first;
  }

  int id() {
    return id;
  }

  int type() {
    return type;
  }

  int flags() {
    return flags;
  }

  long memberCountMax() {
    return memberCountMax;
  }

  /** What {@code PACKET_FANOUT} reads as. */
  int word() {
    return id | type << 16 | flags << 24;
  }

  /** Whether it takes packets of this protocol and device. */
  boolean matches(PacketTap tap) {
    return hook.takesSameAs(tap);
  }

  /** Whether there can be no more. */
  boolean isFull() {
    return members >= memberCountMax;
  }

  /** Counts a member ({@code sk_ref}). */
  void get() {
    members++;
  }

  /** One is gone; returns whether it was the last. */
  boolean put() {
    return --members == 0;
  }

  /** The program that says whom a packet is for ({@code PACKET_FANOUT_DATA}). */
  void setProgram(byte[] newProgram) {
    program = newProgram;
  }

  /** A member sees packets from now on. */
  void link(PacketTap tap) {
    running.add(tap);
    if (running.size() == 1) {
      PacketTypes.of(net).add(this);
    }
  }

  /** A member sees no more packets; the last one takes its place. */
  void unlink(PacketTap tap) {
    int at = running.indexOf(tap);
    PacketTap last = running.remove(running.size() - 1);
    if (at < running.size()) {
      running.set(at, last);
    }
    if (running.isEmpty()) {
      PacketTypes.of(net).remove(this);
    }
  }

  @Override
  public int ethertype() {
    return hook.ethertype();
  }

  @Override
  public int ifindex() {
    return hook.ifindex();
  }

  @Override
  public String function() {
    return "packet_rcv_fanout";
  }

  @Override
  public boolean all() {
    return hook.all();
  }

  /** A group does not see what its own members send. */
  @Override
  public boolean sees(Packet packet, boolean outgoing) {
    if (!hook.takes(packet)) {
      return false;
    }
    if (!outgoing) {
      return true;
    }
    Sk origin = packet.origin();
    boolean own = origin != null && PacketOptions.of(origin).fanout == this;
    return !own && (flags & FLAG_IGNORE_OUTGOING) == 0;
  }

  @Override
  public void rcv(Packet packet) {
    int at = demux(packet);
    if ((flags & FLAG_ROLLOVER) != 0) {
      at = FanoutRollover.demux(running, packet, at, true);
    }
    running.get(at).rcv(packet);
  }

  private int demux(Packet packet) {
    int count = running.size();
    return switch (type) {
      case PACKET_FANOUT_LB -> Integer.remainderUnsigned(++rounds, count);
      case PACKET_FANOUT_CPU -> net.machine().cpu() % count;
      case PACKET_FANOUT_RND -> net.machine().randomBelow(count);
      // Devices here have one queue.
      case PACKET_FANOUT_QM -> 0;
      case PACKET_FANOUT_ROLLOVER -> FanoutRollover.demux(running, packet, 0, false);
      case PACKET_FANOUT_CBPF, PACKET_FANOUT_EBPF -> byProgram(packet, count);
      default -> (int) ((FlowDissector.symmetricHash(net, packet) * count) >>> 32);
    };
  }

  /** What goes out begins with its link header, what comes in with its network header. */
  private int byProgram(Packet packet, int count) {
    if (program == null) {
      return 0;
    }
    boolean outgoing = packet.type() == Packet.Type.OUTGOING;
    int base = outgoing ? packet.network() - Packet.ETH_HLEN : packet.network();
    return Integer.remainderUnsigned(SkFilter.runProgram(program, packet, base), count);
  }
}
