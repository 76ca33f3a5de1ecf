package org.netshard.namespace.net;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.fib.FibTrieSeq;
import org.netshard.protocol.fib.InetNet;
import org.netshard.protocol.inet.DatagramSeq;
import org.netshard.protocol.inet6.FlowLabels;
import org.netshard.protocol.netlink.NetlinkSeq;
import org.netshard.protocol.packet.PacketSeq;
import org.netshard.protocol.ping.PingTable;
import org.netshard.protocol.raw.RawTable;
import org.netshard.protocol.tcp.TcpSeq;
import org.netshard.protocol.udp.UdpTable;
import org.netshard.protocol.unix.UnixSeq;

/**
 * The files of {@code /proc/net} by their names, with those of the kernel's modules that are in the
 * profile. Their text is made when they are read.
 *
 * <p><b>Differs from Linux:</b> there are no neighbours, no filter of packets and no multicast
 * routes, so that their files have only heads; {@code connector}, {@code ipconfig} and {@code pnp}
 * of the first namespace are those of a machine that nobody configured at boot.
 */
public final class ProcNetFiles {
  private static final int MODE = 0444;
  private static final int MODE_PRIVATE = 0440;

  /** The directories, and what is in them; devices come to {@code dev_snmp6}. */
  private static final Map<String, List<String>> DIRECTORIES =
      Map.of(
          "dev_snmp6", List.of(),
          "ip6t_hashlimit", List.of(),
          "ipt_hashlimit", List.of(),
          "netfilter", List.of("nf_log", "nfnetlink_log", "nfnetlink_queue"),
          "stat", List.of("nf_conntrack", "rt_cache", "synproxy"),
          "xt_recent", List.of());

  private static final List<String> FILES =
      List.of(
          ("anycast6 arp arp_tables_matches arp_tables_names arp_tables_targets dev dev_mcast"
                  + " fib_trie fib_triestat icmp icmp6 if_inet6 igmp igmp6 ip6_flowlabel"
                  + " ip6_mr_cache ip6_mr_vif ip6_tables_matches ip6_tables_names"
                  + " ip6_tables_targets ip_mr_cache ip_mr_vif ip_tables_matches ip_tables_names"
                  + " ip_tables_targets ipv6_route mcfilter mcfilter6 netlink netstat nf_conntrack"
                  + " nf_conntrack_expect packet protocols psched ptype raw raw6 route rt6_stats"
                  + " rt_acct rt_cache snmp snmp6 sockstat sockstat6 softnet_stat tcp tcp6 udp udp6"
                  + " udplite udplite6 unix xfrm_stat")
              .split(" ", -1));

  /** Bytes of {@code struct ip_rt_acct} for 256 realms. */
  private static final int RT_ACCT_BYTES = 4096;

  private ProcNetFiles() {}

  /** All names of a namespace, in order. */
  public static List<String> names(NetState net) {
    List<String> names = new ArrayList<>(FILES);
    names.addAll(DIRECTORIES.keySet());
    if (net.isInit()) {
      names.addAll(List.of("connector", "ipconfig", "pnp"));
    }
    Collections.sort(names);
    return names;
  }

  /** The names in a directory, in order; null if there is no such directory. */
  public static @Nullable List<String> directory(String name, NetState net) {
    if (name.equals("dev_snmp6")) {
      return net.devices().stream().map(NetDevice::name).sorted().toList();
    }
    return name.equals("ipconfig") && net.isInit() ? List.of("ntp_servers") : DIRECTORIES.get(name);
  }

  /** Permission bits of a file. */
  public static int mode(String name) {
    boolean hidden =
        name.contains("_tables_")
            || name.startsWith("nf_conntrack")
            || name.startsWith("netfilter/nfnetlink");
    return hidden ? MODE_PRIVATE : MODE;
  }

  /**
   * What makes the text of a file, or null if there is no such file here.
   *
   * @param name with its directory, such as {@code stat/rt_cache}
   */
  public static @Nullable Supplier<String> text(String name, NetState net) {
    return switch (name) {
      case "sockstat" -> () -> ProcNet.sockstat(net);
      case "sockstat6" -> () -> ProcNet.sockstat6(net);
      case "protocols" -> () -> ProcNet.protocols(net);
      case "netstat" -> () -> ProcMibs.netstat(net);
      case "snmp" -> () -> ProcMibs.snmp(net);
      case "snmp6" -> () -> ProcMibs.snmp6(net);
      case "netlink" -> () -> NetlinkSeq.text(net, net.machine().profile().kernelNetlink());
      case "packet" -> () -> PacketSeq.text(net.sockets(Abi.AF_PACKET));
      case "unix" -> () -> unix(net.machine().sockets(net));
      case "ptype" -> () -> ProcLayers.ptype(net);
      case "softnet_stat" -> () -> ProcLayers.softnetStat(net);
      case "stat/rt_cache" -> () -> ProcLayers.rtCache(net);
      case "stat/nf_conntrack" -> () -> ProcLayers.nfConntrack(net);
      case "stat/synproxy" -> () -> ProcLayers.synproxy(net);
      case "nf_conntrack",
          "nf_conntrack_expect",
          "arp_tables_names",
          "ip_tables_names",
          "ip6_tables_names",
          "netfilter/nfnetlink_log",
          "netfilter/nfnetlink_queue" ->
          () -> "";
      default -> devices(name, net);
    };
  }

