package org.netshard.protocol.fib;

/**
 * An IPv4 address of a device.
 *
 * <p><b>Source:</b> {@code include/linux/inetdevice.h}, {@code struct in_ifaddr}.
 */
public final class InIfaddr {
  /** {@code IFA_F_SECONDARY}: another address of the same network came first. */
  public static final int IFA_F_SECONDARY = 0x01;

  /** {@code IFA_F_PERMANENT}: it does not expire. */
  public static final int IFA_F_PERMANENT = 0x80;

  /** {@code IFA_F_NOPREFIXROUTE}: no route to its network is made. */
  public static final int IFA_F_NOPREFIXROUTE = 0x200;

  /** A life that does not end, seconds. */
  public static final int INFINITY_LIFE_TIME = -1;

  private final int local;
  private final int address;
  private final int prefixLen;
  private final int broadcast;
  private final int scope;
  private final String label;
  private final int proto;
  private final int rtPriority;
  private final long cstampNs;
  private int flags;

  /**
   * An address.
   *
   * @param local the address itself
   * @param address that of the other end, or the same
   * @param broadcast its broadcast address, or 0
   * @param flags {@code IFA_F_…}
   * @param label name that {@code ifconfig} shows
   * @param proto {@code IFAPROT_…}, who made it
   * @param rtPriority metric of the route to its network
   * @param nowNs when it is made
   */
  public InIfaddr(
      int local,
      int address,
      int prefixLen,
      int broadcast,
      int scope,
      int flags,
      String label,
      int proto,
      int rtPriority,
      long nowNs) {
    this.local = local;
    this.address = address;
    this.prefixLen = prefixLen;
    this.broadcast = broadcast;
    this.scope = scope;
    this.flags = flags;
    this.label = label;
    this.proto = proto;
    this.rtPriority = rtPriority;
    this.cstampNs = nowNs;
  }

  /** {@code ifa_local}: the address itself. */
  public int local() {
    return local;
  }

  /** {@code ifa_address}: the other end of a point-to-point link, or the same as the address. */
  public int address() {
    return address;
  }

  /** {@code ifa_prefixlen}. */
  public int prefixLen() {
    return prefixLen;
  }

  /** {@code ifa_mask}. */
  public int mask() {
    return Fib.mask(prefixLen);
  }

  /** {@code ifa_broadcast}, or 0. */
  public int broadcast() {
    return broadcast;
  }

  /** {@code ifa_scope}. */
  public int scope() {
    return scope;
  }

  /** {@code ifa_flags}. */
  public int flags() {
    return flags;
  }

  /** Whether it is a secondary one. */
  public boolean isSecondary() {
    return (flags & IFA_F_SECONDARY) != 0;
  }

  void setSecondary(boolean secondary) {
    flags = secondary ? flags | IFA_F_SECONDARY : flags & ~IFA_F_SECONDARY;
  }

  /** {@code ifa_label}. */
  public String label() {
    return label;
  }

  /** {@code ifa_proto}. */
  public int proto() {
    return proto;
  }

  /** {@code ifa_rt_priority}. */
  public int rtPriority() {
    return rtPriority;
  }

  /** When it was made, virtual nanoseconds. */
  public long cstampNs() {
    return cstampNs;
  }

  /** Whether an address is in its network ({@code inet_ifa_match}). */
  public boolean matches(int other) {
    return ((other ^ address) & mask()) == 0;
  }
}
