package org.netshard.protocol.inet6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib6.Fib6Route;
import org.netshard.protocol.fib6.Inet6Net;

/**
 * IPv6 routes of a namespace: which addresses it has, and how a sock reaches another.
 *
 * <p>While {@code lo} is up there is {@code local ::1 dev lo}; while it is down there is nothing.
 *
 * <p><b>Source:</b> {@code net/ipv6/addrconf.c}, {@code ipv6_chk_addr}; {@code
 * net/ipv6/ip6_output.c}, {@code ip6_dst_lookup_tail}.
 */
public final class Ip6Route {
  /**
   * The way to an address.
   *
   * @param saddr the source address of packets
   * @param errno why there is no way, positive; 0 if there is one
   * @param oif the device by which packets leave, 0 if there is no way
   * @param route the route, or null
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(byte[] saddr, int errno, int oif, @Nullable Fib6Route route) {
    private static Result failed(byte[] saddr, int errno) {
      return new Result(saddr, errno, 0, null);
    }

    /** Whether the address is one of this namespace. */
    public boolean isLocal() {
      Fib6Route found = route;
      return found != null && found.type() == Fib.RTN_LOCAL;
    }
  }

  private Ip6Route() {}

  /** Whether a device, or any for 0, has this address ({@code ipv6_chk_addr}). */
  public static boolean isLocal(NetNs net, byte[] address, int ifindex) {
    return Inet6Net.of(net).isLocal(address, ifindex);
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
    Inet6Net inet6 = Inet6Net.of(net);
    Fib6Route route = inet6.lookup(daddr, oif);
    int error = route == null ? Errno.ENETUNREACH.number() : route.error();
    byte[] source = saddr;
    if (Ipv6Address.isAny(saddr)) {
      byte[] own = route == null || error != 0 ? null : route.prefsrc();
      int by = route == null || error != 0 ? oif : route.oif();
      byte[] chosen = own != null ? own : inet6.sourceFor(daddr, by);
      if (chosen == null) {
        return Result.failed(saddr, Errno.EADDRNOTAVAIL.number());
      }
      source = chosen;
    }
    if (route == null || error != 0) {
      return Result.failed(saddr, error);
    }
    boolean mapped = Ipv6Address.isV4Mapped(source) && !Ipv6Address.isV4Mapped(daddr);
    return new Result(source, mapped ? Errno.EAFNOSUPPORT.number() : 0, route.oif(), route);
  }
}
