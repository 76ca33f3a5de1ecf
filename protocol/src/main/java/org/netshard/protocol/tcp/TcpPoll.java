package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SockFlag;

/**
 * What can be done with a sock now.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_poll}.
 */
final class TcpPoll {
  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;

  private TcpPoll() {}

  static int poll(Sk sk) {
    if (sk.state() == TcpState.LISTEN) {
      return TcpListen.waiting(sk) > 0 ? Poll.IN | Poll.RDNORM : 0;
    }
    int mask = 0;
    int shutdown = sk.shutdown();
    int state = sk.state();
    if (shutdown == SHUTDOWN_MASK || state == TcpState.CLOSE) {
      mask |= Poll.HUP;
    }
    if ((shutdown & Sk.RCV_SHUTDOWN) != 0) {
      mask |= Poll.IN | Poll.RDNORM | Poll.RDHUP;
    }
    TcpSock tp = TcpSock.of(sk);
    if (tp != null
        && state != TcpState.SYN_SENT
        && (state != TcpState.SYN_RECV || tp.fastopenRsk != null)) {
      int target = sk.target(false, Integer.MAX_VALUE);
      if (tp.urgSeq == tp.copiedSeq && !sk.flag(SockFlag.SOCK_URGINLINE) && tp.urgData != 0) {
        target++;
      }
      if (TcpRcvQueue.epollinReady(tp, target)) {
        mask |= Poll.IN | Poll.RDNORM;
      }
      if ((shutdown & Sk.SEND_SHUTDOWN) == 0) {
        if (TcpSend.isWriteable(sk, tp)) {
          mask |= Poll.OUT | Poll.WRNORM;
        } else {
          tp.nospace = true;
        }
      } else {
        mask |= Poll.OUT | Poll.WRNORM;
      }
      if ((tp.urgData & TcpSock.TCP_URG_VALID) != 0) {
        mask |= Poll.PRI;
      }
    } else if (tp == null) {
      mask |= Poll.OUT | Poll.WRNORM;
    } else if (state == TcpState.SYN_SENT && tp.deferConnect) {
      mask |= Poll.OUT | Poll.WRNORM;
    }
    SkbQueue errors = sk.rare().errorQueue();
    if (sk.err() != 0 || (errors != null && !errors.isEmpty())) {
      mask |= Poll.ERR;
    }
    return mask;
  }
}
