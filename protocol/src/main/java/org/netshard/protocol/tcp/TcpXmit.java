package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;

/**
 * Makes segments and hands them to IP.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code __tcp_transmit_skb}, {@code
 * tcp_options_write}, {@code tcp_syn_options}, {@code tcp_established_options}; {@code
 * net/ipv4/ip_output.c}, {@code __ip_queue_xmit}; {@code net/ipv6/ip6_output.c}, {@code ip6_xmit}.
 */
final class TcpXmit {
  private static final byte[] NO_OPTIONS = {};
  private static final int WINDOW_MAX = 0xffff;
  private static final int URG_REACH = 0x10000;
  private static final int DEFAULT_TTL = 64;
  private static final long NS_PER_US = 1000;

  private TcpXmit() {}

  /** Sends a bare segment with no data ({@code tcp_send_ack}, RST and so on). */
  static int sendBare(TcpSock tp, int seq, int flags) {
    return send(tp, null, seq, seq + ((flags & TcpHeader.SYN) != 0 ? 1 : 0), flags, tp.rcvNxt);
  }

  /** Acknowledges up to there ({@code __tcp_send_ack}). */
  static void sendAck(TcpSock tp, int rcvNxt) {
    int seq = TcpOutput.acceptableSeq(tp);
    int unused = send(tp, null, seq, seq, TcpHeader.ACK, rcvNxt);
  }

  /**
   * Sends a piece of the queue ({@code tcp_transmit_skb}).
   *
   * @return 0, {@code -errno}, or {@link Qdisc#NET_XMIT_DROP}
   */
  static int transmit(TcpSock tp, TcpSkb skb) {
    long prior = tp.wstampNs;
    tp.wstampNs = Math.max(tp.wstampNs, tp.clockCacheNs);
    skb.sentNs = tp.wstampNs;
    // What is sent as one has a PSH, so that its receiver does not wait for more of it.
    int flags = skb.pcount > 1 ? skb.flags | TcpHeader.PSH : skb.flags;
    if (skb.stamp != null) {
      skb.stamp.setSentNs(skb.sentNs);
    }
    if (skb.zerocopy != null) {
      skb.zerocopy.setCopied();
    }
    int result = send(tp, skb, skb.seq, skb.endSeq, flags, tp.rcvNxt);
    if (tp.backlog != null) {
      tp.backlog.noteSent();
    }
    if (result == 0) {
      TcpPacing.afterSend(tp, skb, prior);
      TcpRate.skbSent(tp, skb);
    }
    return result;
  }

