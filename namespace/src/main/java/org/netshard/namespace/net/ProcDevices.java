package org.netshard.namespace.net;

import java.util.HexFormat;
import java.util.Locale;
import java.util.TreeSet;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.FibRoute;
import org.netshard.protocol.fib.InetNet;
import org.netshard.protocol.fib6.Fib6Route;
import org.netshard.protocol.fib6.In6;
import org.netshard.protocol.fib6.Inet6Dev;
import org.netshard.protocol.fib6.Inet6Ifaddr;
import org.netshard.protocol.fib6.Inet6Net;

/**
 * The text of files of {@code /proc/net} about devices, addresses and routes.
 *
 * <p><b>Source:</b> {@code net/core/net-procfs.c}, {@code dev_seq_printf_stats}; {@code
 * net/ipv4/fib_trie.c}, {@code fib_route_seq_show}; {@code net/ipv6/addrconf.c}, {@code
 * if6_seq_show}; {@code net/ipv6/ip6_fib.c}, {@code ipv6_route_seq_show}, {@code
 * rt6_stats_seq_show}.
 *
 * <p><b>Differs from Linux:</b> addresses of IPv6 stand in the order of the device, not of a hash;
 * references of IPv6 routes are those of the table and the address.
 */
public final class ProcDevices {
  /** Headers of IPv4 and TCP, which a segment has besides its data. */
  private static final int HEADERS_BYTES = 40;

  /** Times of round trips are kept in eighths. */
  private static final int RTT_SHIFT = 3;

  private static final String DEV_HEAD =
      "Inter-|   Receive                                                |  Transmit\n"
          + " face |bytes    packets errs drop fifo frame compressed multicast"
          + "|bytes    packets errs drop fifo colls carrier compressed\n";
  private static final int WIDTH = 127;
  private static final int RTF_UP = 1;
  private static final int RTF_GATEWAY = 2;
  private static final int RTF_HOST = 4;
  private static final int RTF_REJECT = 0x200;
  private static final int RTF_NONEXTHOP = 0x20_0000;
  private static final int RTF_LOCAL = 0x8000_0000;
  private static final String NO_ADDRESS = "0".repeat(32);

  private ProcDevices() {}

