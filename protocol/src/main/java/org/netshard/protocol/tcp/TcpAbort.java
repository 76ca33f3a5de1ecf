package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.BindTable;

/**
 * Ends a connection from outside, as {@code ss --kill} does.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_abort}.
 */
public final class TcpAbort {
  /** {@code tcp_need_reset}. */
  private static final int NEED_RESET =
      TcpState.set(
          TcpState.ESTABLISHED,
          TcpState.CLOSE_WAIT,
          TcpState.FIN_WAIT1,
          TcpState.FIN_WAIT2,
          TcpState.SYN_RECV);

  private TcpAbort() {}

  /**
   * Ends one that is in the table of connections.
   *
   * @param errno what the task that has it is told
   * @return 0, or ENOENT if it is closed already
   */
  public static int abort(TcpEndpoint end, int errno) {
    if (end instanceof TcpRequest request) {
      boolean unused = request.remove();
      return 0;
    }
    if (end instanceof TcpTimeWait wait) {
      wait.kill();
      return 0;
    }
    TcpSock tp = (TcpSock) end;
    if (tp.state() == TcpState.CLOSE) {
      return Errno.ENOENT.negated();
    }
    if (TcpState.in(tp.state(), NEED_RESET)) {
      TcpOutput.sendActiveReset(tp);
    }
    TcpLife.doneWithError(tp, errno);
    return 0;
  }

  /** Ends one that listens, and resets those who wait to be accepted. */
  public static int abortListener(Sk sk, int errno) {
    sk.setState(TcpState.CLOSE);
    TcpListen.stop(sk);
    if (!sk.locked(Sk.SOCK_BINDPORT_LOCK)) {
      BindTable.putPort(sk);
    }
    sk.setErr(errno);
    sk.setShutdown(Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN);
    sk.stateChange();
    sk.errorReport();
    return 0;
  }
}
