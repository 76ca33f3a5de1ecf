package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;

/**
 * Control messages that go with data to be sent.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sock_cmsg_send}, {@code __sock_cmsg_send}.
 */
final class TcpCmsg {
  private static final int SCM_RIGHTS = 1;
  private static final int SCM_CREDENTIALS = 2;

  private TcpCmsg() {}

  /**
   * Whether they make sense: 0 or {@code -errno}, EINVAL. Those of other levels are passed over.
   */
  static int check(Sk sk, Caller caller, Msg msg) {
    return Cmsgs.each(
        msg,
        (level, type, mem, at, length) -> {
          if (level != Abi.SOL_SOCKET) {
            return 0;
          }
          return switch (type) {
            case SoOption.SO_TIMESTAMPING_OLD, SoOption.SO_TIMESTAMPING_NEW, SoOption.SO_MARK ->
                length == Integer.BYTES ? 0 : Errno.EINVAL.negated();
            case SCM_RIGHTS, SCM_CREDENTIALS -> 0;
            default -> Errno.EINVAL.negated();
          };
        });
  }
}
