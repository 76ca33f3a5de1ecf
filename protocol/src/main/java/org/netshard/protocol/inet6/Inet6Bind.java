package org.netshard.protocol.inet6;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.InetPorts;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet.LocalPorts;

/**
 * Binding a sock to an IPv6 address and a port.
 *
 * <p><b>Source:</b> {@code net/ipv6/af_inet6.c}, {@code inet6_bind_sk}, {@code __inet6_bind}.
 */
public final class Inet6Bind {
  private static final byte[] ANY = new byte[Ipv6Address.BYTES];

  private Inet6Bind() {}

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address, EAFNOSUPPORT, EINVAL for a group and a
   * stream, EACCES for a privileged port, EINVAL for a sock that has a port or is connected, those
   * of the address, EADDRINUSE.
   */
  public static int bind(Sk sk, InetPorts ports, Cred cred, SockAddr address) {
    if (address.length() < SockAddr.IN6_RFC2133_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET6) {
      return Errno.EAFNOSUPPORT.negated();
    }
    byte[] addr = address.in6Addr();
    if (Ipv6Address.isMulticast(addr) && sk.type() == Abi.SOCK_STREAM) {
      return Errno.EINVAL.negated();
    }
    if (!LocalPorts.mayBind(sk.net(), cred, address.port())) {
      return Errno.EACCES.negated();
    }
    if (sk.state() != Sk.TCP_CLOSE || sk.num() != 0) {
      return Errno.EINVAL.negated();
    }
    boolean any = Ipv6Address.isAny(addr);
    boolean mapped = Ipv6Address.isV4Mapped(addr);
    int error = mapped ? checkMapped(sk, addr) : any ? 0 : checkAddress(sk, address, addr, true);
    return error != 0 ? error : take(sk, ports, address.port(), addr, any, mapped);
  }

  private static int take(
      Sk sk, InetPorts ports, int port, byte[] addr, boolean any, boolean mapped) {
    setAddress(sk, addr, any, mapped);
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    boolean v6only = inet6.has(Inet6Flag.V6ONLY);
    if (!any && !mapped) {
      inet6.set(Inet6Flag.V6ONLY, true);
    }
    int error = InetBind.getPort(sk, ports, port);
    if (error != 0) {
      inet6.set(Inet6Flag.V6ONLY, v6only);
      InetBind.resetSaddr(sk);
      return error;
    }
    InetBind.finish(sk, port, !any);
    return 0;
  }

  /** Binds to an address. Only {@code ::} and mapped ones are addresses of IPv4, too. */
  public static void setAddress(Sk sk, byte[] addr, boolean any, boolean mapped) {
    int v4 = mapped ? Ipv6Address.mappedAddress(addr) : InetAddress4.LOOPBACK4_IPV6;
    InetOptions inet = InetOptions.forWrite(sk);
    inet.setRcvSaddr(any ? InetAddress4.ANY : v4);
    inet.setSaddr(any ? InetAddress4.ANY : v4);
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.setRcvSaddr(addr);
    if (!Ipv6Address.isMulticast(addr)) {
      inet6.setSaddr(addr);
    }
  }

  /** EINVAL for a sock of IPv6 only, ENODEV, EADDRNOTAVAIL. */
  private static int checkMapped(Sk sk, byte[] addr) {
    if (Inet6Options.of(sk).has(Inet6Flag.V6ONLY)) {
      return Errno.EINVAL.negated();
    }
    if (sk.boundDevIf() != 0 && sk.net().deviceName(sk.boundDevIf()) == null) {
      return Errno.ENODEV.negated();
    }
    int v4 = Ipv6Address.mappedAddress(addr);
    return InetBind.validOrNonlocal(sk, v4, IpRoute.addrType(sk.net(), v4))
        ? 0
        : Errno.EADDRNOTAVAIL.negated();
  }

  /**
   * Whether an address is one of the namespace; one that needs a device binds the sock to it, too.
   *
   * <p><b>Errors</b>, in order: EINVAL for an address that needs a device, ENODEV, EADDRNOTAVAIL.
   */
  public static int checkAddress(Sk sk, SockAddr address, byte[] addr, boolean nonlocal) {
    if (Ipv6Address.needsScopeId(addr)) {
      if (address.length() >= SockAddr.IN6_BYTES && address.in6ScopeId() != 0) {
        sk.setBoundDevIf(address.in6ScopeId());
      }
      if (sk.boundDevIf() == 0) {
        return Errno.EINVAL.negated();
      }
    }
    if (sk.boundDevIf() != 0 && sk.net().deviceName(sk.boundDevIf()) == null) {
      return Errno.ENODEV.negated();
    }
    boolean good =
        Ipv6Address.isMulticast(addr)
            || (nonlocal && canNonlocalBind(sk))
            || Ip6Route.isLocal(sk.net(), addr, sk.boundDevIf());
    return good ? 0 : Errno.EADDRNOTAVAIL.negated();
  }

  /** {@code ipv6_can_nonlocal_bind}. */
  public static boolean canNonlocalBind(Sk sk) {
    return InetBind.nonlocal(sk, Sysctl.IPV6_IP_NONLOCAL_BIND);
  }

  /** The IPv6 part of {@code inet_reset_saddr}. */
  public static void resetSaddr(Sk sk) {
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.setSaddr(ANY);
    inet6.setRcvSaddr(ANY);
  }
}
