package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;

/**
 * The IPv4 addresses of devices: how they come and go.
 *
 * <p><b>Source:</b> {@code net/ipv4/devinet.c}: {@code __inet_insert_ifa}, {@code __inet_del_ifa},
 * {@code inetdev_event}; {@code net/ipv4/fib_frontend.c}: {@code fib_inetaddr_event}, {@code
 * fib_netdev_event}.
 *
 * <p><b>Differs from Linux:</b> {@code promote_secondaries} is taken as 0, addresses do not expire.
 */
public final class Devinet {
  private static final int INADDR_LOOPBACK = 0x7f000001;
  private static final int LOOPBACK_PREFIX = 8;

  /** The least MTU of a device with IPv4, bytes ({@code IPV4_MIN_MTU}). */
  private static final int IPV4_MIN_MTU = 68;

  private Devinet() {}

  /**
   * Gives a device an address.
   *
   * <p><b>Errors:</b> EEXIST if it has it, EINVAL if the network has addresses of another scope.
   */
  public static int insert(NetNs net, NetDevice dev, InIfaddr ifa, Netlink.Info info, ExtAck ext) {
    if (ifa.local() == 0) {
      return 0;
    }
    InDevice inDev = InetNet.of(net).inDevice(dev);
    ifa.setSecondary(false);
    List<InIfaddr> list = inDev.list();
    int lastPrimary = 0;
    for (int i = 0; i < list.size(); i++) {
      InIfaddr other = list.get(i);
      if (!other.isSecondary() && ifa.scope() <= other.scope()) {
        lastPrimary = i + 1;
      }
      if (other.prefixLen() == ifa.prefixLen() && ifa.matches(other.address())) {
        if (other.local() == ifa.local()) {
          return ext.fail(Errno.EEXIST, "ipv4: Address already assigned");
        }
        if (other.scope() != ifa.scope()) {
          return ext.fail(Errno.EINVAL, "ipv4: Invalid scope value");
        }
        ifa.setSecondary(true);
      }
    }
    list.add(ifa.isSecondary() ? list.size() : lastPrimary, ifa);
    InetNet.of(net).addressChanged();
    RtmIfaddr.announce(net, RtmIfaddr.RTM_NEWADDR, inDev, ifa, info);
    FibFrontend.addIfaddr(net, inDev, ifa);
    return 0;
  }

  /** Whether a device has this very address already ({@code find_matching_ifa}). */
  static @Nullable InIfaddr matching(InDevice inDev, InIfaddr ifa) {
    for (InIfaddr other : inDev.addresses()) {
      boolean same = other.prefixLen() == ifa.prefixLen() && other.local() == ifa.local();
      if (same && ifa.matches(other.address())) {
        return other;
      }
    }
    return null;
  }

  /** Takes an address from a device, and with a primary one all secondary ones of its network. */
  public static void delete(NetNs net, InDevice inDev, InIfaddr ifa, Netlink.Info info) {
    if (!ifa.isSecondary()) {
      for (InIfaddr other : new ArrayList<>(inDev.list())) {
        boolean same = other.prefixLen() == ifa.prefixLen() && other.matches(ifa.address());
        if (other.isSecondary() && same) {
          remove(net, inDev, other, info);
        }
      }
    }
    remove(net, inDev, ifa, info);
  }

  private static void remove(NetNs net, InDevice inDev, InIfaddr ifa, Netlink.Info info) {
    InIfaddr primary = ifa.isSecondary() ? inDev.byPrefix(ifa.address(), ifa.mask()) : ifa;
    inDev.list().remove(ifa);
    InetNet.of(net).addressChanged();
    RtmIfaddr.announce(net, RtmIfaddr.RTM_DELADDR, inDev, ifa, info);
    FibFrontend.delIfaddr(net, inDev, ifa, primary == null ? ifa : primary);
    if (inDev.list().isEmpty()) {
      FibFrontend.disableIp(net, inDev.dev(), true);
    }
  }

  /** A device is up: {@code lo} gets its address, routes to the networks of all are made. */
  public static void up(NetNs net, NetDevice dev) {
    if (dev.mtu() < IPV4_MIN_MTU) {
      return;
    }
    if (dev.isLoopback()) {
      InIfaddr ifa =
          new InIfaddr(
              INADDR_LOOPBACK,
              INADDR_LOOPBACK,
              LOOPBACK_PREFIX,
              0,
              Fib.RT_SCOPE_HOST,
              InIfaddr.IFA_F_PERMANENT,
              dev.name(),
              0,
              0,
              net.machine().nowNs());
      insert(net, dev, ifa, Netlink.Info.NONE, new ExtAck());
    }
    InDevice inDev = InetNet.of(net).find(dev.ifindex());
    if (inDev != null) {
      inDev.addresses().forEach(ifa -> FibFrontend.addIfaddr(net, inDev, ifa));
    }
  }

  /** A device is down: routes by it go, but for those to its own addresses. */
  public static void down(NetNs net, NetDevice dev) {
    FibFrontend.disableIp(net, dev, false);
  }

  /** The MTU has changed: below 68 bytes there is no IPv4 ({@code inetdev_destroy}). */
  public static void changeMtu(NetNs net, NetDevice dev) {
    InDevice inDev = InetNet.of(net).find(dev.ifindex());
    if (dev.mtu() >= IPV4_MIN_MTU || inDev == null) {
      return;
    }
    while (!inDev.list().isEmpty()) {
      delete(net, inDev, inDev.list().get(0), Netlink.Info.NONE);
    }
  }
}
