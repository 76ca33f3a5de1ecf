package org.netshard.protocol.inet6;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;

/**
 * IPv6 routes of a namespace: which addresses it has, and how a sock reaches another.
 *
 * <p>While {@code lo} is up there is {@code local ::1 dev lo}; while it is down there is nothing.
 *
 * <p><b>Source:</b> {@code net/ipv6/addrconf.c}, {@code ipv6_chk_addr}; {@code
 * net/ipv6/ip6_output.c}, {@code ip6_dst_lookup_tail}.
 *
 * <p><b>Differs from Linux:</b> there is no device but {@code lo} yet.
 */
public final class Ip6Route {
  private static final int LO = 1;

  /**
   * The way to an address.
   *
   * @param saddr the source address of packets
   * @param errno why there is no way, positive; 0 if there is one
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(byte[] saddr, int errno) {
    /** The device by which it leaves. */
    public int oif() {
      return LO;
    }
  }

  private Ip6Route() {}

  /** Whether a device, or any for 0, has this address ({@code ipv6_chk_addr}). */
  public static boolean isLocal(NetNs net, byte[] address, int ifindex) {
    return net.loIsUp() && Ipv6Address.isLoopback(address) && (ifindex == 0 || ifindex == LO);
  }

  /**
   * The way to an address ({@code ip6_dst_lookup_flow}).
   *
   * <p><b>Errors</b>, in order: EADDRNOTAVAIL if there is no source address to choose, ENETUNREACH,
   * EAFNOSUPPORT from a mapped address to another kind.
   *
   * @param daddr where to
   * @param saddr source address, or {@code ::} to choose one
   * @param oif the device to go out by, or 0
   */
  public static Result lookup(NetNs net, byte[] daddr, byte[] saddr, int oif) {
    byte[] source = saddr;
    if (Ipv6Address.isAny(saddr)) {
      if (!net.loIsUp()) {
        return new Result(saddr, Errno.EADDRNOTAVAIL.number());
      }
      source = Ipv6Address.loopback();
    }
    if (!isLocal(net, daddr, oif)) {
      return new Result(saddr, Errno.ENETUNREACH.number());
    }
    boolean mapped = Ipv6Address.isV4Mapped(source) && !Ipv6Address.isV4Mapped(daddr);
    return new Result(source, mapped ? Errno.EAFNOSUPPORT.number() : 0);
  }
}
