package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.RecvCmsgs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip6.Ip6Errors;

/**
 * Data that a program receives.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.3; {@code net/ipv4/tcp.c}: {@code tcp_recvmsg_locked},
 * {@code tcp_recv_urg}, {@code tcp_inq}.
 */
final class TcpRecv {
  private static final int STOP = Integer.MIN_VALUE + 1;

  private TcpRecv() {}

  /** What a receive keeps from one piece to the next. */
  private static final class Reading {
    int peekOffset;
    int peekSeq;

    /** When the data came that were read last ({@code tss}). */
    long tstampNs = Packet.NO_TSTAMP;
  }

  /**
   * {@code tcp_recvmsg}.
   *
   * <p><b>Errors</b>, in order, if nothing has been received: those of the error queue with {@code
   * MSG_ERRQUEUE}; ENOTCONN for a listener; for urgent data EINVAL, ENOTCONN, EAGAIN; the sock's
   * own, ENOTCONN, EAGAIN, EINTR, EFAULT.
   */
  static int receive(Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_ERRQUEUE)) {
      return sk.isInet6() ? Ip6Errors.receive(sk, msg) : IpErrors.receive(sk, msg);
    }
    if (sk.state() == TcpState.LISTEN) {
      return Errno.ENOTCONN.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    TcpOptions options = TcpOptions.of(sk);
    if (options.repair && !msg.has(Abi.MSG_OOB)) {
      if (!msg.has(Abi.MSG_PEEK)) {
        return Errno.EPERM.negated();
      }
      if (options.repairQueue == TcpOptions.TCP_SEND_QUEUE) {
        return tp == null ? 0 : TcpRepair.peekSndq(tp, msg);
      }
      if (options.repairQueue == TcpOptions.TCP_NO_QUEUE) {
        return Errno.EINVAL.negated();
      }
    }
    if (msg.has(Abi.MSG_OOB)) {
      int received = receiveUrgent(sk, tp, msg);
      if (received >= 0 && tp != null) {
        putInq(tp, msg);
      }
      return received;
    }
    Progress progress = caller.progress();
    Reading reading = progress.state() instanceof Reading kept ? kept : begin(sk, tp, msg);
    int result = loop(sk, tp, caller, msg, reading);
    if (result == Progress.WAIT) {
      progress.setState(reading);
      return result;
    }
    int copied = progress.done();
    if (tp != null) {
      TcpAcks.cleanup(tp, copied);
    }
    if (result < 0 && result != STOP && copied == 0) {
      return result;
    }
    if (tp != null) {
      if (reading.tstampNs != Packet.NO_TSTAMP) {
        RecvCmsgs.putStreamTimes(sk, msg, reading.tstampNs);
      }
      putInq(tp, msg);
    }
    return copied;
  }

  private static void putInq(TcpSock tp, Msg msg) {
    if (TcpOptions.of(tp.sk).inq) {
      ByteBuffer value = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      msg.putCmsg(Abi.IPPROTO_TCP, TcpOption.TCP_INQ, value.putInt(hint(tp)).array());
    }
  }

  private static Reading begin(Sk sk, @Nullable TcpSock tp, Msg msg) {
    Reading reading = new Reading();
    if (msg.has(Abi.MSG_PEEK) && tp != null) {
      reading.peekOffset = Math.max(0, sk.rare().peekOff());
      reading.peekSeq = tp.copiedSeq + reading.peekOffset;
    }
    return reading;
  }

  private static int loop(Sk sk, @Nullable TcpSock tp, Caller caller, Msg msg, Reading reading) {
    Progress progress = caller.progress();
    int target = sk.target(msg.has(Abi.MSG_WAITALL), msg.size());
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
    do {
      if (tp != null) {
        int seq = msg.has(Abi.MSG_PEEK) ? reading.peekSeq : tp.copiedSeq;
        if (tp.urgData != 0 && tp.urgSeq == seq && progress.done() > 0) {
          return STOP;
        }
        int got = one(sk, tp, msg, progress, reading, seq);
        if (got == STOP || got < 0) {
          return got;
        }
        if (got > 0) {
          continue;
        }
      }
      if (progress.done() >= target) {
        return STOP;
      }
      int empty = nothingThere(sk, tp, caller, timeout);
      if (empty != 0) {
        return empty;
      }
    } while (progress.done() < msg.size());
    return STOP;
  }

  /** Takes what a piece has: 1, 0 if there is none, {@link #STOP} at the end, {@code -errno}. */
  private static int one(Sk sk, TcpSock tp, Msg msg, Progress progress, Reading reading, int seq) {
    if (!sk.isReadable()) {
      return 0;
    }
    boolean peek = msg.has(Abi.MSG_PEEK);
    for (TcpSkb skb = (TcpSkb) sk.receiveQueue().peek(); skb != null; skb = skb.following()) {
      int offset = seq - skb.seq;
      if (skb.has(TcpHeader.SYN)) {
        offset--;
      }
      if (offset >= 0 && offset < skb.len) {
        return copy(sk, tp, msg, progress, reading, skb, offset);
      }
      if (skb.has(TcpHeader.FIN) && offset >= 0 && offset == skb.len) {
        advance(tp, reading, peek, 1);
        if (!peek) {
          TcpRcvQueue.eat(tp, skb);
        }
        return STOP;
      }
    }
    return 0;
  }

  private static void advance(TcpSock tp, Reading reading, boolean peek, int bytes) {
    if (peek) {
      reading.peekSeq += bytes;
    } else {
      tp.copiedSeq += bytes;
    }
  }

  private static int copy(
      Sk sk, TcpSock tp, Msg msg, Progress progress, Reading reading, TcpSkb skb, int from) {
    boolean peek = msg.has(Abi.MSG_PEEK);
    int seq = peek ? reading.peekSeq : tp.copiedSeq;
    int offset = from;
    int used = Math.min(skb.len - offset, msg.size() - progress.done());
    if (tp.urgData != 0) {
      int urgent = tp.urgSeq - seq;
      if (Integer.compareUnsigned(urgent, used) < 0) {
        if (urgent == 0) {
          if (!sk.flag(SockFlag.SOCK_URGINLINE)) {
            advance(tp, reading, peek, 1);
            offset++;
            used = Math.min(skb.len - offset, msg.size() - progress.done());
          }
        } else {
          used = urgent;
        }
      }
    }
    if (used > 0) {
      if (!msg.has(Abi.MSG_TRUNC) && !msg.write(progress.done(), skb.buf, skb.off + offset, used)) {
        return progress.done() > 0 ? STOP : Errno.EFAULT.negated();
      }
      advance(tp, reading, peek, used);
      progress.setDone(progress.done() + used);
      movePeekOff(sk, peek, used);
      TcpWindow.rcvSpaceAdjust(tp);
    }
    if (tp.urgData != 0 && Seq.after(tp.copiedSeq, tp.urgSeq)) {
      tp.urgData = 0;
      TcpInput.fastPathCheck(tp);
    }
    long stampNs = lastStamp(skb);
    if (stampNs != Packet.NO_TSTAMP) {
      reading.tstampNs = stampNs;
    }
    if (used + offset < skb.len) {
      return 1;
    }
    if (skb.has(TcpHeader.FIN)) {
      advance(tp, reading, peek, 1);
      if (!peek) {
        TcpRcvQueue.eat(tp, skb);
      }
      return STOP;
    }
    if (!peek) {
      TcpRcvQueue.eat(tp, skb);
    }
    return 1;
  }

  /** When the last came of those that are one buffer in Linux. */
  private static long lastStamp(TcpSkb skb) {
    return skb.lastJoined().rcvdNs;
  }

  private static void movePeekOff(Sk sk, boolean peek, int bytes) {
    int now = sk.rare().peekOff();
    if (now < 0) {
      return;
    }
    sk.rareForWrite().setPeekOff(peek ? now + bytes : Math.max(0, now - bytes));
  }

  private static int nothingThere(Sk sk, @Nullable TcpSock tp, Caller caller, long timeout) {
    Progress progress = caller.progress();
    long now = sk.net().machine().nowNs();
    boolean mayWait = progress.mayWait(timeout, now);
    if (progress.done() > 0) {
      if (!mayWait
          || sk.err() != 0
          || sk.state() == TcpState.CLOSE
          || (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0
          || progress.interrupted()) {
        return STOP;
      }
    } else {
      if (sk.flag(SockFlag.SOCK_DONE)) {
        return STOP;
      }
      if (sk.err() != 0) {
        return -sk.takeErr();
      }
      if ((sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
        return STOP;
      }
      if (sk.state() == TcpState.CLOSE) {
        return Errno.ENOTCONN.negated();
      }
      if (!mayWait) {
        return Errno.EAGAIN.negated();
      }
      if (progress.interrupted()) {
        return timeout == SkRare.MAX_SCHEDULE_TIMEOUT
            ? Progress.ERESTARTSYS
            : Errno.EINTR.negated();
      }
    }
    if (tp != null) {
      TcpAcks.cleanup(tp, progress.done());
    }
    return progress.sleep(sk.waitQueue(), false, timeout, now);
  }

  /** {@code tcp_recv_urg}. */
  private static int receiveUrgent(Sk sk, @Nullable TcpSock tp, Msg msg) {
    if (sk.flag(SockFlag.SOCK_URGINLINE)
        || tp == null
        || tp.urgData == 0
        || tp.urgData == TcpSock.TCP_URG_READ) {
      return Errno.EINVAL.negated();
    }
    if (sk.state() == TcpState.CLOSE && !sk.flag(SockFlag.SOCK_DONE)) {
      return Errno.ENOTCONN.negated();
    }
    if ((tp.urgData & TcpSock.TCP_URG_VALID) != 0) {
      byte[] one = {(byte) tp.urgData};
      if (!msg.has(Abi.MSG_PEEK)) {
        tp.urgData = TcpSock.TCP_URG_READ;
      }
      msg.addOutFlags(Abi.MSG_OOB);
      if (msg.size() > 0) {
        if (!msg.has(Abi.MSG_TRUNC) && !msg.write(0, one, 0, 1)) {
          return Errno.EFAULT.negated();
        }
        return 1;
      }
      msg.addOutFlags(Abi.MSG_TRUNC);
      return 0;
    }
    if (sk.state() == TcpState.CLOSE || (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      return 0;
    }
    return Errno.EAGAIN.negated();
  }

  /** {@code tcp_inq}: bytes that a reader would get. */
  static int inq(TcpSock tp) {
    Sk sk = tp.sk;
    if (TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
      return 0;
    }
    if (sk.flag(SockFlag.SOCK_URGINLINE)
        || tp.urgData == 0
        || Seq.before(tp.urgSeq, tp.copiedSeq)
        || !Seq.before(tp.urgSeq, tp.rcvNxt)) {
      int answer = tp.rcvNxt - tp.copiedSeq;
      if (answer != 0 && sk.flag(SockFlag.SOCK_DONE)) {
        answer--;
      }
      return answer;
    }
    return tp.urgSeq - tp.copiedSeq;
  }

  /** {@code tcp_inq_hint}. */
  private static int hint(TcpSock tp) {
    int inq = tp.rcvNxt - tp.copiedSeq;
    // A FIN counts as one, so that programs try once more.
    return inq == 0 && tp.sk.flag(SockFlag.SOCK_DONE) ? 1 : inq;
  }
}
