package org.netshard.protocol.rtnetlink;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Devinet;
import org.netshard.protocol.fib6.Addrconf;
import org.netshard.protocol.netlink.ExtAck;

/**
 * Changes of a device, and who is told of them.
 *
 * <p><b>Source:</b> {@code net/core/dev.c}: {@code __dev_change_flags}, {@code __dev_notify_flags},
 * {@code netif_set_mtu_ext}; the order of the notifiers is that in which they are registered.
 */
public final class Netdev {
  /** Flags that programs can set. */
  private static final int SETTABLE =
      NetDevice.IFF_NOTRAILERS
          | NetDevice.IFF_NOARP
          | NetDevice.IFF_DYNAMIC
          | NetDevice.IFF_MULTICAST
          | NetDevice.IFF_PORTSEL
          | NetDevice.IFF_AUTOMEDIA;

  /** Flags that keep their value. */
  private static final int KEPT =
      NetDevice.IFF_UP
          | NetDevice.IFF_ALLMULTI
          | NetDevice.IFF_PROMISC
          | NetDevice.IFF_LOOPBACK
          | NetDevice.IFF_BROADCAST
          | NetDevice.IFF_POINTOPOINT;

  private Netdev() {}

  /** Sets a device up or down. */
  public static void setUp(NetNs net, NetDevice dev, boolean up) {
    int flags = up ? dev.flags() | NetDevice.IFF_UP : dev.flags() & ~NetDevice.IFF_UP;
    changeFlags(net, dev, flags);
  }

  /** Sets the flags of a device that programs can set ({@code dev_change_flags}). */
  public static void changeFlags(NetNs net, NetDevice dev, int flags) {
    int old = dev.flags();
    int now = (flags & SETTABLE) | (old & KEPT);
    boolean upChanges = ((old ^ flags) & NetDevice.IFF_UP) != 0;
    if (upChanges) {
      now ^= NetDevice.IFF_UP;
    }
    if (((old ^ flags) & NetDevice.IFF_PROMISC) != 0) {
      dev.addPromiscuity((flags & NetDevice.IFF_PROMISC) != 0 ? 1 : -1);
      now ^= NetDevice.IFF_PROMISC;
    }
    if (now == old) {
      return;
    }
    dev.setFlags(now);
    RtmLink.announce(net, dev, old ^ now);
    if (upChanges && dev.isUp()) {
      Devinet.up(net, dev);
      Addrconf.up(net, dev);
      RtmLink6.announce(net, dev);
    } else if (upChanges) {
      Addrconf.down(net, dev);
      Devinet.down(net, dev);
    }
  }

  /**
   * Sets the MTU of a device.
   *
   * <p><b>Errors:</b> EINVAL below the least or above the largest of its kind.
   */
  static int setMtu(NetNs net, NetDevice dev, int mtu, ExtAck ext) {
    if (mtu == dev.mtu()) {
      return 0;
    }
    if (mtu < dev.kind().mtuMin()) {
      return ext.fail(Errno.EINVAL, "mtu less than device minimum");
    }
    if (dev.kind().mtuMax() > 0 && mtu > dev.kind().mtuMax()) {
      return ext.fail(Errno.EINVAL, "mtu greater than device maximum");
    }
    dev.setMtu(mtu);
    RtmLink.announce(net, dev, 0);
    Devinet.changeMtu(net, dev);
    Addrconf.changeMtu(net, dev);
    return 0;
  }
}
