package org.netshard.protocol.udp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.McFilter;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;

/**
 * Datagrams of UDP and UDP-Lite that come over IPv4, and errors about those that were sent.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}: {@code __udp4_lib_rcv}, {@code
 * __udp4_lib_mcast_deliver}, {@code __udp4_lib_err}.
 */
public final class UdpRcv implements NetProtocol {
  private final boolean lite;

  /**
   * The transport.
   *
   * @param lite of UDP-Lite
   */
  public UdpRcv(boolean lite) {
    this.lite = lite;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    HopTrace.note(net, "ProtoSw", "bytes", packet.len(), "__udp4_lib_rcv");
    if (!UdpQueue.trim(packet, lite)) {
      count(net, Mib.UDP_IN_ERRORS);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    int daddr = IpHeader.daddr(packet);
    if (packet.cast() != Packet.Cast.UNICAST) {
      deliverToMany(net, packet);
      return;
    }
    int at = packet.transport();
    int saddr = IpHeader.saddr(packet);
    int dport = packet.u16(at + Short.BYTES);
    Sk sk =
        UdpLookup.find4(net, lite, saddr, packet.u16(at), daddr, dport, packet.ifindex(), packet);
    if (sk != null) {
      UdpQueue.rcv(sk, packet);
    } else if (!UdpQueue.isChecksumRight(packet)) {
      count(net, Mib.UDP_IN_CSUM_ERRORS);
      count(net, Mib.UDP_IN_ERRORS);
      packet.drop(DropReason.UDP_CSUM);
    } else {
      count(net, Mib.UDP_NO_PORTS);
      packet.drop(DropReason.NO_SOCKET);
      Icmp.send(net, packet, Icmp.DEST_UNREACH, Icmp.PORT_UNREACH, 0);
    }
  }

  private void count(NetNs net, Mib mib) {
    net.addMib(Mib.udp(mib, false, lite), 1);
  }

  /** A copy for each sock that wants it; the first one of the chain gets it last. */
  private void deliverToMany(NetNs net, Packet packet) {
    SkList slot = UdpTable.of(net, lite).slot(packet.u16(packet.transport() + Short.BYTES));
    Sk first = null;
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      if (!wants(sk, packet)) {
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
      count(net, Mib.UDP_IGNORED_MULTI);
      packet.drop(DropReason.NO_SOCKET);
    }
  }

  /** {@code __udp_is_mcast_sock}. */
  private static boolean wants(Sk sk, Packet packet) {
    InetOptions inet = InetOptions.of(sk);
    int daddr = IpHeader.daddr(packet);
    int saddr = IpHeader.saddr(packet);
    boolean v6only = sk.family() == Abi.AF_INET6 && Inet6Options.of(sk).has(Inet6Flag.V6ONLY);
    return (inet.daddr() == 0 || inet.daddr() == saddr)
        && (sk.dport() == 0 || sk.dport() == packet.u16(packet.transport()))
        && (inet.rcvSaddr() == 0 || inet.rcvSaddr() == daddr)
        && !v6only
        && (sk.boundDevIf() == 0 || sk.boundDevIf() == packet.ifindex())
        && McFilter.allows(sk, daddr, saddr, packet.ifindex());
  }

  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    int quoted = icmp.start();
    int at = quoted + IpHeader.ihl(icmp.bytes(), quoted);
    int peer = icmp.addr(quoted + IpHeader.DADDR);
    int own = icmp.addr(quoted + IpHeader.SADDR);
    int sport = icmp.u16(at);
    int dport = icmp.u16(at + Short.BYTES);
    Sk sk = UdpLookup.find4(net, lite, peer, dport, own, sport, icmp.ifindex(), icmp);
    if (sk == null) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      return;
    }
    IpErrors.Meaning meaning = IpErrors.meaning(sk, icmpType, icmpCode);
    if (meaning == null) {
      return;
    }
    if (InetOptions.of(sk).has(InetFlag.RECVERR)) {
      IpErrors.icmpError(sk, icmp, meaning.errno(), dport, info, at + UdpSend.HEADER_BYTES);
    } else if (!meaning.hard() || sk.state() != Sk.TCP_ESTABLISHED) {
      return;
    }
    sk.setErr(meaning.errno());
    sk.errorReport();
  }
}
