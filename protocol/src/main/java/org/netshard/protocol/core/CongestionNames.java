package org.netshard.protocol.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The algorithms of congestion control that the kernel has, by name.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_cong.c}: {@code tcp_ca_find}, {@code tcp_ca_find_autoload},
 * {@code tcp_ca_get_key_by_name}, {@code tcp_ca_get_name_by_key}.
 */
public final class CongestionNames {
  /** All that there can be, in the order of their keys, from 1. */
  private static final List<String> KEYS = List.of("reno", "cubic", "bbr", "dctcp");

  private CongestionNames() {}

  /** Whether the kernel has one of this name. */
  public static boolean has(NetNs net, String name) {
    return contains(net.sysctlText(Sysctl.IPV4_TCP_AVAILABLE_CONGESTION_CONTROL), name);
  }

  /** Whether everybody may use it. */
  public static boolean isAllowed(NetNs net, String name) {
    return contains(net.sysctlText(Sysctl.IPV4_TCP_ALLOWED_CONGESTION_CONTROL), name);
  }

  /**
   * Whether the kernel has one of this name, if need be from now on.
   *
   * @param mayLoad whether who asks has CAP_NET_ADMIN over the whole machine
   */
  public static boolean hasAfterLoading(NetNs net, String name, boolean mayLoad) {
    if (!has(net, name) && mayLoad) {
      net.machine().requestModule("tcp_" + name);
    }
    return has(net, name);
  }

  /** The key of one that the kernel has, if need be from now on; 0 if there is none. */
  public static int key(NetNs net, String name, boolean mayLoad) {
    return hasAfterLoading(net, name, mayLoad) ? KEYS.indexOf(name) + 1 : 0;
  }

  /** The name of a key, null for none. */
  public static @Nullable String name(int key) {
    return key < 1 || key > KEYS.size() ? null : KEYS.get(key - 1);
  }

  /** Whether it needs ECN ({@code TCP_CONG_NEEDS_ECN}). */
  public static boolean needsEcn(String name) {
    return name.equals("dctcp");
  }

  private static boolean contains(String names, String name) {
    return List.of(names.split("\\s+", -1)).contains(name) && !name.isEmpty();
  }
}
