package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.inet6.Datagram6Connect;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Connecting a sock of datagrams: it gets a peer, and no packet is sent.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_dgram_connect}; {@code
 * net/ipv4/datagram.c}, {@code __ip4_datagram_connect}; {@code net/ipv4/udp.c}, {@code
 * __udp_disconnect}.
 */
public final class DatagramConnect {
  private static final byte[] ANY6 = new byte[Ipv6Address.BYTES];
  private static final int LO_MTU = 65536;
  private static final int IP_MTU_MAX = 65535;
  private static final int IDS = 65536;

  private DatagramConnect() {}

  /**
   * {@code connect(2)}; AF_UNSPEC takes the peer away.
   *
   * <p><b>Errors</b>, in order: EINVAL for no family, EAGAIN if there is no free port, then those
   * of the family.
   */
  public static int connect(Sk sk, InetPorts ports, SockAddr address) {
    if (address.length() < SockAddr.FAMILY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() == Abi.AF_UNSPEC) {
      disconnect(sk, ports);
      return 0;
    }
    if (!ports.autobind(sk)) {
      return Errno.EAGAIN.negated();
    }
    return sk.family() == Abi.AF_INET6
        ? Datagram6Connect.connect(sk, ports, address)
        : connect4(sk, ports, address);
  }

  /**
   * Connects to an IPv4 address ({@code __ip4_datagram_connect}).
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address, EAFNOSUPPORT, those of the route,
   * EACCES for a broadcast address without {@code SO_BROADCAST}. What fails changes nothing.
   */
  public static int connect4(Sk sk, InetPorts ports, SockAddr address) {
    if (address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET) {
      return Errno.EAFNOSUPPORT.negated();
    }
    InetOptions inet = InetOptions.of(sk);
    int oif = sk.boundDevIf();
    int saddr = inet.saddr;
    if (InetAddress4.isMulticast(address.inAddr())) {
      oif = oif == 0 ? inet.mcIndex : oif;
      saddr = saddr == 0 ? inet.mcAddr : saddr;
    } else if (oif == 0) {
      oif = inet.ucIndex;
    }
    IpRoute.Result route = IpRoute.connect(sk.net(), address.inAddr(), saddr, oif);
    sk.setFlag(SockFlag.SK_DST_CACHED, false);
    boolean found = route.errno() == 0;
    int daddr = found ? route.daddr() : address.inAddr();
    ports.redirect(sk, found ? route.saddr() : saddr, daddr, address.port());
    if (route.errno() != 0) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    if (route.type() == IpRoute.Type.BROADCAST && !sk.flag(SockFlag.SOCK_BROADCAST)) {
      return Errno.EACCES.negated();
    }
    inet = InetOptions.forWrite(sk);
    inet.daddr = route.daddr();
    sk.setDport(address.port());
    if (inet.saddr == 0) {
      inet.saddr = route.saddr();
    }
    if (inet.rcvSaddr == 0) {
      inet.rcvSaddr = route.saddr();
      ports.rehash(sk);
    }
    sk.setFlag(SockFlag.SK_DST_CACHED, true);
    inet.setId(sk.net().machine().randomBelow(IDS));
    sk.setState(Sk.TCP_ESTABLISHED);
    return 0;
  }

  /**
   * Takes the peer away, and with it the device, and what of address and port the program has not
   * fixed ({@code __udp_disconnect}).
   */
  public static void disconnect(Sk sk, InetPorts ports) {
    sk.setState(Sk.TCP_CLOSE);
    InetOptions.forWrite(sk).daddr = 0;
    sk.setDport(0);
    sk.setBoundDevIf(0);
    boolean portLock = sk.locked(Sk.SOCK_BINDPORT_LOCK);
    if (!sk.locked(Sk.SOCK_BINDADDR_LOCK)) {
      InetBind.resetSaddr(sk);
      if (portLock) {
        ports.rehash(sk);
      }
    }
    if (!portLock) {
      ports.unhash(sk);
      sk.setSport(0);
    }
  }

  /**
   * The MTU of the route that a connected sock keeps ({@code dst_mtu}), what it says or that of its
   * device; 0 if it keeps none. Packets of IPv4 are never longer than 65,535 bytes.
   */
  public static int dstMtu(Sk sk) {
    if (sk.state() != Sk.TCP_ESTABLISHED) {
      return 0;
    }
    boolean v6 =
        sk.family() == Abi.AF_INET6 && !Ipv6Address.isV4Mapped(Inet6Options.of(sk).daddr());
    if (v6) {
      Ip6Route.Result way =
          Ip6Route.lookup(sk.net(), Inet6Options.of(sk).daddr(), ANY6, sk.boundDevIf());
      return mtu(sk, way.oif(), way.route() == null ? null : way.route().metrics());
    }
    IpRoute.Result way = IpRoute.connect(sk.net(), InetOptions.of(sk).daddr(), 0, sk.boundDevIf());
    int[] metrics = way.route() == null ? null : way.route().metrics();
    return Math.min(mtu(sk, way.oif(), metrics), IP_MTU_MAX);
  }

  private static int mtu(Sk sk, int oif, int @Nullable [] metrics) {
    NetDevice dev = sk.net().device(oif);
    return dev == null ? LO_MTU : FibMetrics.mtu(dev, metrics);
  }
}
