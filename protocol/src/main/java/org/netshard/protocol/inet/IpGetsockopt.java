package org.netshard.protocol.inet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;

/**
 * Reading options of {@code SOL_IP}.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c}, {@code ip_getsockopt}, {@code
 * do_ip_getsockopt}.
 *
 * <p><b>Differs from Linux:</b> the MTU is that of {@code lo}.
 */
public final class IpGetsockopt {
  private static final long NOT_A_NUMBER = Long.MIN_VALUE;

  private IpGetsockopt() {}

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for another level, EFAULT if the length cannot be read,
   * EINVAL if it is negative, then those of the option; what no option is called goes to netfilter,
   * and is ENOPROTOOPT there; EFAULT if the value cannot be written.
   */
  public static int getsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level != Abi.IPPROTO_IP) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (Mroute.isOption(optname)) {
      return Mroute.getsockopt(sk, optname, optval, optlen);
    }
    int error = SockoptVal.checkSignedLen(optlen);
    if (error != 0) {
      return error;
    }
    int len = optlen.getInt(0);
    long number = number(sk, optname);
    if (number != NOT_A_NUMBER) {
      return SockoptVal.putIntOrByte(optval, optlen, len, (int) number);
    }
    return switch (optname) {
      case IpOption.IP_OPTIONS -> {
        byte[] options = InetOptions.of(sk).options;
        yield options == null
            ? SocketOptions.putLen(optlen, 0)
            : SockoptVal.putBytes(optval, optlen, len, options);
      }
      case IpOption.IP_MTU -> {
        int mtu = sk.ops().dstMtu(sk);
        yield mtu == 0
            ? Errno.ENOTCONN.negated()
            : SockoptVal.putIntOrByte(optval, optlen, len, mtu);
      }
      case IpOption.IP_MULTICAST_IF ->
          SockoptVal.putInt(optval, optlen, len, InetOptions.of(sk).mcAddr);
      case IpOption.IP_MSFILTER -> IpMulticast.getMsfilter(sk, optval, optlen, len);
      case IpOption.MCAST_MSFILTER -> IpMulticast.getMcastMsfilter(sk, optval, optlen, len);
      case IpOption.IP_PKTOPTIONS -> getPktoptions(sk, optval, optlen, len);
      default -> NfSockopt.get(cred, sk, Abi.AF_INET, optname, optval, optlen);
    };
  }

  private static long number(Sk sk, int optname) {
    InetOptions inet = InetOptions.of(sk);
    return switch (optname) {
      case IpOption.IP_TOS -> inet.tos();
      case IpOption.IP_TTL ->
          inet.ucTtl < 0 ? sk.net().sysctl(Sysctl.IPV4_IP_DEFAULT_TTL) : inet.ucTtl;
      case IpOption.IP_MINTTL -> inet.minTtl();
      case IpOption.IP_MTU_DISCOVER -> inet.pmtudisc;
      case IpOption.IP_MULTICAST_TTL -> inet.mcTtl();
      case IpOption.IP_UNICAST_IF -> SockoptVal.swap(inet.ucIndex);
      case IpOption.IP_LOCAL_PORT_RANGE -> inet.localPortRange;
      case IpOption.IP_PROTOCOL -> sk.num();
      default -> {
        InetFlag flag = flag(optname);
        yield flag == null ? NOT_A_NUMBER : inet.has(flag) ? 1 : 0;
      }
    };
  }

  private static @Nullable InetFlag flag(int optname) {
    return switch (optname) {
      case IpOption.IP_PKTINFO -> InetFlag.PKTINFO;
      case IpOption.IP_RECVTTL -> InetFlag.TTL;
      case IpOption.IP_RECVTOS -> InetFlag.TOS;
      case IpOption.IP_RECVOPTS -> InetFlag.RECVOPTS;
      case IpOption.IP_RETOPTS -> InetFlag.RETOPTS;
      case IpOption.IP_PASSSEC -> InetFlag.PASSSEC;
      case IpOption.IP_RECVORIGDSTADDR -> InetFlag.ORIGDSTADDR;
      case IpOption.IP_CHECKSUM -> InetFlag.CHECKSUM;
      case IpOption.IP_RECVFRAGSIZE -> InetFlag.RECVFRAGSIZE;
      case IpOption.IP_RECVERR -> InetFlag.RECVERR;
      case IpOption.IP_RECVERR_RFC4884 -> InetFlag.RECVERR_RFC4884;
      case IpOption.IP_FREEBIND -> InetFlag.FREEBIND;
      case IpOption.IP_HDRINCL -> InetFlag.HDRINCL;
      case IpOption.IP_NODEFRAG -> InetFlag.NODEFRAG;
      case IpOption.IP_BIND_ADDRESS_NO_PORT -> InetFlag.BIND_ADDRESS_NO_PORT;
      case IpOption.IP_MULTICAST_LOOP -> InetFlag.MC_LOOP;
      case IpOption.IP_MULTICAST_ALL -> InetFlag.MC_ALL;
      case IpOption.IP_TRANSPARENT -> InetFlag.TRANSPARENT;
      case IpOption.IP_ROUTER_ALERT -> InetFlag.ROUTER_ALERT;
      default -> null;
    };
  }

  /** {@code IP_PKTOPTIONS}: what packets would bring, as control messages; streams only. */
  private static int getPktoptions(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (sk.type() != Abi.SOCK_STREAM) {
      return Errno.ENOPROTOOPT.negated();
    }
    InetOptions inet = InetOptions.of(sk);
    CmsgWriter writer = new CmsgWriter(optval, len);
    if (inet.has(InetFlag.PKTINFO)) {
      ByteBuffer info = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      info.putInt(inet.mcIndex).putInt(inet.rcvSaddr).putInt(inet.rcvSaddr);
      writer.put(Abi.IPPROTO_IP, IpOption.IP_PKTINFO, info.array());
    }
    if (inet.has(InetFlag.TTL)) {
      writer.putInt(Abi.IPPROTO_IP, IpOption.IP_TTL, inet.mcTtl());
    }
    if (inet.has(InetFlag.TOS)) {
      writer.putInt(Abi.IPPROTO_IP, IpOption.IP_TOS, 0);
    }
    return SocketOptions.putLen(optlen, writer.written());
  }
}
