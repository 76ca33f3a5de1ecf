package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * A packet with its headers, on its way or waiting to be read.
 *
 * <p>Its bytes are those of the wire, from the link header on. Where a layer begins is told by
 * offsets into them, so nothing is copied on the way. A checksum that a device would fill in is
 * left as Linux leaves it ({@link Checksum#PARTIAL}).
 *
 * <p><b>Source:</b> {@code include/linux/skbuff.h}, {@code struct sk_buff}.
 */
public final class Packet extends Skb {
  /** {@code ETH_P_IP}. */
  public static final int ETH_P_IP = 0x0800;

  /** {@code ETH_P_IPV6}. */
  public static final int ETH_P_IPV6 = 0x86dd;

  /** {@code ETH_HLEN}: the link header of {@code lo}, bytes. */
  public static final int ETH_HLEN = 14;

  /** {@code LL_RESERVED_SPACE}: room before the network header, bytes. */
  public static final int LL_RESERVED_BYTES = 16;

  /** Memory that is asked for besides the bytes of a packet: {@code hh_len + 15}. */
  public static final int ALLOC_EXTRA_BYTES = LL_RESERVED_BYTES + 15;

  /** A packet that has no time stamp. */
  public static final long NO_TSTAMP = -1;

  private static final int UDP_HEADER_BYTES = 8;
  private static final int ETH_ALEN = 6;
  private static final int MANGLED_ZERO = 0xffff;

  /** For whom a packet is, by its link header ({@code PACKET_HOST} and so on, in their order). */
  public enum Type {
    HOST,
    BROADCAST,
    MULTICAST,
    OTHERHOST,
    OUTGOING
  }

  /** To how many a route leads. */
  public enum Cast {
    UNICAST,
    BROADCAST,
    MULTICAST
  }

  /** What is known of the checksum of the transport ({@code ip_summed}). */
  public enum Checksum {
    /** It has to be looked at. */
    NONE,
    /** It is known to be right. */
    UNNECESSARY,
    /** It is right, and was summed here, so that the sum is known ({@code CHECKSUM_COMPLETE}). */
    COMPLETE,
    /** It is the sum of the pseudo header alone; who needs the rest adds it. */
    PARTIAL
  }

  /** {@link #tailroom} of one whose data are in pages. */
  public static final int PAGED = -1;

  private final NetDevice dev;
  private final int ethertype;
  private int network;
  private int transport;
  private int quotedTransport;
  private int start;
  private int end;
  private Type type = Type.HOST;
  private Checksum checksum = Checksum.NONE;
  private int csumOffset;
  private int gsoSize;
  private int gsoHeaderBytes = UDP_HEADER_BYTES;
  private boolean dodgy;
  private boolean orphan;
  private int mark;
  private int priority;
  private long tstampNs = NO_TSTAMP;
  private long deliveryNs = NO_TSTAMP;
  private int ifindex;
  private boolean routed;
  private boolean local = true;
  private boolean pktinfo = true;
  private Cast cast = Cast.UNICAST;
  private boolean ignoreDf;
  private int fragMaxSize;
  private int pathMtu;
  private int drops;
  private int tailroom = PAGED;
  private @Nullable Sk origin;
  private @Nullable DropReason dropped;
  private @Nullable Object cb;
  private @Nullable TxStamp txStamp;

  /**
   * A packet that belongs to nobody.
   *
   * @param dev the device that it leaves by, or came by
   * @param ethertype {@code ETH_P_IP} and so on
   * @param bytes its bytes, with room for the link header before {@code network}
   * @param network where the network header begins
   * @param truesize memory that it takes, bytes
   */
  public Packet(NetDevice dev, int ethertype, byte[] bytes, int network, int truesize) {
    super(bytes, truesize);
    this.dev = dev;
    this.ethertype = ethertype;
    this.network = network;
    this.transport = network;
    this.start = network;
    this.end = bytes.length;
    this.ifindex = dev.ifindex();
  }

  /** A copy that shares the bytes ({@code skb_clone}). */
  public Packet copy() {
    return copyWith(data());
  }

  /** A copy with bytes of its own, which may be written ({@code skb_cow}). */
  public Packet copyOfBytes() {
    return copyWith(data().clone());
  }

  /** A copy of what its link header says that it is ({@code eth_type_trans}). */
  public Packet withTypeOfLinkHeader() {
    Packet copy = copyWith(data(), u16(network - Short.BYTES));
    copy.type = typeOf(data(), network - ETH_HLEN);
    return copy;
  }

  /** For whom a frame over {@code lo} is ({@code eth_skb_pkt_type}). */
  public static Type typeOf(byte[] bytes, int mac) {
    boolean own = true;
    boolean all = true;
    for (int i = mac; i < mac + ETH_ALEN; i++) {
      own &= bytes[i] == 0;
      all &= bytes[i] == -1;
    }
    if (own) {
      return Type.HOST;
    }
    if (all) {
      return Type.BROADCAST;
    }
    return (bytes[mac] & 1) != 0 ? Type.MULTICAST : Type.OTHERHOST;
  }

  private Packet copyWith(byte[] bytes) {
    return copyWith(bytes, ethertype);
  }

  private Packet copyWith(byte[] bytes, int newEthertype) {
    Packet copy = new Packet(dev, newEthertype, bytes, network, truesize());
    copy.transport = transport;
    copy.start = start;
    copy.end = end;
    copy.type = type;
    copy.checksum = checksum;
    copy.csumOffset = csumOffset;
    copy.gsoSize = gsoSize;
    copy.gsoHeaderBytes = gsoHeaderBytes;
    copy.dodgy = dodgy;
    copy.mark = mark;
    copy.priority = priority;
    copy.tstampNs = tstampNs;
    copy.deliveryNs = deliveryNs;
    copy.ifindex = ifindex;
    copy.routed = routed;
    copy.local = local;
    copy.cast = cast;
    copy.origin = origin;
    copy.fragMaxSize = fragMaxSize;
    copy.tailroom = tailroom;
    copy.cb = cb;
    return copy;
  }

  /** Its bytes; see {@link #start} and {@link #end}. */
  public byte[] bytes() {
    return data();
  }

  /** Its device. */
  public NetDevice dev() {
    return dev;
  }

  /** {@code skb->protocol}. */
  public int ethertype() {
    return ethertype;
  }

  /** Where the network header begins. */
  public int network() {
    return network;
  }

  /** Where the transport's header begins. */
  public int transport() {
    return transport;
  }

  /** Says where the transport's header begins. */
  public void setTransport(int offset) {
    transport = offset;
  }

  /** Where what is not handled yet begins ({@code skb->data}). */
  public int start() {
    return start;
  }

  /** Says where what is not handled yet begins. */
  public void setStart(int offset) {
    start = offset;
  }

  /** A layer is done: skips its bytes ({@code skb_pull}). */
  public void pull(int bytes) {
    start += bytes;
  }

  /** Where its bytes end. */
  public int end() {
    return end;
  }

  /** Bytes that are not handled yet ({@code skb->len}). */
  public int len() {
    return end - start;
  }

  /** Cuts what is behind so many bytes ({@code pskb_trim}). */
  public void trim(int len) {
    end = Math.min(end, start + len);
  }

  /** Where the transport's header of the packet begins that an ICMPv6 error quotes. */
  public int quotedTransport() {
    return quotedTransport;
  }

  /** Says where the transport's header of the quoted packet begins. */
  public void setQuotedTransport(int offset) {
    quotedTransport = offset;
  }

  /** For whom it is by its link header. */
  public Type type() {
    return type;
  }

  /** Says for whom it is. */
  public void setType(Type newType) {
    type = newType;
  }

  /** What is known of its checksum. */
  public Checksum checksum() {
    return checksum;
  }

  /** Says what is known of its checksum. */
  public void setChecksum(Checksum known) {
    checksum = known;
  }

  /** Leaves the checksum of the transport to the device, at so many bytes of its header. */
  public void setChecksumPartial(int offset) {
    checksum = Checksum.PARTIAL;
    csumOffset = offset;
  }

  /** Fills a partial checksum in, into bytes of its own ({@code skb_checksum_help}). */
  public void checksumHelp() {
    int sum = InetChecksum.finish(InetChecksum.add(0, data(), transport, end - transport));
    NetBytes.put16(data(), transport + csumOffset, sum == 0 ? MANGLED_ZERO : sum);
    checksum = Checksum.NONE;
  }

  /** Where in the transport's header a partial checksum stands. */
  public int csumOffset() {
    return csumOffset;
  }

  /** {@code gso_size}: payload of each segment that it stands for, bytes; 0 if it is one. */
  public int gsoSize() {
    return gsoSize;
  }

  /** {@code gso_segs}: how many it stands for. */
  public int gsoSegs() {
    return gsoSize == 0 || dodgy ? 1 : (end - transport - gsoHeaderBytes + gsoSize - 1) / gsoSize;
  }

  /** Bytes of the header of the transport, if it stands for several. */
  public int gsoHeaderBytes() {
    return gsoHeaderBytes;
  }

  /** Whether it stands for several of TCP ({@code SKB_GSO_TCPV4}, {@code SKB_GSO_TCPV6}). */
  boolean isTcpGso() {
    return gsoSize > 0 && gsoHeaderBytes > UDP_HEADER_BYTES;
  }

  /** Says that it stands for several. */
  public void setGsoSize(int bytes) {
    gsoSize = bytes;
  }

  /**
   * Says that it stands for several, as somebody outside has said, who is not believed how many
   * ({@code SKB_GSO_DODGY}).
   */
  public void setGsoOfOthers(int bytes, int headerBytes) {
    setGso(bytes, headerBytes);
    dodgy = true;
  }

  /** Says that it stands for several, each with a header of the transport of so many bytes. */
  public void setGso(int bytes, int headerBytes) {
    gsoSize = bytes;
    gsoHeaderBytes = headerBytes;
  }

  /** {@code skb->mark}. */
  public int mark() {
    return mark;
  }

  /** {@code skb->priority}. */
  public int priority() {
    return priority;
  }

  /** What the sock says of it. */
  public void setMarkAndPriority(int newMark, int newPriority) {
    mark = newMark;
    priority = newPriority;
  }

  /** What its sender wants to be told when it leaves, or null. */
  public @Nullable TxStamp txStamp() {
    return txStamp;
  }

  /** Says what its sender wants to be told. */
  public void setTxStamp(@Nullable TxStamp stamp) {
    txStamp = stamp;
  }

  /**
   * When its sender wants it to leave at the earliest ({@code skb_set_delivery_time}), virtual
   * nanoseconds, or {@link #NO_TSTAMP}.
   */
  public long deliveryNs() {
    return deliveryNs;
  }

  /** Says when it may leave. */
  public void setDeliveryNs(long time) {
    deliveryNs = time;
  }

  /** When it was received, virtual nanoseconds, or {@link #NO_TSTAMP}. */
  public long tstampNs() {
    return tstampNs;
  }

  /** Says when it was received. */
  public void setTstampNs(long time) {
    tstampNs = time;
  }

  /** The device by which it came in ({@code inet_iif}). */
  public int ifindex() {
    return ifindex;
  }

  /** Whether a route goes with it, as one that came over {@code lo} ({@code skb_valid_dst}). */
  public boolean routed() {
    return routed;
  }

  /** Whether its route ends here. */
  public boolean local() {
    return local;
  }

  /** To whom its route leads ({@code rt_type}), whatever its header says. */
  public Cast cast() {
    return cast;
  }

  /** Sets its route. */
  public void setRoute(boolean endsHere, Cast newCast) {
    routed = true;
    local = endsHere;
    cast = newCast;
  }

  /** Whether {@code IP_PKTINFO} knows where it came in: it was asked for when it was queued. */
  public boolean pktinfo() {
    return pktinfo;
  }

  /** Says whether that was asked for ({@code ipv4_pktinfo_prepare}). */
  public void setPktinfo(boolean asked) {
    pktinfo = asked;
  }

  /** Whether it may be cut into fragments though it says that it must not. */
  public boolean ignoreDf() {
    return ignoreDf;
  }

  /** Says whether it may be cut all the same. */
  public void setIgnoreDf(boolean ignore) {
    ignoreDf = ignore;
  }

  /** The MTU of its way, bytes ({@code ip_skb_dst_mtu}): that of its device, if nothing is said. */
  public int mtu() {
    return pathMtu != 0 ? pathMtu : dev.mtu();
  }

  /** Says what the MTU of its way is. */
  public void setPathMtu(int mtu) {
    pathMtu = mtu;
  }

  /** The largest fragment that it was put together from, bytes; 0 if it came whole. */
  public int fragMaxSize() {
    return fragMaxSize;
  }

  /** Says what it was put together from. */
  public void setFragMaxSize(int bytes) {
    fragMaxSize = bytes;
  }

  /** Drops of the sock when it was queued ({@code SOCK_SKB_CB(skb)->dropcount}). */
  public int drops() {
    return drops;
  }

  /** Says what the sock had dropped when it was queued. */
  public void setDrops(int count) {
    drops = count;
  }

  /**
   * Room behind the data in its head, which is memory of its own ({@code skb_head_is_locked}),
   * bytes; {@link #PAGED} if its data are in pages.
   */
  public int tailroom() {
    return tailroom;
  }

  /** Says that its data are in its head, and what room is behind them ({@code skb_tailroom}). */
  public void setTailroom(int bytes) {
    tailroom = bytes;
  }

  /** What the layer that has it now keeps with it ({@code skb->cb}), or null. */
  public @Nullable Object cb() {
    return cb;
  }

  /** Keeps something with it. */
  public void setCb(@Nullable Object newCb) {
    cb = newCb;
  }

  /** The sock that has sent it, though it does not count in its buffer any more; null if none. */
  public @Nullable Sk origin() {
    return origin;
  }

  /** Says who sends it. */
  public void setOrigin(Sk sender) {
    origin = sender;
  }

  /** {@code skb->sk}: the sock whose it is until it leaves, or null. */
  public @Nullable Sk sk() {
    Sk counted = owner();
    return counted == null && !orphan ? origin : counted;
  }

  /** It has left, or is dropped: nobody who has sent it counts on it any more. */
  @Override
  public void free() {
    orphan = true;
    super.free();
  }

  /**
   * It counts no longer in the buffer of its sender, who still knows that it has not left ({@code
   * skb_orphan_partial}).
   */
  public void orphanPartial() {
    super.free();
  }

  /** Whether it has left, or is dropped ({@code skb->sk} is null). */
  public boolean isOrphan() {
    return orphan;
  }

  /** It is dropped ({@code kfree_skb_reason}). */
  public void drop(DropReason reason) {
    dropped = reason;
  }

  /** Why it was dropped, or null if it was not. */
  public @Nullable DropReason dropped() {
    return dropped;
  }

  /** One byte, unsigned. */
  public int u8(int at) {
    return NetBytes.get8(data(), at);
  }

  /** 16 bits in network byte order, unsigned. */
  public int u16(int at) {
    return NetBytes.get16(data(), at);
  }

  /** 32 bits in network byte order. */
  public int u32(int at) {
    return NetBytes.get32(data(), at);
  }

  /** An IPv4 address. */
  public int addr(int at) {
    return NetBytes.getAddr(data(), at);
  }

  /** A copy of some bytes. */
  public byte[] get(int at, int length) {
    byte[] copy = new byte[length];
    System.arraycopy(data(), at, copy, 0, length);
    return copy;
  }
}
