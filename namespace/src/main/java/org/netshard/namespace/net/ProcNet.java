package org.netshard.namespace.net;

import java.util.Locale;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.ip.IpReassembly;
import org.netshard.protocol.ip6.Ip6Reassembly;
import org.netshard.protocol.tcp.TcpHash;

/**
 * The text of files of {@code /proc/net}, as Linux prints them.
 *
 * <p><b>Source:</b> {@code net/ipv4/proc.c}, {@code sockstat_seq_show}; {@code net/ipv6/proc.c},
 * {@code sockstat6_seq_show}; {@code net/core/sock.c}, {@code proto_seq_show}.
 */
public final class ProcNet {
  private static final String HEAD =
      "protocol  size sockets  memory press maxhdr  slab module     "
          + "cl co di ac io in de sh ss gs se re bi br ha uh gp em\n";

  private ProcNet() {}

  /**
   * {@code /proc/net/sockstat}. Sockets in use and in TIME_WAIT are those of the namespace;
   * orphans, allocated socks and memory those of the machine.
   */
  public static String sockstat(NetState net) {
    MachineState machine = net.machine();
    return "sockets: used "
        + net.socketsUsed()
        + "\nTCP: inuse "
        + inuse(net, "TCP")
        + " orphan "
        + machine.orphanCount()
        + " tw "
        + TcpHash.of(net).timeWaits()
        + " alloc "
        + allocated(machine, "TCP")
        + " mem "
        + machine.pool(Proto.Pool.TCP).allocatedPages()
        + "\nUDP: inuse "
        + inuse(net, "UDP")
        + " mem "
        + machine.pool(Proto.Pool.UDP).allocatedPages()
        + "\nUDPLITE: inuse "
        + inuse(net, "UDP-Lite")
        + "\nRAW: inuse "
        + inuse(net, "RAW")
        + ("\nFRAG: inuse "
            + IpReassembly.inuse(net)
            + " memory "
            + IpReassembly.memory(net)
            + "\n");
  }

  /** {@code /proc/net/sockstat6}. */
  public static String sockstat6(NetState net) {
    return "TCP6: inuse "
        + inuse(net, "TCPv6")
        + "\nUDP6: inuse "
        + inuse(net, "UDPv6")
        + "\nUDPLITE6: inuse "
        + inuse(net, "UDPLITEv6")
        + "\nRAW6: inuse "
        + inuse(net, "RAWv6")
        + ("\nFRAG6: inuse " + Ip6Reassembly.inuse(net))
        + (" memory " + Ip6Reassembly.memory(net) + "\n");
  }

  /** {@code /proc/net/protocols}. */
  public static String protocols(NetState net) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Proto proto : net.machine().protos()) {
      Proto.Pool pool = proto.pool();
      boolean counted = pool != Proto.Pool.NONE;
      text.append(
          String.format(
              Locale.ROOT,
              "%-9s %4d %6d  %6d   %-3s %6d   %-3s  %-10s ",
              proto.name(),
              proto.objSizeBytes(),
              net.protoInuse(proto),
              counted ? net.machine().pool(pool).allocatedPages() : -1,
              !proto.profile().pressure()
                  ? "NI"
                  : net.machine().pool(pool).underPressure() ? "yes" : "no",
              proto.profile().maxHeaderBytes(),
              proto.ownSlab() ? "yes" : "no",
              "kernel"));
      String methods = proto.profile().methods();
      for (int i = 0; i < methods.length(); i++) {
        text.append(i == 0 ? " " : "  ").append(methods.charAt(i));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int inuse(NetState net, String name) {
    Proto proto = net.machine().families().proto(name);
    return proto == null ? 0 : net.protoInuse(proto);
  }

  private static int allocated(MachineState machine, String name) {
    Proto proto = machine.families().proto(name);
    return proto == null ? 0 : machine.socketsAllocated(proto);
  }
}
