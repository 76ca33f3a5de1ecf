package org.netshard.protocol.ip;

import java.util.Arrays;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.inet.IpRoute;

/**
 * IP options in the header of a packet that leaves, or of one of its fragments.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_options.c}: {@code ip_options_build}, {@code
 * ip_options_fragment}.
 */
final class IpOptionsBuild {
  private static final int IPOPT_END = 0;
  private static final int IPOPT_NOOP = 1;
  private static final int IPOPT_RR = 7;
  private static final int IPOPT_LSRR = 131;
  private static final int IPOPT_SSRR = 137;
  private static final int COPIED = 0x80;

  private IpOptionsBuild() {}

  /** Copies options, and fills in what the sender knows. */
  static void build(NetNs net, byte[] bytes, int at, byte[] options, IpRoute.Result route) {
    System.arraycopy(options, 0, bytes, at, options.length);
    each(
        bytes,
        at,
        options.length,
        (type, where, length) -> {
          int pointer = bytes[where + 2] & 0xff;
          boolean sourceRoute = type == IPOPT_LSRR || type == IPOPT_SSRR;
          if (type == IPOPT_RR && pointer + Integer.BYTES - 1 <= length) {
            NetBytes.putAddr(bytes, where + pointer - 1, route.saddr());
            bytes[where + 2] = (byte) (pointer + Integer.BYTES);
          } else if (sourceRoute && length >= Integer.BYTES + 3) {
            NetBytes.putAddr(bytes, where + length - Integer.BYTES, route.daddr());
          } else if (type == IpOptionsParse.IPOPT_TIMESTAMP && pointer + 3 <= length) {
            stamp(net, bytes, where, route.saddr());
          }
        });
  }

  /** Writes the time, and this end's address before it if the option asks for both. */
  private static void stamp(NetNs net, byte[] bytes, int where, int saddr) {
    int pointer = bytes[where + 2] & 0xff;
    int slot = where + pointer - 1;
    int taken = 2 * Integer.BYTES;
    switch (bytes[where + 3] & 0xf) {
      case IpOptionsParse.IPOPT_TS_TSONLY -> {
        NetBytes.put32(bytes, slot, Icmp.currentTimestamp(net));
        taken = Integer.BYTES;
      }
      case IpOptionsParse.IPOPT_TS_TSANDADDR -> {
        NetBytes.putAddr(bytes, slot, saddr);
        NetBytes.put32(bytes, slot + Integer.BYTES, Icmp.currentTimestamp(net));
      }
      case IpOptionsParse.IPOPT_TS_PRESPEC -> {
        if (IpOptionsParse.isForeign(net, NetBytes.getAddr(bytes, slot))) {
          return;
        }
        NetBytes.put32(bytes, slot + Integer.BYTES, Icmp.currentTimestamp(net));
      }
      default -> {
        return;
      }
    }
    bytes[where + 2] = (byte) (pointer + taken);
  }

  /** Only options that say so are in fragments after the first; the others become no-ops. */
  static void clearUncopied(byte[] bytes, int at, int length) {
    each(
        bytes,
        at,
        length,
        (type, where, optionLength) -> {
          if ((type & COPIED) == 0) {
            Arrays.fill(bytes, where, where + optionLength, (byte) IPOPT_NOOP);
          }
        });
  }

  private interface Option {
    void at(int type, int where, int length);
  }

  private static void each(byte[] bytes, int at, int length, Option action) {
    int end = at + length;
    int where = at;
    while (where < end) {
      int type = bytes[where] & 0xff;
      if (type == IPOPT_END) {
        return;
      }
      int optionLength = type == IPOPT_NOOP ? 1 : bytes[where + 1] & 0xff;
      if (optionLength < 1 || where + optionLength > end) {
        return;
      }
      if (type != IPOPT_NOOP) {
        action.at(type, where, optionLength);
      }
      where += optionLength;
    }
  }
}
