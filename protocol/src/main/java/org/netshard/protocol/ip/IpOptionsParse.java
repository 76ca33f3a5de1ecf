package org.netshard.protocol.ip;

import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet.IpRoute;

/**
 * The options of a packet of IPv4 that has come: where they stand, and what this machine writes
 * into them.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_options.c}: {@code __ip_options_compile} with a packet;
 * {@code include/net/inet_sock.h}, {@code struct ip_options}.
 *
 * <p><b>Differs from Linux:</b> no CIPSO domain of interpretation is configured, so that option is
 * always refused.
 */
final class IpOptionsParse {
  static final int IPOPT_END = 0;
  static final int IPOPT_NOOP = 1;
  static final int IPOPT_RR = 7;
  static final int IPOPT_TIMESTAMP = 68;
  static final int IPOPT_LSRR = 131;
  static final int IPOPT_CIPSO = 134;
  static final int IPOPT_SSRR = 137;
  static final int IPOPT_RA = 148;
  static final int IPOPT_TS_TSONLY = 0;
  static final int IPOPT_TS_TSANDADDR = 1;
  static final int IPOPT_TS_PRESPEC = 3;

  private static final int OVERFLOW_MAX = 15;

  private final NetNs net;
  private final byte[] bytes;
  private final int header;
  private final boolean writes;
  private final int specDst;

  /** Offsets from the IP header; 0 if the option is not there. */
  int srr;

  int rr;
  int ts;
  int cipso;
  boolean strict;

  /** Offset from the IP header of what is wrong, or 0. */
  private int wrongAt;

  private IpOptionsParse(NetNs net, byte[] bytes, int header, boolean writes, int specDst) {
    this.net = net;
    this.bytes = bytes;
    this.header = header;
    this.writes = writes;
    this.specDst = specDst;
  }

  /** Finds the options of a packet that are valid, or those before the first that is not. */
  static IpOptionsParse of(NetNs net, Packet packet) {
    IpOptionsParse parse = new IpOptionsParse(net, packet.bytes(), packet.network(), false, 0);
    parse.wrongAt = parse.walk(IpHeader.ihl(packet));
    return parse;
  }

  /**
   * Finds the options of a packet and writes into them.
   *
   * @param specDst the address of this machine that an answer would have
   */
  static IpOptionsParse write(NetNs net, Packet packet, int specDst) {
    IpOptionsParse parse = new IpOptionsParse(net, packet.bytes(), packet.network(), true, specDst);
    parse.wrongAt = parse.walk(IpHeader.ihl(packet));
    return parse;
  }

  /** Offset from the IP header of what is wrong, or 0. */
  int wrongAt() {
    return wrongAt;
  }

  private int u8(int at) {
    return bytes[header + at] & 0xff;
  }

  private void set(int at, int value) {
    bytes[header + at] = (byte) value;
  }

  private int walk(int end) {
    int at = IpHeader.BYTES;
    while (at < end) {
      int type = u8(at);
      if (type == IPOPT_END) {
        for (int i = at; i < end && writes; i++) {
          set(i, IPOPT_END);
        }
        return 0;
      }
      if (type == IPOPT_NOOP) {
        at++;
        continue;
      }
      int length = end - at < 2 ? 0 : u8(at + 1);
      if (length < 2 || length > end - at) {
        return at;
      }
      int wrong = option(type, at, length);
      if (wrong >= 0) {
        return at + wrong;
      }
      at += length;
    }
    return 0;
  }

  /** One option: which of its bytes is wrong, or -1. */
  private int option(int type, int at, int length) {
    return switch (type) {
      case IPOPT_SSRR, IPOPT_LSRR -> sourceRoute(type, at, length);
      case IPOPT_RR -> recordRoute(at, length);
      case IPOPT_TIMESTAMP -> timestamp(at, length);
      case IPOPT_RA -> length < 4 ? 1 : -1;
      case IPOPT_CIPSO -> {
        cipso = cipso == 0 ? at : cipso;
        yield 0;
      }
      default -> -1;
    };
  }

  private int sourceRoute(int type, int at, int length) {
    if (length < 3) {
      return 1;
    }
    if (u8(at + 2) < 4) {
      return 2;
    }
    if (srr != 0) {
      return 0;
    }
    strict = type == IPOPT_SSRR;
    srr = at;
    return -1;
  }

  private int recordRoute(int at, int length) {
    if (rr != 0) {
      return 0;
    }
    if (length < 3) {
      return 1;
    }
    int pointer = u8(at + 2);
    if (pointer < 4) {
      return 2;
    }
    if (pointer <= length && writes) {
      if (pointer + 3 > length) {
        return 2;
      }
      NetBytes.putAddr(bytes, header + at + pointer - 1, specDst);
      set(at + 2, pointer + Integer.BYTES);
    }
    rr = at;
    return -1;
  }

  private int timestamp(int at, int length) {
    if (ts != 0) {
      return 0;
    }
    if (length < 4) {
      return 1;
    }
    int pointer = u8(at + 2);
    if (pointer < 5) {
      return 2;
    }
    if (pointer <= length && writes) {
      if (pointer + 3 > length) {
        return 2;
      }
      int wrong = stamp(at, length, pointer);
      if (wrong >= 0) {
        return wrong;
      }
    } else if (pointer > length && (u8(at + 3) & 0xf) != IPOPT_TS_PRESPEC && writes) {
      int overflow = u8(at + 3) >> 4;
      if (overflow == OVERFLOW_MAX) {
        return 3;
      }
      set(at + 3, (u8(at + 3) & 0xf) | (overflow + 1) << 4);
    }
    ts = at;
    return -1;
  }

  private int stamp(int at, int length, int pointer) {
    int slot = header + at + pointer - 1;
    switch (u8(at + 3) & 0xf) {
      case IPOPT_TS_TSONLY -> {
        NetBytes.put32(bytes, slot, Icmp.currentTimestamp(net));
        set(at + 2, pointer + Integer.BYTES);
      }
      case IPOPT_TS_TSANDADDR -> {
        if (pointer + 7 > length) {
          return 2;
        }
        NetBytes.putAddr(bytes, slot, specDst);
        NetBytes.put32(bytes, slot + Integer.BYTES, Icmp.currentTimestamp(net));
        set(at + 2, pointer + 2 * Integer.BYTES);
      }
      case IPOPT_TS_PRESPEC -> {
        if (pointer + 7 > length) {
          return 2;
        }
        if (!isForeign(net, NetBytes.getAddr(bytes, slot))) {
          NetBytes.put32(bytes, slot + Integer.BYTES, Icmp.currentTimestamp(net));
          set(at + 2, pointer + 2 * Integer.BYTES);
        }
      }
      default -> {
        // A kind that is not known is left as it is.
      }
    }
    return -1;
  }

  /** Whether an address is of another machine ({@code RTN_UNICAST}). */
  static boolean isForeign(NetNs net, int address) {
    return IpRoute.addrType(net, address) == IpRoute.Type.UNICAST;
  }
}
