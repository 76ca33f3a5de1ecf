package org.netshard.protocol.fib;

/**
 * Numbers of routing: tables, types, scopes, flags.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/rtnetlink.h}.
 */
public final class Fib {
  public static final int RT_TABLE_DEFAULT = 253;
  public static final int RT_TABLE_MAIN = 254;
  public static final int RT_TABLE_LOCAL = 255;

  public static final int RTN_UNSPEC = 0;
  public static final int RTN_UNICAST = 1;
  public static final int RTN_LOCAL = 2;
  public static final int RTN_BROADCAST = 3;
  public static final int RTN_ANYCAST = 4;
  public static final int RTN_MULTICAST = 5;
  public static final int RTN_BLACKHOLE = 6;
  public static final int RTN_UNREACHABLE = 7;
  public static final int RTN_PROHIBIT = 8;
  public static final int RTN_THROW = 9;

  /** The largest type ({@code RTN_MAX}). */
  public static final int RTN_MAX = 11;

  public static final int RT_SCOPE_UNIVERSE = 0;
  public static final int RT_SCOPE_SITE = 200;
  public static final int RT_SCOPE_LINK = 253;
  public static final int RT_SCOPE_HOST = 254;
  public static final int RT_SCOPE_NOWHERE = 255;

  public static final int RTPROT_KERNEL = 2;
  public static final int RTPROT_BOOT = 3;

  /** Bits of an address. */
  static final int BITS = 32;

  private Fib() {}

  /** The mask of a prefix. */
  public static int mask(int prefixLen) {
    return prefixLen == 0 ? 0 : -1 << (BITS - prefixLen);
  }

  /** Whether an address, in host byte order, is within 224.0.0.0/4. */
  public static boolean isMulticast(int address) {
    return address >>> 28 == 0xe;
  }
}
