package org.netshard.protocol.ip6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * The options in headers for all hops and for the destination of a packet that has come.
 *
 * <p><b>Source:</b> {@code net/ipv6/exthdrs.c}: {@code ip6_parse_tlv}, {@code ip6_tlvopt_unknown},
 * {@code ipv6_hop_ra}, {@code ipv6_hop_jumbo}; a kernel without mobility ({@code
 * CONFIG_IPV6_MIP6}), in-situ measurements and CALIPSO.
 */
final class Ip6ParseTlv {
  private static final int IPV6_TLV_PAD1 = 0;
  private static final int IPV6_TLV_PADN = 1;
  private static final int IPV6_TLV_ROUTERALERT = 5;
  private static final int IPV6_TLV_JUMBO = 194;
  private static final int PADDING_MAX = 7;
  private static final int ACTION_SKIP = 0;
  private static final int ACTION_DISCARD = 1;
  private static final int ACTION_DISCARD_SEND_TO_ONE = 3;

  private final NetNs net;
  private final Packet packet;
  private final boolean hopByHop;

  private Ip6ParseTlv(NetNs net, Packet packet, boolean hopByHop) {
    this.net = net;
    this.packet = packet;
    this.hopByHop = hopByHop;
  }

  /**
   * Reads the options of a header that is there as a whole; of what is wrong with them the sender
   * is told where that is due.
   *
   * @param header where it begins
   * @return why the packet is dropped, or null
   */
  static @Nullable DropReason parse(NetNs net, Packet packet, int header, boolean hopByHop) {
    long max =
        net.sysctl(hopByHop ? Sysctl.IPV6_MAX_HBH_OPTS_NUMBER : Sysctl.IPV6_MAX_DST_OPTS_NUMBER);
    int end = header + ((packet.u8(header + 1) + 1) << 3);
    return new Ip6ParseTlv(net, packet, hopByHop).walk(header + 2, end, (int) max);
  }

  private @Nullable DropReason walk(int from, int end, int max) {
    boolean known = max < 0;
    int countMax = Math.abs(max);
    int count = 0;
    int padding = 0;
    int at = from;
    while (at < end) {
      int type = packet.u8(at);
      if (type == IPV6_TLV_PAD1) {
        padding++;
        at++;
        if (padding > PADDING_MAX) {
          return DropReason.IP_INHDR;
        }
        continue;
      }
      int length = end - at < 2 ? Integer.MAX_VALUE : packet.u8(at + 1) + 2;
      if (length > end - at) {
        return DropReason.IP_INHDR;
      }
      if (type == IPV6_TLV_PADN) {
        padding += length;
        if (padding > PADDING_MAX || !isZero(at + 2, at + length)) {
          return DropReason.IP_INHDR;
        }
      } else {
        count++;
        DropReason reason = count > countMax ? DropReason.IP_INHDR : option(type, at, known);
        if (reason != null) {
          return reason;
        }
        padding = 0;
      }
      at += length;
    }
    return null;
  }

  private boolean isZero(int from, int end) {
    for (int i = from; i < end; i++) {
      if (packet.u8(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private @Nullable DropReason option(int type, int at, boolean onlyKnown) {
    if (hopByHop && type == IPV6_TLV_ROUTERALERT) {
      return packet.u8(at + 1) == 2 ? null : DropReason.IP_INHDR;
    }
    if (hopByHop && type == IPV6_TLV_JUMBO) {
      return jumbo(at);
    }
    int action = type >> 6;
    if (!onlyKnown && action == ACTION_SKIP) {
      return null;
    }
    boolean toMany = Ipv6Address.isMulticast(Ip6Header.daddr(packet));
    boolean silent = action == ACTION_DISCARD || (action == ACTION_DISCARD_SEND_TO_ONE && toMany);
    if (!onlyKnown && !silent) {
      tell(Icmp6.UNK_OPTION, at);
    }
    return DropReason.UNHANDLED_PROTO;
  }

  private void tell(int code, int at) {
    Icmp6.send(net, packet, Icmp6.PARAMPROB, code, at - packet.network());
  }

  private DropReason jumbo(int at) {
    if (packet.u8(at + 1) != Integer.BYTES || (at - packet.network() & 3) != 2) {
      return DropReason.IP_INHDR;
    }
    long length = packet.u32(at + 2) & 0xffff_ffffL;
    if (length <= Ip6Header.MAXPLEN) {
      tell(0, at + 2);
      return DropReason.IP_INHDR;
    }
    if (Ip6Header.payloadLen(packet) != 0) {
      tell(0, at);
      return DropReason.IP_INHDR;
    }
    // lo takes no packets of that length.
    return DropReason.PKT_TOO_SMALL;
  }
}
