package org.netshard.protocol.rtnetlink;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.fib.InIfaddr;
import org.netshard.protocol.fib.InetNet;
import org.netshard.protocol.netlink.ExtAck;

/**
 * What any socket answers about devices: {@code SIOCGIFFLAGS} and so on.
 *
 * <p><b>Source:</b> {@code net/core/dev_ioctl.c}: {@code dev_ioctl}, {@code dev_ifsioc}, {@code
 * dev_ifsioc_locked}, {@code dev_ifconf}; {@code net/ipv4/devinet.c}, {@code inet_gifconf}.
 *
 * <p><b>Differs from Linux:</b> {@code SIOCETHTOOL} and the settings of drivers are not there.
 */
final class DevIoctl {
  static final int SIOCGIFNAME = 0x8910;
  static final int SIOCSIFLINK = 0x8911;
  static final int SIOCGIFCONF = 0x8912;
  static final int SIOCGIFFLAGS = 0x8913;
  static final int SIOCSIFFLAGS = 0x8914;
  static final int SIOCGIFMETRIC = 0x891d;
  static final int SIOCSIFMETRIC = 0x891e;
  static final int SIOCGIFMEM = 0x891f;
  static final int SIOCSIFMEM = 0x8920;
  static final int SIOCGIFMTU = 0x8921;
  static final int SIOCSIFMTU = 0x8922;
  static final int SIOCSIFNAME = 0x8923;
  static final int SIOCSIFHWADDR = 0x8924;
  static final int SIOCGIFHWADDR = 0x8927;
  static final int SIOCGIFSLAVE = 0x8929;
  static final int SIOCSIFSLAVE = 0x8930;
  static final int SIOCADDMULTI = 0x8931;
  static final int SIOCDELMULTI = 0x8932;
  static final int SIOCGIFINDEX = 0x8933;
  static final int SIOCSIFHWBROADCAST = 0x8937;
  static final int SIOCGIFTXQLEN = 0x8942;
  static final int SIOCSIFTXQLEN = 0x8943;
  static final int SIOCETHTOOL = 0x8946;
  static final int SIOCGMIIPHY = 0x8947;
  static final int SIOCGMIIREG = 0x8948;
  static final int SIOCSMIIREG = 0x8949;
  static final int SIOCGIFMAP = 0x8970;
  static final int SIOCSIFMAP = 0x8971;
  static final int SIOCBONDENSLAVE = 0x8990;
  static final int SIOCBONDCHANGEACTIVE = 0x8995;
  static final int SIOCSHWTSTAMP = 0x89b0;
  static final int SIOCGHWTSTAMP = 0x89b1;
  static final int SIOCDEVPRIVATE = 0x89f0;
  static final int SIOCDEVPRIVATE_LAST = 0x89ff;

  /** Size of a {@code struct ifreq}, bytes: a name, and what is asked for. */
  static final int IFREQ_BYTES = 40;

  private static final int IFNAMSIZ = 16;
  private static final int IFCONF_BYTES = 16;
  private static final int AF_INET = 2;
  private static final int MAP_BYTES = 24;

  private DevIoctl() {}

  /** The name of the device in a request, without what is behind a colon. */
  static String name(UserMem ifreq) {
    String whole = label(ifreq);
    int colon = whole.indexOf(':');
    return colon < 0 ? whole : whole.substring(0, colon);
  }

  /** The name in a request as it is. */
  static String label(UserMem ifreq) {
    byte[] field = ifreq.get(0, IFNAMSIZ);
    int end = 0;
    while (end < IFNAMSIZ - 1 && field[end] != 0) {
      end++;
    }
    return new String(field, 0, end, StandardCharsets.ISO_8859_1);
  }

  static @Nullable NetDevice device(NetNs net, UserMem ifreq) {
    return net.device(net.ifindex(name(ifreq)));
  }

