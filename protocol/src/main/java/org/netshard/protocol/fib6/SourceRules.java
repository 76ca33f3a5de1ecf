package org.netshard.protocol.fib6;

import java.util.Arrays;

/**
 * Which of two source addresses is better for a destination.
 *
 * <p><b>Source:</b> RFC 6724, section 5; {@code net/ipv6/addrconf.c}, {@code ipv6_get_saddr_eval};
 * {@code net/ipv6/addrlabel.c}, {@code ip6addrlbl_init_table}.
 *
 * <p><b>Differs from Linux:</b> labels are those of a new namespace; there are no deprecated,
 * temporary and home addresses.
 */
final class SourceRules {
  private static final int SCOPE_LINK = 2;
  private static final int SCOPE_SITE = 5;
  private static final int SCOPE_GLOBAL = 14;
  private static final int LABEL_OTHER = 1;

  private SourceRules() {}

  /** Whether the first address is better than the second one. */
  static boolean isBetter(Inet6Ifaddr a, Inet6Ifaddr b, byte[] daddr) {
    boolean same = Arrays.equals(a.address(), daddr);
    if (same != Arrays.equals(b.address(), daddr)) {
      return same;
    }
    int scopeA = scopeOf(a.address());
    int scopeB = scopeOf(b.address());
    int scopeD = scopeOf(daddr);
    if (scopeA != scopeB) {
      return scopeA < scopeB ? scopeA >= scopeD : scopeB < scopeD;
    }
    int label = label(daddr);
    boolean labelA = label(a.address()) == label;
    if (labelA != (label(b.address()) == label)) {
      return labelA;
    }
    return matching(a, daddr) > matching(b, daddr);
  }

  private static int matching(Inet6Ifaddr ifp, byte[] daddr) {
    return Math.min(In6.commonBits(ifp.address(), daddr), ifp.prefixLen());
  }

  private static int scopeOf(byte[] address) {
    if (In6.isMulticast(address)) {
      return address[1] & 0xf;
    }
    return switch (In6.scope(address)) {
      case In6.SCOPE_LOOPBACK, In6.SCOPE_LINKLOCAL -> SCOPE_LINK;
      case In6.SCOPE_SITELOCAL -> SCOPE_SITE;
      default -> SCOPE_GLOBAL;
    };
  }

  private static int label(byte[] address) {
    if (In6.isLoopback(address)) {
      return 0;
    }
    int first = ((address[0] & 0xff) << 8) | (address[1] & 0xff);
    int second = ((address[2] & 0xff) << 8) | (address[3] & 0xff);
    if (first == 0x2002) {
      return 2;
    }
    if (first == 0x2001 && second == 0) {
      return 6;
    }
    if (first == 0x2001 && second >>> 4 == 1) {
      return 7;
    }
    if (first >>> 9 == 0x7e) {
      return 5;
    }
    boolean zeros = In6.commonBits(address, In6.any()) >= 80;
    boolean mapped = zeros && address[10] == -1 && address[11] == -1;
    if (mapped) {
      return 4;
    }
    return In6.commonBits(address, In6.any()) >= 96 ? 3 : LABEL_OTHER;
  }
}
