package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.MsgZerocopy;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.TxStamp;

/**
 * A piece of a connection's data, in one of its queues: to be sent, sent and not acknowledged,
 * received in order, or received too early.
 *
 * <p>Room for all headers is kept before the data, so that a segment which is sent for the first
 * time is made without a copy, and is received without one: the receiver's piece is the sender's
 * bytes.
 *
 * <p><b>Source:</b> {@code include/net/tcp.h}, {@code struct tcp_skb_cb}; {@code
 * include/linux/skbuff.h}, {@code struct sk_buff}.
 */
public final class TcpSkb extends Skb {
  /** Room before the data for the headers of link, network and transport, bytes. */
  static final int HEADROOM = Packet.LL_RESERVED_BYTES + 40 + 60;

  /**
   * {@code SKB_TRUESIZE} of a buffer whose data are all in pages ({@code tcp_stream_alloc_skb}).
   */
  static final int HEAD_TRUESIZE = Skb.unaccountedTruesize(0);

  /** {@code TCPCB_SACKED_ACKED}. */
  static final int SACKED_ACKED = 0x01;

  /** {@code TCPCB_SACKED_RETRANS}. */
  static final int SACKED_RETRANS = 0x02;

  /** {@code TCPCB_LOST}. */
  static final int LOST = 0x04;

  /** {@code TCPCB_TAGBITS}. */
  static final int TAGBITS = 0x07;

  /** {@code TCPCB_REPAIRED}. */
  static final int REPAIRED = 0x10;

  /** {@code TCPCB_EVER_RETRANS}. */
  static final int EVER_RETRANS = 0x80;

  /** {@code TCPCB_RETRANS}: it cannot be told when what arrives was sent. */
  static final int RETRANS = SACKED_RETRANS | EVER_RETRANS | REPAIRED;

  /** Bytes of a usual send. */
  private static final int SEND_BYTES = 65_536;

  private static final byte[] NONE = {};

  byte[] buf;
  int off;
  int len;

  /** Whether its data follow those of another in one array, so that headers have no room there. */
  private boolean adjacent;

  /** {@code seq}: of the first byte, or of SYN or FIN. */
  int seq;

  /** {@code end_seq}: that behind the last, SYN and FIN counted. */
  int endSeq;

  /** {@code tcp_flags}. */
  int flags;

  /** {@code sacked}: {@link #SACKED_ACKED} and so on. */
  int sacked;

  /** {@code tcp_gso_segs}: segments that it is sent as. */
  int pcount;

  /** {@code tcp_gso_size}: bytes of each of them. */
  int gsoSize;

  /** {@code tcp_hdrlen} of the segment that it came in, bytes. */
  byte headerBytes;

  /** {@code eor}: nothing may be added to it. */
  boolean eor;

  /** Whether the packet that was made of it is still on its way. */
  boolean inFlight;

  /** The packet that was made of it last ({@code sk_buff_fclones.skb2}), if it had to wait. */
  @Nullable Packet clone;

  /** {@code skb_mstamp_ns}: when it was sent last, virtual nanoseconds; 0 if never. */
  long sentNs;

  /** {@code tx.first_tx_mstamp}, microseconds. */
  long firstTxMstamp;

  /** {@code tx.delivered_mstamp}, microseconds. */
  long deliveredMstamp;

  /** {@code tx.delivered}. */
  int delivered;

  /** {@code tx.delivered_ce}. */
  int deliveredCe;

  /** {@code tx.is_app_limited}. */
  boolean appLimited;

  /** {@code tcp_tsorted_anchor}: its place among those that were sent, by time. */
  @Nullable TcpSkb earlier;

  @Nullable TcpSkb later;
  boolean tsorted;

  /** Of one that was received: the piece of its sender, as long as that has not given it up. */
  @Nullable TcpSkb original;

  /** Of one that was sent: it was acknowledged, so its bytes are the receiver's alone. */
  boolean gone;

  /** Time when it was received, virtual nanoseconds. */
  long rcvdNs;

  /** Whether it goes with the buffer before it, whose head it shares. */
  boolean joined;

  /** The buffer that one belongs to which waits out of order, else null. */
  TcpOfoTree.@Nullable Node node;

  /** Pages of the buffer up to here. */
  int groupFrags = 1;

  /** Room that is left in the head of the buffer; {@link Packet#PAGED} if its data are in pages. */
  int tailroom = Packet.PAGED;

  /** Where the data stand in the stream of an upper layer, or null. */
  @Nullable DataMap map;

  /** ECN bits of the IP header that it came with. */
  int ipEcn;

  /** The calls of {@code MSG_ZEROCOPY} whose data it has, or null ({@code skb_zcopy}). */
  @Nullable MsgZerocopy zerocopy;

  /** What its sender wants to be told of one of its bytes, or null ({@code tskey}). */
  @Nullable TxStamp stamp;

  /** Pages of a program's memory that it has. */
  int zerocopyFrags;

  private TcpSkb(byte[] buf, int off, int len, int truesize) {
    super(NONE, truesize);
    this.buf = buf;
    this.off = off;
    this.len = len;
  }

  /** An empty one to be filled and sent. */
  static TcpSkb forSending(int capacity) {
    byte[] buf = new byte[HEADROOM + capacity];
    return new TcpSkb(buf, HEADROOM, 0, HEAD_TRUESIZE);
  }

