package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Ip6Route;

/**
 * The way of a connection's packets.
 *
 * @param dev the device
 * @param local whether they come back here
 * @param mtu the longest packet, bytes
 */
record TcpDst(NetDevice dev, boolean local, int mtu) {
  /** {@code IP_MAX_MTU}: no packet of IPv4 is longer. */
  private static final int IP_MTU_MAX = 65_535;

  /** The way from one address to another; null if there is none. */
  static @Nullable TcpDst find(TcpEndpoint end) {
    return end.isV6()
        ? find6(end.net, end.saddr6, end.daddr6, end.boundDevIf)
        : find4(end.net, end.saddr, end.daddr, end.boundDevIf);
  }

  static @Nullable TcpDst find4(NetNs net, int saddr, int daddr, int oif) {
    IpRoute.Result route = IpRoute.output(net, daddr, saddr, oif);
    NetDevice dev = route.errno() == 0 ? net.device(route.oif()) : null;
    return dev == null
        ? null
        : new TcpDst(dev, route.type() == IpRoute.Type.LOCAL, Math.min(dev.mtu(), IP_MTU_MAX));
  }

  static @Nullable TcpDst find6(NetNs net, byte[] saddr, byte[] daddr, int oif) {
    Ip6Route.Result route = Ip6Route.lookup(net, daddr, saddr, oif);
    NetDevice dev = route.errno() == 0 ? net.device(route.oif()) : null;
    return dev == null ? null : new TcpDst(dev, route.isLocal(), dev.mtu());
  }
}
