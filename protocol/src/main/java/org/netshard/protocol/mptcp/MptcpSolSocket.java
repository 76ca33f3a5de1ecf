package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;

/**
 * The options of {@code SOL_SOCKET} that an MPTCP sock lets be set.
 *
 * <p><b>Source:</b> {@code net/mptcp/sockopt.c}, {@code mptcp_setsockopt_sol_socket}.
 */
final class MptcpSolSocket {
  private static final int SO_TIMESTAMPING_BYTES = 8;

  private static final int TCP_LISTEN = 10;
  private static final int SOF_TIMESTAMPING_OPT_ID = 1 << 7;

  private MptcpSolSocket() {}

  /** EOPNOTSUPP for what MPTCP does not want to be set; else as for all kinds of sock. */
  static int setsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return switch (optname) {
      case SoOption.SO_REUSEPORT,
          SoOption.SO_REUSEADDR,
          SoOption.SO_BINDTODEVICE,
          SoOption.SO_BINDTOIFINDEX -> {
        int error = MptcpSubflow.ensure(sk, cred);
        Sk ssk = error == 0 ? MptcpSock.known(sk).first : null;
        if (ssk == null) {
          yield error;
        }
        error = SocketOptions.sockSetsockopt(ssk, cred, optname, optval, optlen);
        if (error == 0) {
          sk.setReuse(ssk.reuse());
          sk.setFlag(SockFlag.SK_REUSEPORT, ssk.flag(SockFlag.SK_REUSEPORT));
          sk.setBoundDevIf(ssk.boundDevIf());
        }
        yield error;
      }
      case SoOption.SO_KEEPALIVE,
          SoOption.SO_PRIORITY,
          SoOption.SO_SNDBUF,
          SoOption.SO_SNDBUFFORCE,
          SoOption.SO_RCVBUF,
          SoOption.SO_RCVBUFFORCE,
          SoOption.SO_MARK,
          SoOption.SO_INCOMING_CPU,
          SoOption.SO_DEBUG,
          SoOption.SO_TIMESTAMP_OLD,
          SoOption.SO_TIMESTAMP_NEW,
          SoOption.SO_TIMESTAMPNS_OLD,
          SoOption.SO_TIMESTAMPNS_NEW,
          SoOption.SO_LINGER,
          SoOption.SO_RCVLOWAT,
          SoOption.SO_RCVTIMEO_OLD,
          SoOption.SO_RCVTIMEO_NEW,
          SoOption.SO_SNDTIMEO_OLD,
          SoOption.SO_SNDTIMEO_NEW,
          SoOption.SO_BUSY_POLL,
          SoOption.SO_PREFER_BUSY_POLL,
          SoOption.SO_BUSY_POLL_BUDGET -> {
        int error = SocketOptions.sockSetsockopt(sk, cred, optname, optval, optlen);
        if (error == 0) {
          MptcpSync.socket(sk);
        }
        yield error;
      }
      case SoOption.SO_TIMESTAMPING_OLD, SoOption.SO_TIMESTAMPING_NEW ->
          setTimestamping(sk, cred, optname, optval, optlen);
      case SoOption.SO_NO_CHECK,
          SoOption.SO_DONTROUTE,
          SoOption.SO_BROADCAST,
          SoOption.SO_BSDCOMPAT,
          SoOption.SO_PASSCRED,
          SoOption.SO_PASSPIDFD,
          SoOption.SO_PASSSEC,
          SoOption.SO_RXQ_OVFL,
          SoOption.SO_WIFI_STATUS,
          SoOption.SO_NOFCS,
          SoOption.SO_SELECT_ERR_QUEUE ->
          0;
      default -> Errno.EOPNOTSUPP.negated();
    };
  }

  /**
   * The subflow refuses ids of packets while it is not connected, when the sock has them already.
   */
  private static int setTimestamping(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    if (optlen != SO_TIMESTAMPING_BYTES && optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    int error = SocketOptions.sockSetsockopt(sk, cred, optname, optval, optlen);
    boolean refused =
        hasSubflow(sk)
            && (sk.rare().tsflags() & SOF_TIMESTAMPING_OPT_ID) != 0
            && (sk.state() == Sk.TCP_CLOSE || sk.state() == TCP_LISTEN);
    return error == 0 && refused ? Errno.EINVAL.negated() : error;
  }

  private static boolean hasSubflow(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    return msk != null && msk.first != null;
  }
}
