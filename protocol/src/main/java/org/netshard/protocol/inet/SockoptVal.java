package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.SocketOptions;

/**
 * How the Internet protocols hand values of options to the program: unlike {@code SOL_SOCKET}, they
 * write the length first, so that it is changed even if the value cannot be written.
 *
 * <p><b>Source:</b> {@code copyval} of {@code do_ip_getsockopt}, the ends of {@code
 * do_tcp_getsockopt} and {@code do_ipv6_getsockopt}.
 */
public final class SockoptVal {
  private SockoptVal() {}

  /** Whether the length of an option can be read: 0, or EFAULT, negated. */
  public static int checkLen(UserMem optlen) {
    return optlen.accessible(0, Integer.BYTES) ? 0 : Errno.EFAULT.negated();
  }

  /** The same for levels that refuse a negative length: 0, or in order EFAULT, EINVAL, negated. */
  public static int checkSignedLen(UserMem optlen) {
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    return optlen.getInt(0) < 0 ? Errno.EINVAL.negated() : 0;
  }

  /** Writes a number to a room that is read as unsigned: at most 4 bytes, and their count. */
  public static int putInt(UserMem optval, UserMem optlen, int len, int value) {
    int copied = Integer.compareUnsigned(len, Integer.BYTES) < 0 ? len : Integer.BYTES;
    int error = SocketOptions.putLen(optlen, copied);
    if (error != 0) {
      return error;
    }
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    for (int i = 0; i < copied; i++) {
      optval.putByte(i, value >>> (8 * i) & 0xff);
    }
    return 0;
  }

  /** Writes a number as IPv4 does: as one byte if there is room for less than 4 and it fits. */
  public static int putIntOrByte(UserMem optval, UserMem optlen, int len, int value) {
    boolean small = len < Integer.BYTES && len > 0 && value >= 0 && value <= 255;
    return putInt(optval, optlen, small ? 1 : len, value);
  }

  /** Writes as much of a value as there is room for, and its length before it. */
  public static int putBytes(UserMem optval, UserMem optlen, int len, byte[] value) {
    int copied = Integer.compareUnsigned(len, value.length) < 0 ? len : value.length;
    int error = SocketOptions.putLen(optlen, copied);
    if (error != 0) {
      return error;
    }
    if (!optval.accessible(0, copied)) {
      return Errno.EFAULT.negated();
    }
    optval.put(0, value, copied);
    return 0;
  }

  /** A 32-bit number with its bytes in the other order ({@code htonl}, {@code ntohl}). */
  public static int swap(int value) {
    return Integer.reverseBytes(value);
  }
}
