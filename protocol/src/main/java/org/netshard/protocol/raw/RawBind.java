package org.netshard.protocol.raw;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Inet6Bind;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Binding a raw socket to an address; it may be bound again until it is connected.
 *
 * <p><b>Source:</b> {@code net/ipv4/raw.c}, {@code raw_bind}; {@code net/ipv6/raw.c}, {@code
 * rawv6_bind}.
 */
final class RawBind {
  private RawBind() {}

  /**
   * {@code bind(2)}. For IPv4, nobody looks at the family.
   *
   * <p><b>Errors</b>, in order: EINVAL for a connected sock or a short address, EADDRNOTAVAIL.
   */
  static int bind(Sk sk, SockAddr address) {
    if (sk.family() == Abi.AF_INET6) {
      return bind6(sk, address);
    }
    if (sk.state() != Sk.TCP_CLOSE || address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    IpRoute.Type type = IpRoute.addrType(sk.net(), address.inAddr());
    if (!InetBind.validOrNonlocal(sk, address.inAddr(), type)) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    InetBind.setAddress(sk, address.inAddr(), type);
    return 0;
  }

  /**
   * <b>Errors</b>, in order: EINVAL for a short address or another family, EADDRNOTAVAIL for a
   * mapped one, EINVAL for a connected sock, those of the address.
   */
  private static int bind6(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.IN6_RFC2133_BYTES || address.family() != Abi.AF_INET6) {
      return Errno.EINVAL.negated();
    }
    byte[] addr = address.in6Addr();
    if (Ipv6Address.isV4Mapped(addr)) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    if (sk.state() != Sk.TCP_CLOSE) {
      return Errno.EINVAL.negated();
    }
    boolean any = Ipv6Address.isAny(addr);
    int error = any ? 0 : Inet6Bind.checkAddress(sk, address, addr, true);
    if (error == 0) {
      Inet6Bind.setAddress(sk, addr, any, false);
    }
    return error;
  }
}