  /**
   * An empty one for what follows this one in the stream, in the rest of its array; so this one can
   * grow by those data without a copy ({@code skb_shift}, which moves references to pages).
   *
   * @param capacity of bytes that must have room
   * @return null if there is none
   */
  @Nullable TcpSkb behind(int capacity) {
    int end = off + len;
    if (buf.length - end < capacity || endSeq - seq != len) {
      return null;
    }
    TcpSkb skb = new TcpSkb(buf, end, 0, HEAD_TRUESIZE);
    skb.adjacent = true;
    return skb;
  }

  /** Whether so many bytes of headers can be written before its data. */
  boolean hasHeadroom(int bytes) {
    return off >= bytes && !adjacent;
  }

  /** What came with a segment. */
  static TcpSkb received(Packet packet, int seq, int endSeq, int flags) {
    int off = packet.transport() + TcpHeader.headerBytes(packet);
    TcpSkb skb = new TcpSkb(packet.bytes(), off, packet.end() - off, packet.truesize());
    skb.seq = seq;
    skb.endSeq = endSeq;
    skb.flags = flags;
    skb.headerBytes = (byte) TcpHeader.headerBytes(packet);
    skb.rcvdNs = packet.tstampNs();
    skb.tailroom = packet.tailroom();
    if (packet.cb() instanceof TcpSkb sent) {
      skb.original = sent;
    }
    return skb;
  }

  /** An empty one for data of those in the receive queue ({@code tcp_collapse}). */
  static TcpSkb collapsed(TcpSkb of, int start, int capacity) {
    TcpSkb skb = new TcpSkb(new byte[capacity], 0, 0, Skb.unaccountedTruesize(capacity));
    skb.seq = start;
    skb.endSeq = start;
    skb.flags = of.flags;
    skb.rcvdNs = of.rcvdNs;
    skb.map = of.map;
    skb.tailroom = skb.truesize() - Skb.LEAST_TRUESIZE;
    skb.groupFrags = 0;
    return skb;
  }

  /** Whether the bytes belong to somebody else too ({@code skb_cloned}). */
  boolean isCloned() {
    TcpSkb sent = original;
    return sent != null && !sent.gone;
  }

  /** The last of those that are one buffer, of which this is the first. */
  TcpSkb lastJoined() {
    TcpSkb last = this;
    for (TcpSkb next = last.following(); next != null && next.joined; next = next.following()) {
      last = next;
    }
    return last;
  }

  /** Whether its data are in pages, and not in a head. */
  boolean isPaged() {
    return tailroom == Packet.PAGED;
  }

  /** {@code gso_segs}: segments of one that was received, at least one. */
  int segs() {
    return gsoSize == 0 ? 1 : Math.max(1, (len + gsoSize - 1) / gsoSize);
  }

  /** Makes room for more bytes at the end. */
  void ensure(int more) {
    int need = off + len + more;
    if (need > buf.length) {
      int most = HEADROOM + SEND_BYTES;
      int room = need > most ? need + need / 4 : Math.max(need, Math.min(buf.length * 2, most));
      byte[] larger = new byte[room];
      System.arraycopy(buf, off, larger, HEADROOM, len);
      buf = larger;
      off = HEADROOM;
      adjacent = false;
    }
  }

  /** Adds bytes of another at the end, where they may be already. */
  void append(byte[] bytes, int at, int length) {
    if (bytes != buf || at != off + len) {
      ensure(length);
      System.arraycopy(bytes, at, buf, off + len, length);
    }
    len += length;
  }

  /** A new one with what is behind so many bytes, which this one loses, in the same array. */
  TcpSkb split(int at) {
    int rest = len - at;
    TcpSkb second = new TcpSkb(buf, off + at, rest, HEAD_TRUESIZE);
    second.adjacent = true;
    len = at;
    second.endSeq = endSeq;
    second.seq = seq + at;
    endSeq = second.seq;
    second.setTruesize(HEAD_TRUESIZE + rest);
    TcpTimestamping.split(this, second);
    if (zerocopy != null) {
      second.setZerocopy(zerocopy);
      second.zerocopyFrags = zerocopyFrags;
    }
    second.map = map;
    if (map != null) {
      map.freeze();
    }
    return second;
  }

  /** Drops bytes at its begin. */
  void trimHead(int bytes) {
    off += bytes;
    len -= bytes;
  }

  /** Its data are a program's ({@code skb_zcopy_set}). */
  void setZerocopy(MsgZerocopy calls) {
    if (zerocopy == null) {
      zerocopy = calls;
      calls.get();
    }
  }

  /** It has done with the program's data ({@code skb_zcopy_clear}). */
  void clearZerocopy() {
    MsgZerocopy calls = zerocopy;
    zerocopy = null;
    if (calls != null) {
      calls.put();
    }
  }

  /** {@code skb_fclone_busy}: whether what was sent of it has not left. */
  boolean isInHostQueue() {
    Packet sent = clone;
    return sent != null && !sent.isOrphan();
  }

  @Override
  public int remaining() {
    return len;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean tagged(int bit) {
    return (sacked & bit) != 0;
  }

  /** The sequence number of its first byte. */
  public int seq() {
    return seq;
  }

  /** Whether a FIN is behind its data. */
  public boolean isFin() {
    return has(TcpHeader.FIN);
  }

  /** The array that its data are in. */
  public byte[] buf() {
    return buf;
  }

  /** Where in {@link #buf} they begin. */
  public int off() {
    return off;
  }

  /** Where the data stand in the stream of an upper layer, or null. */
  public @Nullable DataMap map() {
    return map;
  }

  /** Says where they stand. */
  public void setMap(@Nullable DataMap newMap) {
    map = newMap;
  }

  /** The one after it. */
  @Nullable TcpSkb following() {
    return (TcpSkb) next();
  }
}
