package org.netshard.protocol.inet6;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.core.NetNs;

/**
 * Kinds of IPv6 address, of 16 bytes.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}, {@code ipv6_addr_any} and so on.
 */
public final class Ipv6Address {
  /** Size in bytes. */
  public static final int BYTES = 16;

  private static final int MAPPED_AT = 12;

  private Ipv6Address() {}

  private static boolean zeroUpTo(byte[] address, int end) {
    for (int i = 0; i < end; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether this is {@code ::}. */
  public static boolean isAny(byte[] address) {
    return zeroUpTo(address, BYTES);
  }

  /** Whether this is {@code ::1}. */
  public static boolean isLoopback(byte[] address) {
    return zeroUpTo(address, BYTES - 1) && address[BYTES - 1] == 1;
  }

  /** Whether a device of the namespace has this address. */
  static boolean isLocal(NetNs net, byte[] address) {
    return Ip6Route.isLocal(net, address, 0);
  }

  /** Whether this is within {@code ff00::/8}. */
  public static boolean isMulticast(byte[] address) {
    return address[0] == (byte) 0xff;
  }

  /** Whether this is within {@code ::ffff:0:0/96}. */
  public static boolean isV4Mapped(byte[] address) {
    return zeroUpTo(address, 10) && address[10] == -1 && address[11] == -1;
  }

  /** Whether this is within {@code fe80::/10}. */
  public static boolean isLinkLocal(byte[] address) {
    return address[0] == (byte) 0xfe && (address[1] & 0xc0) == 0x80;
  }

  /**
   * Whether an address says nothing without a device: one of a link, or a group of a link or of an
   * interface ({@code __ipv6_addr_needs_scope_id}).
   */
  public static boolean needsScopeId(byte[] address) {
    int scope = address[1] & 0x0f;
    return isLinkLocal(address) || (isMulticast(address) && (scope == 1 || scope == 2));
  }

  /** {@code ipv6_iface_scope_id}: the device, for an address that needs one, else 0. */
  public static int scopeId(byte[] address, int ifindex) {
    return needsScopeId(address) ? ifindex : 0;
  }

  /** The IPv4 address in network byte order that is within a mapped one. */
  public static int mappedAddress(byte[] address) {
    return ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN).getInt(MAPPED_AT);
  }

  /** {@code ipv6_addr_set_v4mapped}. */
  public static byte[] mapped(int address) {
    byte[] mapped = new byte[BYTES];
    ByteBuffer.wrap(mapped).order(ByteOrder.LITTLE_ENDIAN).putInt(MAPPED_AT, address);
    mapped[MAPPED_AT - 2] = -1;
    mapped[MAPPED_AT - 1] = -1;
    return mapped;
  }

  /** {@code in6addr_loopback}. */
  public static byte[] loopback() {
    byte[] address = new byte[BYTES];
    address[BYTES - 1] = 1;
    return address;
  }
}
