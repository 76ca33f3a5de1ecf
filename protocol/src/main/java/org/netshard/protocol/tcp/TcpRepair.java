package org.netshard.protocol.tcp;

/**
 * {@code TCP_REPAIR}: a connection is built, not made.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}; {@code net/ipv4/tcp_output.c}, {@code tcp_connect}.
 */
final class TcpRepair {
  private TcpRepair() {}

  /** {@code tcp_finish_connect} without a segment. */
  static void finishConnect(TcpSock tp) {
    tp.setState(TcpState.ESTABLISHED);
    TcpLife.initTransfer(tp);
    tp.lsndtime = tp.jiffies();
    tp.predFlags = false;
  }
}
