package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.core.TxStamp;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Time stamps of what a stream sends: of the last byte of each call.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}: {@code tcp_tx_timestamp}, {@code
 * tcp_get_timestamping_opt_stats}; {@code net/ipv4/tcp_input.c}, {@code tcp_ack_tstamp}; {@code
 * net/ipv4/tcp_output.c}: {@code tcp_fragment_tstamp}, {@code tcp_skb_collapse_tstamp}.
 */
final class TcpTimestamping {
  private static final int STATS_BYTES_MAX = 400;
  private static final int HEADER_BYTES = 4;

  /** {@code TCP_NLA_*}. */
  private static final int BUSY = 1;

  private static final int RWND_LIMITED = 2;
  private static final int SNDBUF_LIMITED = 3;
  private static final int DATA_SEGS_OUT = 4;
  private static final int TOTAL_RETRANS = 5;
  private static final int PACING_RATE = 6;
  private static final int DELIVERY_RATE = 7;
  private static final int SND_CWND = 8;
  private static final int REORDERING = 9;
  private static final int MIN_RTT = 10;
  private static final int RECUR_RETRANS = 11;
  private static final int DELIVERY_RATE_APP_LMT = 12;
  private static final int SNDQ_SIZE = 13;
  private static final int CA_STATE = 14;
  private static final int SND_SSTHRESH = 15;
  private static final int DELIVERED = 16;
  private static final int DELIVERED_CE = 17;
  private static final int BYTES_SENT = 18;
  private static final int BYTES_RETRANS = 19;
  private static final int DSACK_DUPS = 20;
  private static final int REORD_SEEN = 21;
  private static final int SRTT = 22;
  private static final int TIMEOUT_REHASH = 23;
  private static final int BYTES_NOTSENT = 24;
  private static final int EDT = 25;
  private static final int TTL = 26;
  private static final int REHASH = 27;

  private TcpTimestamping() {}

  /** {@code tcp_tx_timestamp}: the last byte of a call is to be stamped. */
  static void ask(TcpSock tp, @Nullable TcpSending sending) {
    SockcmCookie cookie = sending == null ? null : sending.cookie;
    TcpSkb tail = cookie == null ? null : (TcpSkb) tp.writeQueue.peekLast();
    if (cookie != null && tail != null) {
      tail.stamp = TxStamp.ofStream(tp.sk, cookie, tail.seq + tail.len - 1, tail.stamp);
    }
  }

  /** {@code tcp_fragment_tstamp}: a piece is cut in two. */
  static void split(TcpSkb first, TcpSkb second) {
    if (first.stamp != null && !Seq.before(first.stamp.key(), second.seq)) {
      second.stamp = first.stamp;
      first.stamp = null;
    }
  }

  /** {@code tcp_skb_collapse_tstamp}: a piece takes all of the next one. */
  static void join(TcpSkb into, TcpSkb next) {
    if (next.stamp != null) {
      into.stamp = next.stamp.with(into.stamp);
    }
  }

  /**
   * {@code tcp_ack_tstamp}: part of a piece is acknowledged, perhaps the byte that is stamped.
   *
   * @param ack the segment that acknowledges it
   */
  static void acked(TcpSock tp, TcpSkb skb, int priorSndUna, Packet ack) {
    TxStamp stamp = skb.stamp;
    if (stamp == null
        || !stamp.ofAck()
        || Seq.before(stamp.key(), priorSndUna)
        || !Seq.before(stamp.key(), tp.sndUna)) {
      return;
    }
    boolean v6 = ack.ethertype() == Packet.ETH_P_IPV6;
    int ttl = v6 ? Ip6Header.hopLimit(ack) : IpHeader.ttl(ack);
    byte[] data = new byte[skb.len];
    System.arraycopy(skb.buf, skb.off, data, 0, skb.len);
    stamp.acked(data, skb.truesize(), stats(tp, skb.sentNs, ttl), tp.net.machine().nowNs());
  }

  /**
   * {@code tcp_get_timestamping_opt_stats}: attributes of netlink.
   *
   * @param sentNs when what is stamped was sent
   * @param ttl of the segment that acknowledges it; -1 if there is none
   */
  static byte[] stats(TcpSock tp, long sentNs, int ttl) {
    ByteBuffer out = ByteBuffer.allocate(STATS_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    long rwnd = TcpChrono.us(tp, TcpChrono.RWND_LIMITED);
    long sndbuf = TcpChrono.us(tp, TcpChrono.SNDBUF_LIMITED);
    u64(out, BUSY, TcpChrono.us(tp, TcpChrono.BUSY) + rwnd + sndbuf);
    u64(out, RWND_LIMITED, rwnd);
    u64(out, SNDBUF_LIMITED, sndbuf);
    u64(out, DATA_SEGS_OUT, tp.dataSegsOut);
    u64(out, TOTAL_RETRANS, tp.totalRetrans);
    u64(out, PACING_RATE, TcpPacing.rate(tp));
    u64(out, DELIVERY_RATE, TcpRate.deliveryRate(tp));
    u32(out, SND_CWND, tp.sndCwnd);
    u32(out, REORDERING, tp.reordering);
    u32(out, MIN_RTT, TcpRtt.minRtt(tp));
    u8(out, RECUR_RETRANS, tp.retransmits);
    u8(out, DELIVERY_RATE_APP_LMT, tp.rateAppLimited ? 1 : 0);
    u32(out, SND_SSTHRESH, tp.sndSsthresh);
    u32(out, DELIVERED, tp.delivered);
    u32(out, DELIVERED_CE, tp.deliveredCe);
    u32(out, SNDQ_SIZE, tp.writeSeq - tp.sndUna);
    u8(out, CA_STATE, tp.caState);
    u64(out, BYTES_SENT, tp.bytesSent);
    u64(out, BYTES_RETRANS, tp.bytesRetrans);
    u32(out, DSACK_DUPS, tp.dsackDups);
    u32(out, REORD_SEEN, tp.reordSeen);
    u32(out, SRTT, tp.srttUs >>> 3);
    attribute(out, TIMEOUT_REHASH, Short.BYTES).putShort(tp.timeoutRehash).putShort((short) 0);
    u32(out, BYTES_NOTSENT, Math.max(0, tp.writeSeq - tp.sndNxt));
    u64(out, EDT, sentNs);
    if (ttl >= 0) {
      u8(out, TTL, ttl);
    }
    u32(out, REHASH, tp.plbRehash + tp.timeoutRehash);
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  private static ByteBuffer attribute(ByteBuffer out, int type, int bytes) {
    return out.putShort((short) (HEADER_BYTES + bytes)).putShort((short) type);
  }

  private static void u64(ByteBuffer out, int type, long value) {
    attribute(out, type, Long.BYTES).putLong(value);
  }

  private static void u32(ByteBuffer out, int type, int value) {
    attribute(out, type, Integer.BYTES).putInt(value);
  }

  private static void u8(ByteBuffer out, int type, int value) {
    attribute(out, type, 1).putInt(value & 0xff);
  }
}
