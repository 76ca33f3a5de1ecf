package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Setting options of {@code SOL_IP}.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c}, {@code ip_setsockopt}, {@code
 * do_ip_setsockopt}.
 */
public final class IpSetsockopt {
  private static final int OPTIONS_BYTES_MAX = 40;
  static final int INET_ECN_MASK = 3;
  private static final int MREQ_BYTES = 8;
  private static final int MREQN_BYTES = 12;

  /** {@code ip_tos2prio}, by the bits of {@code IPTOS_TOS_MASK}. */
  private static final int[] TOS_TO_PRIO = {0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4};

  private IpSetsockopt() {}

  /**
   * Sets an option.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for another level; for most options EFAULT if the value
   * cannot be read, as 4 bytes or, if there are fewer, as 1; then those of the option; what no
   * option is called goes to netfilter, and is ENOPROTOOPT there.
   */
  public static int setsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level != Abi.IPPROTO_IP) {
      return Errno.ENOPROTOOPT.negated();
    }
    int err = doIpSetsockopt(sk, cred, optname, optval, optlen);
    if (err == Errno.ENOPROTOOPT.negated()
        && optname != IpOption.IP_HDRINCL
        && optname != IpOption.IP_IPSEC_POLICY
        && optname != IpOption.IP_XFRM_POLICY
        && !Mroute.isOption(optname)) {
      return NfSockopt.set(sk, cred, Abi.AF_INET, optname, optval, optlen);
    }
    return err;
  }

  private static int doIpSetsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    int val = 0;
    if (isNumber(optname)) {
      if (optlen >= Integer.BYTES) {
        if (!optval.accessible(0, Integer.BYTES)) {
          return Errno.EFAULT.negated();
        }
        val = optval.getInt(0);
      } else if (optlen >= 1) {
        if (!optval.accessible(0, 1)) {
          return Errno.EFAULT.negated();
        }
        val = optval.getByte(0);
      }
    }
    if (Mroute.isOption(optname)) {
      return Mroute.setsockopt(sk, cred, optname, optval, optlen);
    }
    InetFlag plain = plainFlag(optname);
    if (plain != null) {
      InetOptions.forWrite(sk).set(plain, val != 0);
      return 0;
    }
    if (isNumber(optname)) {
      return setNumber(sk, cred, optname, val, optlen);
    }
    return switch (optname) {
      case IpOption.IP_OPTIONS -> setOptions(sk, cred, optval, optlen);
      case IpOption.IP_MULTICAST_IF -> setMulticastIf(sk, optval, optlen);
      case IpOption.IP_IPSEC_POLICY, IpOption.IP_XFRM_POLICY ->
          XfrmPolicy.setsockopt(
              sk,
              cred,
              optname == IpOption.IP_XFRM_POLICY && sk.family() == Abi.AF_INET,
              optval,
              optlen);
      default -> IpMulticast.setsockopt(sk, optname, optval, optlen);
    };
  }

  /** The options whose value is read first of all. */
  private static boolean isNumber(int optname) {
    return (optname >= IpOption.IP_TOS && optname <= IpOption.IP_HDRINCL)
        || (optname >= IpOption.IP_ROUTER_ALERT && optname <= IpOption.IP_PKTINFO)
        || (optname >= IpOption.IP_MTU_DISCOVER && optname <= IpOption.IP_RECVTOS)
        || optname == IpOption.IP_FREEBIND
        || (optname >= IpOption.IP_PASSSEC && optname <= IpOption.IP_RECVERR_RFC4884)
        || optname == IpOption.IP_MULTICAST_TTL
        || optname == IpOption.IP_MULTICAST_LOOP
        || (optname >= IpOption.IP_MULTICAST_ALL && optname <= IpOption.IP_LOCAL_PORT_RANGE);
  }

  /** The flag of an option that takes any value of any length, or null. */
  private static @Nullable InetFlag plainFlag(int optname) {
    return switch (optname) {
      case IpOption.IP_PKTINFO -> InetFlag.PKTINFO;
      case IpOption.IP_RECVTTL -> InetFlag.TTL;
      case IpOption.IP_RECVTOS -> InetFlag.TOS;
      case IpOption.IP_RECVOPTS -> InetFlag.RECVOPTS;
      case IpOption.IP_RETOPTS -> InetFlag.RETOPTS;
      case IpOption.IP_PASSSEC -> InetFlag.PASSSEC;
      case IpOption.IP_RECVORIGDSTADDR -> InetFlag.ORIGDSTADDR;
      case IpOption.IP_CHECKSUM -> InetFlag.CHECKSUM;
      case IpOption.IP_RECVERR -> InetFlag.RECVERR;
      case IpOption.IP_BIND_ADDRESS_NO_PORT -> InetFlag.BIND_ADDRESS_NO_PORT;
      default -> null;
    };
  }

  private static int setNumber(Sk sk, Cred cred, int optname, int val, int optlen) {
    return switch (optname) {
      case IpOption.IP_RECVERR_RFC4884 -> flag(sk, InetFlag.RECVERR_RFC4884, val, isBool(val));
      case IpOption.IP_RECVFRAGSIZE ->
          flag(sk, InetFlag.RECVFRAGSIZE, val, sk.type() != Abi.SOCK_STREAM);
      case IpOption.IP_FREEBIND -> flag(sk, InetFlag.FREEBIND, val, optlen >= 1);
      case IpOption.IP_MULTICAST_LOOP -> flag(sk, InetFlag.MC_LOOP, val, optlen >= 1);
      case IpOption.IP_MULTICAST_ALL -> flag(sk, InetFlag.MC_ALL, val, optlen >= 1 && isBool(val));
      case IpOption.IP_HDRINCL -> rawFlag(sk, InetFlag.HDRINCL, val);
      case IpOption.IP_NODEFRAG -> rawFlag(sk, InetFlag.NODEFRAG, val);
      case IpOption.IP_TRANSPARENT ->
          val != 0 && !mayBeTransparent(sk, cred)
              ? Errno.EPERM.negated()
              : flag(sk, InetFlag.TRANSPARENT, val, optlen >= 1);
      case IpOption.IP_ROUTER_ALERT -> setRouterAlert(sk, val != 0);
      case IpOption.IP_UNICAST_IF -> setUnicastIf(sk, SockoptVal.swap(val), optlen);
      default -> setField(sk, optname, val, optlen);
    };
  }

  private static int setField(Sk sk, int optname, int val, int optlen) {
    boolean valid =
        switch (optname) {
          case IpOption.IP_TTL -> optlen >= 1 && (val == -1 || (val >= 1 && val <= 255));
          case IpOption.IP_MINTTL -> optlen >= 1 && val >= 0 && val <= 255;
          case IpOption.IP_MULTICAST_TTL ->
              sk.type() != Abi.SOCK_STREAM && optlen >= 1 && val >= -1 && val <= 255;
          case IpOption.IP_MTU_DISCOVER ->
              val >= InetOptions.IP_PMTUDISC_DONT && val <= InetOptions.IP_PMTUDISC_OMIT;
          case IpOption.IP_LOCAL_PORT_RANGE -> optlen == Integer.BYTES && isPortRange(val);
          default -> true;
        };
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    InetOptions inet = InetOptions.forWrite(sk);
    switch (optname) {
      case IpOption.IP_TOS -> setTos(sk, inet, val & 0xff);
      case IpOption.IP_TTL -> inet.ucTtl = (short) val;
      case IpOption.IP_MINTTL -> inet.minTtl = (byte) val;
      case IpOption.IP_MULTICAST_TTL -> inet.mcTtl = (byte) (val == -1 ? 1 : val);
      case IpOption.IP_MTU_DISCOVER -> inet.pmtudisc = (byte) val;
      case IpOption.IP_LOCAL_PORT_RANGE -> inet.localPortRange = val;
      default -> throw new IllegalStateException("SOL_IP option " + optname);
    }
    return 0;
  }

  private static boolean isPortRange(int val) {
    int low = val & 0xffff;
    int high = val >>> 16;
    return low == 0 || high == 0 || low <= high;
  }

  /**
   * Whether the task may set {@code IP_TRANSPARENT}: CAP_NET_RAW or CAP_NET_ADMIN in the user
   * namespace that owns the network namespace.
   */
  public static boolean mayBeTransparent(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW)
        || cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
  }

  private static boolean isBool(int val) {
    return val == 0 || val == 1;
  }

  private static int flag(Sk sk, InetFlag flag, int val, boolean valid) {
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    InetOptions.forWrite(sk).set(flag, val != 0);
    return 0;
  }

  private static int rawFlag(Sk sk, InetFlag flag, int val) {
    if (sk.type() != Abi.SOCK_RAW) {
      return Errno.ENOPROTOOPT.negated();
    }
    InetOptions.forWrite(sk).set(flag, val != 0);
    return 0;
  }

  /** {@code __ip_sock_set_tos}: also sets the priority, and leaves a stream's ECN bits alone. */
  private static void setTos(Sk sk, InetOptions inet, int val) {
    int tos = val;
    if (sk.type() == Abi.SOCK_STREAM) {
      tos = (val & ~INET_ECN_MASK) | (inet.tos() & INET_ECN_MASK);
    }
    if (tos != inet.tos()) {
      inet.tos = (byte) tos;
      sk.setFlag(SockFlag.SK_DST_CACHED, false);
      sk.setPriority(TOS_TO_PRIO[(tos & 0x1e) >> 1]);
    }
  }

  /** {@code ip_ra_control}: EINVAL, EADDRINUSE if on already, ENOBUFS if off already. */
  private static int setRouterAlert(Sk sk, boolean on) {
    if (sk.type() != Abi.SOCK_RAW || sk.num() == Abi.IPPROTO_RAW) {
      return Errno.EINVAL.negated();
    }
    if (InetOptions.of(sk).has(InetFlag.ROUTER_ALERT) == on) {
      return (on ? Errno.EADDRINUSE : Errno.ENOBUFS).negated();
    }
    InetOptions.forWrite(sk).set(InetFlag.ROUTER_ALERT, on);
    return 0;
  }

  private static int setUnicastIf(Sk sk, int ifindex, int optlen) {
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (ifindex != 0) {
      if (sk.net().deviceName(ifindex) == null) {
        return Errno.EADDRNOTAVAIL.negated();
      }
      if (sk.boundDevIf() != 0) {
        return Errno.EINVAL.negated();
      }
    }
    InetOptions.forWrite(sk).ucIndex = ifindex;
    return 0;
  }

  /** Whether the options change the segments of a sock: a sock of IPv6 must have a peer of IPv4. */
  private static boolean syncsMss(Sk sk) {
    return sk.family() == Abi.AF_INET
        || (sk.state() != Sk.TCP_CLOSE
            && sk.state() != Sk.TCP_LISTEN
            && InetOptions.of(sk).daddr() != 0
            && InetOptions.of(sk).daddr() != InetAddress4.LOOPBACK4_IPV6);
  }

  private static int setOptions(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen > OPTIONS_BYTES_MAX) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    boolean privileged = cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW);
    byte[] options = IpOptions.compile(optval.get(0, optlen), privileged);
    if (options == null) {
      return Errno.EINVAL.negated();
    }
    if (!privileged && IpOptions.hasSourceRoute(options)) {
      return Errno.EPERM.negated();
    }
    InetOptions.forWrite(sk).options = options.length == 0 ? null : options;
    if (syncsMss(sk)) {
      sk.ops().syncMss(sk);
    }
    return 0;
  }

  private static int setMulticastIf(Sk sk, UserMem optval, int optlen) {
    if (sk.type() == Abi.SOCK_STREAM || optlen < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    int read = optlen >= MREQN_BYTES ? MREQN_BYTES : optlen >= MREQ_BYTES ? MREQ_BYTES : 4;
    if (!optval.accessible(0, read)) {
      return Errno.EFAULT.negated();
    }
    int address = optval.getInt(read == Integer.BYTES ? 0 : 4);
    int ifindex = read == MREQN_BYTES ? optval.getInt(8) : 0;
    if (ifindex != 0) {
      ifindex = sk.net().deviceName(ifindex) == null ? 0 : ifindex;
    } else if (address != 0) {
      ifindex = InetDev.byAddress(sk.net(), address);
    } else {
      putMulticastIf(sk, 0, 0);
      return 0;
    }
    if (ifindex == 0) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    if (sk.boundDevIf() != 0 && ifindex != sk.boundDevIf()) {
      return Errno.EINVAL.negated();
    }
    putMulticastIf(sk, ifindex, address);
    return 0;
  }

  private static void putMulticastIf(Sk sk, int ifindex, int address) {
    InetOptions inet = InetOptions.forWrite(sk);
    inet.mcIndex = ifindex;
    inet.mcAddr = address;
  }
}
