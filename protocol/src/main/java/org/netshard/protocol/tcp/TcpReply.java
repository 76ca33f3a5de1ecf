package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;

/**
 * Segments that no connection sends: answers to what came.
 *
 * <p><b>Source:</b> RFC 9293, section 3.5.2; {@code net/ipv4/tcp_ipv4.c}: {@code
 * tcp_v4_send_reset}, {@code tcp_v4_send_ack}; {@code net/ipv6/tcp_ipv6.c}, the same; {@code
 * net/ipv4/ip_output.c}, {@code ip_send_unicast_reply}.
 */
final class TcpReply {
  private static final int TIMESTAMP_WORD =
      RxOpt.NOP << 24 | RxOpt.NOP << 16 | RxOpt.TIMESTAMP << 8 | RxOpt.TIMESTAMP_BYTES;

  private TcpReply() {}

  /**
   * Resets whoever has sent a segment.
   *
   * @param sk whom it was for, or null for nobody
   */
  static void reset(NetNs net, @Nullable Sk sk, Packet packet) {
    int flags = TcpHeader.flags(packet);
    if ((flags & TcpHeader.RST) != 0 || packet.cast() != Packet.Cast.UNICAST) {
      return;
    }
    boolean ack = (flags & TcpHeader.ACK) != 0;
    int seq = ack ? TcpHeader.ackSeq(packet) : 0;
    int ackSeq = ack ? 0 : TcpInput.endSeq(packet);
    int out = ack ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK;
    boolean sent = send(net, sk, packet, seq, ackSeq, out, 0, 0, 0, tos(packet));
    if (counts(packet, sent)) {
      net.addMib(Mib.TCP_OUT_SEGS, 1);
      net.addMib(Mib.TCP_OUT_RSTS, 1);
    }
  }

  /** The type of service of an answer: that of what is answered, without the bits of ECN. */
  static int tos(Packet packet) {
    return TcpInput.ipEcn(packet) & ~TcpEcn.MASK;
  }

  /**
   * Acknowledges on behalf of a connection that has no sock.
   *
   * @param tsecr the time stamp to be echoed; 0 for no time stamps
   */
  static void ack(
      Sk sk, Packet packet, int seq, int ackSeq, int window, int tsval, int tsecr, int tos) {
    NetNs net = sk.net();
    boolean sent = send(net, sk, packet, seq, ackSeq, TcpHeader.ACK, window, tsval, tsecr, tos);
    if (counts(packet, sent)) {
      net.addMib(Mib.TCP_OUT_SEGS, 1);
    }
  }

  /** Whether an answer counts: over IPv4 it does even if there was no way for it. */
  private static boolean counts(Packet packet, boolean sent) {
    return sent || packet.ethertype() == Packet.ETH_P_IP;
  }

  private static boolean send(
      NetNs net,
      @Nullable Sk sk,
      Packet to,
      int seq,
      int ackSeq,
      int flags,
      int window,
      int tsval,
      int tsecr,
      int tos) {
    boolean stamps = tsecr != 0;
    TcpOptions.Md5Key key = TcpMd5.ofReply(sk, to);
    int signatureAt = stamps ? RxOpt.TIMESTAMP_ALIGNED_BYTES : 0;
    int headerBytes = TcpHeader.BYTES + signatureAt + (key != null ? TcpMd5.OPTION_BYTES : 0);
    boolean v6 = to.ethertype() == Packet.ETH_P_IPV6;
    Packet packet = v6 ? packet6(net, to, headerBytes, tos) : packet4(net, to, headerBytes, tos);
    if (packet == null) {
      return false;
    }
    int at = packet.transport();
    byte[] bytes = packet.bytes();
    // The answer goes the other way.
    int source = TcpHeader.dest(to);
    int dest = TcpHeader.source(to);
    TcpHeader.write(bytes, at, headerBytes, source, dest, seq, ackSeq, flags, window, 0);
    if (stamps) {
      NetBytes.put32(bytes, at + TcpHeader.BYTES, TIMESTAMP_WORD);
      NetBytes.put32(bytes, at + TcpHeader.BYTES + 4, tsval);
      NetBytes.put32(bytes, at + TcpHeader.BYTES + 8, tsecr);
    }
    if (key != null) {
      NetBytes.put32(bytes, at + TcpHeader.BYTES + signatureAt, TcpMd5.OPTION_WORD);
      TcpMd5.signReply(key, to, packet, headerBytes, signatureAt);
    }
    if (v6) {
      TcpXmit.checksum(
          packet, Ip6Header.pseudo(bytes, packet.network(), headerBytes, Abi.IPPROTO_TCP));
      int unused = Ip6Output.localOut(net, packet);
    } else {
      TcpXmit.checksum(
          packet, IpHeader.pseudo(bytes, packet.network(), headerBytes, Abi.IPPROTO_TCP));
      int unused = IpOutput.localOut(net, packet);
    }
    return true;
  }

  private static @Nullable Packet packet4(NetNs net, Packet to, int headerBytes, int tos) {
    int saddr = IpHeader.daddr(to);
    int daddr = IpHeader.saddr(to);
    TcpDst dst = TcpDst.find4(net, saddr, daddr, 0);
    if (dst == null) {
      return null;
    }
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + IpHeader.BYTES + headerBytes];
    IpHeader.write(
        bytes, at, 0, tos, 0, IpHeader.IP_DF, dst.ttl(net), Abi.IPPROTO_TCP, saddr, daddr);
    return finish(dst, Packet.ETH_P_IP, bytes, at, IpHeader.BYTES);
  }

  private static @Nullable Packet packet6(NetNs net, Packet to, int headerBytes, int tos) {
    byte[] saddr = Ip6Header.daddr(to);
    byte[] daddr = Ip6Header.saddr(to);
    int oif = Ipv6Address.isLinkLocal(daddr) ? to.ifindex() : 0;
    TcpDst dst = TcpDst.find6(net, saddr, daddr, oif);
    if (dst == null) {
      return null;
    }
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + Ip6Header.BYTES + headerBytes];
    int label = Ip6Output.autoFlowlabel(net, null, saddr, daddr);
    Ip6Header.write(bytes, at, tos, label, Abi.IPPROTO_TCP, dst.hops6(net), saddr, daddr);
    return finish(dst, Packet.ETH_P_IPV6, bytes, at, Ip6Header.BYTES);
  }

  private static Packet finish(TcpDst dst, int ethertype, byte[] bytes, int at, int ipBytes) {
    Packet packet = new Packet(dst.dev(), ethertype, bytes, at, TcpSkb.HEAD_TRUESIZE);
    packet.setTransport(at + ipBytes);
    packet.setRoute(dst.local(), Packet.Cast.UNICAST);
    return packet;
  }

  /** A segment with headers of these sizes, to be filled in. */
  static @Nullable Packet prepare(TcpEndpoint end, TcpDst dst, int headerBytes) {
    int at = Packet.LL_RESERVED_BYTES;
    int ipBytes = end.isV6() ? Ip6Header.BYTES : IpHeader.BYTES;
    byte[] bytes = new byte[at + ipBytes + headerBytes];
    int ethertype = end.isV6() ? Packet.ETH_P_IPV6 : Packet.ETH_P_IP;
    return finish(dst, ethertype, bytes, at, ipBytes);
  }
}
