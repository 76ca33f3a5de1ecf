package org.netshard.protocol.udp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6ExtHeaders;

/**
 * Datagrams into the receive queue of their sock, for both versions of IP.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}: {@code udp_queue_rcv_skb}, {@code
 * udp_queue_rcv_one_skb}, {@code __udp_queue_rcv_skb}; {@code include/net/udp.h}, {@code
 * udp_rcv_segment}.
 */
final class UdpQueue {
  static final int CHECK = 6;
  private static final int LENGTH = 4;
  private static final int ADDR6_BYTES = 16;
  private static final int SADDR6 = 8;
  private static final int DADDR6 = 24;

  private UdpQueue() {}

  /** Queues a datagram, or each of those for which it stands if the sock wants them one by one. */
  static void rcv(Sk sk, Packet packet) {
    if (packet.gsoSize() == 0 || UdpOptions.of(sk).gro) {
      rcvOne(sk, packet);
      return;
    }
    int data = packet.transport() + UdpSend.HEADER_BYTES;
    for (int from = data; from < packet.end(); from += packet.gsoSize()) {
      int part = Math.min(packet.gsoSize(), packet.end() - from);
      rcvOne(sk, segment(packet, data, from, part));
    }
  }

  private static Packet segment(Packet whole, int data, int from, int part) {
    int at = Packet.LL_RESERVED_BYTES;
    int headers = data - whole.network();
    byte[] bytes = new byte[at + headers + part];
    System.arraycopy(whole.bytes(), whole.network(), bytes, at, headers);
    System.arraycopy(whole.bytes(), from, bytes, at + headers, part);
    NetBytes.put16(
        bytes, at + headers - UdpSend.HEADER_BYTES + LENGTH, part + UdpSend.HEADER_BYTES);
    int truesize = Packet.unaccountedTruesize(headers + part + Packet.ALLOC_EXTRA_BYTES);
    Packet segment = new Packet(whole.dev(), whole.ethertype(), bytes, at, truesize);
    segment.setTransport(at + headers - UdpSend.HEADER_BYTES);
    segment.setStart(segment.transport());
    segment.setTstampNs(whole.tstampNs());
    segment.setMarkAndPriority(whole.mark(), whole.priority());
    segment.setType(whole.type());
    segment.setChecksum(Packet.Checksum.UNNECESSARY);
    return segment;
  }

  private static void rcvOne(Sk sk, Packet packet) {
    UdpOptions udp = UdpOptions.of(sk);
    int coverage = liteCoverage(sk, packet);
    if (udp.hasRecvCscov && coverage > 0) {
      if (udp.recvCscov == 0 || coverage < udp.recvCscov) {
        drop(sk, packet, DropReason.NOT_SPECIFIED);
        return;
      }
    }
    if (SkFilter.isAttached(sk)) {
      if (!isChecksumRight(packet)) {
        UdpSend.count(sk, packet, Mib.UDP_IN_CSUM_ERRORS);
        drop(sk, packet, DropReason.UDP_CSUM);
        return;
      }
      packet.setStart(packet.transport());
      if (!SkFilter.run(sk, packet, UdpSend.HEADER_BYTES)) {
        drop(sk, packet, DropReason.SOCKET_FILTER);
        return;
      }
    }
    packet.setStart(packet.transport() + UdpSend.HEADER_BYTES);
    enqueue(sk, packet);
  }

  /** The coverage of a datagram of UDP-Lite that is not covered whole; else 0. */
  private static int liteCoverage(Sk sk, Packet packet) {
    if (sk.protocol() != Abi.IPPROTO_UDPLITE) {
      return 0;
    }
    int coverage = packet.u16(packet.transport() + LENGTH);
    return coverage == packet.end() - packet.transport() ? 0 : coverage;
  }

  private static void drop(Sk sk, Packet packet, DropReason reason) {
    UdpSend.count(sk, packet, Mib.UDP_IN_ERRORS);
    sk.rareForWrite().addDrop();
    packet.drop(reason);
  }

  private static void enqueue(Sk sk, Packet packet) {
    if (sk.dport() != 0 && sk.rare().incomingCpu() != sk.net().machine().cpu()) {
      sk.rareForWrite().setIncomingCpu(sk.net().machine().cpu());
    }
    if (sk.flag(SockFlag.SOCK_RXQ_OVFL)) {
      packet.setDrops(sk.rare().drops());
    }
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    UdpMem.Admission admission =
        UdpMem.enqueue(sk, packet.truesize(), v6, sk.net().machine().softirqGfp());
    switch (admission) {
      case QUEUED -> {
        if (!v6) {
          IpCmsg.prepare(sk, packet);
        }
        sk.receiveQueue().add(packet);
        sk.dataReady();
      }
      case RCVBUF_FULL -> packet.drop(DropReason.SOCKET_RCVBUFF);
      case NO_MEMORY -> packet.drop(DropReason.PROTO_MEM);
    }
  }

  /** {@code udp_lib_checksum_complete}: whether the checksum, if there is one, is right. */
  static boolean isChecksumRight(Packet packet) {
    if (packet.checksum() != Packet.Checksum.NONE) {
      return true;
    }
    int at = packet.transport();
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    int protocol = v6 ? Ip6ExtHeaders.transportProtocol(packet) : IpHeader.protocol(packet);
    boolean lite = protocol == Abi.IPPROTO_UDPLITE;
    if (packet.u16(at + CHECK) == 0) {
      return !lite;
    }
    int length = packet.end() - at;
    int covered = lite ? packet.u16(at + LENGTH) : length;
    if (lite && covered == 0) {
      covered = length;
    }
    long sum =
        v6
            ? InetChecksum.addPseudo(
                0,
                packet.bytes(),
                packet.network() + SADDR6,
                packet.network() + DADDR6,
                ADDR6_BYTES,
                length,
                lite ? Abi.IPPROTO_UDPLITE : Abi.IPPROTO_UDP)
            : IpHeader.pseudo(packet.bytes(), packet.network(), length, protocol);
    boolean right = InetChecksum.finish(InetChecksum.add(sum, packet.bytes(), at, covered)) == 0;
    if (right) {
      boolean all = covered == length;
      packet.setChecksum(all ? Packet.Checksum.COMPLETE : Packet.Checksum.UNNECESSARY);
    }
    return right;
  }

  /**
   * Checks the header of a datagram and cuts what is behind it.
   *
   * @return why it is dropped, or null
   */
  static boolean trim(Packet packet, boolean lite) {
    if (packet.len() < UdpSend.HEADER_BYTES) {
      return false;
    }
    int length = packet.u16(packet.start() + LENGTH);
    if (lite) {
      return length == 0 || (length >= UdpSend.HEADER_BYTES && length <= packet.len());
    }
    if (packet.gsoSize() > 0 || (length == 0 && packet.len() > IpCork.IP_MAX_MTU)) {
      return true;
    }
    if (length < UdpSend.HEADER_BYTES || length > packet.len()) {
      return false;
    }
    packet.trim(length);
    return true;
  }
}
