package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Options of multicast routing: a raw sock of IGMP, or of ICMPv6, as multicast router.
 *
 * <p><b>Source:</b> {@code net/ipv4/ipmr.c}, {@code ip_mroute_setsockopt}, {@code
 * ip_mroute_getsockopt}; {@code net/ipv6/ip6mr.c}, {@code ip6_mroute_setsockopt}.
 *
 * <p><b>Differs from Linux:</b> multicast routing is not simulated but for which sock is the router
 * of a table: no device can take part (EADDRNOTAVAIL), and routes are accepted in form and have no
 * effect, which is told as left out.
 */
public final class Mroute {
  private static final int VERSION = 0x0305;
  private static final int IPPROTO_IGMP = 2;
  private static final int VIFCTL_BYTES = 16;
  private static final int MFCCTL_BYTES = 60;
  private static final int MIF6CTL_BYTES = 12;
  private static final int MF6CCTL_BYTES = 92;
  private static final int MIFI_BYTES = 2;
  private static final int TABLE_MAX = 1_000_000_000;

  private Mroute() {}

  /** Whether this is an option of multicast routing, by the same numbers in IPv4 and IPv6. */
  public static boolean isOption(int optname) {
    return optname >= IpOption.MRT_BASE && optname <= IpOption.MRT_MAX;
  }

  private static boolean isV6(Sk sk) {
    return sk.family() == Abi.AF_INET6;
  }

  /** A sock ends. */
  public static void destroy(Sk sk) {
    if (mayRoute(sk)) {
      MrouteTable.destroy(sk);
    }
  }

  private static boolean mayRoute(Sk sk) {
    return sk.type() == Abi.SOCK_RAW && sk.num() == (isV6(sk) ? Abi.IPPROTO_ICMPV6 : IPPROTO_IGMP);
  }

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for other socks, EACCES without CAP_NET_ADMIN unless the
   * sock is the router, then those of the option.
   */
  public static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    if (!mayRoute(sk)) {
      return Errno.EOPNOTSUPP.negated();
    }
    MrouteTable table = MrouteTable.of(sk);
    boolean router = table.isRouter(sk);
    if (optname != IpOption.MRT_INIT
        && !router
        && !cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EACCES.negated();
    }
    return switch (optname) {
      case IpOption.MRT_INIT -> init(sk, table, optlen);
      case IpOption.MRT_DONE -> done(table, router);
      case IpOption.MRT_ADD_VIF, IpOption.MRT_DEL_VIF -> vif(sk, optname, optval, optlen);
      case IpOption.MRT_ADD_MFC,
          IpOption.MRT_DEL_MFC,
          IpOption.MRT_ADD_MFC_PROXY,
          IpOption.MRT_DEL_MFC_PROXY ->
          mfc(sk, optval, optlen);
      case IpOption.MRT_ASSERT, IpOption.MRT_PIM, IpOption.MRT_TABLE, IpOption.MRT_FLUSH ->
          number(sk, optname, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int init(Sk sk, MrouteTable table, int optlen) {
    if (isV6(sk) ? optlen < Integer.BYTES : optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (table.router != null) {
      return Errno.EADDRINUSE.negated();
    }
    table.router = sk;
    sk.net().machine().leftOut("multicast routing is not simulated: the router routes nothing");
    return 0;
  }

  private static int done(MrouteTable table, boolean router) {
    if (!router) {
      return Errno.EACCES.negated();
    }
    table.router = null;
    return 0;
  }

  private static int vif(Sk sk, int optname, UserMem optval, int optlen) {
    int bytes = VIFCTL_BYTES;
    boolean fits = optlen == bytes;
    if (isV6(sk)) {
      bytes = optname == IpOption.MRT_ADD_VIF ? MIF6CTL_BYTES : MIFI_BYTES;
      fits = optlen >= bytes;
    }
    if (!fits) {
      return Errno.EINVAL.negated();
    }
    return (optval.accessible(0, bytes) ? Errno.EADDRNOTAVAIL : Errno.EFAULT).negated();
  }

  private static int mfc(Sk sk, UserMem optval, int optlen) {
    int bytes = isV6(sk) ? MF6CCTL_BYTES : MFCCTL_BYTES;
    if (isV6(sk) ? optlen < bytes : optlen != bytes) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, bytes) ? 0 : Errno.EFAULT.negated();
  }

  private static int number(Sk sk, int optname, UserMem optval, int optlen) {
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    MrouteTable table = MrouteTable.of(sk);
    switch (optname) {
      case IpOption.MRT_ASSERT -> table.doAssert = val != 0;
      case IpOption.MRT_PIM -> {
        table.doAssert = val != 0 == table.doPim ? table.doAssert : val != 0;
        table.doPim = val != 0;
      }
      case IpOption.MRT_TABLE -> {
        if (table.isRouter(sk)) {
          return Errno.EBUSY.negated();
        }
        if (val < 0 || val >= TABLE_MAX) {
          return Errno.EINVAL.negated();
        }
        InetOptions.forWrite(sk).mrouteTable = val;
      }
      default -> {
        // MRT_FLUSH: there is nothing to flush.
      }
    }
    return 0;
  }

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for other socks, ENOPROTOOPT, EFAULT, EINVAL for a
   * negative length, EFAULT.
   */
  public static int getsockopt(Sk sk, int optname, UserMem optval, UserMem optlen) {
    if (!mayRoute(sk)) {
      return Errno.EOPNOTSUPP.negated();
    }
    MrouteTable table = MrouteTable.of(sk);
    int val;
    switch (optname) {
      case IpOption.MRT_VERSION -> val = VERSION;
      case IpOption.MRT_ASSERT -> val = table.doAssert ? 1 : 0;
      case IpOption.MRT_PIM -> val = table.doPim ? 1 : 0;
      default -> {
        return Errno.ENOPROTOOPT.negated();
      }
    }
    int error = SockoptVal.checkSignedLen(optlen);
    return error != 0 ? error : SockoptVal.putInt(optval, optlen, optlen.getInt(0), val);
  }
}
