package org.netshard.protocol.rtnetlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.fib.Devinet;
import org.netshard.protocol.fib.Fib;
import org.netshard.protocol.fib.FibIoctl;
import org.netshard.protocol.fib.InDevice;
import org.netshard.protocol.fib.InIfaddr;
import org.netshard.protocol.fib.InetNet;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;

/**
 * What IPv4 and packet sockets answer about addresses: {@code SIOCGIFADDR} and so on.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_ioctl}; {@code net/ipv4/devinet.c},
 * {@code devinet_ioctl}.
 *
 * <p><b>Differs from Linux:</b> the table of ARP cannot be changed.
 */
final class InetIoctl {
  static final int SIOCADDRT = 0x890b;
  static final int SIOCDELRT = 0x890c;
  static final int SIOCRTMSG = 0x890d;
  static final int SIOCGIFADDR = 0x8915;
  static final int SIOCSIFADDR = 0x8916;
  static final int SIOCGIFDSTADDR = 0x8917;
  static final int SIOCSIFDSTADDR = 0x8918;
  static final int SIOCGIFBRDADDR = 0x8919;
  static final int SIOCSIFBRDADDR = 0x891a;
  static final int SIOCGIFNETMASK = 0x891b;
  static final int SIOCSIFNETMASK = 0x891c;
  static final int SIOCDARP = 0x8953;
  static final int SIOCGARP = 0x8954;
  static final int SIOCSARP = 0x8955;

  /** The request is none of these. */
  static final int NOT_MINE = Integer.MIN_VALUE;

  private static final int ARPREQ_BYTES = 68;
  private static final int SOCKADDR_AT = 16;
  private static final int ADDR_AT = 20;

  private InetIoctl() {}

  /** Answers a request, or tells that it is {@link #NOT_MINE}. */
  static int perform(NetNs net, Cred cred, int request, UserMem arg) {
    return switch (request) {
      case SIOCADDRT, SIOCDELRT -> FibIoctl.perform(net, cred, arg, request == SIOCADDRT);
      case SIOCDARP, SIOCGARP, SIOCSARP -> arp(net, cred, request, arg);
      case SIOCGIFADDR,
          SIOCSIFADDR,
          SIOCGIFDSTADDR,
          SIOCSIFDSTADDR,
          SIOCGIFBRDADDR,
          SIOCSIFBRDADDR,
          SIOCGIFNETMASK,
          SIOCSIFNETMASK,
          DevIoctl.SIOCSIFFLAGS ->
          address(net, cred, request, arg);
      default -> NOT_MINE;
    };
  }

  private static boolean isAdmin(NetNs net, Cred cred) {
    return cred.nsCapable(net.userNs(), Capability.CAP_NET_ADMIN);
  }

