package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.profile.ProtoProfile;

/** Makes Internet socks of all kinds, as the rules of creation would. */
public final class InetSocks {
  private InetSocks() {}

  /** A new sock; the protocol is the one that {@code SO_PROTOCOL} reports. */
  public static Sk make(NetNs net, Cred cred, int family, int type, int protocol) {
    String prot = prot(type, protocol) + (family == Abi.AF_INET6 ? "v6" : "");
    Sk sk =
        alloc(net, cred, prot.equals("UDP-Litev6") ? "UDPLITEv6" : prot, family, type, protocol);
    int result = sk.ops().init(sk, cred);
    if (result != 0) {
      throw new IllegalStateException(prot + ": " + result);
    }
    return sk;
  }

  /** The same before {@code init}. */
  public static Sk alloc(NetNs net, Cred cred, String prot, int family, int type, int protocol) {
    SockOps ops = InetOps.forProto(prot, family);
    if (ops == null) {
      throw new IllegalArgumentException(prot);
    }
    Proto proto = new Proto(new ProtoProfile(prot, 1, true), 0);
    return new Sk(net, proto, ops, family, type, protocol, cred);
  }

  private static String prot(int type, int protocol) {
    return switch (type) {
      case Abi.SOCK_STREAM -> protocol == Abi.IPPROTO_MPTCP ? "MPTCP" : "TCP";
      case Abi.SOCK_RAW -> "RAW";
      default ->
          switch (protocol) {
            case Abi.IPPROTO_UDP -> "UDP";
            case Abi.IPPROTO_UDPLITE -> "UDP-Lite";
            default -> "PING";
          };
    };
  }

  /** A sock by the names of the tables: {@code tcp4}, {@code raw6-58} and so on. */
  public static Sk byKind(NetNs net, Cred cred, String kind) {
    int family = kind.contains("6-") || (kind.endsWith("6") && !kind.contains("-")) ? 10 : 2;
    if (kind.startsWith("raw")) {
      family = kind.charAt(3) == '6' ? Abi.AF_INET6 : Abi.AF_INET;
      return make(net, cred, family, Abi.SOCK_RAW, Integer.parseInt(kind.substring(5)));
    }
    return switch (kind.substring(0, kind.length() - 1)) {
      case "tcp" -> make(net, cred, family, Abi.SOCK_STREAM, Abi.IPPROTO_TCP);
      case "mptcp" -> make(net, cred, family, Abi.SOCK_STREAM, Abi.IPPROTO_MPTCP);
      case "udp" -> make(net, cred, family, Abi.SOCK_DGRAM, Abi.IPPROTO_UDP);
      case "udplite" -> make(net, cred, family, Abi.SOCK_DGRAM, Abi.IPPROTO_UDPLITE);
      case "ping" ->
          make(
              net,
              cred,
              family,
              Abi.SOCK_DGRAM,
              family == Abi.AF_INET ? Abi.IPPROTO_ICMP : Abi.IPPROTO_ICMPV6);
      default -> throw new IllegalArgumentException(kind);
    };
  }
}
