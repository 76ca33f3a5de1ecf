package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.List;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Cuts a packet that stands for several segments into these.
 *
 * <p><b>Source:</b> {@code net/core/gso.c}, {@code skb_gso_segment}; {@code
 * net/ipv4/tcp_offload.c}, {@code tcp_gso_segment}; {@code net/ipv4/udp_offload.c}, {@code
 * __udp_gso_segment}; {@code net/ipv4/af_inet.c}, {@code inet_gso_segment}.
 */
public final class SkbGso {
  private static final int UDP_CHECK = 6;
  private static final int UDP_LENGTH = 4;
  private static final int TCP_SEQ = 4;
  private static final int TCP_FLAGS = 13;
  private static final int FIN_PSH = 0x09;
  private static final int CWR = 0x80;
  private static final int IP_ID = 4;

  private SkbGso() {}

  /** The segments of a packet, with checksums left to the device; one that is whole is itself. */
  public static List<Packet> segment(Packet packet) {
    if (packet.gsoSize() == 0) {
      return List.of(packet);
    }
    int data = packet.transport() + packet.gsoHeaderBytes();
    List<Packet> segments = new ArrayList<>();
    for (int from = data; from < packet.end(); from += packet.gsoSize()) {
      int length = Math.min(packet.gsoSize(), packet.end() - from);
      segments.add(segment(packet, data, from, length, segments.size()));
    }
    segments.get(segments.size() - 1).setTxStamp(packet.txStamp());
    Sk owner = packet.owner();
    if (owner != null) {
      // They count in the buffer of the sender, as the whole did.
      segments.forEach(segment -> segment.setOwnerW(owner));
    }
    return segments;
  }

  private static Packet segment(Packet whole, int data, int from, int length, int number) {
    int headers = data - whole.network() + Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[headers + length];
    int copied = Math.min(headers, data);
    System.arraycopy(whole.bytes(), data - copied, bytes, headers - copied, copied);
    System.arraycopy(whole.bytes(), from, bytes, headers, length);
    int network = Packet.LL_RESERVED_BYTES;
    int truesize = Skb.unaccountedTruesize(headers) + length;
    Packet one = new Packet(whole.dev(), whole.ethertype(), bytes, network, truesize);
    one.setTransport(network + whole.transport() - whole.network());
    one.setType(whole.type());
    one.setMarkAndPriority(whole.mark(), whole.priority());
    one.setRoute(whole.local(), whole.cast());
    one.setDeliveryNs(whole.deliveryNs());
    if (whole.origin() != null) {
      one.setOrigin(whole.origin());
    }
    one.setChecksumPartial(whole.csumOffset());
    int protocol = transport(one, from - data, number, from + length == whole.end());
    int segment = bytes.length - one.transport();
    long pseudo;
    if (one.ethertype() == Packet.ETH_P_IPV6) {
      Ip6Header.setPayloadLen(bytes, network, bytes.length - network - Ip6Header.BYTES);
      pseudo = Ip6Header.pseudo(bytes, network, segment, protocol);
    } else {
      NetBytes.put16(bytes, network + IP_ID, one.u16(network + IP_ID) + number);
      IpHeader.complete(bytes, network, bytes.length - network);
      pseudo = IpHeader.pseudo(bytes, network, segment, protocol);
    }
    NetBytes.put16(bytes, one.transport() + one.csumOffset(), InetChecksum.fold(pseudo));
    return one;
  }

  /** Fills in the header of the transport; gives the protocol. */
  private static int transport(Packet one, int offset, int number, boolean last) {
    byte[] bytes = one.bytes();
    int at = one.transport();
    if (one.csumOffset() == UDP_CHECK) {
      NetBytes.put16(bytes, at + UDP_LENGTH, bytes.length - at);
      return Abi.IPPROTO_UDP;
    }
    NetBytes.put32(bytes, at + TCP_SEQ, one.u32(at + TCP_SEQ) + offset);
    int flags = one.u8(at + TCP_FLAGS);
    flags &= last ? -1 : ~FIN_PSH;
    flags &= number == 0 ? -1 : ~CWR;
    NetBytes.put8(bytes, at + TCP_FLAGS, flags);
    return Abi.IPPROTO_TCP;
  }
}
