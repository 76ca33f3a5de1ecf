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
 * <p><b>Differs from Linux:</b> nothing is forwarded; the options of hop-by-hop and destination
 * headers are skipped unread, and a routing header that has segments left is a parameter problem.
 */
public final class Ip6Input {
  private static final Mib[] ECN = {
    Mib.IP6_IN_NO_ECT_PKTS, Mib.IP6_IN_ECT1_PKTS, Mib.IP6_IN_ECT0_PKTS, Mib.IP6_IN_CE_PKTS
  };
  private static final int ECN_MASK = 3;
  private static final int VERSION = 6;
  private static final int NEXTHDR_HOP = 0;
  private static final int NEXTHDR_ROUTING = 43;
  private static final int NEXTHDR_NONE = 59;
  private static final int NEXTHDR_DEST = 60;
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
    byte[] daddr = Ip6Header.daddr(packet);
    boolean here = Ip6Route.isLocal(net, daddr, 0);
    if (Ipv6Address.isMulticast(daddr)) {
      net.addMib(Mib.IP6_IN_MCAST_PKTS, 1);
      net.addMib(Mib.IP6_IN_MCAST_OCTETS, packet.len());
      here = isAllNodes(daddr) || IpMcDevice.isMember(net, packet.ifindex(), daddr);
    }
    if (here) {
      packet.setStart(packet.network() + Ip6Header.BYTES);
      deliver(net, packet, packet.network() + Ip6Header.NEXTHDR);
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
    if (payload != 0 || Ip6Header.nexthdr(packet) != NEXTHDR_HOP) {
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
   * Goes through the headers up to the transport.
   *
   * @param nexthdrAt where the number of the next header stands
   */
  static void deliver(NetNs net, Packet packet, int nexthdrAt) {
    NetProtocols protocols = net.machine().protocols();
    int at = nexthdrAt;
    while (true) {
      int nexthdr = packet.u8(at);
      NetProtocol handler = protocols.inet6(nexthdr);
      NetProtocols.RawTap raw = protocols.raw6();
      int transport = packet.start();
      packet.setTransport(transport);
      boolean extension =
          nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_DEST || nexthdr == NEXTHDR_ROUTING;
      if (nexthdr == Ip6Output.NEXTHDR_FRAGMENT) {
        Packet whole = Ip6Reassembly.of(net).add(net, packet);
        if (whole != null) {
          deliver(net, whole, whole.network() + Ip6Header.NEXTHDR);
        }
        return;
      }
      boolean taken = raw != null && raw.deliver(net, packet, nexthdr);
      packet.setStart(transport);
      if (handler != null) {
        handler.rcv(net, packet);
        net.addMib(Mib.IP6_IN_DELIVERS, 1);
        return;
      }
      if (!extension || packet.len() < 8) {
        unknown(net, packet, taken, nexthdr, at);
        return;
      }
      if (nexthdr == NEXTHDR_ROUTING && packet.u8(transport + 3) != 0) {
        net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
        packet.drop(DropReason.IP_INHDR);
        Icmp6.send(net, packet, Icmp6.PARAMPROB, 0, transport + 2 - packet.network());
        return;
      }
      int bytes = (packet.u8(transport + 1) + 1) * 8;
      if (bytes > packet.len()) {
        net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
        packet.drop(DropReason.IPV6_BAD_EXTHDR);
        return;
      }
      at = transport;
      packet.pull(bytes);
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