  private static int arp(NetNs net, Cred cred, int request, UserMem arg) {
    if (request != SIOCGARP && !isAdmin(net, cred)) {
      return Errno.EPERM.negated();
    }
    if (!arg.accessible(0, ARPREQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (arg.getShort(0) != Abi.AF_INET) {
      return Errno.EPFNOSUPPORT.negated();
    }
    return Errno.ENXIO.negated();
  }

  private static boolean reads(int request) {
    return request == SIOCGIFADDR
        || request == SIOCGIFDSTADDR
        || request == SIOCGIFBRDADDR
        || request == SIOCGIFNETMASK;
  }

  /**
   * {@code devinet_ioctl}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EPERM, EINVAL for another family, ENODEV, EADDRNOTAVAIL.
   */
  private static int address(NetNs net, Cred cred, int request, UserMem arg) {
    if (!arg.accessible(0, DevIoctl.IFREQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (!reads(request)) {
      if (!isAdmin(net, cred)) {
        return Errno.EPERM.negated();
      }
      boolean flags = request == DevIoctl.SIOCSIFFLAGS;
      if (!flags && arg.getShort(SOCKADDR_AT) != Abi.AF_INET) {
        return Errno.EINVAL.negated();
      }
    }
    NetDevice dev = DevIoctl.device(net, arg);
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    InDevice inDev = InetNet.of(net).find(dev.ifindex());
    InIfaddr ifa = inDev == null ? null : find(inDev, arg, reads(request));
    if (reads(request)) {
      return ifa == null ? Errno.EADDRNOTAVAIL.negated() : read(request, arg, ifa);
    }
    return change(net, dev, inDev, ifa, request, arg);
  }

  /** The address with the label of the request, if one is asked for by its address then that. */
  private static @Nullable InIfaddr find(InDevice inDev, UserMem arg, boolean byAddress) {
    String label = DevIoctl.label(arg);
    boolean tries = byAddress && arg.getShort(SOCKADDR_AT) == Abi.AF_INET;
    InIfaddr first = null;
    for (InIfaddr ifa : inDev.addresses()) {
      if (ifa.label().equals(label)) {
        if (tries && Integer.reverseBytes(arg.getInt(ADDR_AT)) == ifa.local()) {
          return ifa;
        }
        first = first == null ? ifa : first;
      }
    }
    return first;
  }

  private static int read(int request, UserMem arg, InIfaddr ifa) {
    int address =
        switch (request) {
          case SIOCGIFADDR -> ifa.local();
          case SIOCGIFDSTADDR -> ifa.address();
          case SIOCGIFBRDADDR -> ifa.broadcast();
          default -> ifa.mask();
        };
    arg.putShort(SOCKADDR_AT, Abi.AF_INET);
    arg.putShort(SOCKADDR_AT + 2, 0);
    arg.putInt(ADDR_AT, Integer.reverseBytes(address));
    arg.putLong(ADDR_AT + 4, 0);
    return 0;
  }

  private static int change(
      NetNs net,
      NetDevice dev,
      @Nullable InDevice inDev,
      @Nullable InIfaddr ifa,
      int request,
      UserMem arg) {
    if (request == DevIoctl.SIOCSIFFLAGS) {
      int flags = (short) arg.getShort(SOCKADDR_AT);
      if (DevIoctl.label(arg).indexOf(':') < 0) {
        Netdev.changeFlags(net, dev, flags);
        return 0;
      }
      if (inDev == null || ifa == null) {
        return Errno.EADDRNOTAVAIL.negated();
      }
      if ((flags & NetDevice.IFF_UP) == 0) {
        Devinet.delete(net, inDev, ifa, Netlink.Info.NONE);
      }
      return 0;
    }
    int asked = Integer.reverseBytes(arg.getInt(ADDR_AT));
    if (request == SIOCSIFADDR) {
      return setAddress(net, dev, inDev, ifa, asked, DevIoctl.label(arg));
    }
    if (inDev == null || ifa == null) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    return replace(net, dev, inDev, ifa, request, asked);
  }

  /** {@code inet_abc_len}: the length of the prefix by the class of an address, -1 for none. */
  private static int classPrefix(int address) {
    if (address == 0) {
      return 0;
    }
    int first = address >>> 24;
    if (first < 128) {
      return 8;
    }
    if (first < 192) {
      return 16;
    }
    if (first < 224) {
      return 24;
    }
    return first >= 240 ? 32 : -1;
  }

  private static int setAddress(
      NetNs net,
      NetDevice dev,
      @Nullable InDevice inDev,
      @Nullable InIfaddr ifa,
      int address,
      String label) {
    int prefix = classPrefix(address);
    if (prefix < 0) {
      return Errno.EINVAL.negated();
    }
    if (inDev != null && ifa != null) {
      if (ifa.local() == address) {
        return 0;
      }
      Devinet.delete(net, inDev, ifa, Netlink.Info.NONE);
    }
    int scope = address >>> 24 == 127 ? Fib.RT_SCOPE_HOST : Fib.RT_SCOPE_UNIVERSE;
    InIfaddr made = made(net, address, address, prefix, 0, scope, label);
    return Devinet.insert(net, dev, made, Netlink.Info.NONE, new ExtAck());
  }

  private static InIfaddr made(
      NetNs net, int local, int address, int prefix, int broadcast, int scope, String label) {
    return new InIfaddr(
        local,
        address,
        prefix,
        broadcast,
        scope,
        InIfaddr.IFA_F_PERMANENT,
        label,
        0,
        0,
        net.machine().nowNs());
  }

  private static int replace(
      NetNs net, NetDevice dev, InDevice inDev, InIfaddr ifa, int request, int asked) {
    int address = ifa.address();
    int prefix = ifa.prefixLen();
    int broadcast = ifa.broadcast();
    switch (request) {
      case SIOCSIFBRDADDR -> broadcast = asked;
      case SIOCSIFDSTADDR -> {
        if (classPrefix(asked) < 0) {
          return Errno.EINVAL.negated();
        }
        address = asked;
      }
      default -> {
        if (asked != Fib.mask(Integer.bitCount(asked))) {
          return Errno.EINVAL.negated();
        }
        prefix = Integer.bitCount(asked);
      }
    }
    Devinet.delete(net, inDev, ifa, Netlink.Info.NONE);
    InIfaddr made = made(net, ifa.local(), address, prefix, broadcast, ifa.scope(), ifa.label());
    return Devinet.insert(net, dev, made, Netlink.Info.NONE, new ExtAck());
  }
}
