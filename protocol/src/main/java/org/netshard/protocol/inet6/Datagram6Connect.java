package org.netshard.protocol.inet6;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.DatagramConnect;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.InetPorts;

/**
 * Connecting a sock of IPv6 datagrams: to an IPv6 address, a mapped one, or one of IPv4.
 *
 * <p><b>Source:</b> {@code net/ipv6/datagram.c}, {@code __ip6_datagram_connect}, {@code
 * ip6_datagram_dst_update}.
 */
public final class Datagram6Connect {
  private Datagram6Connect() {}

  /**
   * {@code connect(2)}.
   *
   * <p><b>Errors</b>, in order: EAFNOSUPPORT for AF_INET and a sock of IPv6 only, EINVAL for a
   * short address, EAFNOSUPPORT, ENETUNREACH for a mapped address and a sock of IPv6 only, EINVAL
   * for an address that needs a device, those of the route.
   */
  public static int connect(Sk sk, InetPorts ports, SockAddr address) {
    boolean v6only = Inet6Options.of(sk).has(Inet6Flag.V6ONLY);
    if (address.family() == Abi.AF_INET) {
      return v6only ? Errno.EAFNOSUPPORT.negated() : connectMapped(sk, ports, address);
    }
    if (address.length() < SockAddr.IN6_RFC2133_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET6) {
      return Errno.EAFNOSUPPORT.negated();
    }
    byte[] daddr = destination(sk, address);
    if (Ipv6Address.isV4Mapped(daddr)) {
      return v6only
          ? Errno.ENETUNREACH.negated()
          : connectMapped(sk, ports, SockAddr.in(Ipv6Address.mappedAddress(daddr), address.port()));
    }
    if (Ipv6Address.needsScopeId(daddr)) {
      int error = bindToScope(sk, address, daddr);
      if (error != 0) {
        return error;
      }
    }
    return connect6(sk, ports, daddr, address.port());
  }

  /** The address, or loopback for {@code ::}: that of IPv4 if the sock is bound to a mapped one. */
  public static byte[] destination(Sk sk, SockAddr address) {
    byte[] daddr = address.in6Addr();
    if (!Ipv6Address.isAny(daddr)) {
      return daddr;
    }
    return Ipv6Address.isV4Mapped(Inet6Options.of(sk).rcvSaddr())
        ? Ipv6Address.mapped(InetAddress4.LOOPBACK)
        : Ipv6Address.loopback();
  }

  private static int connectMapped(Sk sk, InetPorts ports, SockAddr address) {
    int error = DatagramConnect.connect4(sk, ports, address);
    if (error != 0) {
      return error;
    }
    InetOptions inet = InetOptions.of(sk);
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.setDaddr(Ipv6Address.mapped(inet.daddr()));
    if (isAny(inet6.saddr())) {
      inet6.setSaddr(Ipv6Address.mapped(inet.saddr()));
    }
    if (isAny(inet6.rcvSaddr())) {
      inet6.setRcvSaddr(Ipv6Address.mapped(inet.rcvSaddr()));
      ports.rehash(sk);
    }
    return 0;
  }

  private static boolean isAny(byte[] address) {
    return Ipv6Address.isAny(address)
        || (Ipv6Address.isV4Mapped(address)
            && Ipv6Address.mappedAddress(address) == InetAddress4.ANY);
  }

  private static int bindToScope(Sk sk, SockAddr address, byte[] daddr) {
    int scope = address.length() >= SockAddr.IN6_BYTES ? address.in6ScopeId() : 0;
    if (scope != 0) {
      if (sk.boundDevIf() != 0 && sk.boundDevIf() != scope) {
        return Errno.EINVAL.negated();
      }
      sk.setBoundDevIf(scope);
    }
    if (sk.boundDevIf() == 0 && Ipv6Address.isMulticast(daddr)) {
      sk.setBoundDevIf(Inet6Options.of(sk).mcastOif());
    }
    return sk.boundDevIf() == 0 ? Errno.EINVAL.negated() : 0;
  }

  private static int connect6(Sk sk, InetPorts ports, byte[] daddr, int port) {
    Inet6Options inet6 = Inet6Options.of(sk);
    int oif = sk.boundDevIf();
    if (oif == 0) {
      oif = Ipv6Address.isMulticast(daddr) ? inet6.mcastOif() : inet6.ucastOif();
    }
    Ip6Route.Result route = Ip6Route.lookup(sk.net(), daddr, inet6.saddr(), oif);
    if (route.errno() != 0) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP6_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    inet6 = Inet6Options.forWrite(sk);
    inet6.setDaddr(daddr);
    sk.setDport(port);
    if (Ipv6Address.isAny(inet6.saddr())) {
      inet6.setSaddr(route.saddr());
    }
    if (Ipv6Address.isAny(inet6.rcvSaddr())) {
      inet6.setRcvSaddr(route.saddr());
      InetOptions.forWrite(sk).setRcvSaddr(InetAddress4.LOOPBACK4_IPV6);
      ports.rehash(sk);
    }
    sk.setState(Sk.TCP_ESTABLISHED);
    return 0;
  }
}
