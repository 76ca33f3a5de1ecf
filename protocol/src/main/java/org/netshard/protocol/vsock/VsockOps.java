package org.netshard.protocol.vsock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.abi.VsockOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SockTimeval;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of vsock sockets of the connected types.
 *
 * <p><b>Source:</b> {@code net/vmw_vsock/af_vsock.c}, {@code vsock_connectible_setsockopt}, {@code
 * vsock_connectible_getsockopt}, {@code vsock_getname}.
 */
public final class VsockOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final VsockOps INSTANCE = new VsockOps();

  private static final int USEC_PER_SEC = 1_000_000;

  private VsockOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(VsockOptions.DEFAULTS);
    sk.setFlag(SockFlag.SK_CUSTOM_SOL_SOCKET, true);
    return 0;
  }

  /**
   * {@code vsock_connectible_setsockopt}: of {@code SOL_SOCKET} it answers {@code SO_ZEROCOPY}
   * itself, since no transport is chosen yet that could not do it.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level or unknown option, EINVAL if the
   * value is too short, EFAULT, EINVAL or ERANGE for a bad value.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level == Abi.SOL_SOCKET) {
      return optname == SoOption.SO_ZEROCOPY
          ? setZerocopy(sk, optval, optlen)
          : SocketOptions.sockSetsockopt(sk, cred, optname, optval, optlen);
    }
    if (level != Abi.AF_VSOCK) {
      return Errno.ENOPROTOOPT.negated();
    }
    return switch (optname) {
      case VsockOption.SO_VM_SOCKETS_BUFFER_SIZE,
          VsockOption.SO_VM_SOCKETS_BUFFER_MIN_SIZE,
          VsockOption.SO_VM_SOCKETS_BUFFER_MAX_SIZE ->
          setBuffer(sk, optname, optval, optlen);
      case VsockOption.SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
          VsockOption.SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW ->
          setConnectTimeout(sk, optval, optlen);
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static int check(UserMem optval, int optlen, int size) {
    if (optlen < size) {
      return Errno.EINVAL.negated();
    }
    return optval.accessible(0, size) ? 0 : Errno.EFAULT.negated();
  }

  private static int setZerocopy(Sk sk, UserMem optval, int optlen) {
    int error = check(optval, optlen, Integer.BYTES);
    if (error != 0) {
      return error;
    }
    int val = optval.getInt(0);
    if (val < 0 || val > 1) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SOCK_ZEROCOPY, val != 0);
    return 0;
  }

  private static int setBuffer(Sk sk, int optname, UserMem optval, int optlen) {
    int error = check(optval, optlen, Long.BYTES);
    if (error != 0) {
      return error;
    }
    VsockOptions options = VsockOptions.forWrite(sk);
    long val = optval.getLong(0);
    if (optname == VsockOption.SO_VM_SOCKETS_BUFFER_SIZE) {
      options.updateBuffer(val);
      return 0;
    }
    if (optname == VsockOption.SO_VM_SOCKETS_BUFFER_MIN_SIZE) {
      options.bufferMinBytes = val;
    } else {
      options.bufferMaxBytes = val;
    }
    options.updateBuffer(options.bufferBytes);
    return 0;
  }

  private static int setConnectTimeout(Sk sk, UserMem optval, int optlen) {
    int error = SockTimeval.check(optval, optlen);
    if (error != 0) {
      return error;
    }
    long sec = optval.getLong(0);
    long usec = optval.getLong(8);
    if (sec < 0 || usec >= USEC_PER_SEC || !SockTimeval.fits(sec)) {
      return Errno.ERANGE.negated();
    }
    long jiffies = SockTimeval.toJiffies(sec, usec);
    VsockOptions.forWrite(sk).connectTimeoutJiffies =
        jiffies == 0 ? VsockOptions.DEFAULT_CONNECT_TIMEOUT_JIFFIES : jiffies;
    return 0;
  }

  /**
   * {@code vsock_connectible_getsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level, EFAULT if the length cannot be
   * read, ENOPROTOOPT for an unknown option, EINVAL for less room than the value takes, EFAULT.
   */
  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level != Abi.AF_VSOCK) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    VsockOptions options = VsockOptions.of(sk);
    return switch (optname) {
      case VsockOption.SO_VM_SOCKETS_BUFFER_SIZE -> put(optval, optlen, u64(options.bufferBytes));
      case VsockOption.SO_VM_SOCKETS_BUFFER_MIN_SIZE ->
          put(optval, optlen, u64(options.bufferMinBytes));
      case VsockOption.SO_VM_SOCKETS_BUFFER_MAX_SIZE ->
          put(optval, optlen, u64(options.bufferMaxBytes));
      case VsockOption.SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD,
          VsockOption.SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW ->
          put(optval, optlen, SockTimeval.ofJiffies(options.connectTimeoutJiffies));
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  private static byte[] u64(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  private static int put(UserMem optval, UserMem optlen, byte[] value) {
    if (optlen.getInt(0) < value.length) {
      return Errno.EINVAL.negated();
    }
    return SocketOptions.putValue(optval, optlen, value.length, value);
  }

  @Override
  public void destroy(Sk sk) {
    VsockBind.release(sk);
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return VsockBind.bind(sk, caller.cred(), address);
  }

  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    return VsockBind.listen(sk);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return VsockBind.connect(sk, address);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return VsockData.send(sk, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return VsockData.receive(msg);
  }

  @Override
  public int accept(Sk sk, Caller caller, int flags) {
    return VsockData.accept(sk, caller, flags);
  }

  @Override
  public int shutdown(Sk sk, int how) {
    return VsockData.shutdown(how);
  }

  @Override
  public int poll(Sk sk) {
    return VsockData.poll(sk);
  }

  /** {@code vsock_do_ioctl}: EOPNOTSUPP without a transport. */
  @Override
  public int inq(Sk sk) {
    return Errno.EOPNOTSUPP.negated();
  }

  /** {@code vsock_do_ioctl}: EOPNOTSUPP without a transport. */
  @Override
  public long outq(Sk sk) {
    return Errno.EOPNOTSUPP.negated();
  }

  /** {@code vsock_getname}: ENOTCONN. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    if (which != SockNames.OWN) {
      return Errno.ENOTCONN.negated();
    }
    VsockOptions options = VsockOptions.of(sk);
    ByteBuffer out = ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(0, (short) Abi.AF_VSOCK);
    out.putInt(4, options.localPort).putInt(8, options.localCid);
    return VsockBind.SOCKADDR_VM_BYTES;
  }

  /** {@code vsock_set_rcvlowat}, of streams: EINVAL for more than the buffer holds. */
  @Override
  public int setRcvlowat(Sk sk, int value) {
    if (sk.type() == Abi.SOCK_STREAM
        && Long.compareUnsigned(value, VsockOptions.of(sk).bufferBytes) > 0) {
      return Errno.EINVAL.negated();
    }
    return SockOps.super.setRcvlowat(sk, value);
  }
}
