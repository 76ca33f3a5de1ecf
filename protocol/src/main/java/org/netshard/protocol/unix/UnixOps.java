package org.netshard.protocol.unix;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
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

  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;

  private UnixOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setFlag(SockFlag.SK_SCM_RIGHTS, true);
    sk.setFlag(SockFlag.SK_CUSTOM_SOL_SOCKET, sk.type() == Abi.SOCK_STREAM);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  /** {@code unix_release_sock}: the other end of a stream can neither send nor receive. */
  @Override
  public void destroy(Sk sk) {
    UnixBind.release(sk);
    sk.setState(Sk.TCP_CLOSE);
    sk.setFlag(SockFlag.SOCK_DEAD, true);
    Sk peer = UnixSock.peer(sk);
    if (peer != null) {
      UnixSock.setPeer(sk, null);
      if (sk.type() != Abi.SOCK_DGRAM) {
        peer.setShutdown(SHUTDOWN_MASK);
      }
    }
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return UnixBind.bind(sk, caller, address);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return sk.type() == Abi.SOCK_DGRAM
        ? UnixConnect.dgram(sk, caller, address)
        : UnixConnect.stream(sk, caller, address);
  }

  /**
   * {@code unix_listen}: whoever connects sees the credentials of the task that made it listen.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for datagrams, EINVAL for a sock without name, EINVAL
   * for a connected one.
   */
  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    if (sk.type() == Abi.SOCK_DGRAM) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean free = sk.state() == Sk.TCP_CLOSE || sk.state() == Sk.TCP_LISTEN;
    if (!UnixSock.isBound(sk) || !free) {
      return Errno.EINVAL.negated();
    }
    UnixSock.forWrite(sk).setMaxAckBacklog(backlog);
    sk.setState(Sk.TCP_LISTEN);
    sk.rareForWrite().setPeer(caller.pid(), caller.cred());
    return 0;
  }

  @Override
  public int socketpair(Sk first, Sk second, Cred cred, int pid) {
    first.rareForWrite().setPeer(pid, cred);
    second.rareForWrite().setPeer(pid, cred);
    UnixSock.setPeer(first, second);
    UnixSock.setPeer(second, first);
    first.setState(Sk.TCP_ESTABLISHED);
    second.setState(Sk.TCP_ESTABLISHED);
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

  /** {@code unix_getname}: ENOTCONN. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    Sk named = which == SockNames.OWN ? sk : UnixSock.peer(sk);
    if (named == null) {
      return Errno.ENOTCONN.negated();
    }
    UnixSock unix = UnixSock.of(named);
    byte[] name = unix == null ? null : unix.address;
    if (name == null) {
      address[0] = Abi.AF_UNIX;
      return UnixBind.PATH_AT;
    }
    System.arraycopy(name, 0, address, 0, name.length);
    return name.length;
  }

  @Override
  public boolean hasPeekOff(Sk sk) {
    return true;
  }
}
