package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
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
public abstract class AbstractInetOps implements SockOps, InetPorts {
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
      sk.setSport(sk.protocol());
    }
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    Mroute.destroy(sk);
    IpMcDevice.leaveAll(sk.net(), InetOptions.of(sk).mcList());
    if (isV6(sk)) {
      IpMcDevice.leaveAll(sk.net(), Inet6Options.of(sk).mcList());
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
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return InetBind.bind(sk, this, caller.cred(), address);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return DatagramConnect.connect(sk, this, address);
  }

  /**
   * Connects, after the port was taken, only to an address of the sock's own family, or to none.
   *
   * <p><b>Errors</b>, in order: those of {@link DatagramConnect#connect}.
   */
  protected final int connectOwnFamily(Sk sk, Caller caller, SockAddr address) {
    boolean foreign =
        isV6(sk)
            && address.length() >= SockAddr.FAMILY_BYTES
            && address.family() != Abi.AF_UNSPEC
            && address.family() != Abi.AF_INET6;
    if (foreign) {
      return autobind(sk) ? Errno.EAFNOSUPPORT.negated() : Errno.EAGAIN.negated();
    }
    return DatagramConnect.connect(sk, this, address);
  }

  /** {@code inet_getname}, {@code inet6_getname}: ENOTCONN. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    boolean own = which == SockNames.OWN;
    if (!own && (sk.dport() == 0 || (which == SockNames.PEER && hasNoPeerYet(sk)))) {
      return Errno.ENOTCONN.negated();
    }
    int port = own ? sk.sport() : sk.dport();
    if (isV6(sk)) {
      Inet6Options inet6 = Inet6Options.of(sk);
      byte[] addr = own ? inet6.localAddress() : inet6.daddr();
      int scope = Ipv6Address.scopeId(addr, sk.boundDevIf());
      return SockAddr.putIn6(address, addr, port, scope);
    }
    InetOptions inet = InetOptions.of(sk);
    int local = inet.rcvSaddr != 0 ? inet.rcvSaddr : inet.saddr;
    return SockAddr.putIn(address, own ? local : inet.daddr, port);
  }

  private static boolean hasNoPeerYet(Sk sk) {
    return sk.state() == Sk.TCP_CLOSE || sk.state() == Sk.TCP_SYN_SENT;
  }

  @Override
  public int dstMtu(Sk sk) {
    return DatagramConnect.dstMtu(sk);
  }
}
