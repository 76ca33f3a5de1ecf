package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockcmCookie;
import org.netshard.protocol.cred.Cred;

/**
 * Control messages that go with data to be sent.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sock_cmsg_send}.
 */
final class TcpCmsg {
  private TcpCmsg() {}

  /** Reads them: 0 or {@code -errno}. Those of other levels are passed over. */
  static int send(Sk sk, Cred cred, Msg msg, SockcmCookie cookie) {
    return Cmsgs.each(
        msg,
        (level, type, mem, at, length) ->
            level == Abi.SOL_SOCKET ? Cmsgs.sock(sk, cred, type, mem, at, length, cookie) : 0);
  }
}
