package org.netshard.protocol.mptcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.SockoptVal;
import org.netshard.protocol.tcp.TcpInfo;
import org.netshard.protocol.tcp.TcpState;

/**
 * The structures of {@code SOL_MPTCP}.
 *
 * <p><b>Source:</b> {@code net/mptcp/sockopt.c}, {@code mptcp_getsockopt_sol_mptcp}.
 *
 * <p><b>Differs from Linux:</b> {@code MPTCP_FULL_INFO} does not follow the pointers to arrays of
 * the program.
 */
final class MptcpInfo {
  private static final int INFO_BYTES = 96;
  private static final int SUBFLOW_DATA_BYTES = 16;
  private static final int SUBFLOW_ADDRS_BYTES = 256;
  private static final int SUBFLOW_INFO_BYTES = 264;
  private static final int FULL_INFO_BYTES = 136;
  private static final int FULL_INFO_BYTES_MIN = 40;
  private static final int ADDR_BYTES = 128;
  private static final int SUBFLOWS_MAX_AT = 3;
  private static final int FLAG_FALLBACK = 1;
  private static final int FLAG_REMOTE_KEY_RECEIVED = 2;
  private static final long NS_PER_MS = 1_000_000;
  private static final int INITIAL_SUBFLOW =
      TcpState.set(TcpState.ESTABLISHED, TcpState.SYN_SENT, TcpState.SYN_RECV, TcpState.LISTEN);

  /** Additional subflows that the path manager allows ({@code MPTCP_PM_SUBFLOWS_MAX} default). */
  private static final byte SUBFLOWS_MAX = 2;

  private MptcpInfo() {}

  /** EOPNOTSUPP, then those of the structure. */
  static int getsockopt(Sk sk, int optname, UserMem optval, UserMem optlen) {
    if (optname < MptcpOption.MPTCP_INFO || optname > MptcpOption.MPTCP_FULL_INFO) {
      return Errno.EOPNOTSUPP.negated();
    }
    int error = SockoptVal.checkLen(optlen);
    if (error != 0) {
      return error;
    }
    int len = optlen.getInt(0);
    return switch (optname) {
      case MptcpOption.MPTCP_INFO -> SockoptVal.putBytes(optval, optlen, len, info(sk));
      case MptcpOption.MPTCP_FULL_INFO -> getFullInfo(sk, optval, optlen, len);
      default -> getSubflowData(sk, optname == MptcpOption.MPTCP_TCPINFO, optval, optlen, len);
    };
  }

