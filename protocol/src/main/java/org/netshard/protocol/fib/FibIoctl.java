package org.netshard.protocol.fib;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.Nl;

/**
 * Routes that come and go by {@code SIOCADDRT} and {@code SIOCDELRT}, as {@code route} asks.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_frontend.c}: {@code ip_rt_ioctl}, {@code
 * rtentry_to_fib_config}; {@code include/uapi/linux/route.h}, {@code struct rtentry}.
 */
public final class FibIoctl {
  /** Size of a {@code struct rtentry}, bytes. */
  private static final int RTENTRY_BYTES = 120;

  private static final int DST_AT = 8;
  private static final int GATEWAY_AT = 24;
  private static final int GENMASK_AT = 40;
  private static final int FLAGS_AT = 56;
  private static final int METRIC_AT = 80;
  private static final int DEV_AT = 88;
  private static final int MTU_AT = 96;
  private static final int WINDOW_AT = 104;
  private static final int IRTT_AT = 112;
  private static final int ADDR_IN_SOCKADDR = 4;

  private static final int RTF_GATEWAY = 0x2;
  private static final int RTF_HOST = 0x4;
  private static final int RTF_MTU = 0x40;
  private static final int RTF_WINDOW = 0x80;
  private static final int RTF_IRTT = 0x100;
  private static final int RTF_REJECT = 0x200;

  private static final int RTPROT_BOOT = 3;

  /** Headers of IPv4 and TCP. */
  private static final int HEADERS_BYTES = 40;

  private static final int IFNAMSIZ = 16;

  private final NetNs net;
  private final UserMem rt;
  private final FibConfig config = new FibConfig();

  private FibIoctl(NetNs net, UserMem rt) {
    this.net = net;
    this.rt = rt;
  }

  /**
   * Adds a route, or takes one away.
   *
   * <p><b>Errors</b>, in order: EFAULT, EPERM; EAFNOSUPPORT for another family of the destination
   * or mask; EINVAL for a mask that does not fit; EFAULT and ENODEV for the device; EINVAL without
   * the gateway that the flags promise; those of {@link FibFrontend}.
   *
   * @param adds whether it is {@code SIOCADDRT}
   */
  public static int perform(NetNs net, Cred cred, UserMem rt, boolean adds) {
    if (!rt.accessible(0, RTENTRY_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (!cred.nsCapable(net.userNs(), Capability.CAP_NET_ADMIN)) {
      return Errno.EPERM.negated();
    }
    FibIoctl request = new FibIoctl(net, rt);
    int error = request.read(adds);
    if (error != 0) {
      return error;
    }
    return adds
        ? FibFrontend.insert(net, request.config, Netlink.Info.NONE, new ExtAck())
        : FibFrontend.delete(net, request.config, Netlink.Info.NONE);
  }

  private int family(int at) {
    return rt.getShort(at);
  }

  private int address(int at) {
    return Integer.reverseBytes(rt.getInt(at + ADDR_IN_SOCKADDR));
  }

  private int read(boolean adds) {
    int error = destination();
    if (error != 0) {
      return error;
    }
    int flags = rt.getShort(FLAGS_AT);
    if (adds) {
      config.nlflags = Nl.NLM_F_CREATE;
      config.protocol = RTPROT_BOOT;
    }
    int metric = (short) rt.getShort(METRIC_AT);
    config.priority = metric == 0 ? 0 : metric - 1;
    config.table = Fib.RT_TABLE_MAIN;
    if ((flags & RTF_REJECT) != 0) {
      config.scope = Fib.RT_SCOPE_HOST;
      config.type = Fib.RTN_UNREACHABLE;
      return 0;
    }
    config.scope = Fib.RT_SCOPE_NOWHERE;
    config.type = Fib.RTN_UNICAST;
    if (rt.getLong(DEV_AT) != 0) {
      error = device(rt.pointer(DEV_AT));
      if (error != 0) {
        return error;
      }
    }
    int gateway = address(GATEWAY_AT);
    if (family(GATEWAY_AT) == Abi.AF_INET && gateway != 0) {
      config.gateway = gateway;
      boolean unicast = InetNet.of(net).addrType(gateway) == Fib.RTN_UNICAST;
      if ((flags & RTF_GATEWAY) != 0 && unicast) {
        config.scope = Fib.RT_SCOPE_UNIVERSE;
      }
    }
    return adds ? finish(flags) : 0;
  }

  /** What only a new route has. */
  private int finish(int flags) {
    if ((flags & RTF_GATEWAY) != 0 && config.gateway == 0) {
      return Errno.EINVAL.negated();
    }
    if (config.scope == Fib.RT_SCOPE_NOWHERE) {
      config.scope = Fib.RT_SCOPE_LINK;
    }
    if ((flags & (RTF_MTU | RTF_WINDOW | RTF_IRTT)) != 0) {
      config.metrics = metrics(flags);
    }
    return 0;
  }

  /**
   * The destination and its mask, which must be of one piece, and have all bits of the destination.
   */
  private int destination() {
    if (family(DST_AT) != Abi.AF_INET) {
      return Errno.EAFNOSUPPORT.negated();
    }
    config.dst = address(DST_AT);
    config.dstLen = Fib.BITS;
    if ((rt.getShort(FLAGS_AT) & RTF_HOST) == 0) {
      int mask = address(GENMASK_AT);
      int family = family(GENMASK_AT);
      if (family != Abi.AF_INET && (mask != 0 || family != 0)) {
        return Errno.EAFNOSUPPORT.negated();
      }
      int host = ~mask;
      if ((config.dst & host) != 0 || (host & host + 1) != 0) {
        return Errno.EINVAL.negated();
      }
      config.dstLen = Integer.bitCount(mask);
    }
    return 0;
  }

  /** The device by its name; behind a colon is the label of the address to send from. */
  private int device(UserMem name) {
    String label = label(name);
    if (label == null) {
      return Errno.EFAULT.negated();
    }
    int colon = label.indexOf(':');
    NetDevice dev = net.device(net.ifindex(colon < 0 ? label : label.substring(0, colon)));
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    config.oif = dev.ifindex();
    if (colon < 0) {
      return 0;
    }
    InDevice inDev = InetNet.of(net).find(dev.ifindex());
    if (inDev != null) {
      for (InIfaddr ifa : inDev.addresses()) {
        if (ifa.label().equals(label)) {
          config.prefsrc = ifa.local();
          return 0;
        }
      }
    }
    return Errno.ENODEV.negated();
  }

  private static @Nullable String label(UserMem name) {
    for (int i = 0; i < IFNAMSIZ - 1; i++) {
      if (!name.accessible(i, 1)) {
        return null;
      }
      if (name.getByte(i) == 0) {
        return new String(name.get(0, i), StandardCharsets.ISO_8859_1);
      }
    }
    return new String(name.get(0, IFNAMSIZ - 1), StandardCharsets.ISO_8859_1);
  }

  private int[] metrics(int flags) {
    int[] metrics = new int[FibMetrics.RTAX_MAX];
    if ((flags & RTF_MTU) != 0) {
      metrics[FibMetrics.RTAX_ADVMSS - 1] = (int) rt.getLong(MTU_AT) - HEADERS_BYTES;
    }
    if ((flags & RTF_WINDOW) != 0) {
      metrics[FibMetrics.RTAX_WINDOW - 1] = (int) rt.getLong(WINDOW_AT);
    }
    if ((flags & RTF_IRTT) != 0) {
      metrics[FibMetrics.RTAX_RTT - 1] = rt.getShort(IRTT_AT) << 3;
    }
    FibMetrics.convert(metrics);
    return metrics;
  }
}
