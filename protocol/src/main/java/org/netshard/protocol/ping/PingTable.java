package org.netshard.protocol.ping;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetBinding;

/**
 * The identifiers of ping sockets in a namespace; those of IPv4 and of IPv6 are one set.
 *
 * <p><b>Source:</b> {@code net/ipv4/ping.c}, {@code ping_get_port}, {@code ping_unhash}.
 *
 * <p><b>Differs from Linux:</b> the rover that chooses the next identifier belongs to the
 * namespace, not to the machine.
 */
public final class PingTable {
  private static final NetGeneric<PingTable> KEY = new NetGeneric<>(PingTable::new);
  private static final int IDENTS = 65536;

  private final TreeMap<Integer, SkList> slots = new TreeMap<>();
  private int rover;

  private PingTable() {}

  /** The identifiers of a namespace. */
  public static PingTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** All socks of a family, by identifier. */
  public List<Sk> socks(int family) {
    List<Sk> all = new ArrayList<>();
    for (SkList slot : slots.values()) {
      for (int i = 0; i < slot.size(); i++) {
        if (slot.get(i).family() == family) {
          all.add(slot.get(i));
        }
      }
    }
    return all;
  }

  /** Whether nobody has one. */
  public boolean isEmpty() {
    return slots.isEmpty();
  }

  /** The socks with an identifier, the newest first. */
  List<Sk> withIdent(int ident) {
    SkList slot = slots.get(ident);
    if (slot == null) {
      return List.of();
    }
    List<Sk> socks = new ArrayList<>(slot.size());
    for (int i = 0; i < slot.size(); i++) {
      socks.add(slot.get(i));
    }
    return socks;
  }

  /** Gives a sock an identifier, any for 0. <b>Errors:</b> EADDRINUSE. */
  int getPort(Sk sk, int wanted) {
    int ident = wanted == 0 ? findFree() : isTaken(sk, wanted) ? 0 : wanted;
    if (ident == 0) {
      return Errno.EADDRINUSE.negated();
    }
    sk.setNum(ident);
    if (!InetBinding.isHashed(sk)) {
      slots.computeIfAbsent(ident, free -> new SkList()).addHead(sk);
      InetBinding.forWrite(sk).setHashed(true);
      sk.setFlag(SockFlag.SOCK_RCU_FREE, true);
      sk.net().addProtoInuse(sk.proto(), 1);
    }
    return 0;
  }

  private int findFree() {
    for (int i = 1; i < IDENTS; i++) {
      int ident = 1 + (rover + i - 1) % (IDENTS - 1);
      if (!slots.containsKey(ident)) {
        rover = ident;
        return ident;
      }
    }
    return 0;
  }

  private boolean isTaken(Sk sk, int ident) {
    SkList slot = slots.get(ident);
    for (int i = 0; slot != null && i < slot.size(); i++) {
      Sk other = slot.get(i);
      if (other != sk && (other.reuse() == Sk.SK_NO_REUSE || sk.reuse() == Sk.SK_NO_REUSE)) {
        return true;
      }
    }
    return false;
  }

  /** Takes a sock out; its identifier is free then. */
  static void unhash(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding == null || !InetBinding.isHashed(sk)) {
      return;
    }
    PingTable table = of(sk.net());
    SkList slot = table.slots.get(sk.num());
    if (slot == null) {
      throw new IllegalStateException("nobody has identifier " + sk.num());
    }
    slot.remove(sk);
    if (slot.isEmpty()) {
      table.slots.remove(sk.num());
    }
    binding.setHashed(false);
    sk.setNum(0);
    sk.setSport(0);
    sk.net().addProtoInuse(sk.proto(), -1);
  }
}
