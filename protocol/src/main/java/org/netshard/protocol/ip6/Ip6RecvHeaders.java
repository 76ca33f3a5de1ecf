package org.netshard.protocol.ip6;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * The extension headers of a packet, as its reader is told of them.
 *
 * <p><b>Source:</b> {@code net/ipv6/datagram.c}, {@code ip6_datagram_recv_specific_ctl}; {@code
 * include/linux/ipv6.h}, {@code struct inet6_skb_parm}.
 */
final class Ip6RecvHeaders {
  private final Packet packet;

  Ip6RecvHeaders(Packet packet) {
    this.packet = packet;
  }

  private void put(Msg msg, int type, int at) {
    msg.putCmsg(Abi.IPPROTO_IPV6, type, packet.get(at, bytes(at)));
  }

  private int bytes(int at) {
    return (packet.u8(at + 1) + 1) << 3;
  }

  private int first() {
    return packet.network() + Ip6Header.BYTES;
  }

  private boolean hasHopByHop() {
    return Ip6Header.nexthdr(packet) == Ip6TxOptions.NEXTHDR_HOP && first() < packet.transport();
  }

  /** Those that came before the transport, in their order, that for all hops first. */
  void put(Msg msg, Inet6Options inet6) {
    if (inet6.has(Inet6Flag.HOPOPTS) && hasHopByHop()) {
      put(msg, Ipv6Option.IPV6_HOPOPTS, first());
    }
    boolean destination = inet6.has(Inet6Flag.DSTOPTS);
    boolean route = inet6.has(Inet6Flag.SRCRT);
    if (!destination && !route) {
      return;
    }
    int nexthdr = Ip6Header.nexthdr(packet);
    for (int at = first(); at < packet.transport(); at += bytes(at)) {
      if (nexthdr == Ip6TxOptions.NEXTHDR_DEST && destination) {
        put(msg, Ipv6Option.IPV6_DSTOPTS, at);
      } else if (nexthdr == Ip6TxOptions.NEXTHDR_ROUTING && route) {
        put(msg, Ipv6Option.IPV6_RTHDR, at);
      }
      nexthdr = packet.u8(at);
    }
  }

  /** The same for options of RFC 2292: one of each kind, the destination's around the route. */
  void putOld(Msg msg, Inet6Options inet6) {
    if (inet6.has(Inet6Flag.OHOPOPTS) && hasHopByHop()) {
      put(msg, Ipv6Option.IPV6_2292HOPOPTS, first());
    }
    boolean destination = inet6.has(Inet6Flag.ODSTOPTS);
    boolean route = inet6.has(Inet6Flag.OSRCRT);
    if (!destination && !route) {
      return;
    }
    int dst0 = 0;
    int dst1 = 0;
    int srcrt = 0;
    int nexthdr = Ip6Header.nexthdr(packet);
    for (int at = first(); at < packet.transport(); at += bytes(at)) {
      if (nexthdr == Ip6TxOptions.NEXTHDR_DEST) {
        dst1 = at;
      } else if (nexthdr == Ip6TxOptions.NEXTHDR_ROUTING) {
        srcrt = at;
        dst0 = dst1;
        dst1 = 0;
      }
      nexthdr = packet.u8(at);
    }
    putIf(destination, msg, Ipv6Option.IPV6_2292DSTOPTS, dst0);
    putIf(route, msg, Ipv6Option.IPV6_2292RTHDR, srcrt);
    putIf(destination, msg, Ipv6Option.IPV6_2292DSTOPTS, dst1);
  }

  private void putIf(boolean wanted, Msg msg, int type, int at) {
    if (wanted && at != 0) {
      put(msg, type, at);
    }
  }
}
