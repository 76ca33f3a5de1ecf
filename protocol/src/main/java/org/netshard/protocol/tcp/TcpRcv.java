package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * TCP above IP: finds whom a segment is for.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_ipv4.c}, {@code tcp_v4_rcv}; {@code net/ipv6/tcp_ipv6.c},
 * {@code tcp_v6_rcv}.
 */
public final class TcpRcv implements NetProtocol {
  private final boolean v6;

  /**
   * The transport.
   *
   * @param v6 over IPv6
   */
  public TcpRcv(boolean v6) {
    this.v6 = v6;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    HopTrace.note(net, "ProtoSw", "bytes", packet.len(), v6 ? "tcp_v6_rcv" : "tcp_v4_rcv");
    if (packet.type() != Packet.Type.HOST) {
      packet.drop(DropReason.NOT_SPECIFIED);
      return;
    }
    net.addMib(Mib.TCP_IN_SEGS, 1);
    if (packet.len() < TcpHeader.BYTES) {
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    int headerBytes = TcpHeader.headerBytes(packet);
    if (headerBytes < TcpHeader.BYTES) {
      net.addMib(Mib.TCP_IN_ERRS, 1);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    if (headerBytes > packet.len()) {
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    if (!checksumOk(packet)) {
      csumError(net, packet);
      return;
    }
    deliver(net, packet);
  }

  private void deliver(NetNs net, Packet packet) {
    TcpHash hash = TcpHash.of(net);
    TcpEndpoint end = find(hash, packet);
    while (end instanceof TcpRequest req) {
      if (unsigned(req.listener, packet)) {
        return;
      }
      Sk listener = listener(req);
      if (listener != null) {
        if (!filteredByProgram(listener, packet)) {
          TcpCheckReq.checkReq(listener, req, packet);
        }
        return;
      }
      boolean unused = req.remove();
      end = find(hash, packet);
    }
    if (end instanceof TcpTimeWait wait) {
      timeWait(net, hash, wait, packet);
      return;
    }
    if (end instanceof TcpSock tp) {
      if (filtered(tp.sk, packet)) {
        return;
      }
      segsIn(tp, packet);
      incomingCpu(tp);
      if (tp.backlog != null) {
        tp.backlog.add(packet);
      } else {
        rcv(tp, packet);
      }
      return;
    }
    Sk listener = findListener(net, hash, packet);
    if (listener == null) {
      packet.drop(DropReason.NO_SOCKET);
      TcpReply.reset(net, null, packet);
      return;
    }
    toListener(listener, packet, 0);
  }

  /** The listener of a request, or the one that takes its place; null if there is none. */
  private static @Nullable Sk listener(TcpRequest req) {
    Sk sk = req.listener;
    return sk.state() == TcpState.LISTEN ? sk : ReuseportGroup.migrate(sk, req.hash(), req.dport);
  }

  /** {@code tcp_v4_do_rcv} of a sock that has a connection. */
  static void rcv(TcpSock tp, Packet packet) {
    if (TcpInput.rcv(tp, packet)) {
      TcpReply.reset(tp.net, tp.sk, packet);
    }
  }

  private static void toListener(Sk listener, Packet packet, int isn) {
    if (filtered(listener, packet)) {
      return;
    }
    if ((TcpHeader.flags(packet) & TcpHeader.SYN) == 0 && TcpSyncookies.check(listener, packet)) {
      return;
    }
    if (TcpListenRcv.rcv(listener, packet, isn)) {
      TcpReply.reset(listener.net(), listener, packet);
    }
  }

  /** {@code tcp_segs_in}. */
  static void segsIn(TcpSock tp, Packet packet) {
    int segs = packet.gsoSegs();
    tp.segsIn += segs;
    if (packet.end() - packet.transport() > TcpHeader.headerBytes(packet)) {
      tp.dataSegsIn += segs;
    }
  }

  /** {@code sk_incoming_cpu_update}. */
  private static void incomingCpu(TcpSock tp) {
    int cpu = tp.net.machine().cpu();
    if (tp.sk.rare().incomingCpu() != cpu) {
      tp.sk.rareForWrite().setIncomingCpu(cpu);
    }
  }

  /** {@code min_ttl}, the signature and the filter of the sock: whether the segment is dropped. */
  private static boolean filtered(Sk sk, Packet packet) {
    boolean over6 = packet.ethertype() == Packet.ETH_P_IPV6;
    int hops = over6 ? Ip6Header.hopLimit(packet) : IpHeader.ttl(packet);
    int least = over6 ? Inet6Options.of(sk).minHopcount() : InetOptions.of(sk).minTtl();
    if (hops < least) {
      sk.net().addMib(Mib.TCP_MIN_TTL_DROP, 1);
      packet.drop(DropReason.NOT_SPECIFIED);
      return true;
    }
    return unsigned(sk, packet) || filteredByProgram(sk, packet);
  }

  /** {@code tcp_inbound_hash}: whether the segment is dropped. */
  private static boolean unsigned(Sk sk, Packet packet) {
    DropReason reason = TcpMd5.inbound(sk, packet);
    if (reason != null) {
      packet.drop(reason);
    }
    return reason != null;
  }

  /** {@code tcp_filter}: whether the segment is dropped. */
  private static boolean filteredByProgram(Sk sk, Packet packet) {
    if (!SkFilter.run(sk, packet, TcpHeader.headerBytes(packet))) {
      packet.drop(DropReason.SOCKET_FILTER);
      return true;
    }
    return false;
  }

  private @Nullable TcpEndpoint find(TcpHash hash, Packet packet) {
    int source = TcpHeader.source(packet);
    int dest = TcpHeader.dest(packet);
    return v6
        ? hash.find6(Ip6Header.saddr(packet), source, Ip6Header.daddr(packet), dest, dif(packet))
        : hash.find4(IpHeader.saddr(packet), source, IpHeader.daddr(packet), dest, dif(packet));
  }

  private static int dif(Packet packet) {
    return packet.ifindex();
  }

  private @Nullable Sk findListener(NetNs net, TcpHash hash, Packet packet) {
    int source = TcpHeader.source(packet);
    int dest = TcpHeader.dest(packet);
    return v6
        ? hash.findListener6(
            net, packet, Ip6Header.saddr(packet), source, Ip6Header.daddr(packet), dest)
        : hash.findListener4(
            net, packet, IpHeader.saddr(packet), source, IpHeader.daddr(packet), dest);
  }

  private void timeWait(NetNs net, TcpHash hash, TcpTimeWait wait, Packet packet) {
    switch (wait.process(packet)) {
      case SYN -> {
        Sk listener = findListener(net, hash, packet);
        if (listener != null) {
          int isn = wait.newIsn();
          wait.kill();
          toListener(listener, packet, isn);
        } else {
          wait.sendAck(packet, false);
        }
      }
      case ACK -> wait.sendAck(packet, false);
      case ACK_OOW -> wait.sendAck(packet, true);
      case RST -> {
        TcpReply.reset(net, wait.owner, packet);
        wait.kill();
      }
      case SUCCESS -> {
        // Nothing is answered.
      }
    }
  }

  /** Whether the checksum is right, as far as it is there. */
  static boolean checksumOk(Packet packet) {
    if (packet.checksum() != Packet.Checksum.NONE) {
      return true;
    }
    int length = packet.end() - packet.transport();
    byte[] bytes = packet.bytes();
    long pseudo =
        packet.ethertype() == Packet.ETH_P_IPV6
            ? Ip6Header.pseudo(bytes, packet.network(), length, Abi.IPPROTO_TCP)
            : IpHeader.pseudo(bytes, packet.network(), length, Abi.IPPROTO_TCP);
    boolean right =
        InetChecksum.finish(InetChecksum.add(pseudo, bytes, packet.transport(), length)) == 0;
    if (right) {
      packet.setChecksum(Packet.Checksum.UNNECESSARY);
    }
    return right;
  }

  static void csumError(NetNs net, Packet packet) {
    net.addMib(Mib.TCP_IN_CSUM_ERRORS, 1);
    net.addMib(Mib.TCP_IN_ERRS, 1);
    packet.drop(DropReason.TCP_CSUM);
  }

  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    if (v6) {
      TcpErrors.err6(net, icmp, icmpType, icmpCode, info);
    } else {
      TcpErrors.err4(net, icmp, icmpType, icmpCode, info);
    }
  }
}
