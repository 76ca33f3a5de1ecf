package org.netshard.protocol.tcp;

import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.RcvSaddr;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * The connections and the listeners of a namespace.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_hashtables.c}: {@code __inet_lookup_established}, {@code
 * inet_lookup_listener}, {@code compute_score}; {@code net/ipv6/inet6_hashtables.c}, the same.
 */
public final class TcpHash {
  private static final NetGeneric<TcpHash> KEY = new NetGeneric<>(TcpHash::new);
  private static final int FIRST_SLOTS = 16;
  private static final int NO = -1;

  private @Nullable TcpEndpoint[] slots = new @Nullable TcpEndpoint[FIRST_SLOTS];
  private int size;

  /** Listeners, by port. */
  private final TreeMap<Integer, SkList> listeners = new TreeMap<>();

  /** {@code tcp_death_row.tw_refcount}: ends that wait in TIME_WAIT. */
  int timeWaits;

  private TcpHash() {}

  /** The table of a namespace. */
  public static TcpHash of(NetNs net) {
    return net.generic(KEY);
  }

  /** How many connections there are, requests and TIME_WAIT counted. */
  public int size() {
    return size;
  }

  /** How many ends wait in TIME_WAIT. */
  public int timeWaits() {
    return timeWaits;
  }

  /** Shows all connections, in the order of the table. */
  public void forEach(Consumer<TcpEndpoint> action) {
    for (TcpEndpoint first : slots) {
      for (TcpEndpoint each = first; each != null; each = each.hashNext) {
        action.accept(each);
      }
    }
  }

  /** Shows all listeners, by port. */
  public void forEachListener(Consumer<Sk> action) {
    for (SkList list : listeners.values()) {
      for (int i = 0; i < list.size(); i++) {
        action.accept(list.get(i));
      }
    }
  }

  /** Adds a connection ({@code inet_ehash_nolisten}). */
  void add(TcpEndpoint end) {
    if (end.hashed) {
      throw new IllegalStateException("a connection is added twice");
    }
    if (size >= slots.length) {
      grow();
    }
    end.hashed = true;
    int slot = end.hash() & slots.length - 1;
    end.hashNext = slots[slot];
    slots[slot] = end;
    size++;
  }

  private void grow() {
    @Nullable TcpEndpoint[] old = slots;
    slots = new @Nullable TcpEndpoint[old.length * 2];
    for (TcpEndpoint first : old) {
      TcpEndpoint end = first;
      while (end != null) {
        TcpEndpoint next = end.hashNext;
        int slot = end.hash() & slots.length - 1;
        end.hashNext = slots[slot];
        slots[slot] = end;
        end = next;
      }
    }
  }

  /** Takes a connection out; nothing if it is not there. */
  void remove(TcpEndpoint end) {
    if (!end.hashed) {
      return;
    }
    end.hashed = false;
    int slot = end.hash() & slots.length - 1;
    TcpEndpoint before = null;
    for (TcpEndpoint each = slots[slot]; each != null; each = each.hashNext) {
      if (each == end) {
        if (before == null) {
          slots[slot] = each.hashNext;
        } else {
          before.hashNext = each.hashNext;
        }
        each.hashNext = null;
        size--;
        return;
      }
      before = each;
    }
    throw new IllegalStateException("a connection is not where it should be");
  }

  /** The connection that a segment of IPv4 is for, or null. */
  public @Nullable TcpEndpoint find4(int from, int fromPort, int to, int toPort, int dif) {
    int slot = TcpEndpoint.hash(to, toPort, from, fromPort) & slots.length - 1;
    for (TcpEndpoint each = slots[slot]; each != null; each = each.hashNext) {
      if (each.matches4(from, fromPort, to, toPort, dif)) {
        return each;
      }
    }
    return null;
  }

  /** The connection that a segment of IPv6 is for, or null. */
  public @Nullable TcpEndpoint find6(byte[] from, int fromPort, byte[] to, int toPort, int dif) {
    int hash = TcpEndpoint.hash(Arrays.hashCode(to), toPort, Arrays.hashCode(from), fromPort);
    for (TcpEndpoint each = slots[hash & slots.length - 1]; each != null; each = each.hashNext) {
      if (each.matches6(from, fromPort, to, toPort, dif)) {
        return each;
      }
    }
    return null;
  }

  /** Adds a listener. */
  void addListener(Sk sk) {
    listeners.computeIfAbsent(sk.num(), port -> new SkList()).addHead(sk);
  }

  /** Takes a listener out. */
  void removeListener(Sk sk) {
    SkList list = listeners.get(sk.num());
    if (list != null) {
      list.remove(sk);
      if (list.isEmpty()) {
        listeners.remove(sk.num());
      }
    }
  }

