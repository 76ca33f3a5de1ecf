package org.netshard.protocol.inet6;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpSetsockopt;
import org.netshard.protocol.inet.Mroute;
import org.netshard.protocol.inet.NfSockopt;
import org.netshard.protocol.inet.SockoptVal;
import org.netshard.protocol.inet.XfrmPolicy;

/**
 * Setting options of {@code SOL_IPV6}, and of {@code SOL_IP} on IPv6 socks.
 *
 * <p><b>Source:</b> {@code net/ipv6/ipv6_sockglue.c}, {@code ipv6_setsockopt}, {@code
 * do_ipv6_setsockopt}.
 *
 * <p><b>Differs from Linux:</b> {@code IPV6_ADDRFORM} makes no sock one of IPv4: EADDRNOTAVAIL.
 */
public final class Ipv6Setsockopt {
  static final int INET_ECN_MASK = 3;
  private static final int IPV6_MIN_MTU = 1280;
  private static final int IPV6_PMTUDISC_OMIT = 5;
  private static final int PREFER_TMP = 1;
  private static final int PREFER_PUBLIC = 2;
  private static final int PREFER_COA = 4;
  private static final int PREFER_CGA = 8;
  private static final int PREFER_PUBTMP_DEFAULT = 0x100;
  private static final int PREFER_HOME = 0x400;
  private static final int PREFER_NONCGA = 0x800;

