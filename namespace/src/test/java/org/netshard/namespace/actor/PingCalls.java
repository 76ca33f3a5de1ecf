package org.netshard.namespace.actor;

import org.netshard.protocol.abi.Abi;

/** Random calls on ping sockets, which everybody may have. */
final class PingCalls extends DatagramCalls {
  PingCalls(int family, int protocol) {
    super(family, Abi.SOCK_DGRAM, protocol);
  }

  @Override
  String sysctl() {
    return "net.ipv4.ping_group_range=0 2147483647";
  }
}
