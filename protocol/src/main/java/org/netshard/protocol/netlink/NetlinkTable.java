package org.netshard.protocol.netlink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;

/**
 * The ports of netlink in a namespace; each protocol has ports of its own.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code __netlink_lookup}, {@code
 * __netlink_insert}.
 */
public final class NetlinkTable {
  private static final NetGeneric<NetlinkTable> KEY = new NetGeneric<>(NetlinkTable::new);

  private final TreeMap<Long, Sk> ports = new TreeMap<>();

  /** Socks that are in a group, the newest first ({@code mc_list}). */
  private final List<Sk> members = new ArrayList<>(1);

  private NetlinkTable() {}

  /** The ports of a namespace. */
  public static NetlinkTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** Whether no task has a port. */
  public boolean isEmpty() {
    return ports.isEmpty() && members.isEmpty();
  }

  private static long key(int protocol, int portid) {
    return (long) protocol << 32 | Integer.toUnsignedLong(portid);
  }

  /** The sock with this port, or null. */
  @Nullable Sk find(int protocol, int portid) {
    return ports.get(key(protocol, portid));
  }

  /** All socks with a port, by protocol and port. */
  public Collection<Sk> socks() {
    return Collections.unmodifiableCollection(ports.values());
  }

  /** The socks of a protocol that are in any group. */
  List<Sk> members(int protocol) {
    return members.stream().filter(sk -> sk.protocol() == protocol).toList();
  }

  /** All socks that are in any group. */
  public List<Sk> members() {
    return Collections.unmodifiableList(members);
  }

  /** Whether a sock is in this group ({@code netlink_has_listeners}). */
  boolean hasListeners(int protocol, int group) {
    for (Sk sk : members) {
      if (sk.protocol() == protocol && ((NetlinkOptions.of(sk).groups >>> (group - 1)) & 1) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Notes that the groups of a sock have changed ({@code netlink_update_subscriptions}). */
  void updateMember(Sk sk, long groups) {
    boolean there = members.contains(sk);
    if (groups != 0 && !there) {
      members.add(0, sk);
    } else if (groups == 0 && there) {
      members.remove(sk);
    }
  }

  /** Gives a sock a port, unless another has it. */
  boolean insert(Sk sk, int portid) {
    return ports.putIfAbsent(key(sk.protocol(), portid), sk) == null;
  }

  /** Takes the port of a sock back; nothing if it has none. */
  static void remove(Sk sk) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    if (options.groups != 0) {
      of(sk.net()).members.remove(sk);
    }
    if (options.bound) {
      of(sk.net()).ports.remove(key(sk.protocol(), options.portid), sk);
    }
  }
}
