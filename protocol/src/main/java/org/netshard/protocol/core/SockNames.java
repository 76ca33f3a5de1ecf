package org.netshard.protocol.core;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;

/**
 * The calls about addresses of a sock, from behind the file descriptor on.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code __sys_bind}, {@code __sys_listen}, {@code
 * __sys_connect}, {@code __sys_getsockname}, {@code __sys_getpeername}.
 */
public final class SockNames {
  /** {@code getname} of this end. */
  public static final int OWN = 0;

  /** {@code getname} of the other end, for {@code getpeername}. */
  public static final int PEER = 1;

  /** {@code getname} of the other end whatever the state, for {@code SO_PEERNAME}. */
  public static final int PEER_ALWAYS = 2;

  /**
   * {@code connect} has found a listener that takes the connection: it needs one more sock, the
   * other end of it. No result of a call is this number.
   */
  public static final int NEEDS_SOCK = Integer.MIN_VALUE + 1;

  private SockNames() {}

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL, EFAULT of the address, then those of the family.
   */
  public static int bind(Sk sk, Caller caller, UserMem address, int length) {
    int error = SockAddr.check(address, length);
    return error != 0 ? error : sk.ops().bind(sk, caller, SockAddr.of(address, length));
  }

  /**
   * {@code connect(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL, EFAULT of the address, then those of the family.
   */
  public static int connect(Sk sk, Caller caller, UserMem address, int length) {
    int error = SockAddr.check(address, length);
    return error != 0 ? error : sk.ops().connect(sk, caller, SockAddr.of(address, length));
  }

  /** {@code listen(2)}: a backlog that is negative or too long is {@code net.core.somaxconn}. */
  public static int listen(Sk sk, Caller caller, int backlog) {
    long max = sk.net().sysctl(Sysctl.CORE_SOMAXCONN);
    int allowed = Integer.toUnsignedLong(backlog) > max ? (int) max : backlog;
    return sk.ops().listen(sk, caller, allowed);
  }

  /** {@code getsockname(2)}. */
  public static int getsockname(Sk sk, UserMem addr, UserMem addrlen) {
    return getname(sk, OWN, addr, addrlen);
  }

  /**
   * The address of the other end of an accepted sock. <b>Errors:</b> ECONNABORTED, EFAULT, EINVAL.
   */
  public static int peerName(Sk sk, UserMem addr, UserMem addrlen) {
    byte[] address = new byte[SockAddr.STORAGE_BYTES];
    int length = sk.ops().getname(sk, address, PEER_ALWAYS);
    return length < 0
        ? Errno.ECONNABORTED.negated()
        : moveAddrToUser(address, length, addr, addrlen);
  }

  /** {@code getpeername(2)}. */
  public static int getpeername(Sk sk, UserMem addr, UserMem addrlen) {
    return getname(sk, PEER, addr, addrlen);
  }

  private static int getname(Sk sk, int which, UserMem addr, UserMem addrlen) {
    byte[] address = new byte[SockAddr.STORAGE_BYTES];
    int length = sk.ops().getname(sk, address, which);
    return length < 0 ? length : moveAddrToUser(address, length, addr, addrlen);
  }

  /**
   * Gives an address to the program ({@code move_addr_to_user}): the true length is written even if
   * the address was cut or could not be written.
   *
   * <p><b>Errors</b>, in order: EFAULT if the length cannot be accessed, EINVAL if it is negative
   * (it is left as it was), EFAULT if the address cannot be written.
   */
  public static int moveAddrToUser(byte[] address, int length, UserMem addr, UserMem addrlen) {
    if (!addrlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int len = Math.min(addrlen.getInt(0), length);
    if (len < 0) {
      return Errno.EINVAL.negated();
    }
    addrlen.putInt(0, length);
    if (!addr.accessible(0, len)) {
      return Errno.EFAULT.negated();
    }
    addr.put(0, address, len);
    return 0;
  }

  /**
   * The answer to a call that would go on with packets or other tasks, which are not there yet:
   * ENOSYS, which no call on a sock of Linux gives.
   *
   * @param what what is not simulated
   */
  public static int leftOut(Sk sk, String what) {
    sk.net().machine().leftOut(what + " is not simulated: it fails with ENOSYS");
    return Errno.ENOSYS.negated();
  }
}
