package org.netshard.namespace.net;

import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;

/**
 * The text of {@code /proc/slabinfo}: the caches of sockets, and of what belongs to their files.
 *
 * <p>Caches of one size and kind are one, with the name of the first: that of UDP has the socks of
 * UDP-Lite and ping of IPv6, too, and those of UNIX sockets are among the signals of processes.
 *
 * <p><b>Source:</b> {@code mm/slab_common.c}: {@code slab_show}, {@code find_mergeable}.
 *
 * <p><b>Differs from Linux:</b> other caches are not shown; of those that are, every object is that
 * of a socket which a task can reach, and slabs are filled one after the other.
 */
public final class ProcSlab {
  private static final String HEAD =
      """
      slabinfo - version: 2.1
      # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> \
      : tunables <limit> <batchcount> <sharedfactor> \
      : slabdata <active_slabs> <num_slabs> <sharedavail>
      """;

  /** In which cache the socks of a proto are that has none under its own name. */
  private static final Map<String, String> MERGED =
      Map.of(
          "UDP-Lite", "UDP",
          "PINGv6", "UDP",
          "UDPLITEv6", "UDPv6",
          "UNIX", "signal_cache",
          "UNIX-STREAM", "signal_cache");

  private ProcSlab() {}

  /** The cache that the socks of a proto come from. */
  public static SlabCache cache(Proto proto) {
    String name = MERGED.getOrDefault(proto.name(), proto.name());
    return new SlabCache(name, proto.profile().slabBytes());
  }

  /** The text for a machine. */
  public static String text(MachineState machine) {
    Map<SlabCache, Long> objects = new LinkedHashMap<>();
    for (Proto proto : machine.protos()) {
      if (proto.ownSlab()) {
        objects.putIfAbsent(cache(proto), 0L);
      }
    }
    SlabCache inodes = new SlabCache("sock_inode_cache", machine.profile().inodeBytes());
    SlabCache dentries = new SlabCache("dentry", machine.profile().dentryBytes());
    SlabCache files = new SlabCache("filp", machine.profile().fileBytes());
    long sockets = 0;
    for (NetState net = machine.initNet(); net != null; net = machine.next(net)) {
      NetSockets all = machine.sockets(net);
      for (Sk sk : all.all()) {
        if (sk.proto().ownSlab()) {
          objects.merge(cache(sk.proto()), 1L, Long::sum);
        }
        sockets += all.waiting().contains(sk) ? 0 : 1;
      }
    }
    objects.put(inodes, sockets);
    objects.put(dentries, sockets);
    objects.put(files, Math.max(sockets, machine.openFiles()));
    StringBuilder text = new StringBuilder(HEAD);
    objects.forEach((cache, count) -> text.append(cache.line(count)));
    return text.toString();
  }
}
