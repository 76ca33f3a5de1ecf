package org.netshard.protocol.ip6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet.IpMcDevice;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Packets of IPv6 that have come: checks, extension headers, then the transport.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_input.c}: {@code ip6_rcv_core}, {@code ip6_mc_input},
 * {@code ip6_protocol_deliver_rcu}; {@code net/ipv6/exthdrs.c}.
 *
 * <p><b>Differs from Linux:</b> nothing is forwarded.
 */
public final class Ip6Input {
  private static final Mib[] ECN = {
    Mib.IP6_IN_NO_ECT_PKTS, Mib.IP6_IN_ECT1_PKTS, Mib.IP6_IN_ECT0_PKTS, Mib.IP6_IN_CE_PKTS
  };
  private static final int ECN_MASK = 3;
  private static final int VERSION = 6;
  private static final int NEXTHDR_NONE = 59;
  private static final int ALL_NODES = 1;

  private Ip6Input() {}

  /** {@code ipv6_rcv}. */
  public static void rcv(NetNs net, Packet packet) {
    HopTrace.note(net, "Net", "bytes", packet.len(), "ipv6_rcv");
    DropReason bad = check(net, packet);
    if (bad != null) {
      packet.drop(bad);
      return;
    }
    int nexthdrAt = packet.network() + Ip6Header.NEXTHDR;
    int length = packet.len();
    packet.setStart(packet.network() + Ip6Header.BYTES);
    if (Ip6Header.nexthdr(packet) == Ip6TxOptions.NEXTHDR_HOP) {
      nexthdrAt = packet.start();
      bad = Ip6ExtInput.rcv(net, packet, Ip6TxOptions.NEXTHDR_HOP);
      if (bad != null) {
        packet.drop(bad);
        return;
      }
    }
    byte[] daddr = Ip6Header.daddr(packet);
    boolean here = Ip6Route.isLocal(net, daddr, 0);
    if (Ipv6Address.isMulticast(daddr)) {
      net.addMib(Mib.IP6_IN_MCAST_PKTS, 1);
      net.addMib(Mib.IP6_IN_MCAST_OCTETS, length);
      here = isAllNodes(daddr) || IpMcDevice.isMember(net, packet.ifindex(), daddr);
    }
    if (here) {
      deliver(net, packet, nexthdrAt);
    } else {
      packet.drop(DropReason.NOT_SPECIFIED);
    }
  }

  /** Groups of which every device is a member: ff01::1, ff02::1. */
  private static boolean isAllNodes(byte[] group) {
    for (int i = 2; i < group.length - 1; i++) {
      if (group[i] != 0) {
        return false;
      }
    }
    return group[group.length - 1] == ALL_NODES && (group[1] == 1 || group[1] == 2);
  }

  private static @Nullable DropReason check(NetNs net, Packet packet) {
    if (packet.type() == Packet.Type.OTHERHOST) {
      return DropReason.OTHERHOST;
    }
    int length = packet.len();
    net.addMib(Mib.IP6_IN_RECEIVES, 1);
    net.addMib(Mib.IP6_IN_OCTETS, length);
    if (length < Ip6Header.BYTES || Ip6Header.version(packet) != VERSION) {
      net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
      return DropReason.IP_INHDR;
    }
    net.addMib(ECN[Ip6Header.tclass(packet) & ECN_MASK], packet.gsoSegs());
    if (Ipv6Address.isMulticast(Ip6Header.saddr(packet))) {
      net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
      return DropReason.IP_INHDR;
    }
    int payload = Ip6Header.payloadLen(packet);
    if (payload != 0 || Ip6Header.nexthdr(packet) != Ip6TxOptions.NEXTHDR_HOP) {
      boolean whole = packet.gsoSize() > 0 && payload == 0;
      if (!whole && payload + Ip6Header.BYTES > length) {
        net.addMib(Mib.IP6_IN_TRUNCATED_PKTS, 1);
        return DropReason.PKT_TOO_SMALL;
      }
      if (!whole) {
        packet.trim(payload + Ip6Header.BYTES);
      }
    }
    return null;
  }

  /**
   * Goes through the headers up to the transport ({@code ip6_protocol_deliver_rcu}).
   *
   * @param nexthdrAt where the number of the next header stands
   */
  static void deliver(NetNs net, Packet packet, int nexthdrAt) {
    NetProtocols protocols = net.machine().protocols();
    NetProtocols.RawTap raw = protocols.raw6();
    int at = nexthdrAt;
    while (true) {
      int nexthdr = packet.u8(at);
      int transport = packet.start();
      packet.setTransport(transport);
      boolean taken = raw != null && raw.deliver(net, packet, nexthdr);
      packet.setStart(transport);
      NetProtocol handler = protocols.inet6(nexthdr);
      if (handler != null) {
        handler.rcv(net, packet);
        net.addMib(Mib.IP6_IN_DELIVERS, 1);
        return;
      }
      if (nexthdr == Ip6Output.NEXTHDR_FRAGMENT) {
        reassemble(net, packet);
        return;
      }
      if (nexthdr != Ip6TxOptions.NEXTHDR_DEST && nexthdr != Ip6TxOptions.NEXTHDR_ROUTING) {
        unknown(net, packet, taken, nexthdr, at);
        return;
      }
      DropReason bad = Ip6ExtInput.rcv(net, packet, nexthdr);
      if (bad != null) {
        packet.drop(bad);
        return;
      }
      at = transport;
    }
  }

  /** {@code ipv6_frag_rcv}: goes on with what stood behind the fragment header. */
  private static void reassemble(NetNs net, Packet packet) {
    Packet whole = Ip6Reassembly.of(net).add(net, packet);
    if (whole != null) {
      deliver(net, whole, whole.network() + Ip6Reassembly.numberAt(whole));
    }
  }

  private static void unknown(NetNs net, Packet packet, boolean taken, int nexthdr, int at) {
    if (taken || nexthdr == NEXTHDR_NONE) {
      net.addMib(Mib.IP6_IN_DELIVERS, 1);
      return;
    }
    net.addMib(Mib.IP6_IN_UNKNOWN_PROTOS, 1);
    packet.drop(DropReason.IP_NOPROTO);
    Icmp6.send(net, packet, Icmp6.PARAMPROB, Icmp6.UNK_NEXTHDR, at - packet.network());
  }
}
