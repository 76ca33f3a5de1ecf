package org.netshard.protocol.inet;

import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetNs;

/**
 * Devices by IPv4 address, as options need them.
 *
 * <p><b>Source:</b> {@code net/ipv4/devinet.c}, {@code __ip_dev_find}; {@code net/ipv4/igmp.c},
 * {@code ip_mc_find_dev}.
 *
 * <p><b>Differs from Linux:</b> only the addresses of the loopback device are known here; no route
 * leads to a multicast group.
 */
final class InetDev {
  private static final int LOOPBACK_NET = 127;
  private static final int LOOPBACK_BROADCAST = 0xffffff7f;
  private static final int INADDR_LOOPBACK = 0x0100007f;

  private InetDev() {}

  /**
   * The device that has a local address, or 0; the address in network byte order. {@code lo} keeps
   * 127.0.0.1 when it goes down again, but no route to the rest of its network.
   */
  static int byAddress(NetNs net, int address) {
    boolean loopback = (address & 0xff) == LOOPBACK_NET && address != LOOPBACK_BROADCAST;
    boolean local = net.loIsUp() || (net.loWasUp() && address == INADDR_LOOPBACK);
    return loopback && local ? net.ifindex("lo") : 0;
  }

  /**
   * The device of a membership, or 0; without a device or address it is that of the route.
   *
   * @param group the group, network byte order; 0 and loopback addresses have a route
   * @param address an address of the device, network byte order, or 0
   * @param ifindex the device, or 0 to find it by the address
   */
  static int ofMembership(NetNs net, byte[] group, int address, int ifindex) {
    if (ifindex != 0) {
      return net.deviceName(ifindex) == null ? 0 : ifindex;
    }
    if (address != 0) {
      return byAddress(net, address);
    }
    int to = UserMem.of(group).getInt(0);
    return to == 0 ? net.ifindex("lo") : byAddress(net, to);
  }
}
