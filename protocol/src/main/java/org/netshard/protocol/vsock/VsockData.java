package org.netshard.protocol.vsock;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;

/**
 * Data of vsocks, of which none is ever connected.
 *
 * <p><b>Source:</b> {@code net/vmw_vsock/af_vsock.c}: {@code vsock_connectible_sendmsg}, {@code
 * __vsock_connectible_recvmsg}, {@code vsock_shutdown}, {@code vsock_accept}, {@code vsock_poll};
 * {@code net/core/sock.c}, {@code sock_recv_errqueue}.
 *
 * <p><b>Differs from Linux:</b> there is no transport, so that no sock gets a peer and each call
 * ends where it would look for one.
 */
final class VsockData {
  private VsockData() {}

  /**
   * {@code vsock_connectible_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data or an address, EPIPE after a shutdown,
   * ENOTCONN.
   */
  static int send(Sk sk, Msg msg) {
    if (msg.has(Abi.MSG_OOB) || msg.nameLength() != 0) {
      return Errno.EOPNOTSUPP.negated();
    }
    return ((sk.shutdown() & Sk.SEND_SHUTDOWN) != 0 ? Errno.EPIPE : Errno.ENOTCONN).negated();
  }

  /**
   * {@code vsock_connectible_recvmsg}. <b>Errors:</b> EAGAIN for the empty error queue, ENOTCONN.
   */
  static int receive(Msg msg) {
    return (msg.has(Abi.MSG_ERRQUEUE) ? Errno.EAGAIN : Errno.ENOTCONN).negated();
  }

  /** {@code vsock_shutdown}. <b>Errors</b>, in order: EINVAL, ENOTCONN. */
  static int shutdown(int how) {
    boolean known = how >= Abi.SHUT_RD && how <= Abi.SHUT_RDWR;
    return (known ? Errno.ENOTCONN : Errno.EINVAL).negated();
  }

  /**
   * {@code vsock_accept}: nobody ever comes.
   *
   * <p><b>Errors</b>, in order: EINVAL for a sock that does not listen, EAGAIN, EINTR.
   */
  static int accept(Sk sk, Caller caller, int flags) {
    if (sk.state() != Sk.TCP_LISTEN) {
      return Errno.EINVAL.negated();
    }
    long timeout = (flags & Abi.MSG_DONTWAIT) != 0 ? 0 : sk.rare().rcvtimeoJiffies();
    return SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true);
  }

  /** {@code vsock_poll}: as with TCP, a sock without peer can be written. */
  static int poll(Sk sk) {
    int ready = sk.err() == 0 ? 0 : Poll.ERR;
    return sk.state() == Sk.TCP_CLOSE ? ready | Poll.OUT | Poll.WRNORM : ready;
  }
}