  private static int send(
      TcpSock tp, @Nullable TcpSkb skb, int seq, int endSeq, int flags, int rcvNxt) {
    tp.wstampNs = Math.max(tp.wstampNs, tp.clockCacheNs);
    boolean syn = (flags & TcpHeader.SYN) != 0;
    int dataLen = skb == null ? 0 : skb.len;
    byte[] options = new byte[TcpOptionBytes.OPTIONS_MAX];
    TcpOptions.Md5Key key = TcpMd5.of(tp.sk, tp);
    DataMap map = skb == null ? null : skb.map;
    if (map != null) {
      map.freeze();
    }
    byte[] upper = NO_OPTIONS;
    int upperBytes = 0;
    if (tp.ulp != null && !syn) {
      upper = new byte[TcpOptionBytes.OPTIONS_MAX];
      int room = TcpOptionBytes.roomAbove(tp, key != null);
      upperBytes = tp.ulp.establishedOptions(map, seq, dataLen, flags, upper, room);
    }
    int optionBytes =
        syn
            ? TcpOptionBytes.synOptions(tp, flags, options, key != null)
            : TcpOptionBytes.establishedOptions(tp, options, dataLen, key != null, upperBytes);
    System.arraycopy(upper, 0, options, optionBytes, upperBytes);
    optionBytes += upperBytes;
    int headerBytes = TcpHeader.BYTES + optionBytes;
    Packet packet = packet(tp, skb, dataLen, headerBytes);
    if (packet == null) {
      return Errno.EHOSTUNREACH.negated();
    }
    int window = syn ? Math.min(tp.rcvWnd, WINDOW_MAX) : TcpWindow.select(tp);
    if (tp.ulp != null && upperBytes > 0 && (flags & TcpHeader.RST) == 0) {
      int shared = tp.ulp.sharedWindow(tp.rcvWnd);
      if (shared != tp.rcvWnd) {
        tp.rcvWnd = shared;
        window = Math.min(shared, WINDOW_MAX << tp.rxOpt.rcvWscale) >>> tp.rxOpt.rcvWscale;
      }
    }
    int urgent = 0;
    int sent = flags;
    if (tp.sndUna != tp.sndUp && Seq.before(seq, tp.sndUp)) {
      if (Seq.before(tp.sndUp, seq + URG_REACH)) {
        urgent = tp.sndUp - seq;
        sent |= TcpHeader.URG;
      } else if (Seq.after(seq + WINDOW_MAX, tp.sndNxt)) {
        urgent = WINDOW_MAX;
        sent |= TcpHeader.URG;
      }
    }
    if (!syn) {
      sent |= TcpEcn.sendFlags(tp, dataLen > 0 && !Seq.before(seq, tp.sndNxt));
    }
    int at = packet.transport();
    System.arraycopy(options, 0, packet.bytes(), at + TcpHeader.BYTES, optionBytes);
    int ack = (flags & TcpHeader.ACK) != 0 ? rcvNxt : 0;
    TcpHeader.write(
        packet.bytes(), at, headerBytes, tp.sport, tp.dport, seq, ack, sent, window, urgent);
    if (key != null) {
      TcpMd5.sign(key, tp, packet, headerBytes, 0);
    }
    if ((flags & TcpHeader.ACK) != 0) {
      TcpAcks.sent(tp, rcvNxt);
    }
    int pcount = skb == null ? 1 : Math.max(1, skb.pcount);
    if (dataLen > 0) {
      TcpCwnd.dataSent(tp);
      tp.dataSegsOut += pcount;
      tp.bytesSent += dataLen;
    }
    NetNs net = tp.net;
    if (Seq.after(endSeq, tp.sndNxt) || seq == endSeq) {
      net.addMib(Mib.TCP_OUT_SEGS, pcount);
    }
    tp.segsOut += pcount;
    if (skb != null && skb.pcount > 1) {
      packet.setGso(skb.gsoSize, headerBytes);
    }
    HopTrace.note(net, "Sock", "bytes", dataLen, "__tcp_transmit_skb");
    Sk sk = tp.sk;
    packet.setMarkAndPriority(sk.mark(), sk.priority());
    packet.setOrigin(sk);
    if (packet.dev().qdisc() != null) {
      // Without, it would leave before anybody could ask for it.
      if (skb != null) {
        skb.clone = packet;
      } else if (flags == TcpHeader.ACK) {
        packet.setTruesize(TcpTsq.PURE_ACK_TRUESIZE);
      }
      packet.setDeliveryNs(deliveryNs(tp));
      packet.setOwnerW(sk);
    }
    int result = queueXmit(tp, packet);
    if (result > 0) {
      TcpRecovery.enterCwr(tp);
      result = Qdisc.eval(result);
    }
    return result;
  }

  /** {@code skb_set_delivery_time}, {@code tcp_add_tx_delay}. */
  private static long deliveryNs(TcpSock tp) {
    long delayUs = TcpOptions.of(tp.sk).txDelayUs;
    return tp.wstampNs - TcpClock.BASE_NS + delayUs * NS_PER_US;
  }

