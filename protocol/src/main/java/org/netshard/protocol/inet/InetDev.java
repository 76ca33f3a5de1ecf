package org.netshard.protocol.inet;

import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.InetNet;

/**
 * Devices by IPv4 address, as options need them.
 *
 * <p><b>Source:</b> {@code net/ipv4/devinet.c}, {@code __ip_dev_find}; {@code net/ipv4/igmp.c},
 * {@code ip_mc_find_dev}.
 */
final class InetDev {
  private InetDev() {}

  /** The device that has an address ({@code __ip_dev_find}), or 0; network byte order. */
  static int byAddress(NetNs net, int address) {
    return InetNet.of(net).deviceOf(Integer.reverseBytes(address));
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
    IpRoute.Result route = IpRoute.output(net, UserMem.of(group).getInt(0), 0, 0);
    return route.oif();
  }
}
