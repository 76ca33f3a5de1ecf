package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;

/**
 * Data in the SYN (RFC 7413).
 *
 * <p><b>Differs from Linux:</b> no cookies are asked for and none are taken yet, so each connection
 * has its handshake first.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_fastopen.c}.
 */
final class TcpFastOpen {
  private TcpFastOpen() {}

  /** What comes of a SYN. */
  enum Answer {
    /** It is a request as any other. */
    NORMAL,
    /** The connection is there already. */
    OPENED
  }

  static byte @Nullable [] synCookie(TcpSock tp) {
    return null;
  }

  static Answer tryOpen(Sk sk, TcpListener queue, TcpRequest req, Packet packet, RxOpt opt) {
    return Answer.NORMAL;
  }

  static boolean rcvSynack(TcpSock tp, Packet packet, int mss) {
    return false;
  }

  static boolean deferConnect(TcpSock tp) {
    return false;
  }

  static int sendSynData(TcpSock tp, TcpSkb syn) {
    return TcpXmit.transmit(tp, syn);
  }
}
