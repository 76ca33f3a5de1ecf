package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetNs;

/**
 * IPv4 routes of a namespace: what an address is, and how a sock reaches another.
 *
 * <p>Once {@code lo} has been up, the local table has {@code local 127.0.0.0/8} and, while it is
 * up, {@code broadcast 127.255.255.255}; before, there is no local table at all, and every address
 * counts as a broadcast address.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_frontend.c}, {@code __inet_dev_addr_type}; {@code
 * include/net/route.h}, {@code ip_route_connect}; {@code net/ipv4/route.c}, {@code
 * ip_route_output_key_hash_rcu}, {@code __mkroute_output}.
 *
 * <p><b>Differs from Linux:</b> there is no device but {@code lo} yet.
 */
public final class IpRoute {
  private static final int LOOPBACK_BROADCAST = 0xffffff7f;
  private static final int LO = 1;

  /** What an address is ({@code RTN_UNICAST} and so on). */
  public enum Type {
    /** Somebody else's. */
    UNICAST,
    /** One of this namespace. */
    LOCAL,
    /** All of a network. */
    BROADCAST,
    /** A group. */
    MULTICAST
  }

  /**
   * The way to an address.
   *
   * @param daddr the address, loopback if none was given
   * @param saddr the source address of packets, 0 if there is none
   * @param type what the address is
   * @param errno why there is no way, positive; 0 if there is one
   */
  public record Result(int daddr, int saddr, Type type, int errno) {
    /** The device by which it leaves. */
    public int oif() {
      return LO;
    }

    private static Result failed(Errno errno) {
      return new Result(0, 0, Type.UNICAST, errno.number());
    }
  }

  private IpRoute() {}

  /** What an address is here ({@code inet_addr_type}). */
  public static Type addrType(NetNs net, int address) {
    if (address == InetAddress4.ANY || address == InetAddress4.BROADCAST) {
      return Type.BROADCAST;
    }
    if (InetAddress4.isMulticast(address)) {
      return Type.MULTICAST;
    }
    return net.loWasUp() ? lookup(net, address) : Type.BROADCAST;
  }

  /** {@code fib_lookup}: UNICAST if there is no route. */
  private static Type lookup(NetNs net, int address) {
    if (!net.loWasUp() || !InetAddress4.isLoopback(address)) {
      return Type.UNICAST;
    }
    return address == LOOPBACK_BROADCAST && net.loIsUp() ? Type.BROADCAST : Type.LOCAL;
  }

  /** {@code __ip_dev_find}: whether a device has this address. */
  private static boolean isOfDevice(NetNs net, int address) {
    return lookup(net, address) == Type.LOCAL;
  }

  /**
   * The way of a sock that connects ({@code ip_route_connect}): a source address that the first
   * look-up chooses is looked at again by a second.
   *
   * @param daddr where to, or 0 for here
   * @param saddr source address, or 0 to choose one
   * @param oif the device to go out by, or 0
   */
  public static Result connect(NetNs net, int daddr, int saddr, int oif) {
    Result first = output(net, daddr, saddr, oif);
    return first.errno() != 0 || (daddr != 0 && saddr != 0)
        ? first
        : output(net, first.daddr(), first.saddr(), oif);
  }

  /** The way of a packet ({@code ip_route_output_key_hash_rcu}); arguments as {@link #connect}. */
  public static Result output(NetNs net, int daddr, int saddr, int oif) {
    int out = oif;
    if (saddr != 0) {
      if (InetAddress4.isMulticast(saddr) || saddr == InetAddress4.BROADCAST) {
        return Result.failed(Errno.EINVAL);
      }
      if (!isOfDevice(net, saddr)) {
        return Result.failed(Errno.ENETUNREACH);
      }
      boolean onLink = InetAddress4.isMulticast(daddr) || daddr == InetAddress4.BROADCAST;
      if (out == 0 && onLink) {
        return made(daddr, saddr, Type.UNICAST);
      }
    }
    if (out != 0) {
      if (net.deviceName(out) == null) {
        return Result.failed(Errno.ENODEV);
      }
      if (out != LO || !net.loIsUp()) {
        return Result.failed(Errno.ENETUNREACH);
      }
      if (InetAddress4.isLocalMulticast(daddr) || daddr == InetAddress4.BROADCAST) {
        return made(daddr, saddr, Type.UNICAST);
      }
    }
    return toAddress(net, daddr, saddr, out);
  }

  private static Result toAddress(NetNs net, int daddr, int saddr, int oif) {
    if (daddr == InetAddress4.ANY) {
      int here = saddr != 0 ? saddr : InetAddress4.LOOPBACK;
      return made(here, here, Type.LOCAL);
    }
    Type type = lookup(net, daddr);
    if (type == Type.UNICAST) {
      // With a device, and no address on it of the link's scope, it is taken to be on the link.
      return oif == 0 ? Result.failed(Errno.ENETUNREACH) : made(daddr, saddr, type);
    }
    return made(daddr, saddr != 0 ? saddr : InetAddress4.LOOPBACK, type);
  }

  private static Result made(int daddr, int saddr, Type found) {
    Type type =
        daddr == InetAddress4.BROADCAST
            ? Type.BROADCAST
            : InetAddress4.isMulticast(daddr) ? Type.MULTICAST : found;
    return new Result(daddr, saddr, type, 0);
  }
}
