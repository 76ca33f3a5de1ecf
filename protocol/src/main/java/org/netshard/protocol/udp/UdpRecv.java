package org.netshard.protocol.udp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UdpOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.RecvCmsgs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Cmsg;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Receiving datagrams of UDP and UDP-Lite, by socks of both families.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}: {@code udp_recvmsg}, {@code __skb_recv_udp}, {@code
 * first_packet_length}; {@code net/ipv6/udp.c}, {@code udpv6_recvmsg}.
 */
final class UdpRecv {
  private UdpRecv() {}

  /**
   * {@code udp_recvmsg}, {@code udpv6_recvmsg}.
   *
   * <p><b>Errors</b>, in order: those of the error queue with {@code MSG_ERRQUEUE}; those of {@link
   * DatagramQueue#find}; EFAULT, which loses the datagram.
   *
   * @return bytes copied; with {@code MSG_TRUNC} those of the whole datagram
   */
  static int recvmsg(Sk sk, Caller caller, Msg msg) {
    boolean v6 = sk.family() == Abi.AF_INET6;
    if (msg.has(Abi.MSG_ERRQUEUE)) {
      return v6 ? Ip6Errors.receive(sk, msg) : IpErrors.receive(sk, msg);
    }
    if (v6 && Ip6Errors.hasRxpmtu(sk)) {
      return Ip6Errors.receiveRxpmtu(sk, msg);
    }
    boolean peek = msg.has(Abi.MSG_PEEK);
    while (true) {
      DatagramQueue.Found found = DatagramQueue.find(sk, caller, msg);
      Packet packet = (Packet) found.skb();
      if (packet == null) {
        return found.result();
      }
      if (!peek) {
        take(sk, packet);
      }
      boolean summed = packet.checksum() == Packet.Checksum.COMPLETE;
      if (UdpQueue.isChecksumRight(packet)) {
        int left = packet.len() - found.skip();
        if (!summed && !peek && msg.size() >= left) {
          // It is summed while it is copied, and nobody keeps the sum.
          packet.setChecksum(Packet.Checksum.UNNECESSARY);
        }
        return copy(sk, msg, packet, found.skip());
      }
      if (peek) {
        take(sk, packet);
      }
      UdpSend.count(sk, packet, Mib.UDP_IN_CSUM_ERRORS);
      UdpSend.count(sk, packet, Mib.UDP_IN_ERRORS);
      sk.rareForWrite().addDrop();
    }
  }

  /** Takes a datagram out of the queue, and gives its memory back. */
  private static void take(Sk sk, Packet packet) {
    SkbQueue queue = sk.receiveQueue();
    splice(sk);
    queue.unlink(packet);
    UdpOptions udp = UdpOptions.of(sk);
    boolean last = queue.isEmpty() || udp.readerCount == 1;
    if (udp.readerCount > 0) {
      UdpOptions.forWrite(sk).readerCount--;
    }
    UdpMem.release(sk, packet.truesize(), last);
  }

  /** The reader takes all that waits before it, if it has none left. */
  private static void splice(Sk sk) {
    int waiting = sk.receiveQueue().size();
    if (UdpOptions.of(sk).readerCount == 0 && waiting > 1) {
      UdpOptions.forWrite(sk).readerCount = waiting;
    }
  }

  private static int copy(Sk sk, Msg msg, Packet packet, int skip) {
    boolean peek = msg.has(Abi.MSG_PEEK);
    int length = packet.len();
    int copied = Math.min(msg.size(), length - skip);
    if (copied < length - skip) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    if (!msg.write(0, packet.bytes(), packet.start() + skip, copied)) {
      if (!peek) {
        sk.rareForWrite().addDrop();
        UdpSend.count(sk, packet, Mib.UDP_IN_ERRORS);
      }
      return Errno.EFAULT.negated();
    }
    if (!peek) {
      UdpSend.count(sk, packet, Mib.UDP_IN_DATAGRAMS);
    }
    RecvCmsgs.put(sk, msg, packet);
    msg.setAddress(name(sk, packet));
    if (packet.gsoSize() > 0) {
      ByteBuffer size = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      msg.putCmsg(Abi.IPPROTO_UDP, UdpOption.UDP_GRO, size.putInt(packet.gsoSize()).array());
    }
    if (sk.family() == Abi.AF_INET6) {
      Ip6Cmsg.receive(sk, msg, packet);
    } else {
      IpCmsg.receive(sk, msg, packet, IpCmsg.SpecDst.ROUTE);
    }
    DatagramQueue.moveOffset(sk, peek, peek ? copied : length);
    return msg.has(Abi.MSG_TRUNC) ? length : copied;
  }

  private static byte[] name(Sk sk, Packet packet) {
    int port = packet.u16(packet.transport());
    boolean v4 = packet.ethertype() == Packet.ETH_P_IP;
    if (sk.family() != Abi.AF_INET6) {
      byte[] name = new byte[SockAddr.IN_BYTES];
      SockAddr.putIn(name, IpHeader.saddr(packet), port);
      return name;
    }
    byte[] name = new byte[SockAddr.IN6_BYTES];
    byte[] from = v4 ? Ipv6Address.mapped(IpHeader.saddr(packet)) : Ip6Header.saddr(packet);
    SockAddr.putIn6(name, from, port, Ipv6Address.scopeId(from, packet.ifindex()));
    return name;
  }

  /** Length of the first datagram, or -1 ({@code first_packet_length}). */
  static int firstLength(Sk sk) {
    if (!sk.isReadable()) {
      return -1;
    }
    SkbQueue queue = sk.receiveQueue();
    Skb first;
    while ((first = queue.peek()) != null) {
      Packet packet = (Packet) first;
      if (UdpQueue.isChecksumRight(packet)) {
        splice(sk);
        return packet.len();
      }
      UdpSend.count(sk, packet, Mib.UDP_IN_CSUM_ERRORS);
      UdpSend.count(sk, packet, Mib.UDP_IN_ERRORS);
      sk.rareForWrite().addDrop();
      take(sk, packet);
    }
    return -1;
  }
}
