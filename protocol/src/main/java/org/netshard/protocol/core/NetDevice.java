package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * A network device of a namespace: {@code lo}, or one whose other end is something else, such as a
 * program.
 *
 * <p><b>Source:</b> {@code include/linux/netdevice.h}, {@code struct net_device}; {@code
 * drivers/net/loopback.c}.
 */
public final class NetDevice {
  /** The MTU of {@code lo} at first, bytes. */
  public static final int LOOPBACK_MTU = 65536;

  /** The index of {@code lo} in every namespace. */
  public static final int LOOPBACK_IFINDEX = 1;

  public static final int IFF_UP = 0x1;
  public static final int IFF_BROADCAST = 0x2;
  public static final int IFF_LOOPBACK = 0x8;
  public static final int IFF_POINTOPOINT = 0x10;
  public static final int IFF_NOTRAILERS = 0x20;
  public static final int IFF_RUNNING = 0x40;
  public static final int IFF_NOARP = 0x80;
  public static final int IFF_PROMISC = 0x100;
  public static final int IFF_ALLMULTI = 0x200;
  public static final int IFF_MULTICAST = 0x1000;
  public static final int IFF_PORTSEL = 0x2000;
  public static final int IFF_AUTOMEDIA = 0x4000;
  public static final int IFF_DYNAMIC = 0x8000;
  public static final int IFF_LOWER_UP = 0x10000;
  public static final int IFF_DORMANT = 0x20000;
  public static final int IFF_ECHO = 0x40000;

  /** {@code ARPHRD_LOOPBACK}. */
  public static final int ARPHRD_LOOPBACK = 772;

  /** {@code ARPHRD_NONE}: there is no link header. */
  public static final int ARPHRD_NONE = 0xfffe;

  /** Bytes of the hardware address of {@code lo}, all 0. */
  public static final int ETH_ALEN = 6;

  /** {@code GSO_MAX_SEGS}: what a packet of a device can stand for at most. */
  public static final int GSO_MAX_SEGS = 65535;

  private final int ifindex;
  private final String name;
  private final Kind kind;
  private int mtu;
  private long delayNs;
  private long lastArrivalNs;
  private int flags;
  private int promiscuity;
  private int txQueueLen;
  private boolean tso = true;
  private int gsoMaxSegs = GSO_MAX_SEGS;
  private boolean hasQdisc;
  private @Nullable Qdisc qdisc;
  private byte[] address;
  private long rxPackets;
  private long rxBytes;
  private long txPackets;
  private long txBytes;

  private long txDropped;

  /** What makes a device one of its kind: what its driver sets, and how it sends. */
  public interface Kind {
    /** {@code type}: {@code ARPHRD_…}. */
    int type();

    /** What {@code ip -d link} calls it ({@code rtnl_link_ops->kind}), or null. */
    @Nullable String name();

    /** {@code flags} at first. */
    int flags();

    /** {@code mtu} at first, bytes. */
    int mtu();

    /** {@code min_mtu} and {@code max_mtu}, 0 for none, bytes. */
    default int mtuMin() {
      return 0;
    }

    /** The largest {@code mtu}, 0 if any will do, bytes. */
    default int mtuMax() {
      return 0;
    }

    /** {@code tx_queue_len} at first. */
    int txQueueLen();

    /** {@code addr_len}: bytes of a hardware address. */
    int addressBytes();

    /** {@code hard_header_len}: bytes of a link header. */
    int headerBytes();

    /** Its queueing discipline when it is first up. */
    String qdisc();

    /**
     * Sends a packet ({@code ndo_start_xmit}); the packet is the driver's from here on.
     *
     * @param dev the device
     */
    void xmit(NetNs net, NetDevice dev, Packet packet);
  }

  /** A device that is down. */
  public NetDevice(int ifindex, String name, Kind kind) {
    this.ifindex = ifindex;
    this.name = name;
    this.kind = kind;
    this.mtu = kind.mtu();
    this.flags = kind.flags();
    this.txQueueLen = kind.txQueueLen();
    this.address = new byte[kind.addressBytes()];
  }

  /** {@code lo}, down. */
  public static NetDevice lo() {
    return new NetDevice(LOOPBACK_IFINDEX, "lo", Loopback.KIND);
  }

  /** What it is. */
  public Kind kind() {
    return kind;
  }

  /** Sends a packet whose link header is complete ({@code dev_hard_start_xmit}). */
  void xmit(NetNs net, Packet packet) {
    kind.xmit(net, this, packet);
  }

