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

  private static final int ARPHRD_LOOPBACK = 772;

  private final int ifindex;
  private final String name;
  private int mtu = LOOPBACK_MTU;
  private boolean up;
  private long delayNs;
  private long lastArrivalNs;
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

  /** {@code ARPHRD_LOOPBACK} and so on. */
  public int hardwareType() {
    return ARPHRD_LOOPBACK;
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
    return up;
  }

  /** Sets {@code IFF_UP}. */
  public void setUp(boolean nowUp) {
    up = nowUp;
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
