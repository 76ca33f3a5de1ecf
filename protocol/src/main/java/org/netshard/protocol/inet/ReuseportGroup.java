package org.netshard.protocol.inet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkFilter;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;

/**
 * Socks that share an address and port, of which one is chosen for each flow.
 *
 * <p><b>Source:</b> {@code net/core/sock_reuseport.c}: {@code reuseport_add_sock}, {@code
 * __reuseport_detach_sock}, {@code reuseport_select_sock}, {@code reuseport_migrate_sock}, {@code
 * run_bpf_filter}.
 *
 * <p><b>Differs from Linux:</b> the hash of a flow is another one; its secret comes from the seed.
 */
public final class ReuseportGroup {
  private static final NetGeneric<Secret> SECRET = new NetGeneric<>(Secret::new);
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final long MIX = 0xbf58476d1ce4e5b9L;

  private static final NetGeneric<Chooser> CHOOSER = new NetGeneric<>(Chooser::new);

  private final List<Sk> socks = new ArrayList<>(2);

  private static final class Secret {
    private long value;
  }

  private static final class Chooser {
    private ReuseportChoice choice = (socks, sport) -> null;
  }

  private ReuseportGroup() {}

  /** The group of a sock, or null. */
  public static @Nullable ReuseportGroup of(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    return binding == null || !sk.flag(SockFlag.SK_REUSEPORT_CB) ? null : binding.reuseport;
  }

  /** Adds a sock to the group of another, or to one of its own. */
  public static void add(Sk sk, @Nullable Sk other) {
    ReuseportGroup group = other == null ? null : of(other);
    if (group == null) {
      group = new ReuseportGroup();
    }
    group.socks.add(sk);
    InetBinding.forWrite(sk).reuseport = group;
  }

  /** Takes a sock out of its group ({@code reuseport_detach_sock}). */
  public static void detach(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding != null && binding.reuseport != null) {
      binding.reuseport.remove(sk);
      binding.reuseport = null;
    }
  }

  /**
   * {@code reuseport_stop_listen_sock}: nothing new is for it any more; whoever waits for it may go
   * to another of its group, which it knows as long as it does not listen again.
   */
  public static void stopListen(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding == null || binding.reuseport == null) {
      return;
    }
    if (sk.isTcp() && sk.net().sysctl(Sysctl.IPV4_TCP_MIGRATE_REQ) != 0) {
      binding.reuseport.remove(sk);
    } else {
      detach(sk);
    }
  }

  /** The last one takes its place. */
  private void remove(Sk sk) {
    int at = socks.indexOf(sk);
    Sk last = socks.remove(socks.size() - 1);
    if (at < socks.size()) {
      socks.set(at, last);
    }
  }

  /**
   * {@code reuseport_migrate_sock}: the listener to which goes who has waited for one that listens
   * no more; null if there is none.
   *
   * @param hash of the connection, 32 bits
   * @param sport the port from which it comes
   */
  public static @Nullable Sk migrate(Sk sk, int hash, int sport) {
    InetBinding binding = InetBinding.of(sk);
    ReuseportGroup group = binding == null ? null : binding.reuseport;
    if (group == null) {
      return null;
    }
    if (group.socks.isEmpty() || sk.net().sysctl(Sysctl.IPV4_TCP_MIGRATE_REQ) == 0) {
      sk.net().addMib(Mib.TCP_MIGRATE_REQ_FAILURE, 1);
      return null;
    }
    return group.byHash(hash & 0xffff_ffffL, sport);
  }

  private Chooser chooser() {
    return socks.get(0).net().machine().generic(CHOOSER);
  }

  /** The hash of a flow. */
  public static long hash(NetNs net, int saddr, int sport, int daddr, int dport) {
    Secret secret = net.generic(SECRET);
    if (secret.value == 0) {
      secret.value = net.machine().randomBelow(Integer.MAX_VALUE) + 1L;
    }
    long hash = (((long) saddr << 32) | (daddr & 0xffff_ffffL)) * GOLDEN + secret.value;
    hash = (hash ^ (hash >>> 29) ^ ((long) sport << 16 | dport)) * MIX;
    return (hash ^ (hash >>> 32)) & 0xffff_ffffL;
  }

  /** Says who knows better than the hash which sock a flow is for. */
  public static void choose(Machine machine, ReuseportChoice choice) {
    machine.generic(CHOOSER).choice = choice;
  }

  /** Whether one of them has a peer ({@code reuseport_has_conns}). */
  public boolean hasConns() {
    for (Sk sk : socks) {
      if (sk.state() == Sk.TCP_ESTABLISHED) {
        return true;
      }
    }
    return false;
  }

  /**
   * The sock for a flow: as the program says that one of them has brought, else by the hash or who
   * knows better; null if all have peers.
   *
   * @param sport the port from which the flow comes
   */
  public @Nullable Sk select(long hash, int sport, Packet packet) {
    int count = socks.size();
    int chosen = count < 2 ? -1 : SkFilter.reuseportIndex(socks, packet);
    if (chosen >= 0 && chosen < count) {
      return socks.get(chosen);
    }
    return byHash(hash, sport);
  }

  /** {@code reuseport_select_sock_by_hash}, if nobody knows better. */
  private @Nullable Sk byHash(long hash, int sport) {
    int count = socks.size();
    Sk known = count < 2 ? null : chooser().choice.of(socks, sport);
    if (known != null) {
      return known;
    }
    int first = (int) ((hash * count) >>> 32);
    int at = first;
    while (socks.get(at).state() == Sk.TCP_ESTABLISHED) {
      at = at + 1 == count ? 0 : at + 1;
      if (at == first) {
        return null;
      }
    }
    return socks.get(at);
  }
}