  /**
   * {@code dev_ioctl}.
   *
   * <p><b>Errors</b>, in order: EFAULT, EPERM without CAP_NET_ADMIN for what changes something,
   * ENODEV, those of the request; ENOTTY for one that is not known.
   */
  static int perform(NetNs net, Cred cred, int request, UserMem ifreq) {
    if (!ifreq.accessible(0, IFREQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    return switch (request) {
      case SIOCGIFNAME -> ifname(net, ifreq);
      case SIOCGIFHWADDR,
          SIOCGIFFLAGS,
          SIOCGIFMETRIC,
          SIOCGIFMTU,
          SIOCGIFSLAVE,
          SIOCGIFMAP,
          SIOCGIFINDEX,
          SIOCGIFTXQLEN ->
          read(net, request, ifreq);
      case SIOCETHTOOL -> ethtool(net, ifreq);
      case SIOCGMIIPHY,
          SIOCGMIIREG,
          SIOCSIFNAME,
          SIOCSIFMAP,
          SIOCSIFTXQLEN,
          SIOCSIFFLAGS,
          SIOCSIFMETRIC,
          SIOCSIFMTU,
          SIOCSIFHWADDR,
          SIOCSIFSLAVE,
          SIOCADDMULTI,
          SIOCDELMULTI,
          SIOCSIFHWBROADCAST,
          SIOCSMIIREG,
          SIOCSHWTSTAMP ->
          admin(net, cred, request) ? change(net, request, ifreq) : Errno.EPERM.negated();
      case SIOCGIFMEM, SIOCSIFMEM, SIOCSIFLINK -> Errno.ENOTTY.negated();
      default -> others(net, cred, request, ifreq);
    };
  }

  private static boolean admin(NetNs net, Cred cred, int request) {
    boolean whole = request == SIOCSIFMAP || request == SIOCSIFTXQLEN;
    var owner = net.userNs();
    if (whole) {
      for (var up = owner.parent(); up != null; up = owner.parent()) {
        owner = up;
      }
    }
    return cred.nsCapable(owner, Capability.CAP_NET_ADMIN);
  }

  private static int others(NetNs net, Cred cred, int request, UserMem ifreq) {
    boolean bond = request >= SIOCBONDENSLAVE && request <= SIOCBONDCHANGEACTIVE;
    boolean driver = request >= SIOCDEVPRIVATE && request <= SIOCDEVPRIVATE_LAST;
    if (!bond && !driver && request != SIOCGHWTSTAMP) {
      return Errno.ENOTTY.negated();
    }
    // Two requests about bonds only ask.
    boolean asks = request == SIOCBONDENSLAVE + 3 || request == SIOCBONDENSLAVE + 4;
    if (bond && !asks && !cred.nsCapable(net.userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    return device(net, ifreq) == null ? Errno.ENODEV.negated() : Errno.EOPNOTSUPP.negated();
  }

  private static int ethtool(NetNs net, UserMem ifreq) {
    if (device(net, ifreq) == null) {
      return Errno.ENODEV.negated();
    }
    net.machine().leftOut("ioctl SIOCETHTOOL is not simulated: it fails with EOPNOTSUPP");
    return Errno.EOPNOTSUPP.negated();
  }

  private static int ifname(NetNs net, UserMem ifreq) {
    String name = net.deviceName(ifreq.getInt(IFNAMSIZ));
    if (name == null) {
      return Errno.ENODEV.negated();
    }
    putName(ifreq, 0, name);
    return 0;
  }

  private static void putName(UserMem to, int at, String name) {
    byte[] field = new byte[IFNAMSIZ];
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, field, 0, Math.min(bytes.length, IFNAMSIZ - 1));
    for (int i = 0; i < IFNAMSIZ; i++) {
      to.putByte(at + i, field[i]);
    }
  }

  private static int read(NetNs net, int request, UserMem ifreq) {
    NetDevice dev = device(net, ifreq);
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    switch (request) {
      case SIOCGIFFLAGS -> ifreq.putShort(IFNAMSIZ, dev.seenFlags());
      case SIOCGIFMETRIC -> ifreq.putInt(IFNAMSIZ, 0);
      case SIOCGIFMTU -> ifreq.putInt(IFNAMSIZ, dev.mtu());
      case SIOCGIFINDEX -> ifreq.putInt(IFNAMSIZ, dev.ifindex());
      case SIOCGIFTXQLEN -> ifreq.putInt(IFNAMSIZ, dev.txQueueLen());
      case SIOCGIFHWADDR -> {
        ifreq.putShort(IFNAMSIZ, dev.type());
        for (int i = 0; i < 14; i++) {
          ifreq.putByte(IFNAMSIZ + 2 + i, i < dev.address().length ? dev.address()[i] : 0);
        }
      }
      case SIOCGIFMAP -> {
        for (int i = 0; i < MAP_BYTES; i++) {
          ifreq.putByte(IFNAMSIZ + i, 0);
        }
      }
      default -> {
        return Errno.EINVAL.negated();
      }
    }
    return 0;
  }

  private static int change(NetNs net, int request, UserMem ifreq) {
    NetDevice dev = device(net, ifreq);
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    int value = ifreq.getInt(IFNAMSIZ);
    switch (request) {
      case SIOCSIFFLAGS -> {
        // The upper half of the flags cannot be set by this call.
        Netdev.changeFlags(net, dev, (short) ifreq.getShort(IFNAMSIZ));
        return 0;
      }
      case SIOCSIFMTU -> {
        return Netdev.setMtu(net, dev, value, new ExtAck());
      }
      case SIOCSIFTXQLEN -> {
        if (value < 0) {
          return Errno.EINVAL.negated();
        }
        dev.setTxQueueLen(value);
        return 0;
      }
      case SIOCSIFHWADDR -> {
        if (ifreq.getShort(IFNAMSIZ) != dev.type()) {
          return Errno.EINVAL.negated();
        }
        dev.setAddress(ifreq.get(IFNAMSIZ + 2, NetDevice.ETH_ALEN));
        RtmLink.announce(net, dev, 0);
        return 0;
      }
      case SIOCSIFHWBROADCAST -> {
        return ifreq.getShort(IFNAMSIZ) == dev.type() ? 0 : Errno.EINVAL.negated();
      }
      case SIOCADDMULTI, SIOCDELMULTI -> {
        return ifreq.getShort(IFNAMSIZ) == 0 ? 0 : Errno.EINVAL.negated();
      }
      default -> {
        if (request == SIOCSIFNAME) {
          net.machine().leftOut("ioctl SIOCSIFNAME is not simulated: it fails with EOPNOTSUPP");
        }
        return Errno.EOPNOTSUPP.negated();
      }
    }
  }

  /** {@code SIOCGIFCONF}: all IPv4 addresses, or how much room they need. <b>Errors:</b> EFAULT. */
  static int ifconf(NetNs net, UserMem arg) {
    if (!arg.accessible(0, IFCONF_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int room = arg.getInt(0);
    UserMem buffer = arg.pointer(Long.BYTES);
    int done = 0;
    for (var device : InetNet.of(net).devices()) {
      for (InIfaddr ifa : device.addresses()) {
        if (!buffer.isNull()) {
          if (room - done < IFREQ_BYTES) {
            break;
          }
          if (!buffer.accessible(done, IFREQ_BYTES)) {
            return Errno.EFAULT.negated();
          }
          putName(buffer, done, ifa.label());
          for (int i = IFNAMSIZ; i < IFREQ_BYTES; i++) {
            buffer.putByte(done + i, 0);
          }
          buffer.putShort(done + IFNAMSIZ, AF_INET);
          buffer.putInt(done + IFNAMSIZ + 4, Integer.reverseBytes(ifa.local()));
        }
        done += IFREQ_BYTES;
      }
    }
    arg.putInt(0, done);
    return 0;
  }
}
