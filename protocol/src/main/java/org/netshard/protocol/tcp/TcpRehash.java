package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * Another way for a connection whose present one seems to lead nowhere: it is told by its flow
 * label, by which routers choose between ways.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code sk_rethink_txhash}; {@code
 * net/ipv4/tcp_timer.c}, {@code tcp_write_timeout}; {@code net/ipv4/tcp_input.c}: {@code
 * tcp_rcv_spurious_retrans}, {@code tcp_save_lrcv_flowlabel}.
 *
 * <p><b>Differs from Linux:</b> {@code sk_txhash} is not drawn, but counted on from the hash of the
 * connection.
 */
final class TcpRehash {
  private TcpRehash() {}

  /** {@code sk_rethink_txhash}: whether it may choose. */
  static boolean rethink(TcpSock tp) {
    if (!tp.sk.flag(SockFlag.SK_TXREHASH)) {
      return false;
    }
    tp.txhash++;
    return true;
  }

  /** What was sent was not acknowledged in time. */
  static void timeout(TcpSock tp) {
    if (rethink(tp)) {
      tp.timeoutRehash++;
      tp.net.addMib(Mib.TCP_TIMEOUT_REHASH, 1);
    }
  }

  /** {@code tcp_save_lrcv_flowlabel}: data have come that way. */
  static void save(TcpSock tp, Packet packet) {
    if (packet.ethertype() == Packet.ETH_P_IPV6) {
      tp.lrcvFlowlabel = Ip6Header.flowlabel(packet);
    }
  }

  /**
   * {@code tcp_rcv_spurious_retrans}: data have come again. If the other end has chosen another way
   * for them, its acknowledgements may be what is lost.
   */
  static void spuriousRetrans(TcpSock tp, Packet packet) {
    if (packet.ethertype() != Packet.ETH_P_IPV6) {
      return;
    }
    boolean moved = tp.lrcvFlowlabel != Ip6Header.flowlabel(packet);
    if (tp.caState != TcpSock.CA_LOSS && moved && rethink(tp)) {
      tp.net.addMib(Mib.TCP_DUPLICATE_DATA_REHASH, 1);
    }
    save(tp, packet);
  }
}
