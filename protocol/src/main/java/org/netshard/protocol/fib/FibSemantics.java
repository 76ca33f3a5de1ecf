package org.netshard.protocol.fib;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.netlink.ExtAck;

/**
 * A route made of what was asked for, after all checks.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_semantics.c}: {@code fib_create_info}, {@code
 * fib_check_nh}, {@code fib_valid_prefsrc}, {@code fib_props}.
 *
 * @param route the route, or null after an error
 * @param error 0 or {@code -errno}
 */
record FibSemantics(@Nullable FibRoute route, int error) {
  private static final int RTNH_F_DEAD = 1;
  private static final int RTNH_F_PERVASIVE = 2;
  private static final int RTNH_F_ONLINK = 4;
  private static final int RTNH_F_LINKDOWN = 16;

  private static FibSemantics failed(int error) {
    return new FibSemantics(null, error);
  }

  /** The largest scope of each type, as {@code fib_props} has it. */
  private static int scopeOf(int type) {
    return switch (type) {
      case Fib.RTN_LOCAL -> Fib.RT_SCOPE_HOST;
      case Fib.RTN_BROADCAST, Fib.RTN_ANYCAST -> Fib.RT_SCOPE_LINK;
      case Fib.RTN_UNSPEC, 10, 11 -> Fib.RT_SCOPE_NOWHERE;
      default -> Fib.RT_SCOPE_UNIVERSE;
    };
  }

  /**
   * Makes a route.
   *
   * <p><b>Errors</b>, in order: EINVAL for the type, the scope, the flags, the metrics; for what
   * cannot be said of a type without a way; those of the next hop; EINVAL for the source address.
   */
  static FibSemantics create(NetNs net, FibConfig config, ExtAck ext) {
    if (config.type > Fib.RTN_MAX) {
      return failed(ext.fail(Errno.EINVAL, "Invalid type"));
    }
    if (scopeOf(config.type) > config.scope) {
      return failed(ext.fail(Errno.EINVAL, "Invalid scope"));
    }
    if ((config.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0) {
      String text = "Invalid rtm_flags - can not contain DEAD or LINKDOWN";
      return failed(ext.fail(Errno.EINVAL, text));
    }
    int[] wrong = new int[1];
    int[] metrics = FibMetrics.read(net, config.metricsAttr, config.mayLoad, ext, wrong);
    if (wrong[0] != 0) {
      return failed(wrong[0]);
    }
    if (metrics != null) {
      config.metrics = metrics;
    }
    config.metricsAttr = null;
    int nhScope = Fib.RT_SCOPE_NOWHERE;
    int oif = 0;
    if (FibTrie.isError(config.type)) {
      if (config.gateway != 0 || config.oif != 0) {
        String text = "Gateway, device and multipath can not be specified for this route type";
        return failed(ext.fail(Errno.EINVAL, text));
      }
    } else if (config.type == Fib.RTN_UNSPEC || config.type > Fib.RTN_THROW) {
      return failed(ext.fail(Errno.EINVAL, "Invalid route type"));
    } else if (config.scope > Fib.RT_SCOPE_HOST) {
      return failed(ext.fail(Errno.EINVAL, "Invalid scope"));
    } else if (config.scope == Fib.RT_SCOPE_HOST) {
      if (config.gateway != 0) {
        return failed(ext.fail(Errno.EINVAL, "Route with host scope can not have a gateway"));
      }
      if (net.device(config.oif) == null) {
        return failed(Errno.ENODEV.negated());
      }
      oif = config.oif;
    } else {
      FibRoute hop = config.gateway != 0 ? gateway(net, config) : null;
      int error =
          config.gateway != 0 ? checkGateway(net, config, hop, ext) : nongw(net, config, ext);
      if (error != 0) {
        return failed(error);
      }
      boolean onlink = (config.flags & RTNH_F_ONLINK) != 0;
      nhScope = hop != null && !onlink ? hop.scope() : Fib.RT_SCOPE_LINK;
      nhScope = config.gateway == 0 ? Fib.RT_SCOPE_HOST : nhScope;
      oif = hop != null && !onlink ? hop.oif() : config.oif;
    }
    if (config.prefsrc != 0 && !validPrefsrc(net, config)) {
      return failed(ext.fail(Errno.EINVAL, "Invalid prefsrc address"));
    }
    return new FibSemantics(new FibRoute(config, oif, nhScope), 0);
  }

  private static @Nullable FibRoute gateway(NetNs net, FibConfig config) {
    int scope = Math.max(config.scope + 1, Fib.RT_SCOPE_LINK);
    return InetNet.of(net).lookup(config.gateway, config.oif, 0, scope);
  }

  private static int checkGateway(NetNs net, FibConfig config, @Nullable FibRoute hop, ExtAck ext) {
    if ((config.flags & RTNH_F_ONLINK) != 0) {
      return checkOnlink(net, config, ext);
    }
    int error = InetNet.error(hop);
    if (hop == null || error != 0) {
      ext.fail(Errno.ENETUNREACH, "Nexthop has invalid gateway");
      return -error;
    }
    if (hop.type() != Fib.RTN_UNICAST && hop.type() != Fib.RTN_LOCAL) {
      return ext.fail(Errno.EINVAL, "Nexthop has invalid gateway");
    }
    NetDevice dev = net.device(hop.oif());
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "No egress device for nexthop gateway");
    }
    return dev.isUp() ? 0 : Errno.ENETDOWN.negated();
  }

  private static int checkOnlink(NetNs net, FibConfig config, ExtAck ext) {
    if (config.scope >= Fib.RT_SCOPE_LINK) {
      return ext.fail(Errno.EINVAL, "Nexthop has invalid scope");
    }
    NetDevice dev = net.device(config.oif);
    if (dev == null) {
      return ext.fail(Errno.ENODEV, "Nexthop device required for onlink");
    }
    if (!dev.isUp()) {
      return ext.fail(Errno.ENETDOWN, "Nexthop device is not up");
    }
    return InetNet.of(net).addrType(config.gateway) == Fib.RTN_UNICAST
        ? 0
        : ext.fail(Errno.EINVAL, "Nexthop has invalid gateway");
  }

  private static int nongw(NetNs net, FibConfig config, ExtAck ext) {
    if ((config.flags & (RTNH_F_PERVASIVE | RTNH_F_ONLINK)) != 0) {
      String text = "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set";
      return ext.fail(Errno.EINVAL, text);
    }
    NetDevice dev = net.device(config.oif);
    if (dev == null) {
      return Errno.ENODEV.negated();
    }
    return dev.isUp() ? 0 : ext.fail(Errno.ENETDOWN, "Device for nexthop is not up");
  }

  private static boolean validPrefsrc(NetNs net, FibConfig config) {
    boolean own = config.type == Fib.RTN_LOCAL && config.dst == config.prefsrc;
    return own || InetNet.of(net).addrType(config.prefsrc) == Fib.RTN_LOCAL;
  }
}
