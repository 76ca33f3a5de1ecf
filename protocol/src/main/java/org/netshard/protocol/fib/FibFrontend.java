package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.Netlink;
import org.netshard.protocol.netlink.Nl;

/**
 * How IPv4 routes come and go: with addresses and devices, and by request.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_frontend.c}: {@code fib_add_ifaddr}, {@code
 * fib_del_ifaddr}, {@code fib_magic}, {@code fib_disable_ip}; {@code net/ipv4/fib_trie.c}: {@code
 * fib_table_insert}, {@code fib_table_delete}, {@code fib_table_flush}; {@code
 * net/ipv4/fib_semantics.c}, {@code fib_sync_down_dev}, {@code fib_sync_down_addr}.
 */
public final class FibFrontend {
  private static final int BROADCAST_PREFIX_MAX = 30;

  private FibFrontend() {}

  private static boolean isZeronet(int address) {
    return address >>> 24 == 0;
  }

  /** Makes the routes of an address. */
  static void addIfaddr(NetNs net, InDevice inDev, InIfaddr ifa) {
    int mask = ifa.mask();
    int prefix = ifa.address() & mask;
    InIfaddr prim = ifa.isSecondary() ? inDev.byPrefix(prefix, mask) : ifa;
    if (prim == null) {
      return;
    }
    NetDevice dev = inDev.dev();
    magic(net, true, Fib.RTN_LOCAL, ifa.local(), Fib.BITS, dev, prim.local(), 0);
    if (!dev.isUp()) {
      return;
    }
    if (ifa.broadcast() != 0 && ifa.broadcast() != -1) {
      magic(net, true, Fib.RTN_BROADCAST, ifa.broadcast(), Fib.BITS, dev, prim.local(), 0);
    }
    boolean network = prefix != ifa.local() || ifa.prefixLen() < Fib.BITS;
    if (isZeronet(prefix) || ifa.isSecondary() || !network) {
      return;
    }
    if ((ifa.flags() & InIfaddr.IFA_F_NOPREFIXROUTE) == 0) {
      int type = dev.isLoopback() ? Fib.RTN_LOCAL : Fib.RTN_UNICAST;
      magic(net, true, type, prefix, ifa.prefixLen(), dev, prim.local(), ifa.rtPriority());
    }
    if (ifa.prefixLen() <= BROADCAST_PREFIX_MAX) {
      magic(net, true, Fib.RTN_BROADCAST, prefix | ~mask, Fib.BITS, dev, prim.local(), 0);
    }
  }

  /** Takes the routes of an address away that no other address needs. */
  static void delIfaddr(NetNs net, InDevice inDev, InIfaddr ifa, InIfaddr prim) {
    NetDevice dev = inDev.dev();
    int any = ifa.address() & ifa.mask();
    int brd = ifa.address() | ~ifa.mask();
    boolean subnet = false;
    if (!ifa.isSecondary()
        && !isZeronet(any)
        && (any != ifa.local() || ifa.prefixLen() < Fib.BITS)) {
      if ((ifa.flags() & InIfaddr.IFA_F_NOPREFIXROUTE) == 0) {
        int type = dev.isLoopback() ? Fib.RTN_LOCAL : Fib.RTN_UNICAST;
        magic(net, false, type, any, ifa.prefixLen(), dev, prim.local(), 0);
      }
      subnet = true;
    }
    boolean localUsed = false;
    boolean broadcastUsed = false;
    boolean netBroadcastUsed = false;
    for (InIfaddr other : inDev.addresses()) {
      localUsed |= other.local() == ifa.local() && primary(inDev, other) == prim.local();
      int brd1 = other.address() | ~other.mask();
      boolean network = !other.isSecondary() && other.prefixLen() <= BROADCAST_PREFIX_MAX;
      broadcastUsed |= other.broadcast() == ifa.broadcast();
      broadcastUsed |= network && brd1 == ifa.broadcast();
      netBroadcastUsed |= other.broadcast() == brd;
      netBroadcastUsed |= network && brd1 == brd && primary(inDev, other) == prim.local();
    }
    if (!broadcastUsed && ifa.broadcast() != 0) {
      magic(net, false, Fib.RTN_BROADCAST, ifa.broadcast(), Fib.BITS, dev, prim.local(), 0);
    }
    if (subnet && ifa.prefixLen() <= BROADCAST_PREFIX_MAX && !netBroadcastUsed) {
      magic(net, false, Fib.RTN_BROADCAST, brd, Fib.BITS, dev, prim.local(), 0);
    }
    if (!localUsed) {
      magic(net, false, Fib.RTN_LOCAL, ifa.local(), Fib.BITS, dev, prim.local(), 0);
      if (InetNet.of(net).addrType(ifa.local()) != Fib.RTN_LOCAL) {
        syncDownAddr(net, ifa.local());
      }
    }
  }

  private static int primary(InDevice inDev, InIfaddr ifa) {
    InIfaddr prim = ifa.isSecondary() ? inDev.byPrefix(ifa.address(), ifa.mask()) : ifa;
    return prim == null ? 0 : prim.local();
  }

  /** {@code fib_magic}: a route that an address brings. */
  private static void magic(
      NetNs net,
      boolean add,
      int type,
      int dst,
      int dstLen,
      NetDevice dev,
      int prefsrc,
      int priority) {
    FibConfig config = new FibConfig();
    config.protocol = Fib.RTPROT_KERNEL;
    config.type = type;
    config.dst = dst;
    config.dstLen = dstLen;
    config.priority = priority;
    config.prefsrc = prefsrc;
    config.oif = dev.ifindex();
    config.nlflags = Nl.NLM_F_CREATE | Nl.NLM_F_APPEND;
    config.table = type == Fib.RTN_UNICAST ? Fib.RT_TABLE_MAIN : Fib.RT_TABLE_LOCAL;
    config.scope = type == Fib.RTN_LOCAL ? Fib.RT_SCOPE_HOST : Fib.RT_SCOPE_LINK;
    if (add) {
      insert(net, config, Netlink.Info.NONE, new ExtAck());
    } else {
      delete(net, config, Netlink.Info.NONE);
    }
  }

