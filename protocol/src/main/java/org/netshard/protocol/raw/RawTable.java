package org.netshard.protocol.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkList;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetBinding;

/**
 * The raw sockets of a namespace that packets reach, by family and protocol.
 *
 * <p><b>Source:</b> {@code net/ipv4/raw.c}, {@code raw_hash_sk}, {@code raw_unhash_sk}.
 */
public final class RawTable {
  private static final NetGeneric<RawTable> KEY = new NetGeneric<>(RawTable::new);
  private static final int V6 = 1 << 16;

  private final TreeMap<Integer, SkList> slots = new TreeMap<>();

  private RawTable() {}

  /** The table of a namespace. */
  public static RawTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** All socks of a family, by protocol. */
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

  /** Whether no packet reaches a raw socket here. */
  public boolean isEmpty() {
    return slots.isEmpty();
  }

  /** The raw sockets of a protocol, or null. */
  @Nullable SkList slot(int protocol, boolean v6) {
    return slots.isEmpty() ? null : slots.get(protocol | (v6 ? V6 : 0));
  }

  private static int key(Sk sk) {
    return sk.num() | (sk.family() == Abi.AF_INET6 ? V6 : 0);
  }

  /** Puts a new sock in ({@code raw_hash_sk}). */
  static void hash(Sk sk) {
    sk.setFlag(SockFlag.SOCK_RCU_FREE, true);
    of(sk.net()).slots.computeIfAbsent(key(sk), none -> new SkList()).addHead(sk);
    InetBinding.forWrite(sk).setHashed(true);
    sk.net().addProtoInuse(sk.proto(), 1);
  }

  /** Takes a sock out, which keeps its protocol. */
  static void unhash(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    if (binding == null || !InetBinding.isHashed(sk)) {
      return;
    }
    RawTable table = of(sk.net());
    SkList slot = table.slots.get(key(sk));
    if (slot == null) {
      throw new IllegalStateException("no raw socket of protocol " + sk.num());
    }
    slot.remove(sk);
    if (slot.isEmpty()) {
      table.slots.remove(key(sk));
    }
    binding.setHashed(false);
    sk.net().addProtoInuse(sk.proto(), -1);
  }
}
