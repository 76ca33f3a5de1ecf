package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;

/**
 * To which flow a packet belongs.
 *
 * <p><b>Source:</b> {@code net/core/flow_dissector.c}: {@code __skb_get_hash_symmetric}, {@code
 * __flow_hash_consistentify}.
 *
 * <p><b>Differs from Linux:</b> it does not look behind extension headers and into tunnels.
 */
public final class FlowDissector {
  private static final int ETH_P_IP = 0x0800;
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final int IPPROTO_SCTP = 132;
  private static final int IPPROTO_DCCP = 33;
  private static final int IP_HEADER_BYTES = 20;
  private static final int IP6_HEADER_BYTES = 40;
  private static final int IP_FRAGMENT = 0x3fff;

  private FlowDissector() {}

  /** A number of 32 bits that is the same for both directions of a flow. */
  public static long symmetricHash(NetNs net, Packet packet) {
    int at = packet.network();
    int length = packet.end() - at;
    if (packet.ethertype() == ETH_P_IP && length >= IP_HEADER_BYTES) {
      int transport = at + (packet.u8(at) & 0xf) * 4;
      boolean whole = (packet.u16(at + 6) & IP_FRAGMENT) == 0;
      int proto = packet.u8(at + 9);
      int ports = whole ? ports(packet, proto, transport) : 0;
      return hash(net, packet.u32(at + 12), packet.u32(at + 16), ports, proto);
    }
    if (packet.ethertype() == ETH_P_IPV6 && length >= IP6_HEADER_BYTES) {
      int proto = packet.u8(at + 6);
      int ports = ports(packet, proto, at + IP6_HEADER_BYTES);
      int source = fold(packet, at + 8);
      int destination = fold(packet, at + 24);
      return hash(net, source, destination, ports, proto);
    }
    return hash(net, packet.ethertype(), 0, 0, 0);
  }

  private static int fold(Packet packet, int at) {
    int folded = 0;
    for (int i = 0; i < 16; i += 4) {
      folded = folded * 31 + packet.u32(at + i);
    }
    return folded;
  }

  /** Both ports, or 0. */
  private static int ports(Packet packet, int proto, int transport) {
    boolean has =
        proto == Abi.IPPROTO_UDP
            || proto == Abi.IPPROTO_TCP
            || proto == Abi.IPPROTO_UDPLITE
            || proto == IPPROTO_SCTP
            || proto == IPPROTO_DCCP;
    return has && transport + Integer.BYTES <= packet.end() ? packet.u32(transport) : 0;
  }

  /** Addresses and ports are sorted, so that the direction does not matter. */
  private static long hash(NetNs net, int one, int other, int ports, int proto) {
    int low = ports >>> 16;
    int high = ports & 0xffff;
    return ReuseportGroup.hash(
        net,
        Math.min(one, other),
        Math.min(low, high) ^ proto << 8,
        Math.max(one, other),
        Math.max(low, high));
  }
}
