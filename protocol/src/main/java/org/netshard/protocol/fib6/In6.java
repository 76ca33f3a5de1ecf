package org.netshard.protocol.fib6;

import java.util.Arrays;

/**
 * Arithmetic with IPv6 addresses of 16 bytes.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}: {@code ipv6_addr_diff}, {@code ipv6_prefix_equal},
 * {@code ipv6_addr_prefix}; {@code net/ipv6/addrconf_core.c}, {@code __ipv6_addr_type}.
 */
public final class In6 {
  /** Bits of an address. */
  public static final int BITS = 128;

  /** Bytes of an address. */
  public static final int BYTES = 16;

  /** {@code IPV6_ADDR_LOOPBACK}, as {@code /proc/net/if_inet6} shows it. */
  public static final int SCOPE_LOOPBACK = 0x10;

  /** {@code IPV6_ADDR_LINKLOCAL}. */
  public static final int SCOPE_LINKLOCAL = 0x20;

  /** {@code IPV6_ADDR_SITELOCAL}. */
  public static final int SCOPE_SITELOCAL = 0x40;

  private In6() {}

  /** {@code ::}. */
  public static byte[] any() {
    return new byte[BYTES];
  }

  /** {@code ::1}. */
  public static byte[] loopback() {
    byte[] address = new byte[BYTES];
    address[BYTES - 1] = 1;
    return address;
  }

  /** Whether it is {@code ::}. */
  public static boolean isAny(byte[] address) {
    return Arrays.equals(address, any());
  }

  /** Whether it is {@code ::1}. */
  public static boolean isLoopback(byte[] address) {
    return Arrays.equals(address, loopback());
  }

  /** Whether it is a group. */
  public static boolean isMulticast(byte[] address) {
    return address[0] == (byte) 0xff;
  }

  /** Whether it is within {@code fe80::/10}. */
  public static boolean isLinkLocal(byte[] address) {
    return address[0] == (byte) 0xfe && (address[1] & 0xc0) == 0x80;
  }

  /** The scope of an address: {@code IPV6_ADDR_…}, 0 for all the world. */
  public static int scope(byte[] address) {
    if (isLoopback(address)) {
      return SCOPE_LOOPBACK;
    }
    if (isLinkLocal(address)) {
      return SCOPE_LINKLOCAL;
    }
    boolean site = address[0] == (byte) 0xfe && (address[1] & 0xc0) == 0xc0;
    return site ? SCOPE_SITELOCAL : 0;
  }

  /** How many bits two addresses have in common at the beginning. */
  public static int commonBits(byte[] a, byte[] b) {
    int at = Arrays.mismatch(a, b);
    return at < 0
        ? BITS
        : at * Byte.SIZE + Integer.numberOfLeadingZeros((a[at] ^ b[at]) & 0xff) - 24;
  }

  /** Whether an address is within a prefix. */
  public static boolean matches(byte[] address, byte[] prefix, int prefixLen) {
    return commonBits(address, prefix) >= prefixLen;
  }

  /** An address with all bits but those of the prefix 0. */
  public static byte[] prefix(byte[] address, int prefixLen) {
    byte[] prefix = new byte[BYTES];
    int whole = prefixLen / Byte.SIZE;
    System.arraycopy(address, 0, prefix, 0, whole);
    if (whole < BYTES) {
      prefix[whole] = (byte) (address[whole] & (0xff00 >> (prefixLen % Byte.SIZE)));
    }
    return prefix;
  }

  /** The bit of an address at this place, from 0. */
  static int bit(byte[] address, int at) {
    return (address[at / Byte.SIZE] >> (7 - at % Byte.SIZE)) & 1;
  }
}
