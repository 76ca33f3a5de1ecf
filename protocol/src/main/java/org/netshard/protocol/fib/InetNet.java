package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;

/**
 * Addresses and routes of IPv4 in a network namespace; nothing at all at first.
 *
 * <p>The tables local and main are there from the first route on. They are one trie, as in Linux
 * while there are no rules but those of a new namespace.
 *
 * <p><b>Source:</b> {@code include/net/netns/ipv4.h}; {@code net/ipv4/fib_frontend.c}: {@code
 * fib_new_table}, {@code fib_get_table}; {@code include/net/ip_fib.h}, {@code fib_lookup}.
 */
public final class InetNet {
  private static final NetGeneric<InetNet> KEY = new NetGeneric<>(InetNet::new);

  private final List<InDevice> devices = new ArrayList<>(1);

  /** {@code dev_addr_genid}: how often an address has come or gone. */
  private int addressGeneration;

  /** {@code rt_genid}: how often routes have changed. */
  private int routeGeneration;

  private @Nullable FibTrie main;
  private @Nullable TreeMap<Integer, FibTrie> others;

  private InetNet() {}

  /** That of a namespace. */
  public static InetNet of(NetNs net) {
    return net.generic(KEY);
  }

  /** The devices that have, or had, IPv4 addresses, by index. */
  public List<InDevice> devices() {
    return Collections.unmodifiableList(devices);
  }

  /** What IPv4 keeps of a device ({@code __in_dev_get}); null if it has never had an address. */
  public @Nullable InDevice find(int ifindex) {
    for (InDevice device : devices) {
      if (device.dev().ifindex() == ifindex) {
        return device;
      }
    }
    return null;
  }

  /** The same, made if it is not there yet. */
  InDevice inDevice(NetDevice dev) {
    InDevice found = find(dev.ifindex());
    if (found == null) {
      found = new InDevice(dev);
      int at = 0;
      while (at < devices.size() && devices.get(at).dev().ifindex() < dev.ifindex()) {
        at++;
      }
      devices.add(at, found);
    }
    return found;
  }

  /** A number that changes when an address comes or goes ({@code inet_base_seq}). */
  public int addressGeneration() {
    return addressGeneration;
  }

  void addressChanged() {
    addressGeneration++;
  }

  /** A number that changes when a route comes or goes: who keeps one looks it up again. */
  public int routeGeneration() {
    return routeGeneration;
  }

  /** {@code rt_cache_flush}. */
  void routesChanged() {
    routeGeneration++;
  }

  /** Whether there is a local table. */
  public boolean hasLocalTable() {
    return main != null;
  }

  /** The routes of a table, among those of the table that is one with it; null if none. */
  @Nullable FibTrie trie(int table) {
    if (table == Fib.RT_TABLE_MAIN || table == Fib.RT_TABLE_LOCAL) {
      return main;
    }
    return others == null ? null : others.get(table);
  }

  /** The same, made if it is not there yet. */
  FibTrie newTable(int table) {
    FibTrie found = trie(table);
    if (found == null) {
      found = new FibTrie();
      if (table == Fib.RT_TABLE_MAIN || table == Fib.RT_TABLE_LOCAL) {
        main = found;
      } else {
        if (others == null) {
          others = new TreeMap<>();
        }
        others.put(table, found);
      }
    }
    return found;
  }

  /**
   * All routes, in the order in which a dump shows them: by the last byte of the table's number.
   */
  public List<FibRoute> routes() {
    List<FibRoute> all = new ArrayList<>();
    for (int table : tables()) {
      FibTrie trie = trie(table);
      if (trie != null) {
        for (FibRoute route : trie.routes()) {
          if (route.table() == table) {
            all.add(route);
          }
        }
      }
    }
    return all;
  }

  /** The numbers of the tables that are there, in the order of a dump. */
  public List<Integer> tables() {
    List<Integer> ids = new ArrayList<>();
    if (others != null) {
      ids.addAll(others.keySet());
    }
    if (main != null) {
      ids.add(Fib.RT_TABLE_MAIN);
      ids.add(Fib.RT_TABLE_LOCAL);
    }
    ids.sort(
        (a, b) -> {
          int order = Integer.compare(a & 0xff, b & 0xff);
          return order != 0 ? order : Integer.compareUnsigned(b, a);
        });
    return ids;
  }

  /**
   * The route that an address takes through the tables local and main, then default; null if there
   * is none.
   *
   * @param scope the least scope that it must have
   */
  public @Nullable FibRoute lookup(int daddr, int oif, int tos, int scope) {
    FibRoute found = main == null ? null : main.lookup(daddr, oif, tos, scope);
    if (found == null || found.type() == Fib.RTN_THROW) {
      FibTrie last = trie(Fib.RT_TABLE_DEFAULT);
      FibRoute other = last == null ? null : last.lookup(daddr, oif, tos, scope);
      found = other != null ? other : found;
    }
    return found;
  }

  /** Why a route leads nowhere, positive; 0 if it leads somewhere. */
  public static int error(@Nullable FibRoute route) {
    if (route == null) {
      return Errno.ENETUNREACH.number();
    }
    return switch (route.type()) {
      case Fib.RTN_BLACKHOLE -> Errno.EINVAL.number();
      case Fib.RTN_UNREACHABLE -> Errno.EHOSTUNREACH.number();
      case Fib.RTN_PROHIBIT -> Errno.EACCES.number();
      case Fib.RTN_THROW -> Errno.ENETUNREACH.number();
      default -> 0;
    };
  }

  /** The type of an address by the local table ({@code inet_addr_type}), UNICAST if not in it. */
  public int addrType(int address) {
    if (main == null) {
      return Fib.RTN_BROADCAST;
    }
    FibRoute found = main.lookup(address, 0, 0, 0);
    return found == null || FibTrie.isError(found.type()) ? Fib.RTN_UNICAST : found.type();
  }

  /** The device that has an address ({@code __ip_dev_find}), or 0. */
  public int deviceOf(int address) {
    for (InDevice device : devices) {
      for (InIfaddr ifa : device.addresses()) {
        if (ifa.local() == address) {
          return device.dev().ifindex();
        }
      }
    }
    FibRoute found = main == null ? null : main.lookup(address, 0, 0, 0);
    return found != null && found.type() == Fib.RTN_LOCAL ? found.oif() : 0;
  }

  /**
   * A source address for packets out of a device ({@code inet_select_addr}), or 0.
   *
   * @param dst where to, so that an address of the same network is preferred; or 0
   * @param scope how near the address may be at most
   */
  public int selectAddr(int ifindex, int dst, int scope) {
    InDevice out = find(ifindex);
    int address = 0;
    if (out != null) {
      for (InIfaddr ifa : out.addresses()) {
        if (ifa.isSecondary() || Math.min(ifa.scope(), Fib.RT_SCOPE_HOST) > scope) {
          continue;
        }
        if (dst == 0 || ifa.matches(dst)) {
          return ifa.local();
        }
        if (address == 0) {
          address = ifa.local();
        }
      }
    }
    if (address != 0) {
      return address;
    }
    for (InDevice device : devices) {
      for (InIfaddr ifa : device.addresses()) {
        boolean fits = ifa.scope() != Fib.RT_SCOPE_LINK && ifa.scope() <= scope;
        if (!ifa.isSecondary() && fits) {
          return ifa.local();
        }
      }
    }
    return 0;
  }

  /** The source address of packets that take a route ({@code fib_result_prefsrc}). */
  public int prefsrc(FibRoute route) {
    return route.prefsrc() != 0
        ? route.prefsrc()
        : selectAddr(route.oif(), route.gateway(), route.scope());
  }
}
