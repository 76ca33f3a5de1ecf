package org.netshard.protocol.unix;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of AF_UNIX sockets of every type, which have no options of their own: every level but
 * {@code SOL_SOCKET} is EOPNOTSUPP. Streams answer one option of that level themselves.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_create1}, {@code unix_socketpair},
 * {@code unix_getname}.
 */
public final class UnixOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final UnixOps INSTANCE = new UnixOps();

  private static final int TCP_ESTABLISHED = 1;

  /** Length of an address without a name: only the family, bytes. */
  private static final int UNNAMED_BYTES = 2;

  private static final byte[] UNNAMED = {Abi.AF_UNIX, 0};

  private UnixOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setFlag(SockFlag.SK_SCM_RIGHTS, true);
    sk.setFlag(SockFlag.SK_CUSTOM_SOL_SOCKET, sk.type() == Abi.SOCK_STREAM);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  @Override
  public int socketpair(Sk first, Sk second, Cred cred, int pid) {
    first.rareForWrite().setPeer(pid, cred);
    second.rareForWrite().setPeer(pid, cred);
    first.setState(TCP_ESTABLISHED);
    second.setState(TCP_ESTABLISHED);
    return 0;
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * {@code unix_setsockopt}, of streams only: {@code SO_INQ}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for a foreign level, EINVAL unless it is exactly a
   * number, EFAULT, EINVAL unless it is 0 or 1.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level != Abi.SOL_SOCKET) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (optname != SoOption.SO_INQ) {
      return SocketOptions.sockSetsockopt(sk, cred, optname, optval, optlen);
    }
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    if (val < 0 || val > 1) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SK_UNIX_RECVMSG_INQ, val != 0);
    return 0;
  }

  @Override
  public int getsockname(Sk sk, UserMem addr, UserMem addrlen) {
    return SocketOptions.moveAddrToUser(UNNAMED, UNNAMED_BYTES, addr, addrlen);
  }

  @Override
  public int getpeername(Sk sk, byte[] address) {
    if (sk.state() != TCP_ESTABLISHED) {
      return Errno.ENOTCONN.negated();
    }
    address[0] = Abi.AF_UNIX;
    return UNNAMED_BYTES;
  }

  @Override
  public boolean hasPeekOff(Sk sk) {
    return true;
  }
}
