package org.netshard.protocol.raw;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.McFilter;
import org.netshard.protocol.inet.PacketRead;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;

/**
 * Packets of IPv4 for raw sockets, which see them whole, header and all.
 *
 * <p><b>Source:</b> {@code net/ipv4/raw.c}: {@code raw_v4_input}, {@code raw_v4_match}, {@code
 * icmp_filter}, {@code raw_icmp_error}, {@code raw_err}.
 */
public final class RawRcv implements NetProtocols.RawTap {
  private static final int FILTERED_TYPES = 32;

  /** Raw sockets of IPv4. */
  public RawRcv() {}

  @Override
  public boolean deliver(NetNs net, Packet packet, int protocol) {
    SkList slot = RawTable.of(net).slot(protocol, false);
    boolean delivered = false;
    int saddr = IpHeader.saddr(packet);
    int daddr = IpHeader.daddr(packet);
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      if (!matches(sk, daddr, saddr, packet.ifindex())) {
        continue;
      }
      if (sk.rmemAlloc() >= sk.rcvbuf()) {
        sk.rareForWrite().addDrop();
        continue;
      }
      delivered = true;
      boolean filtered = protocol == Icmp.PROTOCOL && isFiltered(sk, packet);
      if (!filtered && McFilter.allows(sk, daddr, saddr, packet.ifindex())) {
        Packet copy = packet.copy();
        copy.setStart(packet.network());
        IpCmsg.prepare(sk, copy);
        PacketRead.queue(sk, copy);
      }
    }
    return delivered;
  }

  private static boolean matches(Sk sk, int own, int peer, int ifindex) {
    InetOptions inet = InetOptions.of(sk);
    return (inet.daddr() == 0 || inet.daddr() == peer)
        && (inet.rcvSaddr() == 0 || inet.rcvSaddr() == own)
        && (sk.boundDevIf() == 0 || sk.boundDevIf() == ifindex);
  }

  private static boolean isFiltered(Sk sk, Packet packet) {
    if (packet.end() - packet.transport() < Icmp.HEADER_BYTES) {
      return true;
    }
    int type = packet.u8(packet.transport());
    return type < FILTERED_TYPES && (RawOptions.of(sk).icmpFilter >>> type & 1) != 0;
  }

  @Override
  public void err(NetNs net, Packet icmp, int protocol, int icmpType, int icmpCode, int info) {
    SkList slot = RawTable.of(net).slot(protocol, false);
    int quoted = icmp.start();
    int own = icmp.addr(quoted + IpHeader.SADDR);
    int peer = icmp.addr(quoted + IpHeader.DADDR);
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk sk = slot.get(i);
      if (matches(sk, own, peer, icmp.ifindex())) {
        err(sk, icmp, icmpType, icmpCode, info);
      }
    }
  }

  private static void err(Sk sk, Packet icmp, int type, int code, int info) {
    InetOptions inet = InetOptions.of(sk);
    boolean asked = inet.has(InetFlag.RECVERR);
    if ((!asked && sk.state() != Sk.TCP_ESTABLISHED) || type == Icmp.SOURCE_QUENCH) {
      return;
    }
    IpErrors.Meaning meaning;
    if (type == Icmp.DEST_UNREACH && code == Icmp.FRAG_NEEDED) {
      boolean hard = inet.pmtudisc() != InetOptions.IP_PMTUDISC_DONT;
      meaning = new IpErrors.Meaning(Errno.EMSGSIZE.number(), hard);
    } else {
      meaning = IpErrors.meaning(sk, type, code);
    }
    if (meaning == null) {
      return;
    }
    if (asked) {
      int quoted = icmp.start();
      int payload =
          inet.has(InetFlag.HDRINCL) ? quoted : quoted + IpHeader.ihl(icmp.bytes(), quoted);
      IpErrors.icmpError(sk, icmp, meaning.errno(), 0, info, payload);
    }
    if (asked || meaning.hard()) {
      sk.setErr(meaning.errno());
      sk.errorReport();
    }
  }
}
