package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Datagram6Connect;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.tcp.TcpListen;

/**
 * What is checked before a sock of MPTCP connects. Its handshake is not simulated yet.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code __inet_stream_connect}; {@code
 * net/ipv4/tcp_ipv4.c}, {@code tcp_v4_connect}; {@code net/ipv6/tcp_ipv6.c}, {@code
 * tcp_v6_connect}.
 */
final class MptcpConnect {
  private MptcpConnect() {}

  /**
   * {@code connect(2)}; AF_UNSPEC disconnects.
   *
   * <p><b>Errors</b>, in order: EINVAL for no family, EISCONN for a sock that listens, those of the
   * address and its route.
   */
  static int connect(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.FAMILY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() == Abi.AF_UNSPEC) {
      TcpListen.disconnect(sk);
      return 0;
    }
    if (sk.state() != Sk.TCP_CLOSE) {
      return Errno.EISCONN.negated();
    }
    int error = sk.family() == Abi.AF_INET6 ? check6(sk, address) : check4(sk, address);
    return error != 0 ? error : SockNames.leftOut(sk, "the handshake of MPTCP");
  }

  private static int check4(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET) {
      return Errno.EAFNOSUPPORT.negated();
    }
    return route4(sk, address.inAddr());
  }

  private static int route4(Sk sk, int daddr) {
    int saddr = InetOptions.of(sk).saddr();
    IpRoute.Result route = IpRoute.connect(sk.net(), daddr, saddr, sk.boundDevIf());
    if (route.errno() != 0) {
      return -route.errno();
    }
    boolean one = route.type() == IpRoute.Type.LOCAL || route.type() == IpRoute.Type.UNICAST;
    return one ? 0 : Errno.ENETUNREACH.negated();
  }

  private static int check6(Sk sk, SockAddr address) {
    if (address.length() < SockAddr.IN6_RFC2133_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET6) {
      return Errno.EAFNOSUPPORT.negated();
    }
    byte[] daddr = Datagram6Connect.destination(sk, address);
    if (Ipv6Address.isMulticast(daddr)) {
      return Errno.ENETUNREACH.negated();
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    if (Ipv6Address.isV4Mapped(daddr)) {
      return inet6.has(Inet6Flag.V6ONLY)
          ? Errno.ENETUNREACH.negated()
          : route4(sk, Ipv6Address.mappedAddress(daddr));
    }
    int oif = sk.boundDevIf();
    if (Ipv6Address.isLinkLocal(daddr)) {
      boolean scoped = address.length() >= SockAddr.IN6_BYTES && address.in6ScopeId() != 0;
      if (scoped && oif != 0 && oif != address.in6ScopeId()) {
        return Errno.EINVAL.negated();
      }
      oif = scoped ? address.in6ScopeId() : oif;
      sk.setBoundDevIf(oif);
      if (oif == 0) {
        return Errno.EINVAL.negated();
      }
    }
    return -Ip6Route.lookup(sk.net(), daddr, inet6.saddr(), oif).errno();
  }
}