  /** The packet of a piece, or of no data, with room for all headers. */
  private static @Nullable Packet packet(
      TcpSock tp, @Nullable TcpSkb skb, int dataLen, int headerBytes) {
    if (tp.dev == null || !tp.dev.isUp() || tp.routeGeneration != TcpDst.generation(tp)) {
      TcpMss.route(tp);
    }
    if (tp.dev == null) {
      return null;
    }
    int ipBytes = tp.sendsV6() ? Ip6Header.BYTES : IpHeader.BYTES + ipOptions(tp).length;
    int before = Packet.LL_RESERVED_BYTES + ipBytes + headerBytes;
    int ethertype = tp.sendsV6() ? Packet.ETH_P_IPV6 : Packet.ETH_P_IP;
    byte[] bytes;
    int off;
    int truesize;
    boolean inPlace = skb != null && !skb.inFlight && skb.hasHeadroom(before) && skb.sacked == 0;
    if (skb != null && inPlace) {
      bytes = skb.buf;
      off = skb.off;
      truesize = skb.truesize();
    } else {
      bytes = new byte[before + dataLen];
      off = before;
      truesize = TcpSkb.HEAD_TRUESIZE + dataLen;
      if (skb != null) {
        System.arraycopy(skb.buf, skb.off, bytes, off, dataLen);
      }
    }
    int transport = off - headerBytes;
    Packet packet = new Packet(tp.dev, ethertype, bytes, transport - ipBytes, truesize);
    packet.setStart(packet.network());
    packet.trim(off + dataLen - packet.network());
    packet.setTransport(transport);
    if (skb != null) {
      packet.setCb(skb);
      packet.setTxStamp(skb.stamp);
    }
    return packet;
  }

  private static byte[] ipOptions(TcpSock tp) {
    return InetOptions.of(tp.sk).options();
  }

  /** {@code ip_queue_xmit}, {@code inet6_csk_xmit}. */
  private static int queueXmit(TcpSock tp, Packet packet) {
    Sk sk = tp.sk;
    NetNs net = tp.net;
    byte[] bytes = packet.bytes();
    int at = packet.network();
    int length = packet.end() - packet.transport();
    packet.setRoute(tp.dstLocal, Packet.Cast.UNICAST);
    if (tp.sendsV6()) {
      Inet6Options inet6 = Inet6Options.of(sk);
      int hops = inet6.hopLimit() >= 0 ? inet6.hopLimit() : TcpDst.hops(tp);
      int label = Ip6Output.autoFlowlabel(net, sk, tp.saddr6, tp.daddr6, tp.txhash);
      Ip6Header.write(
          bytes, at, inet6.tclass(), label, Abi.IPPROTO_TCP, hops, tp.saddr6, tp.daddr6);
      checksum(packet, Ip6Header.pseudo(bytes, at, length, Abi.IPPROTO_TCP));
      return Ip6Output.localOut(net, packet);
    }
    InetOptions inet = InetOptions.of(sk);
    byte[] options = ipOptions(tp);
    System.arraycopy(options, 0, bytes, at + IpHeader.BYTES, options.length);
    int ttl = inet.ucTtl() >= 0 ? inet.ucTtl() : TcpDst.hops(tp);
    boolean df = TcpDst.dontFragment(inet, tp.metrics);
    int segs = Math.max(1, packet.gsoSegs());
    int id = inet.nextId();
    for (int i = 1; i < segs; i++) {
      inet.nextId();
    }
    IpHeader.write(
        bytes,
        at,
        options.length,
        inet.tos(),
        id,
        df ? IpHeader.IP_DF : 0,
        ttl == 0 ? DEFAULT_TTL : ttl,
        Abi.IPPROTO_TCP,
        tp.saddr,
        tp.daddr);
    checksum(packet, IpHeader.pseudo(bytes, at, length, Abi.IPPROTO_TCP));
    return IpOutput.localOut(net, packet);
  }

  /** Leaves the checksum to the device ({@code __tcp_v4_send_check}). */
  static void checksum(Packet packet, long pseudo) {
    NetBytes.put16(packet.bytes(), packet.transport() + TcpHeader.CHECK, InetChecksum.fold(pseudo));
    packet.setChecksumPartial(TcpHeader.CHECK);
  }
}