  /** {@code /proc/net/dev}. */
  public static String dev(NetState net) {
    StringBuilder text = new StringBuilder(DEV_HEAD);
    for (NetDevice dev : net.devices()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n",
              dev.name(),
              dev.rxBytes(),
              dev.rxPackets(),
              0,
              0,
              0,
              0,
              0,
              0,
              dev.txBytes(),
              dev.txPackets(),
              0,
              dev.txDropped(),
              0,
              0,
              0,
              0));
    }
    return text.toString();
  }

  private static void padded(StringBuilder text, String line) {
    text.append(line);
    for (int i = line.length(); i < WIDTH; i++) {
      text.append(' ');
    }
    text.append('\n');
  }

  /** {@code /proc/net/route}: the routes of the table main; nothing before there is a table. */
  public static String route(NetState net) {
    StringBuilder text = new StringBuilder();
    if (!InetNet.of(net).hasLocalTable()) {
      return "";
    }
    padded(
        text,
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
    for (FibRoute route : InetNet.of(net).routes()) {
      boolean shown =
          route.table() == Fib.RT_TABLE_MAIN
              && route.type() != Fib.RTN_BROADCAST
              && route.type() != Fib.RTN_MULTICAST;
      if (!shown) {
        continue;
      }
      boolean reject = route.type() == Fib.RTN_UNREACHABLE || route.type() == Fib.RTN_PROHIBIT;
      int flags = RTF_UP | (reject ? RTF_REJECT : 0) | (route.gateway() != 0 ? RTF_GATEWAY : 0);
      String device = net.deviceName(route.oif());
      padded(
          text,
          String.format(
              Locale.ROOT,
              "%s\t%08X\t%08X\t%04X\t%d\t%d\t%d\t%08X\t%d\t%d\t%d",
              device == null ? "*" : device,
              Integer.reverseBytes(route.dst()),
              Integer.reverseBytes(route.gateway()),
              route.dstLen() == 32 ? flags | RTF_HOST : flags,
              0,
              0,
              Integer.toUnsignedLong(route.priority()),
              Integer.reverseBytes(Fib.mask(route.dstLen())),
              route.advmss() == 0 ? 0 : route.advmss() + HEADERS_BYTES,
              route.window(),
              route.rtt() >> RTT_SHIFT));
    }
    return text.toString();
  }

  /** {@code /proc/net/rt_cache}: there has been no such cache since Linux 3.6. */
  static String rtCache() {
    StringBuilder text = new StringBuilder();
    padded(
        text,
        "Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow"
            + "\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst");
    return text.toString();
  }

  private static String hex(byte[] address) {
    return HexFormat.of().formatHex(address);
  }

  /** {@code /proc/net/if_inet6}. */
  public static String ifInet6(NetState net) {
    StringBuilder text = new StringBuilder();
    for (Inet6Dev device : Inet6Net.of(net).devices()) {
      for (Inet6Ifaddr ifp : device.addresses()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s %02x %02x %02x %02x %8s\n",
                hex(ifp.address()),
                device.dev().ifindex(),
                ifp.prefixLen(),
                ifp.scope(),
                ifp.flags() & 0xff,
                device.dev().name()));
      }
    }
    return text.toString();
  }

  /** {@code /proc/net/ipv6_route}: each table ends with the route that leads nowhere. */
  public static String ipv6Route(NetState net) {
    StringBuilder text = new StringBuilder();
    Inet6Net inet6 = Inet6Net.of(net);
    for (int table : inet6.tableIds()) {
      for (Fib6Route route : inet6.routes(table)) {
        text.append(line(net, route));
      }
      text.append(line(NO_ADDRESS, 0, NO_ADDRESS, -1, 1, RTF_REJECT | RTF_NONEXTHOP, "lo"));
    }
    return text.toString();
  }

  /**
   * {@code /proc/net/rt6_stats}: nodes of the tables, those that have routes, and routes. A node is
   * where a prefix ends, or where the ways to two of them part.
   */
  public static String rt6Stats(NetState net) {
    Inet6Net inet6 = Inet6Net.of(net);
    int nodes = 0;
    int withRoutes = 0;
    int routes = 0;
    for (int table : inet6.tableIds()) {
      TreeSet<String> prefixes = new TreeSet<>();
      for (Fib6Route route : inet6.routes(table)) {
        routes++;
        if (route.dstLen() > 0) {
          prefixes.add(bits(route.dst()).substring(0, route.dstLen()));
        }
      }
      withRoutes += prefixes.size();
      TreeSet<String> all = new TreeSet<>(prefixes);
      String before = null;
      for (String prefix : prefixes) {
        if (before != null) {
          all.add(commonPrefix(before, prefix));
        }
        before = prefix;
      }
      all.remove("");
      nodes += all.size();
    }
    return String.format(
        Locale.ROOT, "%04x %04x %04x %04x %04x %04x %04x\n", nodes, withRoutes, 0, routes, 0, 0, 0);
  }

  private static String bits(byte[] address) {
    StringBuilder bits = new StringBuilder();
    for (byte part : address) {
      String digits = Integer.toBinaryString(part & 0xff);
      bits.append("0".repeat(Byte.SIZE - digits.length())).append(digits);
    }
    return bits.toString();
  }

  private static String commonPrefix(String a, String b) {
    int same = 0;
    while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    return a.substring(0, same);
  }

  private static String line(NetState net, Fib6Route route) {
    boolean local = route.type() == Fib.RTN_LOCAL;
    boolean loopback = route.oif() == NetState.LO_IFINDEX;
    int plain = loopback && !local ? RTF_REJECT : RTF_UP;
    byte[] gateway = route.gateway();
    int hop = gateway == null ? RTF_NONEXTHOP : RTF_GATEWAY;
    String device = net.deviceName(route.oif());
    boolean ofAddress = local && route.dstLen() == In6.BITS;
    return line(
        hex(route.dst()),
        route.dstLen(),
        gateway == null ? NO_ADDRESS : hex(gateway),
        route.metric(),
        ofAddress ? 2 : 1,
        plain | hop | (local ? RTF_LOCAL : 0),
        device == null ? "" : device);
  }

  private static String line(
      String dst, int plen, String gateway, int metric, int references, int flags, String device) {
    return String.format(
        Locale.ROOT,
        "%s %02x %s 00 %s %08x %08x %08x %08x %8s\n",
        dst,
        plen,
        NO_ADDRESS,
        gateway,
        metric,
        references,
        0,
        flags,
        device);
  }
}