  /** Files about devices, addresses and routes. */
  private static @Nullable Supplier<String> devices(String name, NetState net) {
    return switch (name) {
      case "dev" -> () -> ProcDevices.dev(net);
      case "route" -> () -> ProcDevices.route(net);
      case "if_inet6" -> () -> ProcDevices.ifInet6(net);
      case "ipv6_route" -> () -> ProcDevices.ipv6Route(net);
      case "rt6_stats" -> () -> ProcDevices.rt6Stats(net);
      case "fib_trie" -> () -> FibTrieSeq.trie(InetNet.of(net));
      case "fib_triestat" -> () -> FibTrieSeq.triestat(InetNet.of(net));
      case "igmp" -> () -> ProcMulticast.igmp(net);
      case "igmp6" -> () -> ProcMulticast.igmp6(net);
      case "mcfilter" -> () -> ProcMulticast.mcfilter(net);
      case "mcfilter6" -> () -> ProcMulticast.mcfilter6(net);
      case "ip6_flowlabel" -> () -> FlowLabels.text(net);
      case "arp" ->
          () -> "IP address       HW type     Flags       HW address            Mask     Device\n";
      case "rt_acct" -> () -> "\0".repeat(RT_ACCT_BYTES);
      case "rt_cache" -> ProcDevices::rtCache;
      case "dev_mcast", "anycast6" -> () -> "";
      default -> inet(name, net);
    };
  }

  private static String unix(NetSockets sockets) {
    return UnixSeq.text(sockets.of(Abi.AF_UNIX), sockets.waiting());
  }

  private static @Nullable Supplier<String> inet(String name, NetState net) {
    return switch (name) {
      case "tcp" -> () -> TcpSeq.text(net, Abi.AF_INET);
      case "tcp6" -> () -> TcpSeq.text(net, Abi.AF_INET6);
      case "udp", "udp6" -> () -> udp(net, name, false);
      case "udplite", "udplite6" -> () -> udp(net, name, true);
      case "raw" ->
          () -> DatagramSeq.text(DatagramSeq.Kind.RAW, RawTable.of(net).socks(Abi.AF_INET));
      case "raw6" ->
          () -> DatagramSeq.text(DatagramSeq.Kind.INET6, RawTable.of(net).socks(Abi.AF_INET6));
      case "icmp" ->
          () -> DatagramSeq.text(DatagramSeq.Kind.ICMP, PingTable.of(net).socks(Abi.AF_INET));
      case "icmp6" ->
          () -> DatagramSeq.text(DatagramSeq.Kind.INET6, PingTable.of(net).socks(Abi.AF_INET6));
      default -> other(name, net);
    };
  }

  private static @Nullable Supplier<String> other(String name, NetState net) {
    int slash = name.indexOf('/');
    if (name.startsWith("dev_snmp6/")) {
      int ifindex = net.ifindex(name.substring(slash + 1));
      return ifindex == 0 ? null : () -> ProcMibs.devSnmp6(net, ifindex);
    }
    String ofInit = net.isInit() ? ofInit(name) : null;
    String fixed = ofInit == null ? ProcFixed.text(name) : ofInit;
    return fixed == null ? null : () -> fixed;
  }

  /** Files that only the first namespace has, as they are where nobody configured it at boot. */
  private static @Nullable String ofInit(String name) {
    return switch (name) {
      case "connector" -> "Name            ID\ncn_proc         1:1\n";
      case "pnp" -> "#MANUAL\n";
      case "ipconfig/ntp_servers" -> "";
      default -> null;
    };
  }

  private static String udp(NetState net, String name, boolean udplite) {
    boolean inet6 = name.endsWith("6");
    int family = inet6 ? Abi.AF_INET6 : Abi.AF_INET;
    return DatagramSeq.text(
        inet6 ? DatagramSeq.Kind.INET6 : DatagramSeq.Kind.UDP,
        UdpTable.of(net, udplite).socks().stream().filter(sk -> sk.family() == family).toList());
  }
}
