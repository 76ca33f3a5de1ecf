package org.netshard.protocol.inet;

import java.util.BitSet;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Which local ports a sock may have.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_connection_sock.c}, {@code inet_sk_get_local_port_range};
 * {@code include/net/ip.h}, {@code inet_is_local_reserved_port}, {@code
 * inet_port_requires_bind_service}.
 *
 * @param low the lowest that the kernel may choose
 * @param high the highest that the kernel may choose
 * @param reserved those that it must leave
 */
public record LocalPorts(int low, int high, BitSet reserved) {
  private static final BitSet NONE = new BitSet(0);

  /** The ports among which the kernel may choose one for this sock. */
  public static LocalPorts of(Sk sk) {
    NetNs net = sk.net();
    int low = (int) net.sysctl(Sysctl.IPV4_IP_LOCAL_PORT_RANGE, 0);
    int high = (int) net.sysctl(Sysctl.IPV4_IP_LOCAL_PORT_RANGE, 1);
    int range = InetOptions.of(sk).localPortRange();
    if (range != 0) {
      int ownLow = range & 0xffff;
      int ownHigh = range >>> 16;
      low = low <= ownLow && ownLow <= high ? ownLow : low;
      high = low <= ownHigh && ownHigh <= high ? ownHigh : high;
    }
    return new LocalPorts(low, high, reserved(net));
  }

  private static BitSet reserved(NetNs net) {
    String text = net.sysctlText(Sysctl.IPV4_IP_LOCAL_RESERVED_PORTS);
    if (text.isBlank()) {
      return NONE;
    }
    BitSet ports = new BitSet();
    for (String part : text.strip().split(",", -1)) {
      int dash = part.indexOf('-');
      int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
      int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
      ports.set(from, to + 1);
    }
    return ports;
  }

  /** Whether the kernel must not choose this port. */
  public boolean isReserved(int port) {
    return reserved.get(port);
  }

  /** Whether a task may bind to this port: those below a limit need CAP_NET_BIND_SERVICE. */
  public static boolean mayBind(NetNs net, Cred cred, int port) {
    return port == 0
        || port >= net.sysctl(Sysctl.IPV4_IP_UNPRIVILEGED_PORT_START)
        || cred.nsCapable(net.userNs(), Capability.CAP_NET_BIND_SERVICE);
  }
}