  /**
   * A listener with which a new one shares its port and address, or null ({@code reuseport_add}).
   */
  @Nullable Sk reuseportPeer(Sk sk) {
    SkList list = listeners.get(sk.num());
    for (int i = 0; list != null && i < list.size(); i++) {
      Sk other = list.get(i);
      boolean same =
          other != sk
              && other.family() == sk.family()
              && other.boundDevIf() == sk.boundDevIf()
              && other.uid() == sk.uid()
              && other.flag(SockFlag.SK_REUSEPORT)
              && RcvSaddr.equal(sk, other, false);
      if (same) {
        return other;
      }
    }
    return null;
  }

  /** The listener that a SYN of IPv4 is for, or null: one of the address before one of any. */
  @Nullable Sk findListener4(NetNs net, Packet packet, int from, int fromPort, int to, int port) {
    SkList list = listeners.get(port);
    if (list == null) {
      return null;
    }
    long hash = ReuseportGroup.hash(net, from, fromPort, to, port);
    Sk best = null;
    int bestScore = NO;
    for (int any = 0; any <= 1 && best == null; any++) {
      for (int i = 0; i < list.size(); i++) {
        Sk sk = list.get(i);
        int score = score4(sk, any == 1 ? 0 : to, packet.ifindex());
        if (score > bestScore) {
          bestScore = score;
          best = selected(sk, hash, fromPort, packet);
        }
      }
    }
    return best;
  }

  /** The listener that a SYN of IPv6 is for, or null. */
  @Nullable Sk findListener6(
      NetNs net, Packet packet, byte[] from, int fromPort, byte[] to, int port) {
    SkList list = listeners.get(port);
    if (list == null) {
      return null;
    }
    long hash =
        ReuseportGroup.hash(net, Arrays.hashCode(from), fromPort, Arrays.hashCode(to), port);
    Sk best = null;
    int bestScore = NO;
    for (int any = 0; any <= 1 && best == null; any++) {
      for (int i = 0; i < list.size(); i++) {
        Sk sk = list.get(i);
        int score = score6(sk, any == 1 ? null : to, packet.ifindex());
        if (score > bestScore) {
          bestScore = score;
          best = selected(sk, hash, fromPort, packet);
        }
      }
    }
    return best;
  }

  /** The listener of an address and a port, or null; of a group, the first. */
  public @Nullable Sk listener4(int to, int port, int dif) {
    return best(port, sk -> Math.max(4 * score4(sk, to, dif), score4(sk, 0, dif)));
  }

  /** The same for IPv6. */
  public @Nullable Sk listener6(byte[] to, int port, int dif) {
    return best(port, sk -> Math.max(4 * score6(sk, to, dif), score6(sk, null, dif)));
  }

  private @Nullable Sk best(int port, ToIntFunction<Sk> score) {
    SkList list = listeners.get(port);
    Sk best = null;
    for (int i = 0; list != null && i < list.size(); i++) {
      int points = score.applyAsInt(list.get(i));
      if (points > 0 && (best == null || points > score.applyAsInt(best))) {
        best = list.get(i);
      }
    }
    return best;
  }

  private static Sk selected(Sk sk, long hash, int fromPort, Packet packet) {
    ReuseportGroup group = ReuseportGroup.of(sk);
    Sk chosen = group == null ? null : group.select(hash, fromPort, packet);
    return chosen == null ? sk : chosen;
  }

  private static int score4(Sk sk, int to, int dif) {
    boolean v6 = sk.isInet6();
    if (v6) {
      Inet6Options inet6 = Inet6Options.of(sk);
      byte[] bound = inet6.rcvSaddr();
      if (inet6.has(Inet6Flag.V6ONLY)
          || !(Ipv6Address.isAny(bound) || Ipv6Address.isV4Mapped(bound))) {
        return NO;
      }
    }
    if (InetOptions.of(sk).rcvSaddr() != to || !device(sk, dif)) {
      return NO;
    }
    return (sk.boundDevIf() != 0 ? 2 : 1) * 2 + (v6 ? 0 : 1);
  }

  private static int score6(Sk sk, byte @Nullable [] to, int dif) {
    if (!sk.isInet6() || !device(sk, dif)) {
      return NO;
    }
    byte[] bound = Inet6Options.of(sk).rcvSaddr();
    boolean fits = to == null ? Ipv6Address.isAny(bound) : Arrays.equals(bound, to);
    return fits ? sk.boundDevIf() != 0 ? 2 : 1 : NO;
  }

  private static boolean device(Sk sk, int dif) {
    return sk.boundDevIf() == 0 || sk.boundDevIf() == dif;
  }
}
