package org.netshard.protocol.diag;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NetlinkDiag;
import org.netshard.protocol.netlink.NetlinkDump;
import org.netshard.protocol.netlink.NetlinkKernel;
import org.netshard.protocol.netlink.NetlinkRcv;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlRequest;
import org.netshard.protocol.packet.PacketDiag;
import org.netshard.protocol.unix.UnixDiag;

/**
 * The kernel's end of NETLINK_SOCK_DIAG.
 *
 * <p><b>Source:</b> {@code net/core/sock_diag.c}, {@code sock_diag_rcv_msg}, {@code
 * __sock_diag_cmd}; {@code inet_diag_handler_cmd} and its like.
 */
public final class SockDiag implements NetlinkKernel {
  /** The one object of this kind, which has no state. */
  public static final SockDiag INSTANCE = new SockDiag();

  static final int SOCK_DIAG_BY_FAMILY = 20;

  private static final int TCPDIAG_GETSOCK = 18;
  private static final int SOCK_DESTROY = 21;
  private static final int INET_REQUEST_BYTES = 56;
  private static final int UNIX_REQUEST_BYTES = 24;
  private static final int NETLINK_REQUEST_BYTES = 20;
  private static final int PACKET_REQUEST_BYTES = 20;

  private SockDiag() {}

  /**
   * {@code sock_diag_rcv_msg}.
   *
   * <p><b>Errors</b>, in order: EINVAL for another type, a short message and a family that cannot
   * be, ENOENT for one that is not listed, those of a filter, EOPNOTSUPP for one whose socks cannot
   * be ended.
   */
  @Override
  public int receive(NlRequest request, ExtAck ext) {
    int type = request.type();
    if (type == TCPDIAG_GETSOCK) {
      request.net().machine().leftOut("sock_diag message " + type + " is not simulated: ENOENT");
      return Errno.ENOENT.negated();
    }
    if ((type != SOCK_DIAG_BY_FAMILY && type != SOCK_DESTROY) || request.payload() < 2) {
      return Errno.EINVAL.negated();
    }
    int family = request.getByte(0);
    if (family >= Abi.NPROTO) {
      return Errno.EINVAL.negated();
    }
    int least =
        switch (family) {
          case Abi.AF_INET, Abi.AF_INET6 -> INET_REQUEST_BYTES;
          case Abi.AF_UNIX -> UNIX_REQUEST_BYTES;
          case Abi.AF_NETLINK -> NETLINK_REQUEST_BYTES;
          case Abi.AF_PACKET -> PACKET_REQUEST_BYTES;
          default -> -1;
        };
    if (least < 0) {
      return Errno.ENOENT.negated();
    }
    boolean inet = family == Abi.AF_INET || family == Abi.AF_INET6;
    if (type == SOCK_DESTROY && !inet) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (request.payload() < least) {
      return Errno.EINVAL.negated();
    }
    if (type == SOCK_DIAG_BY_FAMILY && (request.flags() & Nl.NLM_F_DUMP) != 0) {
      int error = inet ? DiagBytecode.audit(request) : 0;
      return error != 0 ? error : NetlinkRcv.dump(request, dump(request, family));
    }
    if (inet) {
      return exact(request, type == SOCK_DESTROY);
    }
    return family == Abi.AF_UNIX ? Errno.ENOENT.negated() : Errno.EOPNOTSUPP.negated();
  }

  /** {@code inet_diag_cmd_exact}: shows or ends one sock. <b>Errors:</b> ENOENT, EPERM. */
  private static int exact(NlRequest request, boolean destroy) {
    if (request.getByte(1) == Abi.IPPROTO_TCP) {
      return destroy ? TcpDiag.destroy(request) : TcpDiag.one(request);
    }
    if (destroy) {
      request.net().machine().leftOut("sockets of UDP are not ended by SOCK_DESTROY: ENOENT");
    }
    return Errno.ENOENT.negated();
  }

  private static NetlinkDump dump(NlRequest request, int family) {
    return switch (family) {
      case Abi.AF_UNIX -> UnixDiag.dump(request);
      case Abi.AF_NETLINK -> NetlinkDiag.dump(request);
      case Abi.AF_PACKET -> PacketDiag.dump(request);
      default -> InetDiag.dump(request);
    };
  }
}
