package org.netshard.protocol.inet;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.Sk;

/**
 * A table of multicast routes: who routes by it, and how.
 *
 * <p><b>Source:</b> {@code include/linux/mroute_base.h}, {@code struct mr_table}.
 */
final class MrouteTable {
  private static final NetGeneric<Map<Integer, MrouteTable>> IPV4 = new NetGeneric<>(TreeMap::new);
  private static final NetGeneric<Map<Integer, MrouteTable>> IPV6 = new NetGeneric<>(TreeMap::new);

  /** {@code mroute_sk}: the sock that routes, or null. */
  @Nullable Sk router;

  /** {@code mroute_do_assert}. */
  boolean doAssert;

  /** {@code mroute_do_pim}. */
  boolean doPim;

  private MrouteTable() {}

  private static Map<Integer, MrouteTable> all(Sk sk) {
    return sk.net().generic(sk.family() == Abi.AF_INET6 ? IPV6 : IPV4);
  }

  /** The table that a sock has chosen. */
  static MrouteTable of(Sk sk) {
    return all(sk).computeIfAbsent(InetOptions.of(sk).mrouteTable, number -> new MrouteTable());
  }

  /** Whether a sock routes by this table. */
  boolean isRouter(Sk sk) {
    return router != null && router.equals(sk);
  }

  /** A sock ends: nobody routes by its tables any more ({@code mrtsock_destruct}). */
  static void destroy(Sk sk) {
    for (MrouteTable table : all(sk).values()) {
      if (table.isRouter(sk)) {
        table.router = null;
      }
    }
  }
}
