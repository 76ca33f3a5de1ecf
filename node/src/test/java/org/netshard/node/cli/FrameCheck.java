package org.netshard.node.cli;

import java.nio.ByteBuffer;

/** Verifies every length and checksum of a frame. */
final class FrameCheck {
  private static final int ETH_HLEN = 14;
  private static final int ICMP = 1;
  private static final int UDP = 17;
  private static final int FRAGMENT6 = 44;
  private static final int ICMPV6 = 58;
  private static final int UDPLITE = 136;

  private final ByteBuffer frame;

  private FrameCheck(byte[] frame) {
    this.frame = ByteBuffer.wrap(frame);
  }

  /** What is wrong with a frame; empty if nothing is. */
  static String problem(byte[] frame) {
    FrameCheck check = new FrameCheck(frame);
    return switch (check.u16(12)) {
      case 0x0800 -> check.ipv4();
      case 0x86dd -> check.ipv6();
      default -> "ethertype " + Integer.toHexString(check.u16(12));
    };
  }

  private int u16(int at) {
    return frame.getShort(at) & 0xffff;
  }

  private int u8(int at) {
    return frame.get(at) & 0xff;
  }

  private long sum(int from, int to) {
    long sum = 0;
    for (int at = from; at < to; at++) {
      sum += (long) u8(at) << ((at - from) % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  /** Whether words that hold their own checksum add up to it. */
  private static boolean isRight(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return folded == 0xffff;
  }

  private String ipv4() {
    int ihl = (u8(ETH_HLEN) & 15) * 4;
    int transport = ETH_HLEN + ihl;
    if (u8(ETH_HLEN) >> 4 != 4 || u16(ETH_HLEN + 2) != frame.limit() - ETH_HLEN) {
      return "version or length of IPv4";
    }
    if (!isRight(sum(ETH_HLEN, transport))) {
      return "header checksum";
    }
    boolean fragment = (u16(ETH_HLEN + 6) & 0x3fff) != 0;
    int length = frame.limit() - transport;
    int protocol = u8(ETH_HLEN + 9);
    long pseudo = sum(ETH_HLEN + 12, ETH_HLEN + 20) + protocol;
    return fragment ? "" : transport(protocol, transport, length, pseudo);
  }

  private String ipv6() {
    int transport = ETH_HLEN + 40;
    if (u8(ETH_HLEN) >> 4 != 6 || u16(ETH_HLEN + 4) != frame.limit() - transport) {
      return "version or length of IPv6";
    }
    int protocol = u8(ETH_HLEN + 6);
    if (protocol == FRAGMENT6) {
      return "";
    }
    long pseudo = sum(ETH_HLEN + 8, ETH_HLEN + 40) + protocol;
    return transport(protocol, transport, frame.limit() - transport, pseudo);
  }

  /** With what the pseudo header has besides the length. */
  private String transport(int protocol, int at, int length, long pseudo) {
    switch (protocol) {
      case UDP -> {
        if (u16(at + 4) != length) {
          return "length of UDP";
        }
        return isRight(pseudo + length + sum(at, frame.limit())) ? "" : "checksum of UDP";
      }
      case UDPLITE -> {
        int covered = u16(at + 4) == 0 ? length : u16(at + 4);
        return covered >= 8 && isRight(pseudo + length + sum(at, at + covered))
            ? ""
            : "checksum of UDP-Lite";
      }
      case ICMP -> {
        return isRight(sum(at, frame.limit())) ? "" : "checksum of ICMP";
      }
      case ICMPV6 -> {
        return isRight(pseudo + length + sum(at, frame.limit())) ? "" : "checksum of ICMPv6";
      }
      default -> {
        return "protocol " + protocol;
      }
    }
  }
}
