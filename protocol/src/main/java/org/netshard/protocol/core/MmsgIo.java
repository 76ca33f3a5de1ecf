package org.netshard.protocol.core;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * The calls that move several messages at once. Of those that are done when one fails, their number
 * is the result.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code __sys_sendmmsg}, {@code do_recvmmsg}.
 */
final class MmsgIo {
  private static final int LENGTH = 56;
  private static final int MSG_WAITFORONE = 0x1_0000;
  private static final int MSG_BATCH = 0x4_0000;
  private static final int TIME_BYTES = 16;
  private static final long NS_PER_SEC = 1_000_000_000L;

  private MmsgIo() {}

  /**
   * {@code sendmmsg(fd, msgvec, vlen, flags)}.
   *
   * <p><b>Errors:</b> those of the first message.
   */
  static int sendmmsg(Sk sk, Caller caller, Syscall call) {
    long count = Math.min(call.arg(2) & 0xffff_ffffL, Msg.MESSAGES_MAX);
    Progress progress = caller.progress();
    int result = 0;
    while (done(progress) < count) {
      int at = done(progress) * Msg.ENTRY_BYTES;
      UserMem header = call.mem(1).part(at, Msg.HEADER_BYTES);
      boolean last = done(progress) == count - 1;
      result = SocketIo.sendmsg(sk, caller, header, call.intArg(3) | (last ? 0 : MSG_BATCH));
      if (result == Progress.WAIT) {
        return result;
      }
      if (result >= 0 && !call.mem(1).accessible(at + LENGTH, Integer.BYTES)) {
        result = Errno.EFAULT.negated();
      }
      if (result < 0) {
        break;
      }
      call.mem(1).putInt(at + LENGTH, result);
      progress.nextMessage();
    }
    return done(progress) > 0 ? done(progress) : result;
  }

  /** A call begins with its first message, which {@link Progress#reset} has counted. */
  private static int done(Progress progress) {
    return progress.messages();
  }

  /**
   * {@code recvmmsg(fd, msgvec, vlen, flags, timeout)}.
   *
   * <p><b>Errors</b>, in order: EFAULT and EINVAL for the time; the sock's own; those of the first
   * message.
   */
  static int recvmmsg(Sk sk, Caller caller, Syscall call) {
    UserMem time = call.mem(4);
    long limitNs = Long.MAX_VALUE;
    if (!time.isNull()) {
      if (!time.accessible(0, TIME_BYTES)) {
        return Errno.EFAULT.negated();
      }
      long ns = time.getLong(8);
      if (time.getLong(0) < 0 || ns < 0 || ns >= NS_PER_SEC) {
        return Errno.EINVAL.negated();
      }
      limitNs = Math.min(time.getLong(0), Integer.MAX_VALUE) * NS_PER_SEC + ns;
    }
    Progress progress = caller.progress();
    long nowNs = sk.net().machine().nowNs();
    long end = progress.endNs(limitNs == Long.MAX_VALUE ? limitNs : nowNs + limitNs);
    int flags = call.intArg(3);
    if ((flags & Abi.MSG_ERRQUEUE) == 0 && done(progress) == 0 && sk.err() != 0) {
      return -sk.takeErr();
    }
    int result = receive(sk, caller, call, end);
    if (result != Progress.WAIT && !time.isNull() && done(progress) > 0) {
      long left = Math.max(0, end - sk.net().machine().nowNs());
      time.putLong(0, left / NS_PER_SEC);
      time.putLong(8, left % NS_PER_SEC);
    }
    return result;
  }

  private static int receive(Sk sk, Caller caller, Syscall call, long end) {
    Progress progress = caller.progress();
    long count = call.arg(2) & 0xffff_ffffL;
    int flags = call.intArg(3);
    int result = 0;
    while (done(progress) < count) {
      boolean waits = done(progress) == 0 || (flags & MSG_WAITFORONE) == 0;
      int given = (flags & ~MSG_WAITFORONE) | (waits ? 0 : Abi.MSG_DONTWAIT);
      int at = done(progress) * Msg.ENTRY_BYTES;
      UserMem header = call.mem(1).part(at, Msg.HEADER_BYTES);
      result = SocketIo.recvmsg(sk, caller, header, given);
      if (result == Progress.WAIT) {
        return result;
      }
      if (result >= 0 && !call.mem(1).accessible(at + LENGTH, Integer.BYTES)) {
        result = Errno.EFAULT.negated();
      }
      if (result < 0) {
        break;
      }
      call.mem(1).putPart(at, header);
      call.mem(1).putInt(at + LENGTH, result);
      progress.nextMessage();
      boolean urgent = (header.getInt(48) & Abi.MSG_OOB) != 0;
      if (urgent || sk.net().machine().nowNs() >= end) {
        break;
      }
    }
    if (done(progress) == 0) {
      return result;
    }
    if (result < 0 && result != Errno.EAGAIN.negated()) {
      sk.setErr(-result);
    }
    return done(progress);
  }
}
