package org.netshard.namespace.sysctl;

/**
 * What a write of one sysctl does to others of the same namespace.
 *
 * <p><b>Source:</b> {@code net/ipv4/devinet.c}, {@code inet_forward_change}; {@code
 * net/ipv6/addrconf.c}, {@code addrconf_fixup_forwarding}, {@code addrconf_disable_ipv6}; {@code
 * net/core/neighbour.c}, whose {@code base_reachable_time} and {@code retrans_time} are one value
 * in two units, as is {@code gc_min_interval} of the routes.
 */
public final class SysctlLinks {
  private static final String[] DEVICES = {"default", "lo"};

  private SysctlLinks() {}

  /** The name of the sysctl of {@code lo} that begins with this default; else an empty name. */
  static String ofLo(String name) {
    for (String family : new String[] {"net.ipv4", "net.ipv6"}) {
      String prefix = family + ".conf.default.";
      if (name.startsWith(prefix)) {
        return family + ".conf.lo." + name.substring(prefix.length());
      }
    }
    return "";
  }

  /** Whether it is a value of {@code conf/all} or {@code conf/default} of this family. */
  static boolean isDevconf(String name, String family) {
    return name.startsWith(family + ".conf.all.")
        || name.startsWith(family + ".conf.default.")
        || (family.equals("net.ipv4") && name.equals("net.ipv4.ip_forward"));
  }

  /** A sysctl was written: carries the value on. */
  static void written(NetSysctls net, String name, String text) {
    switch (name) {
      case "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding" -> {
        net.putIfPresent("net.ipv4.ip_forward", text);
        net.putIfPresent("net.ipv4.conf.all.forwarding", text);
        net.putIfPresent("net.ipv4.conf.all.accept_redirects", text.equals("0") ? "1" : "0");
        toDevices(net, "net.ipv4.conf.", ".forwarding", text);
      }
      case "net.ipv6.conf.all.forwarding" -> toDevices(net, "net.ipv6.conf.", ".forwarding", text);
      case "net.ipv6.conf.all.disable_ipv6" ->
          toDevices(net, "net.ipv6.conf.", ".disable_ipv6", text);
      default -> units(net, name, text);
    }
  }

  private static void toDevices(NetSysctls net, String prefix, String suffix, String text) {
    for (String device : DEVICES) {
      net.putIfPresent(prefix + device + suffix, text);
    }
  }

  private static void units(NetSysctls net, String name, String text) {
    if (name.endsWith(".base_reachable_time") || name.endsWith(".gc_min_interval")) {
      net.putIfPresent(name + "_ms", Long.toString(Long.parseLong(text) * 1000));
    } else if (name.endsWith(".base_reachable_time_ms") || name.endsWith(".gc_min_interval_ms")) {
      net.putIfPresent(withoutMs(name), Long.toString(Long.parseLong(text) / 1000));
    } else if (name.endsWith(".retrans_time")) {
      net.putIfPresent(name + "_ms", Long.toString(Long.parseLong(text) * 10));
    } else if (name.endsWith(".retrans_time_ms")) {
      net.putIfPresent(withoutMs(name), Long.toString(Long.parseLong(text) / 10));
    }
  }

  private static String withoutMs(String name) {
    return name.substring(0, name.length() - 3);
  }
}
