package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Sysctl;

/**
 * Explicit congestion notification.
 *
 * <p><b>Source:</b> RFC 3168; {@code include/net/tcp_ecn.h}: {@code tcp_ecn_send_syn}, {@code
 * tcp_ecn_rcv_synack}, {@code tcp_data_ecn_check}, {@code tcp_ecn_create_request}.
 */
final class TcpEcn {
  private static final int MASK = 3;
  private static final int CE = 3;
  private static final int NOT_ECT = 0;

  private TcpEcn() {}

  /** The flags with which a SYN asks for it. */
  static int synFlags(TcpSock tp) {
    boolean asks = tp.net.sysctl(Sysctl.IPV4_TCP_ECN) == 1 || tp.ca.needsEcn();
    if (!asks) {
      return 0;
    }
    tp.ecnFlags = TcpSock.ECN_OK;
    return TcpHeader.ECE | TcpHeader.CWR;
  }

  /** What a SYN-ACK answers. */
  static void rcvSynack(TcpSock tp, int flags) {
    boolean takes = (flags & TcpHeader.ECE) != 0 && (flags & TcpHeader.CWR) == 0;
    if ((tp.ecnFlags & TcpSock.ECN_OK) != 0 && !takes) {
      tp.ecnFlags &= (byte) ~TcpSock.ECN_OK;
    }
  }

  /** The other end of a simultaneous open, or of a request. */
  static void rcvSyn(TcpSock tp, int flags) {
    boolean asks = (flags & TcpHeader.ECE) != 0 && (flags & TcpHeader.CWR) != 0;
    if ((tp.ecnFlags & TcpSock.ECN_OK) != 0 && !asks) {
      tp.ecnFlags &= (byte) ~TcpSock.ECN_OK;
    }
  }

  /** Whether a request may use it ({@code tcp_ecn_create_request}). */
  static boolean ofRequest(org.netshard.protocol.core.NetNs net, int flags, int ipEcn, boolean ca) {
    boolean asks = (flags & TcpHeader.ECE) != 0 && (flags & TcpHeader.CWR) != 0;
    if (!asks) {
      return false;
    }
    boolean ect = (ipEcn & MASK) != NOT_ECT;
    boolean allowed = net.sysctl(Sysctl.IPV4_TCP_ECN) != 0;
    return (!ect && allowed) || ca;
  }

  /** {@code tcp_ecn_accept_cwr}. */
  static void acceptCwr(TcpSock tp, TcpSkb skb) {
    if (skb.has(TcpHeader.CWR)) {
      tp.ecnFlags &= (byte) ~TcpSock.ECN_DEMAND_CWR;
      if (skb.len > 0) {
        tp.ackPending |= TcpSock.ACK_NOW;
      }
    }
  }

  /** {@code tcp_data_ecn_check}. */
  static void checkCe(TcpSock tp, TcpSkb skb) {
    if ((tp.ecnFlags & TcpSock.ECN_OK) == 0) {
      return;
    }
    switch (skb.ipEcn & MASK) {
      case NOT_ECT -> {
        if ((tp.ecnFlags & TcpSock.ECN_SEEN) != 0) {
          TcpAcks.enterQuick(tp, 2);
        }
      }
      case CE -> {
        if (tp.ca.needsEcn()) {
          tp.ca.ecnEvent(tp, true);
        }
        if ((tp.ecnFlags & TcpSock.ECN_DEMAND_CWR) == 0) {
          TcpAcks.enterQuick(tp, 2);
          tp.ecnFlags |= TcpSock.ECN_DEMAND_CWR;
        }
        tp.ecnFlags |= TcpSock.ECN_SEEN;
      }
      default -> {
        if (tp.ca.needsEcn()) {
          tp.ca.ecnEvent(tp, false);
        }
        tp.ecnFlags |= TcpSock.ECN_SEEN;
      }
    }
  }
}
