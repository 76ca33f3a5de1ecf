package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Getsockopt;
import org.netshard.protocol.inet6.Ipv6Setsockopt;

/**
 * What all kinds of Internet sock share: the IP layers' options, and names.
 *
 * <p>There is one object for the kind of both families; the sock says which one it is.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_create}, {@code inet_getname}; {@code
 * net/ipv6/af_inet6.c}, {@code inet6_create}, {@code inet6_getname}.
 */
public abstract class AbstractInetOps implements SockOps {
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;

  /** For subclasses. */
  protected AbstractInetOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    boolean raw = sk.type() == Abi.SOCK_RAW;
    boolean hdrincl = raw && sk.protocol() == Abi.IPPROTO_RAW;
    boolean noPmtudisc = sk.net().sysctl(Sysctl.IPV4_IP_NO_PMTU_DISC) != 0;
    sk.setInet(InetOptions.shared(isV6(sk), noPmtudisc, hdrincl));
    if (isV6(sk)) {
      sk.setInet6(Inet6Options.shared(sk.net().sysctl(Sysctl.IPV6_BINDV6ONLY) != 0));
    }
    if (raw) {
      sk.setNum(sk.protocol());
    }
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    Mroute.destroy(sk);
    if (isV6(sk)) {
      Inet6Options.destroy(sk);
    }
  }

  /** Whether this is a sock of AF_INET6. */
  protected static boolean isV6(Sk sk) {
    return sk.family() == Abi.AF_INET6;
  }

  /** Reads an option of the IP layers ({@code ip_getsockopt} or {@code ipv6_getsockopt}). */
  protected static int ipGetsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return isV6(sk)
        ? Ipv6Getsockopt.getsockopt(sk, cred, level, optname, optval, optlen)
        : IpGetsockopt.getsockopt(sk, cred, level, optname, optval, optlen);
  }

  /** Sets an option of the IP layers ({@code ip_setsockopt} or {@code ipv6_setsockopt}). */
  protected static int ipSetsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    return isV6(sk)
        ? Ipv6Setsockopt.setsockopt(sk, cred, level, optname, optval, optlen)
        : IpSetsockopt.setsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return ipGetsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    return ipSetsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int getsockname(Sk sk, UserMem addr, UserMem addrlen) {
    byte[] name = new byte[isV6(sk) ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES];
    name[0] = (byte) sk.family();
    name[2] = (byte) (sk.num() >> 8);
    name[3] = (byte) sk.num();
    if (isV6(sk)) {
      byte[] address = Inet6Options.of(sk).localAddress();
      System.arraycopy(address, 0, name, 8, address.length);
    } else {
      InetOptions inet = InetOptions.of(sk);
      int address = inet.rcvSaddr != 0 ? inet.rcvSaddr : inet.saddr;
      for (int i = 0; i < Integer.BYTES; i++) {
        name[4 + i] = (byte) (address >> (8 * i));
      }
    }
    return SocketOptions.moveAddrToUser(name, name.length, addr, addrlen);
  }
}
