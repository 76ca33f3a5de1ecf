package org.netshard.protocol.inet6;

import org.netshard.protocol.core.NetNs;

/**
 * Kinds of IPv6 address, of 16 bytes.
 *
 * <p><b>Source:</b> {@code include/net/ipv6.h}, {@code ipv6_addr_any} and so on.
 */
public final class Ipv6Address {
  /** Size in bytes. */
  public static final int BYTES = 16;

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

  /** Whether a device of the namespace has this address: {@code ::1}, while {@code lo} is up. */
  static boolean isLocal(NetNs net, byte[] address) {
    return isLoopback(address) && net.loIsUp();
  }

  /** Whether this is within {@code ff00::/8}. */
  public static boolean isMulticast(byte[] address) {
    return address[0] == (byte) 0xff;
  }

  /** Whether this is within {@code ::ffff:0:0/96}. */
  public static boolean isV4Mapped(byte[] address) {
    return zeroUpTo(address, 10) && address[10] == -1 && address[11] == -1;
  }
}
