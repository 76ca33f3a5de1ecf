package org.netshard.protocol.ping;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.InetPorts;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Inet6Bind;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Binding a ping socket: no identifier is privileged, and groups and networks have none.
 *
 * <p><b>Source:</b> {@code net/ipv4/ping.c}, {@code ping_bind}, {@code ping_check_bind_addr}.
 */
final class PingBind {
  private static final byte[] ANY = new byte[Ipv6Address.BYTES];

  private PingBind() {}

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: those of the address, EINVAL for a sock that has an identifier,
   * EADDRINUSE.
   */
  static int bind(Sk sk, InetPorts ports, SockAddr address) {
    boolean v6 = sk.family() == Abi.AF_INET6;
    int device = sk.boundDevIf();
    int error = v6 ? check6(sk, address) : check4(sk, address);
    if (error != 0) {
      return error;
    }
    if (sk.num() != 0) {
      return Errno.EINVAL.negated();
    }
    if (ports.getPort(sk, address.port()) != 0) {
      sk.setBoundDevIf(device);
      return Errno.EADDRINUSE.negated();
    }
    InetBind.finish(sk, address.port(), v6 ? setAddress6(sk, address) : setAddress4(sk, address));
    return 0;
  }

  private static boolean setAddress4(Sk sk, SockAddr address) {
    InetOptions inet = InetOptions.forWrite(sk);
    inet.setRcvSaddr(address.inAddr());
    inet.setSaddr(address.inAddr());
    return address.inAddr() != InetAddress4.ANY;
  }

  private static boolean setAddress6(Sk sk, SockAddr address) {
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    byte[] addr = address.in6Addr();
    inet6.setRcvSaddr(addr);
    inet6.setSaddr(addr);
    inet6.setDaddr(ANY);
    return !Ipv6Address.isAny(addr);
  }

  /** EINVAL, EAFNOSUPPORT, EADDRNOTAVAIL. */
  private static int check4(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!InetBind.isInet(address)) {
      return Errno.EAFNOSUPPORT.negated();
    }
    if (address.inAddr() == InetAddress4.ANY) {
      return 0;
    }
    boolean good =
        switch (IpRoute.addrType(sk.net(), address.inAddr())) {
          case LOCAL -> true;
          case UNICAST -> InetBind.canNonlocalBind(sk);
          case BROADCAST, MULTICAST -> false;
        };
    return good ? 0 : Errno.EADDRNOTAVAIL.negated();
  }

  /** EINVAL, EAFNOSUPPORT, EINVAL for a group or without a scope, ENODEV, EADDRNOTAVAIL. */
  private static int check6(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.IN6_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET6) {
      return Errno.EAFNOSUPPORT.negated();
    }
    byte[] addr = address.in6Addr();
    boolean any = Ipv6Address.isAny(addr);
    boolean scoped = Ipv6Address.needsScopeId(addr);
    int scope = address.in6ScopeId();
    boolean unicast = !Ipv6Address.isMulticast(addr) && !Ipv6Address.isV4Mapped(addr);
    if ((!any && !unicast) || (scoped && scope == 0)) {
      return Errno.EINVAL.negated();
    }
    int device = scope != 0 ? scope : sk.boundDevIf();
    if (device != 0 && sk.net().deviceName(device) == null) {
      return Errno.ENODEV.negated();
    }
    if (!any && !Inet6Bind.canNonlocalBind(sk) && !Ip6Route.isLocal(sk.net(), addr, device)) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    if (scoped) {
      sk.setBoundDevIf(scope);
    }
    return 0;
  }
}
