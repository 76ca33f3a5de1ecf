package org.netshard.protocol.inet;

/**
 * Kinds of IPv4 address, in network byte order as the program sees it: the first octet is the
 * lowest byte.
 *
 * <p><b>Source:</b> {@code include/linux/in.h}, {@code ipv4_is_loopback} and so on.
 */
public final class InetAddress4 {
  /** {@code INADDR_ANY}. */
  public static final int ANY = 0;

  /** {@code INADDR_LOOPBACK}, 127.0.0.1. */
  public static final int LOOPBACK = 0x0100007f;

  /** {@code INADDR_BROADCAST}, 255.255.255.255. */
  public static final int BROADCAST = -1;

  /** {@code LOOPBACK4_IPV6}: stands in IPv6 socks for an address that no IPv4 packet has. */
  public static final int LOOPBACK4_IPV6 = 0x0600007f;

  private static final int LOOPBACK_NET = 127;

  private InetAddress4() {}

  /** Whether this is within 127.0.0.0/8. */
  public static boolean isLoopback(int address) {
    return (address & 0xff) == LOOPBACK_NET;
  }

  /** Whether this is within 224.0.0.0/4. */
  public static boolean isMulticast(int address) {
    return (address & 0xf0) == 0xe0;
  }

  /** Whether this is within 224.0.0.0/24. */
  public static boolean isLocalMulticast(int address) {
    return (address & 0xffffff) == 0xe0;
  }
}
