package org.netshard.node.conformance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;

/**
 * What a table calls a socket: {@code inet stream 0}, {@code inet dgram 136(udplite)}, {@code unix
 * stream 0 [socketpair]}.
 *
 * @param family address family
 * @param type socket type
 * @param protocol protocol, or -1 if the name does not say
 * @param state what is in brackets; empty for a new socket
 */
record SocketKind(int family, int type, int protocol, String state) {
  private static final Pattern SYNTAX =
      Pattern.compile("(\\w+) (\\w+)(?: (\\d{1,9})(?:\\(\\w+\\))?)?(?: \\[(.*)\\])?");

  /** The kind that this name stands for, or null. */
  static @Nullable SocketKind of(String name) {
    Matcher matcher = SYNTAX.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    boolean mptcp = matcher.group(1).equals("mptcp");
    int family = mptcp ? Abi.AF_INET : family(matcher.group(1));
    int type = type(matcher.group(2));
    if (family < 0 || type < 0) {
      return null;
    }
    int protocol = mptcp ? Abi.IPPROTO_MPTCP : -1;
    if (matcher.group(3) != null) {
      protocol = Integer.parseInt(matcher.group(3));
    }
    return new SocketKind(family, type, protocol, matcher.group(4) == null ? "" : matcher.group(4));
  }

  /** Whether it is of AF_INET or AF_INET6. */
  boolean isInet() {
    return family == Abi.AF_INET || family == Abi.AF_INET6;
  }

  private static int family(String name) {
    return switch (name) {
      case "inet" -> Abi.AF_INET;
      case "inet6" -> Abi.AF_INET6;
      case "unix" -> Abi.AF_UNIX;
      case "netlink" -> Abi.AF_NETLINK;
      case "packet" -> Abi.AF_PACKET;
      case "vsock" -> Abi.AF_VSOCK;
      case "xdp" -> Abi.AF_XDP;
      default -> -1;
    };
  }

  private static int type(String name) {
    return switch (name) {
      case "stream" -> Abi.SOCK_STREAM;
      case "dgram" -> Abi.SOCK_DGRAM;
      case "raw" -> Abi.SOCK_RAW;
      case "seqpacket" -> Abi.SOCK_SEQPACKET;
      case "packet" -> Abi.SOCK_PACKET;
      default -> -1;
    };
  }
}
