package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.TcpOption;

/**
 * The options of IP and TCP that make sense for a sock of MPTCP.
 *
 * <p><b>Source:</b> {@code net/mptcp/sockopt.c}, {@code mptcp_supported_sockopt}.
 */
final class MptcpSupported {
  private MptcpSupported() {}

  /** Whether an option of a level can be set, or could be. */
  static boolean is(int level, int optname) {
    return switch (level) {
      case Abi.IPPROTO_IP -> ip(optname);
      case Abi.IPPROTO_IPV6 -> ipv6(optname);
      case Abi.IPPROTO_TCP -> tcp(optname);
      default -> false;
    };
  }

  private static boolean ip(int optname) {
    return switch (optname) {
      case IpOption.IP_FREEBIND,
          IpOption.IP_TRANSPARENT,
          IpOption.IP_BIND_ADDRESS_NO_PORT,
          IpOption.IP_LOCAL_PORT_RANGE,
          IpOption.IP_TOS,
          IpOption.IP_PKTINFO,
          IpOption.IP_RECVTTL,
          IpOption.IP_RECVTOS,
          IpOption.IP_RECVOPTS,
          IpOption.IP_RETOPTS,
          IpOption.IP_PASSSEC,
          IpOption.IP_RECVORIGDSTADDR,
          IpOption.IP_CHECKSUM,
          IpOption.IP_RECVFRAGSIZE,
          IpOption.IP_TTL,
          IpOption.IP_MTU_DISCOVER,
          IpOption.IP_RECVERR,
          IpOption.IP_MINTTL,
          IpOption.IP_RECVERR_RFC4884 ->
          true;
      default -> false;
    };
  }

  private static boolean ipv6(int optname) {
    return switch (optname) {
      case Ipv6Option.IPV6_V6ONLY,
          Ipv6Option.IPV6_TRANSPARENT,
          Ipv6Option.IPV6_FREEBIND,
          Ipv6Option.IPV6_RECVPKTINFO,
          Ipv6Option.IPV6_2292PKTINFO,
          Ipv6Option.IPV6_RECVHOPLIMIT,
          Ipv6Option.IPV6_2292HOPLIMIT,
          Ipv6Option.IPV6_RECVRTHDR,
          Ipv6Option.IPV6_2292RTHDR,
          Ipv6Option.IPV6_RECVHOPOPTS,
          Ipv6Option.IPV6_2292HOPOPTS,
          Ipv6Option.IPV6_RECVDSTOPTS,
          Ipv6Option.IPV6_2292DSTOPTS,
          Ipv6Option.IPV6_RECVTCLASS,
          Ipv6Option.IPV6_FLOWINFO,
          Ipv6Option.IPV6_RECVPATHMTU,
          Ipv6Option.IPV6_RECVORIGDSTADDR,
          Ipv6Option.IPV6_RECVFRAGSIZE,
          Ipv6Option.IPV6_TCLASS,
          Ipv6Option.IPV6_PKTINFO,
          Ipv6Option.IPV6_2292PKTOPTIONS,
          Ipv6Option.IPV6_UNICAST_HOPS,
          Ipv6Option.IPV6_MTU_DISCOVER,
          Ipv6Option.IPV6_MTU,
          Ipv6Option.IPV6_RECVERR,
          Ipv6Option.IPV6_FLOWINFO_SEND,
          Ipv6Option.IPV6_FLOWLABEL_MGR,
          Ipv6Option.IPV6_MINHOPCOUNT,
          Ipv6Option.IPV6_DONTFRAG,
          Ipv6Option.IPV6_AUTOFLOWLABEL,
          Ipv6Option.IPV6_RECVERR_RFC4884 ->
          true;
      default -> false;
    };
  }

  private static boolean tcp(int optname) {
    return switch (optname) {
      case TcpOption.TCP_CONGESTION,
          TcpOption.TCP_DEFER_ACCEPT,
          TcpOption.TCP_FASTOPEN,
          TcpOption.TCP_FASTOPEN_CONNECT,
          TcpOption.TCP_FASTOPEN_KEY,
          TcpOption.TCP_FASTOPEN_NO_COOKIE,
          TcpOption.TCP_THIN_DUPACK,
          TcpOption.TCP_MAXSEG,
          TcpOption.TCP_NODELAY,
          TcpOption.TCP_THIN_LINEAR_TIMEOUTS,
          TcpOption.TCP_CORK,
          TcpOption.TCP_KEEPIDLE,
          TcpOption.TCP_KEEPINTVL,
          TcpOption.TCP_KEEPCNT,
          TcpOption.TCP_SYNCNT,
          TcpOption.TCP_SAVE_SYN,
          TcpOption.TCP_LINGER2,
          TcpOption.TCP_WINDOW_CLAMP,
          TcpOption.TCP_QUICKACK,
          TcpOption.TCP_USER_TIMEOUT,
          TcpOption.TCP_TIMESTAMP,
          TcpOption.TCP_NOTSENT_LOWAT,
          TcpOption.TCP_TX_DELAY,
          TcpOption.TCP_INQ ->
          true;
      default -> false;
    };
  }
}
