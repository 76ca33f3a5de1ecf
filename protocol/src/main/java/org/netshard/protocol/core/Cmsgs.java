package org.netshard.protocol.core;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Control messages of a message that is sent.
 *
 * <p><b>Source:</b> {@code include/linux/socket.h}, {@code for_each_cmsghdr}, {@code CMSG_OK};
 * {@code net/core/sock.c}, {@code __sock_cmsg_send}.
 */
public final class Cmsgs {
  /** Size of a {@code struct cmsghdr}, bytes. */
  public static final int HEADER_BYTES = 16;

  private static final int PRIORITY_MAX = 6;

  private Cmsgs() {}

  /** Takes one control message. */
  @FunctionalInterface
  public interface Taker {
    /**
     * Takes it.
     *
     * @param mem where its content lies
     * @param at offset of the content
     * @param length of the content, bytes
     * @return 0, or {@code -errno} to stop
     */
    int take(int level, int type, UserMem mem, int at, int length);
  }

  /**
   * Gives each message to the taker.
   *
   * <p><b>Errors</b>, in order of the messages: EINVAL for a bad length, what the taker says.
   */
  public static int each(Msg msg, Taker taker) {
    UserMem control = msg.control();
    long end = msg.controlLength();
    int at = 0;
    while (at + HEADER_BYTES <= end) {
      long length = control.getLong(at);
      if (length < HEADER_BYTES || length > end - at) {
        return Errno.EINVAL.negated();
      }
      int level = control.getInt(at + Long.BYTES);
      int type = control.getInt(at + Long.BYTES + Integer.BYTES);
      int result = taker.take(level, type, control, at + HEADER_BYTES, (int) length - HEADER_BYTES);
      if (result < 0) {
        return result;
      }
      at += (int) Math.min((length + 7) & -8, end - at);
    }
    return 0;
  }

  /**
   * One message of {@code SOL_SOCKET} ({@code __sock_cmsg_send}).
   *
   * <p><b>Errors</b>, in order: EPERM for a mark without CAP_NET_RAW or CAP_NET_ADMIN, EINVAL for
   * its length or an unknown kind, EPERM for a high priority; EINVAL for an id of stamps that the
   * sock has not asked for.
   */
  public static int sock(
      Sk sk, Cred cred, int type, UserMem mem, int at, int length, SockcmCookie cookie) {
    boolean isInt = length == Integer.BYTES;
    switch (type) {
      case SoOption.SO_MARK -> {
        if (!mayMark(sk, cred)) {
          return Errno.EPERM.negated();
        }
        if (!isInt) {
          return Errno.EINVAL.negated();
        }
        cookie.mark = mem.getInt(at);
      }
      case SoOption.SO_PRIORITY -> {
        if (!isInt) {
          return Errno.EINVAL.negated();
        }
        int priority = mem.getInt(at);
        boolean allowed = (priority >= 0 && priority <= PRIORITY_MAX) || mayMark(sk, cred);
        if (!allowed) {
          return Errno.EPERM.negated();
        }
        cookie.priority = priority;
      }
      case SoOption.SO_TIMESTAMPING_OLD, SoOption.SO_TIMESTAMPING_NEW -> {
        if (!isInt || (mem.getInt(at) & ~SockTimestamping.TX_RECORD_MASK) != 0) {
          return Errno.EINVAL.negated();
        }
        cookie.tsflags = (cookie.tsflags & ~SockTimestamping.TX_RECORD_MASK) | mem.getInt(at);
      }
      case SoOption.SCM_TS_OPT_ID -> {
        boolean id = (sk.rare().tsflags() & SockTimestamping.SOF_TIMESTAMPING_OPT_ID) != 0;
        if (sk.isTcp() || !id || !isInt) {
          return Errno.EINVAL.negated();
        }
        cookie.tsOptId = mem.getInt(at);
        cookie.hasTsOptId = true;
      }
      case SoOption.SO_TXTIME -> {
        // lo takes a packet at once, whenever it is to leave.
        if (!sk.flag(SockFlag.SOCK_TXTIME) || length != Long.BYTES) {
          return Errno.EINVAL.negated();
        }
      }
      case Abi.SCM_RIGHTS, Abi.SCM_CREDENTIALS -> {
        // For UNIX sockets; the others take no notice.
      }
      default -> {
        return Errno.EINVAL.negated();
      }
    }
    return 0;
  }

  private static boolean mayMark(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW)
        || cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
  }
}
