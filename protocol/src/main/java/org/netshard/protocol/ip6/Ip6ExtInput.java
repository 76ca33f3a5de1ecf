package org.netshard.protocol.ip6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Extension headers of a packet that has come.
 *
 * <p><b>Source:</b> {@code net/ipv6/exthdrs.c}: {@code ipv6_parse_hopopts}, {@code
 * ipv6_destopt_rcv}, {@code ipv6_rthdr_rcv}, {@code ipv6_srh_rcv}, {@code ipv6_rpl_srh_rcv}.
 *
 * <p><b>Differs from Linux:</b> segment routing is always off, whatever {@code seg6_enabled} and
 * {@code rpl_seg_enabled} say.
 */
final class Ip6ExtInput {
  private static final int LEAST_BYTES = 8;
  private static final int TYPE = 2;
  private static final int SEGMENTS_LEFT = 3;
  private static final int IPV6_SRCRT_TYPE_3 = 3;
  private static final int IPV6_SRCRT_TYPE_4 = 4;

  private Ip6ExtInput() {}

  /**
   * Takes the header with which {@code start} begins, and goes behind it.
   *
   * @return why the packet is dropped, or null
   */
  static @Nullable DropReason rcv(NetNs net, Packet packet, int nexthdr) {
    int header = packet.start();
    int bytes = packet.len() < LEAST_BYTES ? Integer.MAX_VALUE : (packet.u8(header + 1) + 1) << 3;
    if (bytes > packet.len()) {
      net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
      return DropReason.IPV6_BAD_EXTHDR;
    }
    DropReason reason =
        nexthdr == Ip6TxOptions.NEXTHDR_ROUTING
            ? routing(net, packet, header)
            : options(net, packet, header, bytes, nexthdr == Ip6TxOptions.NEXTHDR_HOP);
    if (reason == null) {
      packet.pull(bytes);
    }
    return reason;
  }

  private static @Nullable DropReason options(
      NetNs net, Packet packet, int header, int bytes, boolean hopByHop) {
    long longest =
        net.sysctl(hopByHop ? Sysctl.IPV6_MAX_HBH_LENGTH : Sysctl.IPV6_MAX_DST_OPTS_LENGTH);
    DropReason reason =
        bytes > longest
            ? DropReason.IPV6_BAD_EXTHDR
            : Ip6ParseTlv.parse(net, packet, header, hopByHop);
    if (reason != null) {
      net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
    }
    return reason;
  }

  private static @Nullable DropReason routing(NetNs net, Packet packet, int header) {
    boolean toMany = Ipv6Address.isMulticast(Ip6Header.daddr(packet));
    if (toMany || packet.type() != Packet.Type.HOST) {
      net.addMib(Mib.IP6_IN_ADDR_ERRORS, 1);
      return DropReason.IP_INHDR;
    }
    int type = packet.u8(header + TYPE);
    if (type == IPV6_SRCRT_TYPE_3 || type == IPV6_SRCRT_TYPE_4) {
      return DropReason.NOT_SPECIFIED;
    }
    if (packet.u8(header + SEGMENTS_LEFT) == 0) {
      return null;
    }
    net.addMib(Mib.IP6_IN_HDR_ERRORS, 1);
    int at = header + TYPE - packet.network();
    Icmp6.send(net, packet, Icmp6.PARAMPROB, 0, at);
    return DropReason.IP_INHDR;
  }
}
