package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * Explicit congestion notification.
 *
 * <p><b>Source:</b> RFC 3168; {@code include/net/tcp_ecn.h}: {@code tcp_ecn_send_syn}, {@code
 * tcp_ecn_rcv_synack}, {@code tcp_data_ecn_check}, {@code tcp_ecn_create_request}, {@code
 * tcp_ecn_send}.
 */
final class TcpEcn {
  /** {@code INET_ECN_MASK}. */
  static final int MASK = 3;

  private static final int CE = 3;
  private static final int NOT_ECT = 0;
  private static final int ECT_0 = 2;

  private TcpEcn() {}

  /**
   * Whether what the sock sends from now on may be marked on its way ({@code INET_ECN_xmit}, {@code
   * INET_ECN_dontxmit}); {@code IP_TOS} and {@code IPV6_TCLASS} show it.
   */
  static void xmit(Sk sk, boolean ect) {
    int bits = ect ? ECT_0 : NOT_ECT;
    if ((InetOptions.of(sk).tos() & MASK) != bits) {
      InetOptions.forWrite(sk).setEcn(bits);
    }
    if (sk.inet6() != null && (Inet6Options.of(sk).tclass() & MASK) != bits) {
      Inet6Options.forWrite(sk).setEcn(bits);
    }
  }

  /**
   * {@code tcp_ecn_send}: the flags with which a segment goes out, besides its own.
   *
   * @param newData whether it has data that have not been sent before
   */
  static int sendFlags(TcpSock tp, boolean newData) {
    if ((tp.ecnFlags & TcpSock.ECN_OK) == 0) {
      return 0;
    }
    int flags = 0;
    if (newData) {
      xmit(tp.sk, true);
      if ((tp.ecnFlags & TcpSock.ECN_QUEUE_CWR) != 0) {
        tp.ecnFlags &= (byte) ~TcpSock.ECN_QUEUE_CWR;
        flags |= TcpHeader.CWR;
      }
    } else if (!tp.ca.needsEcn()) {
      xmit(tp.sk, false);
    }
    if ((tp.ecnFlags & TcpSock.ECN_DEMAND_CWR) != 0) {
      flags |= TcpHeader.ECE;
    }
    return flags;
  }

  /** The flags with which a SYN asks for it. */
  static int synFlags(TcpSock tp) {
    boolean asks =
        tp.net.sysctl(Sysctl.IPV4_TCP_ECN) == 1
            || tp.ca.needsEcn()
            || (TcpDst.metric(tp, FibMetrics.RTAX_FEATURES) & FibMetrics.FEATURE_ECN) != 0;
    if (!asks) {
      return 0;
    }
    if (tp.ca.needsEcn()) {
      xmit(tp.sk, true);
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
  static boolean ofRequest(Sk listener, TcpDst dst, int flags, int ipEcn) {
    boolean asks = (flags & TcpHeader.ECE) != 0 && (flags & TcpHeader.CWR) != 0;
    if (!asks) {
      return false;
    }
    boolean ect = (ipEcn & MASK) != NOT_ECT;
    boolean allowed =
        listener.net().sysctl(Sysctl.IPV4_TCP_ECN) != 0
            || dst.feature(FibMetrics.FEATURE_ECN | FibMetrics.FEATURE_ECN_CA);
    // RFC 8311, 4.3: who uses a bit more knows what it does.
    boolean extended = (flags & TcpHeader.AE) != 0;
    return ((!ect || extended) && allowed)
        || TcpCongs.of(listener).needsEcn()
        || dst.feature(FibMetrics.FEATURE_ECN_CA);
  }

  /** {@code tcp_ecn_accept_cwr}. */
  static void acceptCwr(TcpSock tp, int flags, boolean data) {
    if ((tp.ecnFlags & TcpSock.ECN_OK) != 0 && (flags & TcpHeader.CWR) != 0) {
      tp.ecnFlags &= (byte) ~TcpSock.ECN_DEMAND_CWR;
      if (data) {
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
