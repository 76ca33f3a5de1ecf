package org.netshard.protocol.raw;

import java.util.Arrays;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.McFilter;
import org.netshard.protocol.inet.PacketRead;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Packets of IPv6 for raw sockets, which see them without the header.
 *
 * <p><b>Source:</b> {@code net/ipv6/raw.c}: {@code ipv6_raw_deliver}, {@code raw_v6_match}, {@code
 * rawv6_rcv}, {@code rawv6_err}.
 */
public final class Raw6Rcv implements NetProtocols.RawTap {
  private static final int IPV6_PMTUDISC_DO = 2;

  /** Raw sockets of IPv6. */
  public Raw6Rcv() {}

  @Override
  public boolean deliver(NetNs net, Packet packet, int protocol) {
    SkList slot = RawTable.of(net).slot(protocol, true);
    boolean delivered = false;
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      byte[] daddr = Ip6Header.daddr(packet);
      byte[] saddr = Ip6Header.saddr(packet);
      if (!matches(sk, daddr, saddr, packet.ifindex())) {
        continue;
      }
      if (sk.rmemAlloc() >= sk.rcvbuf()) {
        sk.rareForWrite().addDrop();
        continue;
      }
      delivered = true;
      if (protocol == Icmp6.PROTOCOL && isFiltered(sk, packet)) {
        continue;
      }
      if (!isChecksumRight(sk, packet, protocol)) {
        sk.rareForWrite().addDrop();
        continue;
      }
      Packet copy = packet.copy();
      copy.setStart(packet.transport());
      PacketRead.queue(sk, copy);
    }
    return delivered;
  }

  private static boolean matches(Sk sk, byte[] own, byte[] peer, int ifindex) {
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] daddr = inet6.daddr();
    if (!Ipv6Address.isAny(daddr) && !Arrays.equals(daddr, peer)) {
      return false;
    }
    if (sk.boundDevIf() != 0 && sk.boundDevIf() != ifindex) {
      return false;
    }
    byte[] bound = inet6.rcvSaddr();
    return Ipv6Address.isAny(bound)
        || Arrays.equals(bound, own)
        || (Ipv6Address.isMulticast(own) && McFilter.allows6(sk, own, peer));
  }

  private static boolean isFiltered(Sk sk, Packet packet) {
    if (packet.end() - packet.transport() < Integer.BYTES) {
      return true;
    }
    int type = packet.u8(packet.transport());
    byte[] filter = RawOptions.of(sk).icmp6Filter;
    // The bits stand in words of 32, in the order of the machine.
    return (filter[type >> 3] >> (type & 7) & 1) != 0;
  }

  private static boolean isChecksumRight(Sk sk, Packet packet, int protocol) {
    boolean checked = RawOptions.of(sk).checksum || SkFilter.isAttached(sk);
    if (!RawOptions.of(sk).checksum || !checked || packet.checksum() != Packet.Checksum.NONE) {
      return true;
    }
    byte[] bytes = packet.bytes();
    int length = packet.end() - packet.transport();
    long sum = Ip6Header.pseudo(bytes, packet.network(), length, protocol);
    return InetChecksum.finish(InetChecksum.add(sum, bytes, packet.transport(), length)) == 0;
  }

  @Override
  public void err(NetNs net, Packet icmp, int protocol, int icmpType, int icmpCode, int info) {
    SkList slot = RawTable.of(net).slot(protocol, true);
    int quoted = icmp.start();
    byte[] own = icmp.get(quoted + Ip6Header.SADDR, Ipv6Address.BYTES);
    byte[] peer = icmp.get(quoted + Ip6Header.DADDR, Ipv6Address.BYTES);
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      if (matches(sk, own, peer, icmp.ifindex())) {
        err(sk, icmp, icmpType, icmpCode, info);
      }
    }
  }

  private static void err(Sk sk, Packet icmp, int type, int code, int info) {
    Inet6Options inet6 = Inet6Options.of(sk);
    boolean asked = inet6.has(Inet6Flag.RECVERR6);
    IpErrors.Meaning meaning = Ip6Errors.meaning(sk, type, code);
    if (meaning == null || (!asked && sk.state() != Sk.TCP_ESTABLISHED)) {
      return;
    }
    boolean hard = type == Icmp6.PKT_TOOBIG ? inet6.pmtudisc() == IPV6_PMTUDISC_DO : meaning.hard();
    if (asked) {
      int quoted = icmp.start();
      boolean hdrincl = InetOptions.of(sk).has(InetFlag.HDRINCL);
      int payload = hdrincl ? quoted : icmp.quotedTransport();
      Ip6Errors.icmpError(sk, icmp, meaning.errno(), 0, info, payload);
    }
    if (asked || hard) {
      sk.setErr(meaning.errno());
      sk.errorReport();
    }
  }
}
