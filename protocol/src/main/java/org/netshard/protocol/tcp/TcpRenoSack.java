package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sysctl;

/**
 * Duplicate acknowledgements stand for selective ones, where the other end sends none.
 *
 * <p><b>Source:</b> RFC 6582; {@code net/ipv4/tcp_input.c}: {@code tcp_add_reno_sack}, {@code
 * tcp_remove_reno_sacks}, {@code tcp_check_reno_reordering}.
 */
final class TcpRenoSack {
  private TcpRenoSack() {}

  /** {@code tcp_limit_reno_sacked}. */
  static boolean limitRenoSacked(TcpSock tp) {
    int holes = Math.min(Math.max(tp.lostOut, 1), tp.packetsOut);
    if (tp.sackedOut + holes > tp.packetsOut) {
      tp.sackedOut = tp.packetsOut - holes;
      return true;
    }
    return false;
  }

  private static void checkRenoReordering(TcpSock tp, int addend) {
    if (!limitRenoSacked(tp)) {
      return;
    }
    int most = (int) tp.net.sysctl(Sysctl.IPV4_TCP_MAX_REORDERING);
    tp.reordering = Math.min(tp.packetsOut + addend, most);
    tp.reordSeen++;
    tp.net.addMib(Mib.TCP_RENO_REORDER, 1);
  }

  static void addRenoSack(TcpSock tp, int dupacks, boolean ece) {
    if (dupacks == 0) {
      return;
    }
    int prior = tp.sackedOut;
    tp.sackedOut += dupacks;
    checkRenoReordering(tp, 0);
    int delivered = tp.sackedOut - prior;
    if (delivered > 0) {
      TcpRecovery.countDelivered(tp, delivered, ece);
    }
  }

  /** {@code tcp_remove_reno_sacks}. */
  static void removeRenoSacks(TcpSock tp, int acked, boolean ece) {
    if (acked > 0) {
      TcpRecovery.countDelivered(tp, Math.max(acked - tp.sackedOut, 1), ece);
      tp.sackedOut = acked - 1 >= tp.sackedOut ? 0 : tp.sackedOut - (acked - 1);
    }
    checkRenoReordering(tp, acked);
  }
}
