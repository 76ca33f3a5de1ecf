package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.mptcp.MptcpOps;
import org.netshard.protocol.ping.PingOps;
import org.netshard.protocol.raw.RawOps;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.udp.UdpOps;

/**
 * The calls of the kinds of Internet sock, by the name of their proto. All socks of a kind share
 * one object.
 */
public final class InetOps {
  private static final SockOps TCP = new TcpOps();
  private static final SockOps UDP = new UdpOps(false);
  private static final SockOps UDPLITE = new UdpOps(true);
  private static final SockOps RAW = new RawOps();
  private static final SockOps PING = new PingOps();
  private static final SockOps MPTCP = new MptcpOps();

  private InetOps() {}

  /** The calls of this proto in this family, or null if it is none of the Internet's. */
  public static @Nullable SockOps forProto(String prot, int family) {
    if (family != Abi.AF_INET && family != Abi.AF_INET6) {
      return null;
    }
    return switch (prot) {
      case "TCP", "TCPv6" -> TCP;
      case "UDP", "UDPv6" -> UDP;
      case "UDP-Lite", "UDPLITEv6" -> UDPLITE;
      case "RAW", "RAWv6" -> RAW;
      case "PING", "PINGv6" -> PING;
      case "MPTCP", "MPTCPv6" -> MPTCP;
      default -> null;
    };
  }
}
