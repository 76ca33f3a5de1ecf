package org.netshard.protocol.fib6;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.fib.Fib;

/**
 * Addresses and routes of IPv6 in a network namespace; nothing at all at first.
 *
 * <p><b>Source:</b> {@code include/net/netns/ipv6.h}; {@code net/ipv6/fib6_rules.c}, {@code
 * fib6_rule_lookup}; {@code net/ipv6/addrconf.c}, {@code ipv6_dev_get_saddr}.
 */
public final class Inet6Net {
  private static final NetGeneric<Inet6Net> KEY = new NetGeneric<>(Inet6Net::new);

  private final List<Inet6Dev> devices = new ArrayList<>(1);

  /** The routes of each table, in the order of a walk. */
  private final TreeMap<Integer, List<Fib6Route>> tables = new TreeMap<>();

  /** How often an address has come or gone. */
  private int addressGeneration;

  /** How often routes have changed ({@code fib6_new_sernum}). */
  private int routeGeneration;

  private Inet6Net() {}

  /** That of a namespace. */
  public static Inet6Net of(NetNs net) {
    return net.generic(KEY);
  }

  /** A number that changes when an address comes or goes ({@code inet6_base_seq}). */
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

  /** The devices that have, or had, IPv6 addresses, by index. */
  public List<Inet6Dev> devices() {
    return Collections.unmodifiableList(devices);
  }

  /** What IPv6 keeps of a device, or null. */
  public @Nullable Inet6Dev find(int ifindex) {
    for (Inet6Dev device : devices) {
      if (device.dev().ifindex() == ifindex) {
        return device;
      }
    }
    return null;
  }

  Inet6Dev inet6Dev(NetDevice dev) {
    Inet6Dev found = find(dev.ifindex());
    if (found == null) {
      found = new Inet6Dev(dev);
      int at = 0;
      while (at < devices.size() && devices.get(at).dev().ifindex() < dev.ifindex()) {
        at++;
      }
      devices.add(at, found);
    }
    return found;
  }

  /** Whether a device, or any for 0, has this address ({@code ipv6_chk_addr}). */
  public boolean isLocal(byte[] address, int ifindex) {
    for (Inet6Dev device : devices) {
      if ((ifindex == 0 || device.dev().ifindex() == ifindex) && device.find(address) != null) {
        return true;
      }
    }
    return false;
  }

  /** The numbers of the tables, in the order of a dump: by the last byte of the number. */
  public List<Integer> tableIds() {
    List<Integer> ids = new ArrayList<>(tables.keySet());
    if (!ids.contains(Fib.RT_TABLE_MAIN)) {
      ids.add(Fib.RT_TABLE_MAIN);
    }
    if (!ids.contains(Fib.RT_TABLE_LOCAL)) {
      ids.add(Fib.RT_TABLE_LOCAL);
    }
    ids.sort(
        (a, b) -> {
          int order = Integer.compare(a & 0xff, b & 0xff);
          return order != 0 ? order : Integer.compareUnsigned(b, a);
        });
    return ids;
  }

  /** Whether there is such a table. */
  public boolean hasTable(int table) {
    return table == Fib.RT_TABLE_MAIN || table == Fib.RT_TABLE_LOCAL || tables.containsKey(table);
  }

  /** The routes of a table, in the order of a walk. */
  public List<Fib6Route> routes(int table) {
    return Collections.unmodifiableList(tables.getOrDefault(table, Collections.emptyList()));
  }

  /** Adds a route behind those of the same prefix and metric. */
  void add(Fib6Route route) {
    List<Fib6Route> list = tables.computeIfAbsent(route.table(), k -> new ArrayList<>(1));
    int at = 0;
    while (at < list.size() && Fib6Route.walkOrder(list.get(at), route) <= 0) {
      at++;
    }
    list.add(at, route);
    routeGeneration++;
  }

  void remove(Fib6Route route) {
    List<Fib6Route> list = tables.get(route.table());
    if (list == null || !list.remove(route)) {
      throw new IllegalStateException("a route that is not there is removed");
    }
    routeGeneration++;
  }

  private @Nullable Fib6Route lookup(int table, byte[] daddr, int oif) {
    Fib6Route best = null;
    for (Fib6Route route : tables.getOrDefault(table, Collections.emptyList())) {
      boolean fits = In6.matches(daddr, route.dst(), route.dstLen());
      boolean out = oif == 0 || route.oif() == oif;
      if (fits && out && (best == null || route.dstLen() > best.dstLen())) {
        best = route;
      }
    }
    return best;
  }

  /** The route that an address takes, through the tables local and main; null if there is none. */
  public @Nullable Fib6Route lookup(byte[] daddr, int oif) {
    Fib6Route found = lookup(Fib.RT_TABLE_LOCAL, daddr, oif);
    return found != null && found.type() != Fib.RTN_THROW
        ? found
        : lookup(Fib.RT_TABLE_MAIN, daddr, oif);
  }

  /** A source address for packets to an address ({@code ipv6_dev_get_saddr}), or null. */
  public byte @Nullable [] sourceFor(byte[] daddr, int ifindex) {
    Inet6Ifaddr best = null;
    boolean onLink = In6.isMulticast(daddr) || In6.isLinkLocal(daddr);
    for (Inet6Dev device : devices) {
      if (onLink && ifindex != 0 && device.dev().ifindex() != ifindex) {
        continue;
      }
      for (Inet6Ifaddr ifp : device.addresses()) {
        boolean usable = (ifp.flags() & Inet6Ifaddr.IFA_F_TENTATIVE) == 0;
        if (usable && (best == null || SourceRules.isBetter(ifp, best, daddr))) {
          best = ifp;
        }
      }
    }
    return best == null ? null : best.address();
  }
}
