package org.netshard.namespace.net;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.inet.DatagramSeq;
import org.netshard.protocol.netlink.NetlinkSeq;
import org.netshard.protocol.packet.PacketSeq;
import org.netshard.protocol.ping.PingTable;
import org.netshard.protocol.raw.RawTable;
import org.netshard.protocol.tcp.TcpSeq;
import org.netshard.protocol.udp.UdpTable;
import org.netshard.protocol.unix.UnixSeq;

/** The files of {@code /proc/net} by their names. */
public final class ProcNetFiles {
  private ProcNetFiles() {}

  /** What makes the text of a file, or null if there is no such file here. */
  public static @Nullable Supplier<String> text(String name, NetState net) {
    return switch (name) {
      case "sockstat" -> () -> ProcNet.sockstat(net);
      case "sockstat6" -> () -> ProcNet.sockstat6(net);
      case "protocols" -> () -> ProcNet.protocols(net);
      case "netstat" -> () -> ProcMibs.netstat(net);
      case "snmp" -> () -> ProcMibs.snmp(net);
      case "snmp6" -> () -> ProcMibs.snmp6(net);
      case "dev" -> () -> ProcDevices.dev(net);
      case "route" -> () -> ProcDevices.route(net);
      case "if_inet6" -> () -> ProcDevices.ifInet6(net);
      case "ipv6_route" -> () -> ProcDevices.ipv6Route(net);
      case "igmp" -> () -> ProcDevices.igmp(net);
      case "igmp6" -> () -> ProcDevices.igmp6(net);
      case "arp" ->
          () -> "IP address       HW type     Flags       HW address            Mask     Device\n";
      case "dev_mcast" -> () -> "";
      case "netlink" -> () -> NetlinkSeq.text(net, net.machine().profile().kernelNetlink());
      case "packet" -> () -> PacketSeq.text(net.sockets(Abi.AF_PACKET));
      case "unix" -> () -> unix(net.machine().sockets(net));
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
