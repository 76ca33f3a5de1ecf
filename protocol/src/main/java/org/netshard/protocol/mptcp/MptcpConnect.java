package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * Beginning a connection.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}, {@code mptcp_connect}.
 *
 * <p><b>Differs from Linux:</b> that SYNs with MP_CAPABLE vanish on a way is not remembered for
 * other connections ({@code net.mptcp.blackhole_timeout}).
 */
final class MptcpConnect {
  private MptcpConnect() {}

  /** <b>Errors</b>, in order: EINVAL for a connection, ENOMEM, those of the subflow. */
  static int begin(Sk sk, Caller caller, SockAddr address) {
    int error = MptcpSubflow.ensure(sk, caller.cred());
    if (error != 0) {
      return error;
    }
    MptcpSock msk = MptcpSock.known(sk);
    Sk ssk = msk.first;
    MptcpSubflow subflow = msk.subflow();
    if (ssk == null || subflow == null) {
      throw new IllegalStateException("a subflow that was made is not there");
    }
    msk.setState(TcpState.SYN_SENT);
    if (subflow.requestMptcp && !subflow.newKey()) {
      subflow.earlyFallback(Mib.MPTCP_MP_FALLBACK_TOKEN_INIT);
    }
    msk.writeSeq = subflow.idsn;
    msk.sndNxt = msk.writeSeq;
    msk.sndUna = msk.writeSeq;
    msk.wndEnd = msk.writeSeq;
    if (!msk.fallback) {
      msk.addMib(Mib.MPTCP_MP_CAPABLE_SYN_TX);
    }
    error = TcpSubflow.connect(ssk, address);
    if (error < 0) {
      MptcpClose.destroyToken(msk);
      msk.setState(TcpState.CLOSE);
      return error;
    }
    msk.copyInaddrs(ssk);
    return 0;
  }
}
