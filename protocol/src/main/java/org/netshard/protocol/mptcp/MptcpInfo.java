package org.netshard.protocol.mptcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.SockoptVal;
import org.netshard.protocol.tcp.TcpInfo;
import org.netshard.protocol.tcp.TcpOptions;

/**
 * The structures of {@code SOL_MPTCP}, of a sock that has never been connected.
 *
 * <p><b>Source:</b> {@code net/mptcp/sockopt.c}, {@code mptcp_getsockopt_sol_mptcp}.
 *
 * <p><b>Differs from Linux:</b> times since something was sent or received are 0; {@code
 * MPTCP_FULL_INFO} does not follow the pointers to arrays of the program.
 */
final class MptcpInfo {
  private static final int INFO_BYTES = 96;
  private static final int SUBFLOW_DATA_BYTES = 16;
  private static final int SUBFLOW_ADDRS_BYTES = 256;
  private static final int SUBFLOW_INFO_BYTES = 264;
  private static final int FULL_INFO_BYTES = 136;
  private static final int FULL_INFO_BYTES_MIN = 40;
  private static final int ADDR_BYTES = 128;

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
      case MptcpOption.MPTCP_INFO -> SockoptVal.putBytes(optval, optlen, len, info());
      case MptcpOption.MPTCP_FULL_INFO -> getFullInfo(sk, optval, optlen, len);
      default -> getSubflowData(sk, optname == MptcpOption.MPTCP_TCPINFO, optval, optlen, len);
    };
  }

  private static byte[] info() {
    byte[] info = new byte[INFO_BYTES];
    info[3] = SUBFLOWS_MAX;
    return info;
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
    value.putInt(MptcpOptions.of(sk).first == null ? 0 : 1);
    value.position(FULL_INFO_BYTES - INFO_BYTES).put(info());
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
    TcpOptions first = MptcpOptions.of(sk).first;
    int copied = 0;
    if (first != null && room > 0 && room >= userBytes) {
      byte[] value = tcpinfo ? TcpInfo.of(sk, first) : addrs(sk);
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

  private static byte[] addrs(Sk sk) {
    byte[] addrs = new byte[SUBFLOW_ADDRS_BYTES];
    addrs[0] = (byte) (sk.family() == Abi.AF_INET6 ? Abi.AF_INET6 : Abi.AF_INET);
    addrs[ADDR_BYTES] = addrs[0];
    return addrs;
  }
}
