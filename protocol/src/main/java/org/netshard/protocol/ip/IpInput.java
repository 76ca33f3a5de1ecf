package org.netshard.protocol.ip;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.IpRoute;

/**
 * Packets of IPv4 that have come: checks, then the transport.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_input.c}: {@code ip_rcv_core}, {@code ip_rcv_finish}, {@code
 * ip_local_deliver}, {@code ip_protocol_deliver_rcu}.
 *
 * <p><b>Differs from Linux:</b> nothing is forwarded; options are not looked at on the way in.
 */
public final class IpInput {
  private static final Mib[] ECN = {
    Mib.IP_IN_NO_ECT_PKTS, Mib.IP_IN_ECT1_PKTS, Mib.IP_IN_ECT0_PKTS, Mib.IP_IN_CE_PKTS
  };
  private static final int ECN_MASK = 3;
  private static final int VERSION = 4;

  private IpInput() {}

  /** {@code ip_rcv}. */
  public static void rcv(NetNs net, Packet packet) {
    HopTrace.note(net, "Net", "bytes", packet.len(), "ip_rcv");
    DropReason bad = check(net, packet);
    if (bad != null) {
      packet.drop(bad);
      return;
    }
    if (!packet.routed()) {
      // Without a route of its own, what claims to be of loopback is not let in (route_localnet).
      if (InetAddress4.isLoopback(IpHeader.saddr(packet))
          || InetAddress4.isLoopback(IpHeader.daddr(packet))) {
        packet.drop(DropReason.IP_LOCALNET);
        return;
      }
      IpRoute.Type type = IpRoute.addrType(net, IpHeader.daddr(packet));
      packet.setRoute(type != IpRoute.Type.UNICAST, IpOutput.cast(type));
    }
    Packet parsed = IpHeader.ihl(packet) > IpHeader.BYTES ? IpOptionsRcv.rcv(net, packet) : packet;
    if (parsed == null) {
      packet.drop(DropReason.IP_INHDR);
      return;
    }
    IpOutput.countGroup(net, packet, false);
    if (!packet.local()) {
      packet.drop(DropReason.NOT_SPECIFIED);
      return;
    }
    Packet whole = parsed;
    if (IpHeader.isFragment(parsed)) {
      whole = IpReassembly.of(net).add(net, parsed);
      if (whole == null) {
        return;
      }
    }
    deliver(net, whole);
  }

  private static @Nullable DropReason check(NetNs net, Packet packet) {
    if (packet.type() == Packet.Type.OTHERHOST) {
      return DropReason.OTHERHOST;
    }
    int length = packet.len();
    net.addMib(Mib.IP_IN_RECEIVES, 1);
    net.addMib(Mib.IP_IN_OCTETS, length);
    boolean header = length >= IpHeader.BYTES;
    int ihl = header ? IpHeader.ihl(packet) : 0;
    if (ihl < IpHeader.BYTES || IpHeader.version(packet) != VERSION) {
      net.addMib(Mib.IP_IN_HDR_ERRORS, 1);
      return DropReason.IP_INHDR;
    }
    net.addMib(ECN[IpHeader.tos(packet) & ECN_MASK], packet.gsoSegs());
    if (ihl > length || IpHeader.headerChecksum(packet.bytes(), packet.network()) != 0) {
      net.addMib(ihl > length ? Mib.IP_IN_HDR_ERRORS : Mib.IP_IN_CSUM_ERRORS, 1);
      if (ihl <= length) {
        net.addMib(Mib.IP_IN_HDR_ERRORS, 1);
      }
      return ihl > length ? DropReason.IP_INHDR : DropReason.IP_CSUM;
    }
    int totLen = packet.gsoSize() > 0 ? length : IpHeader.totLen(packet);
    if (totLen > length) {
      net.addMib(Mib.IP_IN_TRUNCATED_PKTS, 1);
      return DropReason.PKT_TOO_SMALL;
    }
    if (totLen < ihl) {
      net.addMib(Mib.IP_IN_HDR_ERRORS, 1);
      return DropReason.IP_INHDR;
    }
    packet.trim(totLen);
    return null;
  }

  /** {@code ip_local_deliver_finish}. */
  static void deliver(NetNs net, Packet packet) {
    int transport = packet.network() + IpHeader.ihl(packet);
    packet.setTransport(transport);
    packet.setStart(transport);
    int protocol = IpHeader.protocol(packet);
    HopTrace.note(net, "Net", "protocol", protocol, "ip_local_deliver_finish");
    NetProtocols protocols = net.machine().protocols();
    NetProtocols.RawTap raw = protocols.raw();
    boolean taken = raw != null && raw.deliver(net, packet, protocol);
    NetProtocol handler = protocols.inet(protocol);
    if (handler != null) {
      packet.setStart(transport);
      net.addMib(Mib.IP_IN_DELIVERS, 1);
      handler.rcv(net, packet);
    } else if (taken) {
      net.addMib(Mib.IP_IN_DELIVERS, 1);
    } else {
      net.addMib(Mib.IP_IN_UNKNOWN_PROTOS, 1);
      packet.drop(DropReason.IP_NOPROTO);
      Icmp.send(net, packet, Icmp.DEST_UNREACH, Icmp.PROT_UNREACH, 0);
    }
  }
}