  private Ipv6Setsockopt() {}

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: for {@code SOL_IP}, unless the sock is raw, those of IPv4;
   * ENOPROTOOPT for another level; EFAULT if 4 bytes are given, not at NULL, and cannot be read;
   * then those of the option; what no option is called goes to netfilter, and is ENOPROTOOPT there.
   */
  public static int setsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level == Abi.IPPROTO_IP && sk.type() != Abi.SOCK_RAW) {
      return IpSetsockopt.setsockopt(sk, cred, level, optname, optval, optlen);
    }
    if (level != Abi.IPPROTO_IPV6) {
      return Errno.ENOPROTOOPT.negated();
    }
    int err = doIpv6Setsockopt(sk, cred, optname, optval, optlen);
    if (err == Errno.ENOPROTOOPT.negated()
        && optname != Ipv6Option.IPV6_IPSEC_POLICY
        && optname != Ipv6Option.IPV6_XFRM_POLICY) {
      return NfSockopt.set(sk, cred, Abi.AF_INET6, optname, optval, optlen);
    }
    return err;
  }

  private static int doIpv6Setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    int val = 0;
    if (!optval.isNull() && optlen >= Integer.BYTES) {
      if (!optval.accessible(0, Integer.BYTES)) {
        return Errno.EFAULT.negated();
      }
      val = optval.getInt(0);
    }
    if (Mroute.isOption(optname)) {
      return Mroute.setsockopt(sk, cred, optname, optval, optlen);
    }
    Inet6Flag flag = Ipv6Flags.of(optname);
    if (flag != null) {
      return setFlag(sk, optname, flag, val, optlen);
    }
    return switch (optname) {
      case Ipv6Option.IPV6_TRANSPARENT -> {
        if (val != 0 && !IpSetsockopt.mayBeTransparent(sk, cred)) {
          yield Errno.EPERM.negated();
        }
        yield setInetFlag(sk, InetFlag.TRANSPARENT, val, optlen);
      }
      case Ipv6Option.IPV6_FREEBIND -> setInetFlag(sk, InetFlag.FREEBIND, val, optlen);
      case Ipv6Option.IPV6_MULTICAST_HOPS, Ipv6Option.IPV6_MULTICAST_IF ->
          sk.type() == Abi.SOCK_STREAM
              ? Errno.ENOPROTOOPT.negated()
              : setNumber(sk, optname, val, optlen);
      case Ipv6Option.IPV6_HOPOPTS,
          Ipv6Option.IPV6_RTHDRDSTOPTS,
          Ipv6Option.IPV6_RTHDR,
          Ipv6Option.IPV6_DSTOPTS,
          Ipv6Option.IPV6_2292PKTOPTIONS ->
          Ipv6Headers.setsockopt(sk, cred, optname, optval, optlen);
      case Ipv6Option.IPV6_PKTINFO -> setPktinfo(sk, optval, optlen);
      case Ipv6Option.IPV6_FLOWLABEL_MGR -> FlowLabels.setsockopt(sk, cred, optval, optlen);
      case Ipv6Option.IPV6_IPSEC_POLICY, Ipv6Option.IPV6_XFRM_POLICY ->
          XfrmPolicy.setsockopt(sk, cred, optname == Ipv6Option.IPV6_XFRM_POLICY, optval, optlen);
      default -> {
        int error = Ipv6Multicast.setsockopt(sk, cred, optname, optval, optlen);
        yield error == Ipv6Multicast.NOT_MINE ? setNumber(sk, optname, val, optlen) : error;
      }
    };
  }

  private static int setFlag(Sk sk, int optname, Inet6Flag flag, int val, int optlen) {
    boolean valid = optlen >= Integer.BYTES || Ipv6Flags.takesAnyLength(optname);
    valid &= !Ipv6Flags.isStrict(optname) || val == 0 || val == 1;
    valid &= flag != Inet6Flag.V6ONLY || sk.num() == 0;
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    Inet6Options.forWrite(sk).set(flag, val != 0);
    return 0;
  }

  private static int setInetFlag(Sk sk, InetFlag flag, int val, int optlen) {
    if (optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    InetOptions.forWrite(sk).set(flag, val != 0);
    return 0;
  }

  private static int setNumber(Sk sk, int optname, int val, int optlen) {
    if (!isNumber(optname)) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (optlen < Integer.BYTES && !Ipv6Flags.takesAnyLength(optname)) {
      return Errno.EINVAL.negated();
    }
    int error = check(sk, optname, val, optlen);
    if (error != 0) {
      return error;
    }
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    switch (optname) {
      case Ipv6Option.IPV6_TCLASS -> setTclass(sk, inet6, val == -1 ? 0 : val);
      case Ipv6Option.IPV6_UNICAST_HOPS -> inet6.hopLimit = (short) val;
      case Ipv6Option.IPV6_MULTICAST_HOPS -> inet6.mcastHops = (short) (val == -1 ? 1 : val);
      case Ipv6Option.IPV6_MULTICAST_IF -> inet6.mcastOif = val;
      case Ipv6Option.IPV6_UNICAST_IF -> inet6.ucastOif = SockoptVal.swap(val);
      case Ipv6Option.IPV6_MTU_DISCOVER -> inet6.pmtudisc = (byte) val;
      case Ipv6Option.IPV6_MTU -> inet6.fragSize = val;
      case Ipv6Option.IPV6_MINHOPCOUNT -> inet6.minHopcount = (byte) val;
      case Ipv6Option.IPV6_ADDR_PREFERENCES ->
          inet6.srcprefs = (byte) preferences(inet6.srcprefs, val);
      case Ipv6Option.IPV6_AUTOFLOWLABEL -> {
        inet6.set(Inet6Flag.AUTOFLOWLABEL, val != 0);
        inet6.set(Inet6Flag.AUTOFLOWLABEL_SET, true);
      }
      case Ipv6Option.IPV6_ROUTER_ALERT -> {
        inet6.set(Inet6Flag.RA_CHAIN, val >= 0);
        inet6.set(Inet6Flag.RTALERT, val > 0);
      }
      default -> throw new IllegalStateException("SOL_IPV6 option " + optname);
    }
    return 0;
  }

  /** A stream's ECN bits are left alone. */
  private static void setTclass(Sk sk, Inet6Options inet6, int val) {
    boolean stream = sk.type() == Abi.SOCK_STREAM;
    int ecn = stream ? inet6.tclass() & INET_ECN_MASK : val & INET_ECN_MASK;
    inet6.tclass = (byte) ((val & ~INET_ECN_MASK) | ecn);
  }

  private static boolean isNumber(int optname) {
    return switch (optname) {
      case Ipv6Option.IPV6_ADDRFORM,
          Ipv6Option.IPV6_TCLASS,
          Ipv6Option.IPV6_UNICAST_HOPS,
          Ipv6Option.IPV6_MULTICAST_HOPS,
          Ipv6Option.IPV6_MULTICAST_IF,
          Ipv6Option.IPV6_UNICAST_IF,
          Ipv6Option.IPV6_MTU_DISCOVER,
          Ipv6Option.IPV6_MTU,
          Ipv6Option.IPV6_MINHOPCOUNT,
          Ipv6Option.IPV6_ADDR_PREFERENCES,
          Ipv6Option.IPV6_AUTOFLOWLABEL,
          Ipv6Option.IPV6_ROUTER_ALERT ->
          true;
      default -> false;
    };
  }

  private static int check(Sk sk, int optname, int val, int optlen) {
    boolean valid =
        switch (optname) {
          case Ipv6Option.IPV6_TCLASS,
              Ipv6Option.IPV6_UNICAST_HOPS,
              Ipv6Option.IPV6_MULTICAST_HOPS ->
              val >= -1 && val <= 255;
          case Ipv6Option.IPV6_MTU_DISCOVER -> val >= 0 && val <= IPV6_PMTUDISC_OMIT;
          case Ipv6Option.IPV6_MTU -> val == 0 || val >= IPV6_MIN_MTU;
          case Ipv6Option.IPV6_MINHOPCOUNT -> val >= 0 && val <= 255;
          case Ipv6Option.IPV6_ADDR_PREFERENCES -> preferences(0, val) >= 0;
          case Ipv6Option.IPV6_ADDRFORM -> val == Abi.AF_INET;
          case Ipv6Option.IPV6_UNICAST_IF -> optlen == Integer.BYTES;
          default -> true;
        };
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    return switch (optname) {
      case Ipv6Option.IPV6_ADDRFORM -> checkAddrform(sk);
      case Ipv6Option.IPV6_UNICAST_IF -> checkUnicastIf(sk, SockoptVal.swap(val));
      case Ipv6Option.IPV6_MULTICAST_IF -> checkMulticastIf(sk, val);
      case Ipv6Option.IPV6_ROUTER_ALERT -> checkRouterAlert(sk, val >= 0);
      default -> 0;
    };
  }

  /** ENOPROTOOPT, ENOTCONN, EADDRNOTAVAIL unless the other end is of IPv4. */
  private static int checkAddrform(Sk sk) {
    if (sk.type() == Abi.SOCK_RAW) {
      return Errno.ENOPROTOOPT.negated();
    }
    int error = checkConnected(sk);
    if (error != 0) {
      return error;
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    if (!inet6.has(Inet6Flag.V6ONLY) && Ipv6Address.isV4Mapped(inet6.daddr())) {
      sk.net().machine().leftOut("IPV6_ADDRFORM of a sock connected over IPv4 is not simulated");
    }
    return Errno.EADDRNOTAVAIL.negated();
  }

  /** {@code IPV6_ADDRFORM}: ENOPROTOOPT for other protocols, ENOTCONN; raw socks can be asked. */
  static int checkConnected(Sk sk) {
    boolean known =
        sk.protocol() == Abi.IPPROTO_TCP
            || sk.protocol() == Abi.IPPROTO_UDP
            || sk.protocol() == Abi.IPPROTO_UDPLITE;
    if (!known) {
      return Errno.ENOPROTOOPT.negated();
    }
    return sk.state() == Sk.TCP_ESTABLISHED ? 0 : Errno.ENOTCONN.negated();
  }

  private static int checkUnicastIf(Sk sk, int ifindex) {
    if (ifindex == 0) {
      return 0;
    }
    if (sk.net().deviceName(ifindex) == null) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    return sk.boundDevIf() != 0 ? Errno.EINVAL.negated() : 0;
  }

  private static int checkMulticastIf(Sk sk, int ifindex) {
    if (ifindex == 0) {
      return 0;
    }
    if (sk.net().deviceName(ifindex) == null) {
      return Errno.ENODEV.negated();
    }
    boolean other = sk.boundDevIf() != 0 && sk.boundDevIf() != ifindex;
    return other ? Errno.EINVAL.negated() : 0;
  }

  /** {@code ip6_ra_control}: ENOPROTOOPT, EADDRINUSE if on already, ENOBUFS if off already. */
  private static int checkRouterAlert(Sk sk, boolean on) {
    if (sk.type() != Abi.SOCK_RAW || sk.num() != Abi.IPPROTO_RAW) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (Inet6Options.of(sk).has(Inet6Flag.RA_CHAIN) == on) {
      return (on ? Errno.EADDRINUSE : Errno.ENOBUFS).negated();
    }
    return 0;
  }

  /** {@code ip6_sock_set_addr_preferences}: what they become, or -1 if they contradict. */
  private static int preferences(int present, int val) {
    int result = present;
    switch (val & (PREFER_PUBLIC | PREFER_TMP | PREFER_PUBTMP_DEFAULT)) {
      case PREFER_PUBLIC -> result = (result & ~PREFER_TMP) | PREFER_PUBLIC;
      case PREFER_TMP -> result = (result & ~PREFER_PUBLIC) | PREFER_TMP;
      case PREFER_PUBTMP_DEFAULT -> result &= ~(PREFER_PUBLIC | PREFER_TMP);
      case 0 -> {}
      default -> {
        return -1;
      }
    }
    switch (val & (PREFER_HOME | PREFER_COA)) {
      case PREFER_HOME -> result &= ~PREFER_COA;
      case PREFER_COA -> result |= PREFER_COA;
      case 0 -> {}
      default -> {
        return -1;
      }
    }
    int cga = PREFER_CGA | PREFER_NONCGA;
    return (val & cga) == cga ? -1 : result;
  }

  private static int setPktinfo(Sk sk, UserMem optval, int optlen) {
    if (optlen < 20 || optval.isNull()) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, 20)) {
      return Errno.EFAULT.negated();
    }
    int ifindex = optval.getInt(16);
    if (sk.boundDevIf() != 0 && sk.boundDevIf() != ifindex) {
      return Errno.EINVAL.negated();
    }
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    inet6.stickyIfindex = ifindex;
    inet6.stickyAddress = optval.get(0, 16);
    return 0;
  }
}
