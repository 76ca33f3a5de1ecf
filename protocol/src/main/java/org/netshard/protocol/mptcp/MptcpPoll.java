package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * What can be done with a connection now, and how much of it is not sent.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}: {@code mptcp_poll}, {@code mptcp_ioctl_outq}.
 */
final class MptcpPoll {
  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;
  private static final int CONNECTING = TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV);

  private MptcpPoll() {}

  static int poll(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    Sk ssk = msk == null ? null : msk.first;
    int state = sk.state();
    if (state == TcpState.LISTEN) {
      return ssk != null && TcpListen.waiting(ssk) > 0 ? Poll.IN | Poll.RDNORM : 0;
    }
    int shutdown = sk.shutdown();
    int mask = 0;
    if (shutdown == SHUTDOWN_MASK || state == TcpState.CLOSE) {
      mask |= Poll.HUP;
    }
    if ((shutdown & Sk.RCV_SHUTDOWN) != 0) {
      mask |= Poll.IN | Poll.RDNORM | Poll.RDHUP;
    }
    if (!TcpState.in(state, CONNECTING)) {
      if (msk != null && MptcpRecv.epollinReady(msk)) {
        mask |= Poll.IN | Poll.RDNORM;
      }
      if ((shutdown & Sk.SEND_SHUTDOWN) != 0 || msk == null || msk.isWriteable()) {
        mask |= Poll.OUT | Poll.WRNORM;
      } else {
        MptcpSend.setNospace(msk, true);
      }
    }
    if (sk.err() != 0) {
      mask |= Poll.ERR;
    }
    return mask;
  }

  /**
   * {@code SIOCOUTQ}, {@code SIOCOUTQNSD}; of a listener the answer is {@code -EINVAL}, which is no
   * error of the call.
   *
   * @param notSent whether only what is not sent yet counts
   */
  static long outq(Sk sk, boolean notSent) {
    if (sk.state() == TcpState.LISTEN) {
      return Integer.toUnsignedLong(Errno.EINVAL.negated());
    }
    MptcpSock msk = MptcpSock.of(sk);
    if (msk == null || TcpState.in(sk.state(), CONNECTING)) {
      return 0;
    }
    long delta = msk.writeSeq - (notSent ? msk.sndNxt : msk.sndUna);
    Sk ssk = msk.first;
    if (msk.fallback
        && ssk != null
        && !TcpState.in(ssk.state(), CONNECTING | TcpState.set(TcpState.CLOSE))) {
      delta += TcpSubflow.unacked(ssk);
    }
    return Math.min(delta, Integer.MAX_VALUE);
  }
}
