package org.netshard.protocol.fib6;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.Nl;

/**
 * The IPv6 addresses of devices: how they come and go, with their routes.
 *
 * <p><b>Source:</b> {@code net/ipv6/addrconf.c}: {@code inet6_addr_add}, {@code ipv6_add_addr},
 * {@code inet6_addr_del}, {@code init_loopback}, {@code addrconf_notify}, {@code addrconf_ifdown};
 * {@code net/ipv6/route.c}: {@code rt6_disable_ip}, {@code ip6_route_add}, {@code ip6_route_del}.
 */
public final class Addrconf {
  /** The least MTU of a device with IPv6, bytes. */
  private static final int IPV6_MIN_MTU = 1280;

  private static final int IP6_RT_PRIO_ADDRCONF = 256;

  /** {@code IFAPROT_KERNEL_LO}: made by the kernel for the loopback device. */
  private static final int IFAPROT_KERNEL_LO = 1;

  private Addrconf() {}

  /**
   * Gives a device an address.
   *
   * <p><b>Errors:</b> EADDRNOTAVAIL for an address that nobody can have, EEXIST.
   */
  static int add(
      NetNs net,
      NetDevice dev,
      byte[] address,
      byte[] peer,
      int prefixLen,
      int flags,
      int proto,
      int rtPriority,
      ExtAck ext) {
    if (In6.isMulticast(address)) {
      String text = "ipv6: Cannot assign multicast address without \"IFA_F_MCAUTOJOIN\" flag";
      return ext.fail(Errno.EADDRNOTAVAIL, text);
    }
    if (In6.isAny(address) || (In6.isLoopback(address) && !dev.isLoopback())) {
      return ext.fail(Errno.EADDRNOTAVAIL, "ipv6: Invalid address");
    }
    Inet6Dev idev = Inet6Net.of(net).inet6Dev(dev);
    if (idev.find(address) != null) {
      return ext.fail(Errno.EEXIST, "ipv6: address already assigned");
    }
    boolean dad = (flags & Inet6Ifaddr.IFA_F_NODAD) == 0;
    Inet6Ifaddr ifp =
        new Inet6Ifaddr(
            address,
            peer,
            prefixLen,
            flags | Inet6Ifaddr.IFA_F_PERMANENT | (dad ? Inet6Ifaddr.IFA_F_TENTATIVE : 0),
            In6.scope(address),
            proto,
            rtPriority,
            net.machine().nowNs());
    idev.link(ifp);
    Inet6Net.of(net).addressChanged();
    prefixRoute(net, idev, ifp);
    if (dad) {
      RtmIfaddr6.announce(net, RtmIfaddr6.RTM_NEWADDR, idev, ifp);
      ifp.clearFlags(Inet6Ifaddr.IFA_F_TENTATIVE);
    }
    announceUsable(net, idev, ifp);
    return 0;
  }

  private static Fib6Route localRoute(NetDevice dev, Inet6Ifaddr ifp) {
    return new Fib6Route(
        ifp.address(),
        In6.BITS,
        Fib.RT_TABLE_LOCAL,
        Fib.RTPROT_KERNEL,
        Fib.RTN_LOCAL,
        0,
        dev.ifindex(),
        null,
        null,
        null);
  }

  private static Fib6Route networkRoute(Inet6Dev idev, Inet6Ifaddr ifp) {
    byte[] of = In6.isAny(ifp.peer()) ? ifp.address() : ifp.peer();
    return new Fib6Route(
        In6.prefix(of, ifp.prefixLen()),
        ifp.prefixLen(),
        Fib.RT_TABLE_MAIN,
        Fib.RTPROT_KERNEL,
        Fib.RTN_UNICAST,
        ifp.rtPriority() != 0 ? ifp.rtPriority() : IP6_RT_PRIO_ADDRCONF,
        idev.dev().ifindex(),
        null,
        null,
        null);
  }

  /** {@code addrconf_prefix_route}: the route to the network of an address, if the device is up. */
  private static void prefixRoute(NetNs net, Inet6Dev idev, Inet6Ifaddr ifp) {
    boolean host = ifp.scope() == In6.SCOPE_LOOPBACK;
    boolean wanted = (ifp.flags() & Inet6Ifaddr.IFA_F_NOPREFIXROUTE) == 0;
    if (idev.dev().isUp() && !host && wanted) {
      int flags = Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
      insert(net, networkRoute(idev, ifp), flags, Netlink.Info.NONE);
    }
  }

  /** Takes an address from a device. */
  static void delete(NetNs net, Inet6Dev idev, Inet6Ifaddr ifp) {
    idev.list().remove(ifp);
    Inet6Net.of(net).addressChanged();
    RtmIfaddr6.announce(net, RtmIfaddr6.RTM_DELADDR, idev, ifp);
    drop(net, localRoute(idev.dev(), ifp));
    if ((ifp.flags() & Inet6Ifaddr.IFA_F_NOPREFIXROUTE) != 0) {
      return;
    }
    for (Inet6Ifaddr other : idev.addresses()) {
      boolean same = In6.matches(other.address(), ifp.address(), ifp.prefixLen());
      if (same && other.prefixLen() == ifp.prefixLen()) {
        return;
      }
    }
    drop(net, networkRoute(idev, ifp));
  }

