package org.netshard.protocol.core;

/**
 * A network device of a namespace.
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

  /** Bytes of the hardware address of {@code lo}, all 0. */
  public static final int ETH_ALEN = 6;

  private static final int TXQLEN_DEFAULT = 1000;

  private final int ifindex;
  private final String name;
  private int mtu = LOOPBACK_MTU;
  private long delayNs;
  private long lastArrivalNs;
  private int flags = IFF_LOOPBACK;
  private int promiscuity;
  private int txQueueLen = TXQLEN_DEFAULT;
  private boolean hasQdisc;
  private byte[] address = new byte[ETH_ALEN];
  private long rxPackets;
  private long rxBytes;
  private long txPackets;
  private long txBytes;

  /** A device that is down. */
  public NetDevice(int ifindex, String name) {
    this.ifindex = ifindex;
    this.name = name;
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
    return ARPHRD_LOOPBACK;
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

  /** The name of its queueing discipline: none before it is first up. */
  public String qdisc() {
    return hasQdisc ? "noqueue" : "noop";
  }

  /** Counts a packet that {@code lo} sent to itself ({@code dev_lstats_add}), bytes with header. */
  public void countLoopback(int bytes) {
    rxPackets++;
    rxBytes += bytes;
    txPackets++;
    txBytes += bytes;
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
