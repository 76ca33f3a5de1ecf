package org.netshard.protocol.fib6;

/**
 * An IPv6 address of a device.
 *
 * <p><b>Source:</b> {@code include/net/if_inet6.h}, {@code struct inet6_ifaddr}.
 */
public final class Inet6Ifaddr {
  public static final int IFA_F_NODAD = 0x02;
  public static final int IFA_F_TENTATIVE = 0x40;
  public static final int IFA_F_PERMANENT = 0x80;
  public static final int IFA_F_NOPREFIXROUTE = 0x200;

  private final byte[] address;
  private final byte[] peer;
  private final int prefixLen;
  private final int scope;
  private final int proto;
  private final int rtPriority;
  private final long cstampNs;
  private int flags;

  Inet6Ifaddr(
      byte[] address,
      byte[] peer,
      int prefixLen,
      int flags,
      int scope,
      int proto,
      int rtPriority,
      long nowNs) {
    this.address = address;
    this.peer = peer;
    this.prefixLen = prefixLen;
    this.flags = flags;
    this.scope = scope;
    this.proto = proto;
    this.rtPriority = rtPriority;
    this.cstampNs = nowNs;
  }

  /** {@code addr}: the address itself, not to be changed. */
  public byte[] address() {
    return address;
  }

  /** {@code peer_addr}: the other end of a point-to-point link, or {@code ::}. */
  public byte[] peer() {
    return peer;
  }

  /** {@code prefix_len}. */
  public int prefixLen() {
    return prefixLen;
  }

  /** {@code scope}: {@code IPV6_ADDR_…}, 0 for all the world. */
  public int scope() {
    return scope;
  }

  /** {@code ifa_proto}. */
  public int proto() {
    return proto;
  }

  /** {@code rt_priority}: metric of the route to its network, or 0. */
  public int rtPriority() {
    return rtPriority;
  }

  /** When it was made, virtual nanoseconds. */
  public long cstampNs() {
    return cstampNs;
  }

  /** {@code flags}. */
  public int flags() {
    return flags;
  }

  void clearFlags(int which) {
    flags &= ~which;
  }
}