  private static void drop(NetNs net, Fib6Route like) {
    Inet6Net inet6 = Inet6Net.of(net);
    for (Fib6Route route : inet6.routes(like.table())) {
      boolean same = route.samePrefix(like) && route.metric() == like.metric();
      if (same && route.oif() == like.oif()) {
        inet6.remove(route);
        RtmRoute6.announce(net, RtmRoute6.RTM_DELROUTE, route, 0, Netlink.Info.NONE);
        return;
      }
    }
  }

  /**
   * Adds a route ({@code fib6_add_rt2node}).
   *
   * <p><b>Errors:</b> EEXIST, ENOENT if it is to replace what is not there.
   *
   * @param nlflags {@code NLM_F_…} of who asks for it
   */
  static int insert(NetNs net, Fib6Route route, int nlflags, Netlink.Info info) {
    Inet6Net inet6 = Inet6Net.of(net);
    boolean create = (nlflags & Nl.NLM_F_CREATE) != 0;
    Fib6Route first = null;
    boolean duplicate = false;
    for (Fib6Route other : inet6.routes(route.table())) {
      if (other.samePrefix(route) && other.metric() == route.metric()) {
        first = first == null ? other : first;
        duplicate |= other.oif() == route.oif() && Arrays.equals(other.gateway(), route.gateway());
      }
    }
    boolean replace = (nlflags & Nl.NLM_F_REPLACE) != 0;
    if (first != null) {
      if ((nlflags & Nl.NLM_F_EXCL) != 0) {
        return Errno.EEXIST.negated();
      }
      if (replace) {
        inet6.remove(first);
        inet6.add(route);
        RtmRoute6.announce(net, RtmRoute6.RTM_NEWROUTE, route, Nl.NLM_F_REPLACE, info);
        return 0;
      }
      if (duplicate) {
        return Errno.EEXIST.negated();
      }
    } else if (replace && !create) {
      return Errno.ENOENT.negated();
    }
    inet6.add(route);
    int flags = Nl.NLM_F_CREATE | (first == null ? Nl.NLM_F_EXCL : 0);
    flags |= nlflags & Nl.NLM_F_APPEND;
    RtmRoute6.announce(net, RtmRoute6.RTM_NEWROUTE, route, flags, info);
    return 0;
  }

  /** A device is up: {@code lo} gets its address, networks of addresses get their routes. */
  public static void up(NetNs net, NetDevice dev) {
    if (dev.mtu() < IPV6_MIN_MTU) {
      return;
    }
    Inet6Dev idev = Inet6Net.of(net).inet6Dev(dev);
    idev.addresses().forEach(ifp -> prefixRoute(net, idev, ifp));
    if (dev.isLoopback() && idev.find(In6.loopback()) == null) {
      Inet6Ifaddr ifp =
          new Inet6Ifaddr(
              In6.loopback(),
              In6.any(),
              In6.BITS,
              Inet6Ifaddr.IFA_F_PERMANENT,
              In6.SCOPE_LOOPBACK,
              IFAPROT_KERNEL_LO,
              0,
              net.machine().nowNs());
      link(net, idev, ifp);
    }
    idev.setReady(true);
  }

  /** A device has an address that is known to be no other's. */
  private static void link(NetNs net, Inet6Dev idev, Inet6Ifaddr ifp) {
    idev.link(ifp);
    Inet6Net.of(net).addressChanged();
    announceUsable(net, idev, ifp);
  }

  private static void announceUsable(NetNs net, Inet6Dev idev, Inet6Ifaddr ifp) {
    RtmIfaddr6.announce(net, RtmIfaddr6.RTM_NEWADDR, idev, ifp);
    int flags = Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
    insert(net, localRoute(idev.dev(), ifp), flags, Netlink.Info.NONE);
  }

  /** A device is down: it has neither routes nor addresses any more. */
  public static void down(NetNs net, NetDevice dev) {
    Inet6Net inet6 = Inet6Net.of(net);
    for (int table : inet6.tableIds()) {
      for (Fib6Route route : new ArrayList<>(inet6.routes(table))) {
        if (route.oif() == dev.ifindex()) {
          inet6.remove(route);
          RtmRoute6.announce(net, RtmRoute6.RTM_DELROUTE, route, 0, Netlink.Info.NONE);
        }
      }
    }
    Inet6Dev idev = inet6.find(dev.ifindex());
    if (idev != null) {
      idev.setReady(false);
      List<Inet6Ifaddr> all = new ArrayList<>(idev.list());
      idev.list().clear();
      inet6.addressChanged();
      all.forEach(ifp -> RtmIfaddr6.announce(net, RtmIfaddr6.RTM_DELADDR, idev, ifp));
    }
  }

  /** The MTU has changed: below 1280 bytes there is no IPv6. */
  public static void changeMtu(NetNs net, NetDevice dev) {
    Inet6Net.of(net).inet6Dev(dev).setMtu6(dev.mtu());
    if (dev.mtu() < IPV6_MIN_MTU) {
      down(net, dev);
    }
  }
}
