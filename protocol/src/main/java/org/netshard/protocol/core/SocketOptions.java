package org.netshard.protocol.core;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;

/**
 * The calls about options of a sock, from behind the file descriptor on: checks that all kinds
 * share, then the level's handler.
 *
 * <p><b>Source:</b> {@code net/socket.c}, {@code do_sock_setsockopt}, {@code do_sock_getsockopt}.
 */
public final class SocketOptions {
  /** Jiffies a second ({@code CONFIG_HZ}). */
  public static final int HZ = 250;

  /**
   * What {@link #getsockopt} returns for {@code SO_PEERPIDFD} when all its checks are passed: the
   * caller, who has the descriptors, makes one for {@code sk.rare().peerPid()} and writes it with
   * {@link #putPidfd}.
   */
  public static final int NEEDS_PIDFD = 1;

  private SocketOptions() {}

  /**
   * {@code getsockopt(2)}.
   *
   * <p><b>Errors</b>, in order: EFAULT if the length cannot be read, EINVAL if it is negative, then
   * those of the option. The kinds other than {@code SOL_SOCKET} may look at the level first.
   *
   * @param pid the calling process, as it sees itself
   * @return 0, {@code -errno}, or {@link #NEEDS_PIDFD}
   */
  public static int getsockopt(
      Sk sk, Cred cred, int pid, int level, int optname, UserMem optval, UserMem optlen) {
    if (level == Abi.SOL_SOCKET) {
      return SolSocketGet.getsockopt(sk, cred, optname, optval, optlen);
    }
    return sk.ops().getsockopt(sk, cred, level, optname, optval, optlen);
  }

  /**
   * {@code setsockopt(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a negative length, then those of the option.
   */
  public static int setsockopt(
      Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (optlen < 0) {
      return Errno.EINVAL.negated();
    }
    if (level == Abi.SOL_SOCKET && !sk.flag(SockFlag.SK_CUSTOM_SOL_SOCKET)) {
      return SolSocketSet.setsockopt(sk, cred, optname, optval, optlen);
    }
    return sk.ops().setsockopt(sk, cred, level, optname, optval, optlen);
  }

  /**
   * {@code sock_setsockopt}: an option of {@code SOL_SOCKET}, also for the kinds that look at these
   * options first.
   */
  public static int sockSetsockopt(Sk sk, Cred cred, int optname, UserMem optval, int optlen) {
    return SolSocketSet.setsockopt(sk, cred, optname, optval, optlen);
  }

  /** Whether a {@code struct sock_fprog} holds a good filter; see {@code SO_ATTACH_FILTER}. */
  public static int checkFilter(Sk sk, UserMem optval, int optlen) {
    return SkFilter.checkProgram(sk, optval, optlen);
  }

  /**
   * Writes as much of a value as the program has room for, then that length, as most options do:
   * {@code copy_to_user} before {@code put_user}.
   *
   * @param len the room, not negative
   * @return 0, or EFAULT, negated
   */
  public static int putValue(UserMem optval, UserMem optlen, int len, byte[] value) {
    int copied = Math.min(len, value.length);
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    optval.put(0, value, copied);
    return putLen(optlen, copied);
  }

  /** {@link #putValue} of one 32-bit number. */
  public static int putInt(UserMem optval, UserMem optlen, int len, int value) {
    int copied = Math.min(len, Integer.BYTES);
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    putBytes(optval, value, copied);
    return putLen(optlen, copied);
  }

  /** {@link #putValue} of one 64-bit number. */
  public static int putLong(UserMem optval, UserMem optlen, int len, long value) {
    int copied = Math.min(len, Long.BYTES);
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    putBytes(optval, value, copied);
    return putLen(optlen, copied);
  }

  /** Writes the length of a value. */
  public static int putLen(UserMem optlen, int len) {
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    optlen.putInt(0, len);
    return 0;
  }

  /** Writes the descriptor that {@link #NEEDS_PIDFD} asked for. */
  public static int putPidfd(UserMem optval, UserMem optlen, int fd) {
    return putInt(optval, optlen, optlen.getInt(0), fd);
  }

  private static void putBytes(UserMem mem, long value, int count) {
    for (int i = 0; i < count; i++) {
      mem.putByte(i, (int) (value >>> (8 * i)) & 0xff);
    }
  }
}
