package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.FibRoute;
import org.netshard.protocol.fib.InetNet;

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
 */
public final class IpRoute {
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
   * @param oif the device by which packets leave, 0 if there is no way
   * @param route the route that was found, null if none was needed
   */
  public record Result(
      int daddr, int saddr, Type type, int errno, int oif, @Nullable FibRoute route) {
    private static Result failed(Errno errno) {
      return failed(errno.number());
    }

    private static Result failed(int errno) {
      return new Result(0, 0, Type.UNICAST, errno, 0, null);
    }

    /** The next hop on the link, network byte order: that of the route, or the address itself. */
    public int gateway() {
      FibRoute found = route;
      if (found == null || type != Type.UNICAST || found.gateway() == 0) {
        return daddr;
      }
      boolean hop = found.nhScope() == Fib.RT_SCOPE_LINK;
      return hop ? Integer.reverseBytes(found.gateway()) : daddr;
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
    return type(InetNet.of(net).addrType(Integer.reverseBytes(address)));
  }

  private static Type type(int rtn) {
    return switch (rtn) {
      case Fib.RTN_LOCAL -> Type.LOCAL;
      case Fib.RTN_BROADCAST -> Type.BROADCAST;
      case Fib.RTN_MULTICAST -> Type.MULTICAST;
      default -> Type.UNICAST;
    };
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

  /**
   * The way of a packet that leaves ({@code ip_route_output_key_hash_rcu}).
   *
   * <p><b>Errors</b>, in order: EINVAL for a source that is a group, ENETUNREACH for one that is no
   * device's; ENODEV, ENETUNREACH if the device is down; that of the route.
   *
   * @param daddr where to, or 0 for here
   * @param saddr source address, or 0 to choose one
   * @param oif the device to go out by, or 0
   */
  public static Result output(NetNs net, int daddr, int saddr, int oif) {
    InetNet inet = InetNet.of(net);
    int source = saddr;
    boolean group = InetAddress4.isMulticast(daddr);
    if (saddr != 0) {
      if (InetAddress4.isMulticast(saddr) || saddr == InetAddress4.BROADCAST) {
        return Result.failed(Errno.EINVAL);
      }
      int device = inet.deviceOf(Integer.reverseBytes(saddr));
      if (device == 0) {
        return Result.failed(Errno.ENETUNREACH);
      }
      if (oif == 0 && (group || daddr == InetAddress4.BROADCAST)) {
        return made(daddr, saddr, Type.UNICAST, device, null);
      }
    }
    if (oif != 0) {
      NetDevice dev = net.device(oif);
      if (dev == null) {
        return Result.failed(Errno.ENODEV);
      }
      if (!dev.isUp()) {
        return Result.failed(Errno.ENETUNREACH);
      }
      if (InetAddress4.isLocalMulticast(daddr) || daddr == InetAddress4.BROADCAST) {
        source = saddr != 0 ? saddr : select(inet, oif, Fib.RT_SCOPE_LINK);
        return made(daddr, source, Type.UNICAST, oif, null);
      }
      if (saddr == 0 && group) {
        source = select(inet, oif, Fib.RT_SCOPE_UNIVERSE);
      } else if (saddr == 0 && daddr == 0) {
        source = select(inet, oif, Fib.RT_SCOPE_HOST);
      }
    }
    return toAddress(inet, daddr, source, oif);
  }

  private static int select(InetNet inet, int oif, int scope) {
    return Integer.reverseBytes(inet.selectAddr(oif, 0, scope));
  }

  private static Result toAddress(InetNet inet, int daddr, int saddr, int oif) {
    if (daddr == InetAddress4.ANY) {
      int here = saddr != 0 ? saddr : InetAddress4.LOOPBACK;
      return made(here, here, Type.LOCAL, NetDevice.LOOPBACK_IFINDEX, null);
    }
    FibRoute route = inet.lookup(Integer.reverseBytes(daddr), oif, 0, 0);
    int error = InetNet.error(route);
    if (route == null || error != 0) {
      if (oif == 0) {
        return Result.failed(error);
      }
      // With a device it is taken to be on the link.
      int source = saddr != 0 ? saddr : select(inet, oif, Fib.RT_SCOPE_LINK);
      return made(daddr, source, Type.UNICAST, oif, null);
    }
    if (route.type() == Fib.RTN_LOCAL) {
      int own = route.prefsrc() != 0 ? Integer.reverseBytes(route.prefsrc()) : daddr;
      int source = saddr != 0 ? saddr : own;
      return made(daddr, source, Type.LOCAL, NetDevice.LOOPBACK_IFINDEX, route);
    }
    int source = saddr != 0 ? saddr : Integer.reverseBytes(inet.prefsrc(route));
    return made(daddr, source, type(route.type()), route.oif(), route);
  }

  /** {@code __mkroute_output}: an address of a kind of its own is that, whatever the route says. */
  private static Result made(int daddr, int saddr, Type found, int oif, @Nullable FibRoute route) {
    Type type =
        daddr == InetAddress4.BROADCAST
            ? Type.BROADCAST
            : InetAddress4.isMulticast(daddr) ? Type.MULTICAST : found;
    return new Result(daddr, saddr, type, 0, oif, route);
  }
}
