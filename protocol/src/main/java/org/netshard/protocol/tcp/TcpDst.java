package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.fib.InetNet;
import org.netshard.protocol.fib6.Inet6Net;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Ip6Route;

/**
 * The way of a connection's packets.
 *
 * <p><b>Source:</b> {@code include/net/dst.h}: {@code dst_metric}, {@code dst_mtu}; {@code
 * include/net/tcp.h}, {@code dst_metric_advmss}; {@code include/net/ip.h}: {@code
 * ip_dst_mtu_maybe_forward}, {@code ip_dont_fragment}.
 *
 * @param dev the device
 * @param local whether they come back here
 * @param mtu the longest packet, bytes
 * @param metrics those of the route, {@code RTAX_…} by number less 1, or null
 */
@SuppressWarnings("ArrayRecordComponent")
record TcpDst(NetDevice dev, boolean local, int mtu, int @Nullable [] metrics) {
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
    if (dev == null) {
      return null;
    }
    int[] metrics = route.route() == null ? null : route.route().metrics();
    boolean local = route.type() == IpRoute.Type.LOCAL;
    return new TcpDst(dev, local, Math.min(FibMetrics.mtu(dev, metrics), IP_MTU_MAX), metrics);
  }

  static @Nullable TcpDst find6(NetNs net, byte[] saddr, byte[] daddr, int oif) {
    Ip6Route.Result route = Ip6Route.lookup(net, daddr, saddr, oif);
    NetDevice dev = route.errno() == 0 ? net.device(route.oif()) : null;
    if (dev == null) {
      return null;
    }
    int[] metrics = route.route() == null ? null : route.route().metrics();
    return new TcpDst(dev, route.isLocal(), FibMetrics.mtu(dev, metrics), metrics);
  }

  /** A number that changes with the routes that a connection may use. */
  static int generation(TcpSock tp) {
    return tp.isV6() ? Inet6Net.of(tp.net).routeGeneration() : InetNet.of(tp.net).routeGeneration();
  }

  /** A metric of the way, 0 if it has none. */
  int metric(int metric) {
    return FibMetrics.get(metrics, metric);
  }

  /** The largest segment that the other end is told it may send ({@code dst_metric_advmss}). */
  int advmss(boolean v6) {
    int advmss = metric(FibMetrics.RTAX_ADVMSS);
    return advmss != 0 ? advmss : TcpMss.defaultAdvmss(v6, mtu);
  }

  /** {@code dst_feature}. */
  boolean feature(int feature) {
    return (metric(FibMetrics.RTAX_FEATURES) & feature) != 0;
  }

  /** The hops of a packet of IPv4 ({@code ip4_dst_hoplimit}). */
  int ttl(NetNs net) {
    return hops(net, metrics, Sysctl.IPV4_IP_DEFAULT_TTL);
  }

  /** The hops of a packet of IPv6 ({@code ip6_dst_hoplimit}). */
  int hops6(NetNs net) {
    return hops(net, metrics, Sysctl.IPV6_CONF_DEFAULT_HOP_LIMIT);
  }

  private static int hops(NetNs net, int @Nullable [] metrics, Sysctl fallback) {
    int hops = FibMetrics.get(metrics, FibMetrics.RTAX_HOPLIMIT);
    return hops != 0 ? hops : (int) net.sysctl(fallback);
  }

  /** A metric of the way that a connection uses, 0 if it has none. */
  static int metric(TcpSock tp, int metric) {
    return FibMetrics.get(tp.metrics, metric);
  }

  /** Whether the kernel is not to find out such a metric by itself. */
  static boolean locked(TcpSock tp, int metric) {
    return FibMetrics.locked(tp.metrics, metric);
  }

  /** {@code dst_mtu} of the way that a connection uses. */
  static int mtu(TcpSock tp, NetDevice dev) {
    int mtu = FibMetrics.mtu(dev, tp.metrics);
    return tp.isV6() ? mtu : Math.min(mtu, IP_MTU_MAX);
  }

  /** {@code dst_metric_advmss} of the way that a connection uses. */
  static int advmss(TcpSock tp) {
    int advmss = metric(tp, FibMetrics.RTAX_ADVMSS);
    int mtu = tp.dev == null ? tp.pmtu : mtu(tp, tp.dev);
    return advmss != 0 ? advmss : TcpMss.defaultAdvmss(tp.sendsV6(), mtu);
  }

  /** The hops of a connection's packets, if its options do not say. */
  static int hops(TcpSock tp) {
    return hops(
        tp.net,
        tp.metrics,
        tp.isV6() ? Sysctl.IPV6_CONF_DEFAULT_HOP_LIMIT : Sysctl.IPV4_IP_DEFAULT_TTL);
  }

  /** {@code ip_dont_fragment}. */
  static boolean dontFragment(InetOptions inet, int @Nullable [] metrics) {
    return switch (inet.pmtudisc()) {
      case InetOptions.IP_PMTUDISC_DO -> true;
      case InetOptions.IP_PMTUDISC_WANT -> !FibMetrics.locked(metrics, FibMetrics.RTAX_MTU);
      default -> false;
    };
  }
}