  /** {@code mptcp_diag_fill_info}. */
  static byte[] info(Sk sk) {
    ByteBuffer info = ByteBuffer.allocate(INFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    info.put(SUBFLOWS_MAX_AT, SUBFLOWS_MAX);
    MptcpSock msk = MptcpSock.of(sk);
    if (msk == null) {
      return info.array();
    }
    int flags = msk.fallback ? FLAG_FALLBACK : 0;
    flags |= msk.canAck ? FLAG_REMOTE_KEY_RECEIVED : 0;
    info.putInt(8, flags).putInt(12, msk.token);
    info.putLong(16, msk.writeSeq).putLong(24, msk.sndUna).putLong(32, msk.ackSeq);
    info.putInt(44, msk.retransmits).putLong(48, msk.bytesRetrans);
    info.putLong(56, msk.bytesSent).putLong(64, msk.bytesReceived).putLong(72, msk.bytesAcked);
    Sk ssk = msk.first;
    boolean alive = ssk != null && TcpState.in(ssk.state(), INITIAL_SUBFLOW);
    info.put(80, (byte) (alive ? 1 : 0));
    info.putInt(84, sinceMs(sk, msk.lastDataSentNs));
    info.putInt(88, sinceMs(sk, msk.lastDataRecvNs));
    info.putInt(92, sinceMs(sk, msk.lastAckRecvNs));
    return info.array();
  }

  private static int sinceMs(Sk sk, long ns) {
    return (int) ((sk.net().machine().nowNs() - ns) / NS_PER_MS);
  }

  /** {@code mptcp_get_full_info}: EINVAL, EFAULT, EINVAL. */
  private static int getFullInfo(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (len < FULL_INFO_BYTES_MIN) {
      return Errno.EINVAL.negated();
    }
    int copied = Math.min(len, FULL_INFO_BYTES);
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    int tcpinfoUser = optval.getInt(4);
    int sfinfoUser = optval.getInt(12);
    boolean valid = optval.getInt(0) == 0 && optval.getInt(8) == 0 && optval.getInt(16) == 0;
    if (!valid || tcpinfoUser < 0 || sfinfoUser < 0) {
      return Errno.EINVAL.negated();
    }
    ByteBuffer value = ByteBuffer.allocate(FULL_INFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    value.put(optval.get(0, copied)).rewind();
    value.putInt(TcpInfo.BYTES).putInt(Math.min(tcpinfoUser, TcpInfo.BYTES));
    value.putInt(SUBFLOW_INFO_BYTES).putInt(Math.min(sfinfoUser, SUBFLOW_INFO_BYTES));
    value.putInt(first(sk) == null ? 0 : 1);
    value.position(FULL_INFO_BYTES - INFO_BYTES).put(info(sk));
    int error = SocketOptions.putLen(optlen, copied);
    if (error == 0) {
      optval.put(0, value.array(), copied);
    }
    return error;
  }

  /** {@code mptcp_get_subflow_data}: EINVAL, EFAULT, EINVAL; EFAULT for what comes behind it. */
  private static int getSubflowData(
      Sk sk, boolean tcpinfo, UserMem optval, UserMem optlen, int len) {
    if (len < SUBFLOW_DATA_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, SUBFLOW_DATA_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int headBytes = optval.getInt(0);
    boolean valid = headBytes >= SUBFLOW_DATA_BYTES && headBytes <= len;
    valid &= optval.getInt(4) == 0 && optval.getInt(8) == 0 && optval.getInt(12) >= 0;
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    int kernelBytes = tcpinfo ? TcpInfo.BYTES : SUBFLOW_ADDRS_BYTES;
    int userBytes = Math.min(optval.getInt(12), kernelBytes);
    int room = len - headBytes;
    Sk first = first(sk);
    int copied = 0;
    if (first != null && room > 0 && room >= userBytes) {
      byte[] value = tcpinfo ? TcpInfo.of(first) : addrs(first);
      if (!optval.accessible(headBytes, userBytes)) {
        return Errno.EFAULT.negated();
      }
      optval.put(headBytes, value, userBytes);
      copied = userBytes;
    }
    int error = SocketOptions.putLen(optlen, copied > 0 ? copied + headBytes : SUBFLOW_DATA_BYTES);
    if (error == 0) {
      optval.putInt(4, first == null ? 0 : 1);
      optval.putInt(8, kernelBytes);
      optval.putInt(12, userBytes);
    }
    return error;
  }

  private static @Nullable Sk first(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    return msk == null ? null : msk.first;
  }

  /** {@code mptcp_get_sub_addrs}. */
  private static byte[] addrs(Sk ssk) {
    byte[] addrs = new byte[SUBFLOW_ADDRS_BYTES];
    for (int which = SockNames.OWN; which <= SockNames.PEER; which++) {
      byte[] name = new byte[ADDR_BYTES];
      if (which == SockNames.OWN || ssk.dport() != 0) {
        int unused =
            ssk.ops().getname(ssk, name, which == SockNames.OWN ? which : SockNames.PEER_ALWAYS);
      } else {
        name[0] = (byte) ssk.family();
      }
      System.arraycopy(name, 0, addrs, which * ADDR_BYTES, ADDR_BYTES);
    }
    return addrs;
  }
}
