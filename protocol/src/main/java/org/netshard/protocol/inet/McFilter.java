package org.netshard.protocol.inet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Whether a sock wants a packet that went to a group.
 *
 * <p><b>Source:</b> {@code net/ipv4/igmp.c}, {@code ip_mc_sf_allow}; {@code net/ipv6/mcast.c},
 * {@code inet6_mc_check}.
 */
public final class McFilter {
  private McFilter() {}

  private static byte[] bytes(int address) {
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(address)
        .array();
  }

  /** Whether it wants one of IPv4; if it has not joined, what {@code IP_MULTICAST_ALL} says. */
  public static boolean allows(Sk sk, int group, int source, int ifindex) {
    if (!InetAddress4.isMulticast(group)) {
      return true;
    }
    InetOptions inet = InetOptions.of(sk);
    McList.Entry entry = inet.mcList().find(bytes(group), ifindex);
    return entry == null ? inet.has(InetFlag.MC_ALL) : allows(entry, bytes(source));
  }

  /** Whether it wants one of IPv6. */
  public static boolean allows6(Sk sk, byte[] group, byte[] source) {
    if (!Ipv6Address.isMulticast(group)) {
      return true;
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    for (McList.Entry entry : inet6.mcList().entries()) {
      if (Arrays.equals(entry.group(), group)) {
        return allows(entry, source);
      }
    }
    return inet6.has(Inet6Flag.MC6_ALL);
  }

  private static boolean allows(McList.Entry entry, byte[] source) {
    boolean named = entry.sourceIndex(source) >= 0;
    return named == (entry.mode() == McList.MCAST_INCLUDE);
  }
}
