package org.netshard.protocol.ip;

import java.util.TreeMap;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.SocketOptions;

/**
 * Identifications of packets that may be cut into fragments, one row for each pair of addresses and
 * protocol: the next one is one more than the last, and after a while of silence it has moved on by
 * chance.
 *
 * <p><b>Source:</b> {@code net/ipv4/route.c}: {@code __ip_select_ident}, {@code ip_idents_reserve}.
 *
 * <p><b>Differs from Linux:</b> no two pairs of addresses share a row.
 */
final class IpIdents {
  private static final NetGeneric<IpIdents> KEY = new NetGeneric<>(IpIdents::new);
  private static final int IDS = 65536;
  private static final long NS_PER_JIFFY = 1_000_000_000L / SocketOptions.HZ;

  private final TreeMap<Long, Row> rows = new TreeMap<>();

  private static final class Row {
    private int next;
    private long jiffies;
  }

  private IpIdents() {}

  /** The next identification of packets between these. */
  static int select(NetNs net, int saddr, int daddr, int protocol) {
    long pair = (long) saddr << 32 | (daddr & 0xffff_ffffL);
    long key = pair * 257 + protocol;
    long jiffies = net.machine().nowNs() / NS_PER_JIFFY;
    TreeMap<Long, Row> rows = net.generic(KEY).rows;
    Row row = rows.get(key);
    if (row == null) {
      row = new Row();
      row.next = net.machine().randomBelow(IDS);
      rows.put(key, row);
    } else if (row.jiffies != jiffies) {
      long silence = Math.min(jiffies - row.jiffies, Integer.MAX_VALUE);
      row.next += net.machine().randomBelow((int) silence);
    }
    row.jiffies = jiffies;
    int id = row.next & 0xffff;
    row.next++;
    return id;
  }
}
