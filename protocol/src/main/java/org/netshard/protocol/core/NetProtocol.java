package org.netshard.protocol.core;

/**
 * A transport above IP: it takes the packets of one protocol number, and errors about those that it
 * has sent.
 *
 * <p><b>Source:</b> {@code include/net/protocol.h}, {@code struct net_protocol}, {@code struct
 * inet6_protocol}.
 */
public interface NetProtocol {
  /** Takes a packet, whose {@code start} is the transport's header. */
  void rcv(NetNs net, Packet packet);

  /**
   * An ICMP message tells of an error.
   *
   * @param icmp the message; its {@code start} is the network header of the packet that it quotes
   * @param icmpType of ICMP
   * @param icmpCode of ICMP
   * @param info what else it says, such as an MTU
   */
  default void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {}

  /** Whether packets without IPsec policy are let in; all are, as there is none. */
  default boolean noPolicy() {
    return true;
  }
}
