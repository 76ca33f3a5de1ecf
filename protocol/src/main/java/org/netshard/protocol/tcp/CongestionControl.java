package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sysctl;

/**
 * An algorithm that says how much may be in flight.
 *
 * <p><b>Source:</b> {@code include/net/tcp.h}, {@code struct tcp_congestion_ops}.
 */
interface CongestionControl {
  /** Its name, as {@code TCP_CONGESTION} has it. */
  String name();

  /** {@code init}: a connection begins to use it. */
  default void init(TcpSock tp) {}

  /** {@code ssthresh}: the slow start threshold after a loss, packets. */
  int ssthresh(TcpSock tp);

  /** {@code cong_avoid}: segments were acknowledged, and the window may grow. */
  void congAvoid(TcpSock tp, int ack, int acked);

  /** {@code undo_cwnd}: the window as it was before a loss that was none, packets. */
  default int undoCwnd(TcpSock tp) {
    return Math.max(tp.sndCwnd, tp.priorCwnd);
  }

  /** {@code set_state}: the connection is about to come into another state of congestion. */
  default void setState(TcpSock tp, int caState) {}

  /** {@code pkts_acked}: so many were acknowledged, after so many microseconds or -1. */
  default void pktsAcked(TcpSock tp, int pktsAcked, long rttUs, int inFlight) {}

  /** {@code cwnd_event}: {@code CA_EVENT_TX_START}: the first segment after a pause. */
  default void txStart(TcpSock tp) {}

  /** {@code in_ack_event}: an acknowledgement has come, and what it tells is counted. */
  default void inAck(TcpSock tp) {}

  /** {@code cwnd_event}: a segment came with the mark of congestion, or without it. */
  default void ecnEvent(TcpSock tp, boolean ce) {}

  /** {@code cwnd_event}: {@code CA_EVENT_LOSS}. */
  default void lossEvent(TcpSock tp) {}

  /** {@code TCP_CONG_NEEDS_ECN}. */
  default boolean needsEcn() {
    return false;
  }

  /** {@code sndbuf_expand}: the send buffer is so many windows. */
  default int sndbufExpand() {
    return 2;
  }

  /** {@code min_tso_segs}: one send makes so many segments at least, if it may. */
  default int minTsoSegs(TcpSock tp) {
    return (int) tp.net.sysctl(Sysctl.IPV4_TCP_MIN_TSO_SEGS);
  }

  /** Whether it sets the pace itself ({@code cong_control}). */
  default boolean hasCongControl() {
    return false;
  }

  /** {@code cong_control}: sets window and pace itself. */
  default void congControl(TcpSock tp, int ack, int flag, RateSample sample) {}

  /** The attribute in which {@code ss} is told the same, {@code INET_DIAG_…}. */
  default int diagAttr() {
    return 0;
  }

  /** {@code get_info}: what {@code TCP_CC_INFO} tells, or nothing; null is a sock before it. */
  default byte[] info(@Nullable TcpSock tp) {
    return new byte[0];
  }
}
