package org.netshard.protocol.ip;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.IpRoute;

/**
 * What happens to a packet of IPv4 that comes with options.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_input.c}, {@code ip_rcv_options}; {@code
 * net/ipv4/ip_options.c}: {@code ip_options_compile}, {@code ip_options_rcv_srr}, {@code
 * spec_dst_fill}; {@code net/ipv4/fib_frontend.c}, {@code fib_compute_spec_dst}.
 *
 * <p><b>Differs from Linux:</b> nothing is forwarded, so a source route may only go by addresses of
 * this machine.
 */
final class IpOptionsRcv {
  private static final int DADDR_AT = 16;

  private IpOptionsRcv() {}

  /**
   * {@code ip_rcv_options}.
   *
   * @return the packet with what was written into its options, or null if it is to be dropped
   */
  static @Nullable Packet rcv(NetNs net, Packet packet) {
    Packet own = packet.copyOfBytes();
    int specDst = specDst(net, IpHeader.saddr(packet), IpHeader.daddr(packet));
    IpOptionsParse parse = IpOptionsParse.write(net, own, specDst);
    if (parse.wrongAt() != 0) {
      Icmp.send(net, own, Icmp.PARAMETERPROB, 0, parse.wrongAt() << 24);
      net.addMib(Mib.IP_IN_HDR_ERRORS, 1);
      return null;
    }
    return parse.srr == 0 || takesSourceRoute(net, own, parse) ? own : null;
  }

  /** The address of this machine that an answer would have ({@code fib_compute_spec_dst}). */
  static int specDst(NetNs net, int saddr, int daddr) {
    boolean own = IpRoute.addrType(net, daddr) == IpRoute.Type.LOCAL;
    return own ? daddr : IpRoute.connect(net, saddr, 0, 0).saddr();
  }

  /**
   * {@code ip_options_rcv_srr}, if {@code accept_source_route} lets it ({@code IN_DEV_ANDCONF}).
   */
  private static boolean takesSourceRoute(NetNs net, Packet packet, IpOptionsParse parse) {
    boolean accepts =
        net.sysctl(Sysctl.IPV4_CONF_ALL_ACCEPT_SOURCE_ROUTE) != 0
            && net.sysctl(Sysctl.IPV4_CONF_LO_ACCEPT_SOURCE_ROUTE) != 0;
    if (!accepts || packet.type() != Packet.Type.HOST || packet.cast() != Packet.Cast.UNICAST) {
      return false;
    }
    int at = packet.network() + parse.srr;
    int length = packet.u8(at + 1);
    if (!packet.local()) {
      if (parse.strict) {
        Icmp.send(net, packet, Icmp.PARAMETERPROB, 0, DADDR_AT << 24);
      }
      return !parse.strict;
    }
    for (int pointer = packet.u8(at + 2); pointer <= length; pointer += Integer.BYTES) {
      if (pointer + 3 > length) {
        Icmp.send(net, packet, Icmp.PARAMETERPROB, 0, (parse.srr + 2) << 24);
        return false;
      }
      int hop = packet.addr(at + pointer - 1);
      if (IpRoute.addrType(net, hop) != IpRoute.Type.LOCAL) {
        return false;
      }
      NetBytes.putAddr(packet.bytes(), packet.network() + IpHeader.DADDR, hop);
    }
    return true;
  }
}
