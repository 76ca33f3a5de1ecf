package org.netshard.protocol.inet6;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.CmsgWriter;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpGetsockopt;
import org.netshard.protocol.inet.Mroute;
import org.netshard.protocol.inet.NfSockopt;
import org.netshard.protocol.inet.SockoptVal;

/**
 * Reading options of {@code SOL_IPV6}, and of {@code SOL_IP} on IPv6 socks.
 *
 * <p><b>Source:</b> {@code net/ipv6/ipv6_sockglue.c}, {@code ipv6_getsockopt}, {@code
 * do_ipv6_getsockopt}.
 *
 * <p><b>Differs from Linux:</b> the MTU is that of {@code lo}.
 */
public final class Ipv6Getsockopt {
  private static final long NOT_A_NUMBER = Long.MIN_VALUE;
  private static final int MTUINFO_BYTES = 32;
  private static final int PREFER_PUBTMP = 3;
  private static final int PREFER_COA = 4;
  private static final int PREFER_PUBTMP_DEFAULT = 0x100;
  private static final int PREFER_HOME = 0x400;
  private static final int PKTINFO_BYTES = 20;

  private Ipv6Getsockopt() {}

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: for {@code SOL_IP}, unless the sock is raw, those of IPv4;
   * ENOPROTOOPT for another level, EFAULT if the length cannot be read, then those of the option;
   * what no option is called goes to netfilter, and is ENOPROTOOPT there; EFAULT if the value
   * cannot be written. A negative length counts as a large one.
   */
  public static int getsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level == Abi.IPPROTO_IP && sk.type() != Abi.SOCK_RAW) {
      return IpGetsockopt.getsockopt(sk, cred, level, optname, optval, optlen);
    }
    if (level != Abi.IPPROTO_IPV6) {
      return Errno.ENOPROTOOPT.negated();
    }
    int err = doIpv6Getsockopt(sk, optname, optval, optlen);
    if (err == Errno.ENOPROTOOPT.negated() && optname != Ipv6Option.IPV6_2292PKTOPTIONS) {
      int error = SockoptVal.checkLen(optlen);
      return error != 0 ? error : NfSockopt.get(cred, sk, Abi.AF_INET6, optname, optval, optlen);
    }
    return err;
  }

  private static int doIpv6Getsockopt(Sk sk, int optname, UserMem optval, UserMem optlen) {
    if (Mroute.isOption(optname)) {
      return Mroute.getsockopt(sk, optname, optval, optlen);
    }
    int error = SockoptVal.checkLen(optlen);
    if (error != 0) {
      return error;
    }
    int len = optlen.getInt(0);
    long number = number(sk, optname);
    if (number != NOT_A_NUMBER) {
      return SockoptVal.putInt(optval, optlen, len, (int) number);
    }
    return switch (optname) {
      case Ipv6Option.IPV6_ADDRFORM -> {
        int unconnected = Ipv6Setsockopt.checkConnected(sk);
        yield unconnected != 0 ? unconnected : SockoptVal.putInt(optval, optlen, len, sk.family());
      }
      case Ipv6Option.IPV6_MTU -> {
        int mtu = sk.ops().dstMtu(sk);
        yield mtu == 0 ? Errno.ENOTCONN.negated() : SockoptVal.putInt(optval, optlen, len, mtu);
      }
      case Ipv6Option.IPV6_PATHMTU -> getPathmtu(sk, optval, optlen, len);
      case Ipv6Option.IPV6_HOPOPTS,
          Ipv6Option.IPV6_RTHDRDSTOPTS,
          Ipv6Option.IPV6_RTHDR,
          Ipv6Option.IPV6_DSTOPTS ->
          Ipv6Headers.getsockopt(sk, optname, optval, optlen, len);
      case Ipv6Option.IPV6_2292PKTOPTIONS -> getPktoptions(sk, optval, optlen, len);
      case Ipv6Option.IPV6_FLOWLABEL_MGR -> FlowLabels.getsockopt(sk, optval, optlen, len);
      case Ipv6Option.MCAST_MSFILTER -> Ipv6Multicast.getMsfilter(sk, optval, optlen, len);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static long number(Sk sk, int optname) {
    Inet6Options inet6 = Inet6Options.of(sk);
    return switch (optname) {
      case Ipv6Option.IPV6_TCLASS -> inet6.tclass();
      case Ipv6Option.IPV6_UNICAST_HOPS ->
          inet6.hopLimit < 0 ? sk.net().sysctl(Sysctl.IPV6_CONF_ALL_HOP_LIMIT) : inet6.hopLimit;
      case Ipv6Option.IPV6_MULTICAST_HOPS -> inet6.mcastHops;
      case Ipv6Option.IPV6_MULTICAST_IF -> inet6.mcastOif;
      case Ipv6Option.IPV6_UNICAST_IF -> SockoptVal.swap(inet6.ucastOif);
      case Ipv6Option.IPV6_MTU_DISCOVER -> inet6.pmtudisc;
      case Ipv6Option.IPV6_MINHOPCOUNT -> inet6.minHopcount();
      case Ipv6Option.IPV6_ADDR_PREFERENCES -> preferences(inet6.srcprefs);
      case Ipv6Option.IPV6_AUTOFLOWLABEL -> autoflowlabel(sk, inet6) ? 1 : 0;
      case Ipv6Option.IPV6_ROUTER_ALERT -> inet6.has(Inet6Flag.RTALERT) ? 1 : 0;
      case Ipv6Option.IPV6_TRANSPARENT -> InetOptions.of(sk).has(InetFlag.TRANSPARENT) ? 1 : 0;
      case Ipv6Option.IPV6_FREEBIND -> InetOptions.of(sk).has(InetFlag.FREEBIND) ? 1 : 0;
      default -> {
        Inet6Flag flag = Ipv6Flags.of(optname);
        yield flag == null ? NOT_A_NUMBER : inet6.has(flag) ? 1 : 0;
      }
    };
  }

  private static int preferences(int srcprefs) {
    int pubtmp = srcprefs & PREFER_PUBTMP;
    int coa = srcprefs & PREFER_COA;
    return (pubtmp == 0 ? PREFER_PUBTMP_DEFAULT : pubtmp) | (coa == 0 ? PREFER_HOME : coa);
  }

  /** {@code ip6_autoflowlabel}: as set, or as {@code net.ipv6.auto_flowlabels}, 1 or 3. */
  private static boolean autoflowlabel(Sk sk, Inet6Options inet6) {
    if (inet6.has(Inet6Flag.AUTOFLOWLABEL_SET)) {
      return inet6.has(Inet6Flag.AUTOFLOWLABEL);
    }
    long mode = sk.net().sysctl(Sysctl.IPV6_AUTO_FLOWLABELS);
    return mode == 1 || mode == 3;
  }

  /** What packets would bring, as control messages; streams only. */
  private static int getPktoptions(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (sk.type() != Abi.SOCK_STREAM) {
      return Errno.ENOPROTOOPT.negated();
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    CmsgWriter writer = new CmsgWriter(optval, len < 0 ? Integer.MAX_VALUE : len);
    if (inet6.has(Inet6Flag.RXINFO)) {
      writer.put(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_PKTINFO, pktinfo(inet6));
    }
    if (inet6.has(Inet6Flag.RXHLIM)) {
      writer.putInt(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_HOPLIMIT, inet6.mcastHops);
    }
    if (inet6.has(Inet6Flag.RXTCLASS)) {
      writer.putInt(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_TCLASS, 0);
    }
    if (inet6.has(Inet6Flag.RXOINFO)) {
      writer.put(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_2292PKTINFO, pktinfo(inet6));
    }
    if (inet6.has(Inet6Flag.RXOHLIM)) {
      writer.putInt(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_2292HOPLIMIT, inet6.mcastHops);
    }
    if (inet6.has(Inet6Flag.RXFLOW)) {
      writer.putInt(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_FLOWINFO, 0);
    }
    return SocketOptions.putLen(optlen, writer.written());
  }

  private static byte[] pktinfo(Inet6Options inet6) {
    boolean mcast = inet6.mcastOif != 0;
    ByteBuffer info = ByteBuffer.allocate(PKTINFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    info.put(mcast ? new byte[Ipv6Address.BYTES] : inet6.stickyAddress);
    return info.putInt(mcast ? inet6.mcastOif : inet6.stickyIfindex).array();
  }

  /** {@code struct ip6_mtuinfo}, of which only the last number is set: EINVAL, ENOTCONN, EFAULT. */
  private static int getPathmtu(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (Integer.compareUnsigned(len, MTUINFO_BYTES) < 0) {
      return Errno.EINVAL.negated();
    }
    int mtu = sk.ops().dstMtu(sk);
    if (mtu == 0) {
      return Errno.ENOTCONN.negated();
    }
    byte[] info = new byte[MTUINFO_BYTES];
    for (int i = 0; i < Integer.BYTES; i++) {
      info[MTUINFO_BYTES - Integer.BYTES + i] = (byte) (mtu >>> (8 * i));
    }
    return SockoptVal.putBytes(optval, optlen, MTUINFO_BYTES, info);
  }
}
