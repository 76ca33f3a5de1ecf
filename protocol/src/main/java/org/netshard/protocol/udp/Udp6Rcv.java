package org.netshard.protocol.udp;

import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.inet.McFilter;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Datagrams of UDP and UDP-Lite that come over IPv6, and errors about those that were sent.
 *
 * <p><b>Source:</b> {@code net/ipv6/udp.c}: {@code __udp6_lib_rcv}, {@code
 * __udp6_lib_mcast_deliver}, {@code __udp6_lib_err}.
 */
public final class Udp6Rcv implements NetProtocol {
  private final boolean lite;

  /**
   * The transport.
   *
   * @param lite of UDP-Lite
   */
  public Udp6Rcv(boolean lite) {
    this.lite = lite;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    HopTrace.note(net, "ProtoSw", "bytes", packet.len(), "__udp6_lib_rcv");
    if (!UdpQueue.trim(packet, lite)) {
      count(net, Mib.UDP_IN_ERRORS);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    byte[] daddr = Ip6Header.daddr(packet);
    if (Ipv6Address.isMulticast(daddr)) {
      deliverToMany(net, packet, daddr);
      return;
    }
    int at = packet.transport();
    byte[] saddr = Ip6Header.saddr(packet);
    int dport = packet.u16(at + Short.BYTES);
    Sk sk =
        UdpLookup.find6(net, lite, saddr, packet.u16(at), daddr, dport, packet.ifindex(), packet);
    boolean unchecked = isUnchecked(packet);
    boolean allowed = sk != null && UdpOptions.of(sk).noCheck6Rx;
    if (unchecked ? !allowed : sk == null && !UdpQueue.isChecksumRight(packet)) {
      count(net, Mib.UDP_IN_CSUM_ERRORS);
      count(net, Mib.UDP_IN_ERRORS);
      packet.drop(DropReason.UDP_CSUM);
    } else if (sk != null) {
      UdpQueue.rcv(sk, packet);
    } else {
      count(net, Mib.UDP_NO_PORTS);
      packet.drop(DropReason.NO_SOCKET);
      Icmp6.send(net, packet, Icmp6.DEST_UNREACH, Icmp6.PORT_UNREACH, 0);
    }
  }

  /** Whether it has no checksum, which IPv6 does not allow but to those who ask. */
  private static boolean isUnchecked(Packet packet) {
    return packet.checksum() == Packet.Checksum.NONE
        && packet.u16(packet.transport() + UdpQueue.CHECK) == 0;
  }

  private void count(NetNs net, Mib mib) {
    net.addMib(Mib.udp(mib, true, lite), 1);
  }

  private void deliverToMany(NetNs net, Packet packet, byte[] daddr) {
    SkList slot = UdpTable.of(net, lite).slot(packet.u16(packet.transport() + Short.BYTES));
    Sk first = null;
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      if (!wants(sk, packet, daddr)) {
        continue;
      }
      if (first == null) {
        first = sk;
      } else {
        UdpQueue.rcv(sk, packet.copy());
      }
    }
    if (first != null) {
      UdpQueue.rcv(first, packet);
    } else {
      if (!lite) {
        count(net, Mib.UDP_IGNORED_MULTI);
      }
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  /** {@code __udp_v6_is_mcast_sock}. */
  private static boolean wants(Sk sk, Packet packet, byte[] daddr) {
    if (sk.family() != Abi.AF_INET6) {
      return false;
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] saddr = Ip6Header.saddr(packet);
    return (Ipv6Address.isAny(inet6.daddr()) || Arrays.equals(inet6.daddr(), saddr))
        && (sk.dport() == 0 || sk.dport() == packet.u16(packet.transport()))
        && (Ipv6Address.isAny(inet6.rcvSaddr()) || Arrays.equals(inet6.rcvSaddr(), daddr))
        && (sk.boundDevIf() == 0 || sk.boundDevIf() == packet.ifindex())
        && (!isUnchecked(packet) || UdpOptions.of(sk).noCheck6Rx)
        && McFilter.allows6(sk, daddr, saddr);
  }

  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    int quoted = icmp.start();
    int at = icmp.quotedTransport();
    byte[] peer = icmp.get(quoted + Ip6Header.DADDR, Ipv6Address.BYTES);
    byte[] own = icmp.get(quoted + Ip6Header.SADDR, Ipv6Address.BYTES);
    int sport = icmp.u16(at);
    int dport = icmp.u16(at + Short.BYTES);
    Sk sk = UdpLookup.find6(net, lite, peer, dport, own, sport, icmp.ifindex(), icmp);
    if (sk == null) {
      net.addMib(Mib.ICMP6_IN_ERRORS, 1);
      return;
    }
    IpErrors.Meaning meaning = Ip6Errors.meaning(sk, icmpType, icmpCode);
    if (meaning == null) {
      return;
    }
    if (Inet6Options.of(sk).has(Inet6Flag.RECVERR6)) {
      Ip6Errors.icmpError(sk, icmp, meaning.errno(), dport, info, at + UdpSend.HEADER_BYTES);
    } else if (!meaning.hard() || sk.state() != Sk.TCP_ESTABLISHED) {
      return;
    }
    sk.setErr(meaning.errno());
    sk.errorReport();
  }
}
