package org.netshard.protocol.netlink;

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

  private NetlinkTable() {}

  /** The ports of a namespace. */
  public static NetlinkTable of(NetNs net) {
    return net.generic(KEY);
  }

  /** Whether no task has a port. */
  public boolean isEmpty() {
    return ports.isEmpty();
  }

  private static long key(int protocol, int portid) {
    return (long) protocol << 32 | Integer.toUnsignedLong(portid);
  }

  /** The sock with this port, or null. */
  @Nullable Sk find(int protocol, int portid) {
    return ports.get(key(protocol, portid));
  }

  /** Gives a sock a port, unless another has it. */
  boolean insert(Sk sk, int portid) {
    return ports.putIfAbsent(key(sk.protocol(), portid), sk) == null;
  }

  /** Takes the port of a sock back; nothing if it has none. */
  static void remove(Sk sk) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    if (options.bound) {
      of(sk.net()).ports.remove(key(sk.protocol(), options.portid), sk);
    }
  }
}
