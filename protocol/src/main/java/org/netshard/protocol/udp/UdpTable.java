package org.netshard.protocol.udp;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.LocalPorts;
import org.netshard.protocol.inet.RcvSaddr;
import org.netshard.protocol.inet.ReuseportGroup;

/**
 * The local ports of UDP, or of UDP-Lite, in a namespace.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}, {@code udp_lib_get_port}, {@code udp_lib_unhash},
 * {@code udp_lib_rehash}, for a table of 65,536 slots.
 */
public final class UdpTable {
  private static final NetGeneric<UdpTable> UDP = new NetGeneric<>(UdpTable::new);
  private static final NetGeneric<UdpTable> UDPLITE = new NetGeneric<>(UdpTable::new);

  /** With more socks on a port, those of other addresses are not looked at. */
  private static final int SCAN_MAX = 10;

  private static final int PORTS = 65536;
  private static final RcvSaddr ANY = new RcvSaddr(0, null, false);

  private final TreeMap<Integer, SkList> slots = new TreeMap<>();

  private UdpTable() {}

  /** The table of a sock. */
  public static UdpTable of(Sk sk) {
    return of(sk.net(), sk.protocol() == Abi.IPPROTO_UDPLITE);
  }

  /** A table of a namespace. */
  public static UdpTable of(NetNs net, boolean udplite) {
    return net.generic(udplite ? UDPLITE : UDP);
  }

  /** All socks with a port, by port. */
  public List<Sk> socks() {
    List<Sk> all = new ArrayList<>();
    for (SkList slot : slots.values()) {
      for (int i = 0; i < slot.size(); i++) {
        all.add(slot.get(i));
      }
    }
    return all;
  }

  /** Whether nobody has a port. */
  public boolean isEmpty() {
    return slots.isEmpty();
  }

  /** The socks with this port, or null. */
  @Nullable SkList slot(int port) {
    return slots.get(port);
  }

  /** How many socks have this port. */
  public int owners(int port) {
    SkList slot = slots.get(port);
    return slot == null ? 0 : slot.size();
  }

  /**
   * Gives a sock a port.
   *
   * <p><b>Errors:</b> EADDRINUSE.
   *
   * @param wanted the port, or 0 for any
   */
  int getPort(Sk sk, int wanted) {
    int port = wanted == 0 ? findPort(sk) : inUse(sk, wanted) ? 0 : wanted;
    if (port == 0) {
      return Errno.EADDRINUSE.negated();
    }
    sk.setNum(port);
    if (!InetBinding.isHashed(sk)) {
      hash(sk, port);
    }
    sk.setFlag(SockFlag.SOCK_RCU_FREE, true);
    return 0;
  }

  private void hash(Sk sk, int port) {
    SkList slot = slots.computeIfAbsent(port, free -> new SkList());
    if (sk.flag(SockFlag.SK_REUSEPORT)) {
      ReuseportGroup.add(sk, sharer(sk, slot));
      sk.setFlag(SockFlag.SK_REUSEPORT_CB, true);
    }
    if (sk.flag(SockFlag.SK_REUSEPORT) && sk.family() == Abi.AF_INET6) {
      slot.addTail(sk);
    } else {
      slot.addHead(sk);
    }
    InetBinding.forWrite(sk).setHashed(true);
    sk.net().addProtoInuse(sk.proto(), 1);
  }

  /** {@code udp_reuseport_add_sock}: one whose group a new sock joins, or null. */
  private static @Nullable Sk sharer(Sk sk, SkList slot) {
    for (int i = 0; i < slot.size(); i++) {
      Sk other = slot.get(i);
      boolean same =
          other.family() == sk.family()
              && other.flag(SockFlag.SK_REUSEPORT)
              && other.boundDevIf() == sk.boundDevIf()
              && other.uid() == sk.uid()
              && RcvSaddr.equal(sk, other, false);
      if (same && ReuseportGroup.of(other) != null) {
        return other;
      }
    }
    return null;
  }

  /** Takes a sock out; its port is free then. */
  static void unhash(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding == null || !InetBinding.isHashed(sk)) {
      return;
    }
    UdpTable table = of(sk);
    SkList slot = table.slots.get(sk.num());
    if (slot == null) {
      throw new IllegalStateException("nobody has port " + sk.num() + " of " + sk.proto());
    }
    slot.remove(sk);
    if (slot.isEmpty()) {
      table.slots.remove(sk.num());
    }
    binding.setHashed(false);
    ReuseportGroup.detach(sk);
    sk.setFlag(SockFlag.SK_REUSEPORT_CB, false);
    sk.setNum(0);
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  /** A sock in the table has another address now: it is no longer in its group. */
  static void rehash(Sk sk) {
    ReuseportGroup.detach(sk);
    sk.setFlag(SockFlag.SK_REUSEPORT_CB, false);
  }

  private int findPort(Sk sk) {
    LocalPorts ports = LocalPorts.of(sk);
    int remaining = ports.high() - ports.low() + 1;
    int first = ports.low() + sk.net().machine().randomBelow(remaining);
    for (int i = 0; i < PORTS; i++) {
      int port = (first + i) % PORTS;
      boolean allowed = ports.low() <= port && port <= ports.high() && !ports.isReserved(port);
      if (allowed && !hasConflict(sk, port)) {
        return port;
      }
    }
    return 0;
  }

  /** {@code udp_lib_lport_inuse} with a bitmap: any sock counts, in whatever order. */
  private boolean hasConflict(Sk sk, int port) {
    SkList slot = slots.get(port);
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk other = slot.get(i);
      if (other != sk && meets(sk, other) && !sharesPort(sk, other)) {
        return true;
      }
    }
    return false;
  }

  /** {@code udp_lib_lport_inuse}, {@code udp_lib_lport_inuse2}. */
  private boolean inUse(Sk sk, int port) {
    SkList slot = slots.get(port);
    if (slot == null) {
      return false;
    }
    RcvSaddr address = RcvSaddr.of(sk);
    if (slot.size() <= SCAN_MAX) {
      return inUse(sk, slot, null);
    }
    return inUse(sk, slot, address) || (!address.isAny() && inUse(sk, slot, ANY));
  }

  /**
   * The first sock met decides: whether it shares the port.
   *
   * @param slot2 only socks of this address, as they stand in one slot of the second table; null
   *     for all
   */
  private static boolean inUse(Sk sk, SkList slot, @Nullable RcvSaddr slot2) {
    for (int i = 0; i < slot.size(); i++) {
      Sk other = slot.get(i);
      boolean seen = slot2 == null || slot2.sameHash(RcvSaddr.of(other));
      if (seen && other != sk && meets(sk, other)) {
        return !sharesPort(sk, other);
      }
    }
    return false;
  }

  private static boolean meets(Sk sk, Sk other) {
    return (other.reuse() == Sk.SK_NO_REUSE || sk.reuse() == Sk.SK_NO_REUSE)
        && (other.boundDevIf() == 0
            || sk.boundDevIf() == 0
            || other.boundDevIf() == sk.boundDevIf())
        && RcvSaddr.equal(sk, other, true);
  }

  private static boolean sharesPort(Sk sk, Sk other) {
    return other.flag(SockFlag.SK_REUSEPORT)
        && sk.flag(SockFlag.SK_REUSEPORT)
        && !sk.flag(SockFlag.SK_REUSEPORT_CB)
        && sk.uid() == other.uid();
  }
}
