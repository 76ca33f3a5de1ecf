package org.netshard.protocol.fib6;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.fib.Fib;

/**
 * An IPv6 route.
 *
 * <p><b>Source:</b> {@code include/net/ip6_fib.h}, {@code struct fib6_info}.
 *
 * @param dst first address of the prefix
 * @param dstLen length of the prefix
 * @param table the table that it is in
 * @param protocol who made it
 * @param type {@code RTN_…}
 * @param metric its metric
 * @param oif the device of the next hop
 * @param gateway the next hop, or null
 * @param prefsrc source address of packets, or null
 * @param metrics {@code RTAX_…} by number less 1, or null
 */
@SuppressWarnings("ArrayRecordComponent")
public record Fib6Route(
    byte[] dst,
    int dstLen,
    int table,
    int protocol,
    int type,
    int metric,
    int oif,
    byte @Nullable [] gateway,
    byte @Nullable [] prefsrc,
    int @Nullable [] metrics) {
  /** Why it leads nowhere, positive; 0 if it leads somewhere. */
  public int error() {
    return switch (type) {
      case Fib.RTN_BLACKHOLE -> Errno.EINVAL.number();
      case Fib.RTN_UNREACHABLE -> Errno.EHOSTUNREACH.number();
      case Fib.RTN_PROHIBIT -> Errno.EACCES.number();
      case Fib.RTN_THROW -> Errno.ENETUNREACH.number();
      default -> 0;
    };
  }

  boolean samePrefix(Fib6Route other) {
    return table == other.table && dstLen == other.dstLen && Arrays.equals(dst, other.dst);
  }

  /** The order of a walk through the tree: what is below a node comes before it. */
  static int walkOrder(Fib6Route a, Fib6Route b) {
    int common = Math.min(In6.commonBits(a.dst, b.dst), Math.min(a.dstLen, b.dstLen));
    if (common < a.dstLen && common < b.dstLen) {
      return In6.bit(a.dst, common) - In6.bit(b.dst, common);
    }
    int order = Integer.compare(b.dstLen, a.dstLen);
    return order != 0 ? order : Integer.compareUnsigned(a.metric, b.metric);
  }
}