  /** Its index. */
  public int ifindex() {
    return ifindex;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** The longest packet that it takes, without link header, bytes. */
  public int mtu() {
    return mtu;
  }

  /** Sets the MTU, bytes. */
  public void setMtu(int bytes) {
    mtu = bytes;
  }

  /** {@code IFF_UP}. */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /** {@code IFF_LOOPBACK}. */
  public boolean isLoopback() {
    return (flags & IFF_LOOPBACK) != 0;
  }

  /** {@code flags}: {@code IFF_…} that somebody has set. */
  public int flags() {
    return flags;
  }

  /** Sets {@code flags}; the first time that it is up, it gets its queue. */
  public void setFlags(int newFlags) {
    flags = newFlags;
    hasQdisc |= isUp();
    if (qdisc != null && !isUp()) {
      // dev_deactivate: what waits is not sent any more.
      qdisc.reset();
    }
  }

  /** {@code dev_get_flags}: the flags as programs see them. */
  public int seenFlags() {
    int seen = flags & ~(IFF_PROMISC | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT);
    seen |= promiscuity > 0 ? IFF_PROMISC : 0;
    return isUp() ? seen | IFF_RUNNING | IFF_LOWER_UP : seen;
  }

  /** {@code promiscuity}: how many want all packets. */
  public int promiscuity() {
    return promiscuity;
  }

  /** Adds to {@code promiscuity}. */
  public void addPromiscuity(int delta) {
    promiscuity += delta;
  }

  /** {@code type}: {@code ARPHRD_…}. */
  public int type() {
    return kind.type();
  }

  /** {@code dev_addr}, not to be changed. */
  public byte[] address() {
    return address;
  }

  /** Sets {@code dev_addr}. */
  public void setAddress(byte[] newAddress) {
    address = newAddress;
  }

  /** {@code tx_queue_len}. */
  public int txQueueLen() {
    return txQueueLen;
  }

  /** Sets {@code tx_queue_len}. */
  public void setTxQueueLen(int packets) {
    txQueueLen = packets;
  }

  /** {@code gso_max_segs}: how many segments one packet may stand for. */
  public int gsoMaxSegs() {
    return gsoMaxSegs;
  }

  /** Sets how many segments one packet may stand for. */
  public void setGsoMaxSegs(int segments) {
    gsoMaxSegs = segments;
  }

  /** Whether it takes packets of TCP that stand for several segments ({@code NETIF_F_ALL_TSO}). */
  public boolean hasTso() {
    return tso;
  }

  /** Says whether it takes them ({@code ethtool -K DEV tso on|off}). */
  public void setTso(boolean on) {
    tso = on;
  }

  /** The name of its queueing discipline: none before it is first up. */
  public String qdiscName() {
    Qdisc root = qdisc;
    if (root != null) {
      return root.id();
    }
    return hasQdisc ? kind.qdisc() : "noop";
  }

  /** The queueing discipline that somebody has given it, or null. */
  public @Nullable Qdisc qdisc() {
    return qdisc;
  }

  /** Gives it another queueing discipline, or that of its kind ({@code dev_graft_qdisc}). */
  public void graft(@Nullable Qdisc root) {
    Qdisc old = qdisc;
    qdisc = root;
    if (old != null) {
      old.destroy();
    }
  }

  /** Counts a packet that was received, bytes with link header ({@code dev_sw_netstats_rx_add}). */
  public void countRx(int bytes) {
    rxPackets++;
    rxBytes += bytes;
  }

  /** Counts a packet that was sent, bytes with link header ({@code dev_lstats_add}). */
  public void countTx(int bytes) {
    txPackets++;
    txBytes += bytes;
  }

  /** Counts a packet that could not be sent ({@code dev_core_stats_tx_dropped_inc}). */
  public void countTxDropped() {
    txDropped++;
  }

  /** Packets that could not be sent. */
  public long txDropped() {
    return txDropped;
  }

  /** How long a packet takes through {@code lo}, virtual nanoseconds. */
  public long delayNs() {
    return delayNs;
  }

  /** Sets how long a packet takes. */
  public void setDelayNs(long nanoseconds) {
    delayNs = nanoseconds;
  }

  /** When a packet arrives that is sent now: never before one that was sent earlier. */
  long arrivalNs(long nowNs) {
    lastArrivalNs = Math.max(lastArrivalNs, nowNs + delayNs);
    return lastArrivalNs;
  }

  /** Packets received. */
  public long rxPackets() {
    return rxPackets;
  }

  /** Bytes received, with link headers. */
  public long rxBytes() {
    return rxBytes;
  }

  /** Packets sent. */
  public long txPackets() {
    return txPackets;
  }

  /** Bytes sent, with link headers. */
  public long txBytes() {
    return txBytes;
  }
}