  /**
   * Adds a route ({@code fib_table_insert}).
   *
   * <p><b>Errors</b>, in order: EINVAL for the prefix, those of {@link FibSemantics}, EEXIST,
   * ENOENT if it is not to be made.
   */
  static int insert(NetNs net, FibConfig config, Netlink.Info info, ExtAck ext) {
    FibTrie trie = InetNet.of(net).newTable(config.table);
    if (config.dstLen > Fib.BITS) {
      return ext.fail(Errno.EINVAL, "Invalid prefix length");
    }
    if ((config.dst & ~Fib.mask(config.dstLen)) != 0) {
      return ext.fail(Errno.EINVAL, "Invalid prefix for given prefix length");
    }
    FibSemantics made = FibSemantics.create(net, config, ext);
    FibRoute route = made.route();
    if (route == null) {
      return made.error();
    }
    int flags = Nl.NLM_F_EXCL;
    FibRoute first = null;
    boolean exact = false;
    for (FibRoute other : trie.leaf(route.dst(), route.dstLen())) {
      boolean same =
          other.table() == route.table()
              && other.tos() == route.tos()
              && other.priority() == route.priority();
      if (same) {
        first = first == null ? other : first;
        exact |= other.sameInfo(route);
      }
    }
    if (first != null) {
      if ((config.nlflags & Nl.NLM_F_EXCL) != 0) {
        return Errno.EEXIST.negated();
      }
      flags = 0;
      if ((config.nlflags & Nl.NLM_F_REPLACE) != 0) {
        if (exact) {
          return first.sameInfo(route) ? 0 : Errno.EEXIST.negated();
        }
        trie.replace(first, route);
        InetNet.of(net).routesChanged();
        RtmRoute.announce(net, RtmRoute.RTM_NEWROUTE, route, Nl.NLM_F_REPLACE, info);
        return 0;
      }
      if (exact) {
        return Errno.EEXIST.negated();
      }
    }
    if ((config.nlflags & Nl.NLM_F_CREATE) == 0) {
      return Errno.ENOENT.negated();
    }
    boolean append = first != null && (config.nlflags & Nl.NLM_F_APPEND) != 0;
    flags |= Nl.NLM_F_CREATE | (append ? Nl.NLM_F_APPEND : 0);
    trie.add(route, append);
    InetNet.of(net).routesChanged();
    RtmRoute.announce(net, RtmRoute.RTM_NEWROUTE, route, flags, info);
    return 0;
  }

  /** Takes a route away ({@code fib_table_delete}). <b>Errors:</b> ESRCH. */
  static int delete(NetNs net, FibConfig config, Netlink.Info info) {
    FibTrie trie = InetNet.of(net).trie(config.table);
    if (trie == null) {
      return Errno.ESRCH.negated();
    }
    for (FibRoute route : trie.leaf(config.dst, config.dstLen)) {
      if (route.table() == config.table
          && route.tos() == config.tos
          && matches(net, config, route)) {
        trie.remove(route);
        InetNet.of(net).routesChanged();
        RtmRoute.announce(net, RtmRoute.RTM_DELROUTE, route, 0, info);
        return 0;
      }
    }
    return Errno.ESRCH.negated();
  }

  private static boolean matches(NetNs net, FibConfig config, FibRoute route) {
    return (config.type == 0 || config.type == route.type())
        && (config.scope == Fib.RT_SCOPE_NOWHERE || config.scope == route.scope())
        && (config.prefsrc == 0 || config.prefsrc == route.prefsrc())
        && (config.protocol == 0 || config.protocol == route.protocol())
        && (config.priority == 0 || config.priority == route.priority())
        && (config.oif == 0 || config.oif == route.oif())
        && (config.gateway == 0 || config.gateway == route.gateway())
        && FibMetrics.match(net, config.metricsAttr, route.metrics());
  }

  /** Takes away the routes by a device ({@code fib_sync_down_dev}, {@code fib_flush}). */
  static void disableIp(NetNs net, NetDevice dev, boolean force) {
    for (FibTrie trie : tries(net)) {
      for (FibRoute route : trie.routes()) {
        boolean by = route.oif() == dev.ifindex();
        if (by && (force || route.nhScope() != Fib.RT_SCOPE_NOWHERE)) {
          trie.remove(route);
          InetNet.of(net).routesChanged();
        }
      }
    }
  }

  /** Takes away the routes whose source address is gone ({@code fib_sync_down_addr}). */
  private static void syncDownAddr(NetNs net, int local) {
    for (FibTrie trie : tries(net)) {
      for (FibRoute route : trie.routes()) {
        if (route.prefsrc() == local && route.table() == Fib.RT_TABLE_MAIN) {
          trie.remove(route);
          InetNet.of(net).routesChanged();
          RtmRoute.announce(net, RtmRoute.RTM_DELROUTE, route, 0, Netlink.Info.NONE);
        }
      }
    }
  }

  private static List<FibTrie> tries(NetNs net) {
    List<FibTrie> tries = new ArrayList<>();
    InetNet inet = InetNet.of(net);
    for (int table : inet.tables()) {
      @Nullable FibTrie trie = inet.trie(table);
      if (trie != null && !tries.contains(trie)) {
        tries.add(trie);
      }
    }
    return tries;
  }
}
