package org.netshard.protocol.udp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Finds the sock that a datagram is for: the one that says most about it.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}: {@code __udp4_lib_lookup}, {@code udp4_lib_lookup2},
 * {@code compute_score}; {@code net/ipv6/udp.c}, the same for IPv6.
 */
final class UdpLookup {
  private static final int NO = -1;
  private static final int MATCH = 4;

  private UdpLookup() {}

  /**
   * The sock for a datagram of IPv4, or null.
   *
   * @param dif the device by which it came
   * @param packet the datagram, for who chooses by what is in it
   */
  static @Nullable Sk find4(
      NetNs net, boolean lite, int saddr, int sport, int daddr, int dport, int dif, Packet packet) {
    SkList slot = UdpTable.of(net, lite).slot(dport);
    if (slot == null) {
      return null;
    }
    long hash = ReuseportGroup.hash(net, saddr, sport, daddr, dport);
    Score score = (sk, any) -> score4(sk, saddr, sport, any ? 0 : daddr, dif);
    return find(slot, score, hash, sport, packet);
  }

  /** The sock for a datagram of IPv6, or null. */
  static @Nullable Sk find6(
      NetNs net,
      boolean lite,
      byte[] saddr,
      int sport,
      byte[] daddr,
      int dport,
      int dif,
      Packet packet) {
    SkList slot = UdpTable.of(net, lite).slot(dport);
    if (slot == null) {
      return null;
    }
    long hash =
        ReuseportGroup.hash(net, Arrays.hashCode(saddr), sport, Arrays.hashCode(daddr), dport);
    Score score = (sk, any) -> score6(sk, saddr, sport, any ? null : daddr, dif);
    return find(slot, score, hash, sport, packet);
  }

  /** How well a sock fits, or below 0. */
  private interface Score {
    /**
     * The score.
     *
     * @param any whether only socks of any address are meant, or only those of this one
     */
    int of(Sk sk, boolean any);
  }

  /** Connected socks first, then those of the address, then those of any. */
  private static @Nullable Sk find(SkList slot, Score score, long hash, int sport, Packet packet) {
    Sk found = find(slot, score, false, hash, sport, packet);
    return found == null ? find(slot, score, true, hash, sport, packet) : found;
  }

  private static @Nullable Sk find(
      SkList slot, Score score, boolean any, long hash, int sport, Packet packet) {
    Sk result = null;
    int best = 0;
    for (int i = 0; i < slot.size(); i++) {
      Sk sk = slot.get(i);
      int its = score.of(sk, any);
      if (its <= best) {
        continue;
      }
      best = its;
      result = sk;
      ReuseportGroup group = ReuseportGroup.of(sk);
      if (group == null || sk.state() == Sk.TCP_ESTABLISHED) {
        continue;
      }
      Sk selected = group.select(hash, sport, packet);
      if (selected == null) {
        continue;
      }
      result = selected;
      if (!group.hasConns()) {
        return result;
      }
      best = Math.max(best, score.of(selected, any));
    }
    return result;
  }

  private static int score4(Sk sk, int saddr, int sport, int daddr, int dif) {
    InetOptions inet = InetOptions.of(sk);
    boolean v6 = sk.family() == Abi.AF_INET6;
    if (v6 && !takesV4(sk)) {
      return NO;
    }
    if (inet.rcvSaddr() != daddr) {
      return NO;
    }
    int score = v6 ? 1 : 2;
    if (inet.daddr() != 0) {
      if (inet.daddr() != saddr) {
        return NO;
      }
      score += MATCH;
    }
    return score < 0 ? NO : common(sk, score, sport, dif);
  }

  /** Whether a sock of IPv6 takes packets of IPv4: not if it is for IPv6 only, or bound to it. */
  private static boolean takesV4(Sk sk) {
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] bound = inet6.rcvSaddr();
    return !inet6.has(Inet6Flag.V6ONLY)
        && (Ipv6Address.isAny(bound) || Ipv6Address.isV4Mapped(bound));
  }

  private static int score6(Sk sk, byte[] saddr, int sport, byte @Nullable [] daddr, int dif) {
    if (sk.family() != Abi.AF_INET6) {
      return NO;
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    boolean bound =
        daddr == null
            ? Ipv6Address.isAny(inet6.rcvSaddr())
            : Arrays.equals(inet6.rcvSaddr(), daddr);
    if (!bound) {
      return NO;
    }
    int score = 0;
    if (!Ipv6Address.isAny(inet6.daddr())) {
      if (!Arrays.equals(inet6.daddr(), saddr)) {
        return NO;
      }
      score++;
    }
    // A sock for all addresses and ports scores 0 in Linux, where a miss is below 0.
    int more = common(sk, 0, sport, dif);
    return more < 0 ? NO : score + more + 1;
  }

  private static int common(Sk sk, int before, int sport, int dif) {
    int score = before;
    int match = sk.family() == Abi.AF_INET6 && before == 0 ? 1 : MATCH;
    if (sk.dport() != 0) {
      if (sk.dport() != sport) {
        return NO;
      }
      score += match;
    }
    if (sk.boundDevIf() != 0) {
      if (sk.boundDevIf() != dif) {
        return NO;
      }
      score += match;
    }
    return sk.rare().incomingCpu() == sk.net().machine().cpu() ? score + 1 : score;
  }
}
