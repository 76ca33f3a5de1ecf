package org.netshard.namespace.net;

import java.util.Locale;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.PacketTypes;

/**
 * The text of files of {@code /proc/net} about what packets go through, for the CPUs of the
 * machine.
 *
 * <p><b>Source:</b> {@code net/core/net-procfs.c}: {@code ptype_seq_show}, {@code ptype_seq_next},
 * {@code softnet_seq_show}; {@code net/ipv4/route.c}, {@code rt_cpu_seq_show}; {@code
 * net/netfilter/nf_conntrack_standalone.c}, {@code ct_cpu_seq_show}; {@code
 * net/netfilter/nf_synproxy_core.c}.
 *
 * <p><b>Differs from Linux:</b> all packets count as those of the first CPU, and those of a
 * namespace are forgotten with it; routes, connections and SYN cookies that netfilter would count
 * are not counted.
 */
final class ProcLayers {
  private static final String KERNEL_TYPES =
      """
      0800          ip_rcv
      0004          llc_rcv
      0806          arp_rcv
      86dd          ipv6_rcv
      """;
  private static final int SOFTNET_COLUMNS = 15;
  private static final int SOFTNET_CPU = 12;

  private ProcLayers() {}

  /**
   * {@code /proc/net/ptype}: who takes packets of which type. Those of one device and type are not
   * shown, only those of one device and all types.
   */
  static String ptype(NetState net) {
    StringBuilder text = new StringBuilder("Type Device      Function\n");
    PacketTypes types = PacketTypes.of(net);
    for (NetDevice dev : net.devices()) {
      for (PacketTypes.Tap tap : types.taps()) {
        if (tap.all() && tap.ifindex() == dev.ifindex()) {
          text.append(line("ALL ", dev.name(), tap));
        }
      }
    }
    for (boolean all : new boolean[] {true, false}) {
      for (PacketTypes.Tap tap : types.taps()) {
        if (tap.all() == all && tap.ifindex() == 0) {
          String type = all ? "ALL " : String.format(Locale.ROOT, "%04x", tap.ethertype());
          text.append(line(type, "", tap));
        }
      }
    }
    return text.append(KERNEL_TYPES).toString();
  }

  private static String line(String type, String device, PacketTypes.Tap tap) {
    return String.format(Locale.ROOT, "%s %-8s %s\n", type, device, tap.function());
  }

  private static int cpus(NetState net) {
    return Math.max(1, net.machine().profile().chargeCpus());
  }

  /** {@code /proc/net/softnet_stat}. */
  static String softnetStat(NetState net) {
    long packets = 0;
    MachineState machine = net.machine();
    for (NetState each = machine.initNet(); each != null; each = machine.next(each)) {
      for (NetDevice dev : each.devices()) {
        packets += dev.rxPackets();
      }
    }
    StringBuilder text = new StringBuilder();
    for (int cpu = 0; cpu < cpus(net); cpu++) {
      for (int column = 0; column < SOFTNET_COLUMNS; column++) {
        long value = column == SOFTNET_CPU ? cpu : column == 0 && cpu == 0 ? packets : 0;
        text.append(column == 0 ? "" : " ");
        text.append(String.format(Locale.ROOT, "%08x", value & 0xffffffffL));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** {@code /proc/net/stat/rt_cache}. */
  static String rtCache(NetState net) {
    return "entries  in_hit   in_slow_tot in_slow_mc in_no_route in_brd   in_martian_dst"
        + " in_martian_src out_hit  out_slow_tot out_slow_mc gc_total gc_ignored gc_goal_miss"
        + " gc_dst_overflow in_hlist_search out_hlist_search\n"
        + ("00000000 00000000 00000000    00000000   00000000    00000000 00000000       00000000"
                + "       00000000 00000000     00000000    00000000 00000000   00000000     00000000"
                + "        00000000        00000000\n")
            .repeat(cpus(net));
  }

  /** {@code /proc/net/stat/nf_conntrack}. */
  static String nfConntrack(NetState net) {
    return "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop"
        + " early_drop icmp_error  expect_new expect_create expect_delete search_restart\n"
        + ("00000000  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"
                + " 00000000 00000000 00000000 00000000  00000000 00000000 00000000 00000000\n")
            .repeat(cpus(net));
  }

  /** {@code /proc/net/stat/synproxy}. */
  static String synproxy(NetState net) {
    return "entries\t\tsyn_received\tcookie_invalid\tcookie_valid\tcookie_retrans\tconn_reopened\n"
        + "00000000\t00000000\t00000000\t00000000\t00000000\t00000000\n".repeat(cpus(net));
  }
}
