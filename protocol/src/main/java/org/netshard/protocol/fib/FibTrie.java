package org.netshard.protocol.fib;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a table, or of two that are looked up as one, in the order in which Linux lists
 * them: by first address, then the longer prefix first, then local before main, then by TOS and
 * metric.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_trie.c}: {@code fib_table_lookup}, {@code fib_find_alias}.
 *
 * <p><b>Differs from Linux:</b> prefixes stand in a sorted map with a note of the lengths in use; a
 * look-up asks once for each length, which is as fast for the few lengths that a host has.
 */
final class FibTrie {
  private static final int LEN_BITS = 6;
  private static final int LEN_MASK = (1 << LEN_BITS) - 1;

  private final TreeMap<Long, List<FibRoute>> leaves = new TreeMap<>();

  /** How many routes were ever added. */
  private int added;

  /** How many prefixes of each length there are. */
  private final int[] lengths = new int[Fib.BITS + 1];

  private static long key(int dst, int dstLen) {
    return (Integer.toUnsignedLong(dst) << LEN_BITS) | (LEN_MASK - dstLen);
  }

  /** The routes of one prefix, those of all tables; empty if there are none. */
  List<FibRoute> leaf(int dst, int dstLen) {
    return leaves.getOrDefault(key(dst, dstLen), Collections.emptyList());
  }

  /** All routes by prefix, in order. */
  Collection<List<FibRoute>> leaves() {
    return Collections.unmodifiableCollection(leaves.values());
  }

  /** All routes, in order, as they are now. */
  List<FibRoute> routes() {
    List<FibRoute> all = new ArrayList<>();
    leaves.values().forEach(all::addAll);
    return all;
  }

  /**
   * Adds a route.
   *
   * @param last whether behind those that are equal, not before them
   */
  void add(FibRoute route, boolean last) {
    List<FibRoute> leaf =
        leaves.computeIfAbsent(
            key(route.dst(), route.dstLen()),
            k -> {
              lengths[route.dstLen()]++;
              return new ArrayList<>(1);
            });
    int at = 0;
    while (at < leaf.size()) {
      int order = order(leaf.get(at), route);
      if (order > 0 || (order == 0 && !last)) {
        break;
      }
      at++;
    }
    leaf.add(at, route);
    route.setSerial(++added);
  }

  /** Puts a route into the place of another with the same prefix, table, TOS and metric. */
  void replace(FibRoute old, FibRoute route) {
    List<FibRoute> leaf = leaf(old.dst(), old.dstLen());
    leaf.set(leaf.indexOf(old), route);
    route.setSerial(old.serial());
  }

  private static int order(FibRoute a, FibRoute b) {
    int order = Integer.compare(b.table(), a.table());
    if (order == 0) {
      order = Integer.compare(b.tos(), a.tos());
    }
    return order != 0 ? order : Integer.compareUnsigned(a.priority(), b.priority());
  }

  /** Takes a route out. */
  void remove(FibRoute route) {
    long key = key(route.dst(), route.dstLen());
    List<FibRoute> leaf = leaves.get(key);
    if (leaf == null || !leaf.remove(route)) {
      throw new IllegalStateException("a route that is not there is removed");
    }
    if (leaf.isEmpty()) {
      leaves.remove(key);
      lengths[route.dstLen()]--;
    }
  }

  boolean isEmpty() {
    return leaves.isEmpty();
  }

  /**
   * The route that an address takes, the longest prefix first ({@code fib_table_lookup}); null if
   * there is none.
   *
   * @param oif the device by which it must lead, or 0
   * @param scope the least scope that it must have
   */
  @Nullable FibRoute lookup(int daddr, int oif, int tos, int scope) {
    for (int len = Fib.BITS; len >= 0; len--) {
      if (lengths[len] == 0) {
        continue;
      }
      List<FibRoute> leaf = leaves.get(key(daddr & Fib.mask(len), len));
      if (leaf == null) {
        continue;
      }
      for (FibRoute route : leaf) {
        boolean fits = (route.tos() == 0 || route.tos() == tos) && route.scope() >= scope;
        boolean out = oif == 0 || route.oif() == oif || isError(route.type());
        if (fits && out) {
          return route;
        }
      }
    }
    return null;
  }

  /** Whether a route of this type is an answer without a way. */
  static boolean isError(int type) {
    return type >= Fib.RTN_BLACKHOLE && type <= Fib.RTN_THROW;
  }
}
