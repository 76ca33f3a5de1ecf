package org.netshard.protocol.mptcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.tcp.TcpSkb;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * Data that a program receives, and how they come from the subflow.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}: {@code mptcp_recvmsg}, {@code
 * __mptcp_move_skbs_from_subflow}, {@code mptcp_rcv_space_adjust}, {@code mptcp_cleanup_rbuf}.
 *
 * <p><b>Differs from Linux:</b> data of a place that is not the next are dropped, as one subflow
 * does not bring any; what was joined to the buffer before it is given back when it is read itself.
 */
final class MptcpRecv {
  private static final int STOP = Integer.MIN_VALUE + 1;
  private static final int INIT_CWND = 10;
  private static final int MSS_DEFAULT = 536;

  private MptcpRecv() {}

  // From the subflow.

  /** {@code mptcp_data_ready}: takes over what the subflow has, and wakes who waits for it. */
  static void dataReady(MptcpSock msk, MptcpSubflow subflow) {
    if (subflow.closing) {
      return;
    }
    boolean moved = moveFromSubflow(msk, subflow);
    if (subflow.ssk.err() != 0) {
      boolean unused = MptcpLife.subflowErrorReport(msk, subflow.ssk);
    }
    if (MptcpLife.pendingDataFin(msk)) {
      MptcpLife.scheduleWork(msk);
    }
    if (moved && epollinReady(msk)) {
      msk.sk.dataReady();
    }
  }

  /** {@code __mptcp_move_skbs_from_subflow}; whether anything in order has come. */
  static boolean moveFromSubflow(MptcpSock msk, MptcpSubflow subflow) {
    Sk sk = msk.sk;
    Sk ssk = subflow.ssk;
    boolean moved = false;
    do {
      TcpSkb skb = TcpSubflow.peek(ssk);
      if (skb == null || (sk.rmemAlloc() > sk.rcvbuf() && skb.remaining() > 0)) {
        break;
      }
      if (msk.fallback) {
        subflow.mapDataLen = skb.remaining();
      }
      int offset = TcpSubflow.copiedSeq(ssk) - skb.seq();
      int fin = skb.isFin() ? 1 : 0;
      if (offset < skb.remaining()) {
        int len = skb.remaining() - offset;
        moved |= move(msk, subflow, skb, offset);
        TcpSubflow.advance(ssk, len + fin);
      } else {
        TcpSubflow.eat(ssk, skb);
        TcpSubflow.advance(ssk, fin);
      }
    } while (MptcpInput.dataAvailable(subflow));
    if (moved) {
      msk.lastDataRecvNs = msk.net().machine().nowNs();
    }
    return moved;
  }

  /** {@code __mptcp_move_skb}. */
  private static boolean move(MptcpSock msk, MptcpSubflow subflow, TcpSkb from, int offset) {
    Sk sk = msk.sk;
    MptcpSkb skb = new MptcpSkb(from, offset, MptcpInput.mappedDsn(subflow));
    TcpSubflow.take(subflow.ssk, from);
    if (skb.mapSeq != msk.ackSeq) {
      boolean early = skb.mapSeq - msk.ackSeq > 0;
      msk.addMib(early ? Mib.MPTCP_NO_DSS_IN_WINDOW : Mib.MPTCP_DUPLICATE_DATA);
      sk.rareForWrite().addDrop();
      return false;
    }
    SkMem.forcedSchedule(sk, skb.truesize(), sk.net().machine().softirqGfp());
    SkbOwner.setOwnerR(sk, skb.truesize());
    msk.bytesReceived += skb.remaining();
    msk.ackSeq += skb.remaining();
    sk.receiveQueue().add(skb);
    return true;
  }

  /** {@code mptcp_epollin_ready}. */
  static boolean epollinReady(MptcpSock msk) {
    long available = msk.dataAvail();
    return available > 0 && (available >= msk.sk.rare().rcvlowat() || SkMem.underPressure(msk.sk));
  }

  /** What the subflow has kept while the buffer was full. */
  private static boolean moveWaiting(MptcpSock msk) {
    MptcpSubflow subflow = msk.subflow();
    if (subflow == null
        || subflow.closing
        || msk.sk.rmemAlloc() > msk.sk.rcvbuf()
        || !MptcpInput.dataAvailable(subflow)) {
      return false;
    }
    boolean moved = moveFromSubflow(msk, subflow);
    if (moved) {
      MptcpLife.checkDataFin(msk);
    }
    return moved;
  }

  // To the program.

  /**
   * {@code mptcp_recvmsg}; urgent data are not known.
   *
   * <p><b>Errors</b>, in order, if nothing has been received: those of the error queue with {@code
   * MSG_ERRQUEUE}; ENOTCONN for a listener; the sock's own, ENOTCONN, EAGAIN, EINTR, EFAULT.
   */
  static int receive(Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_ERRQUEUE)) {
      return sk.isInet6() ? Ip6Errors.receive(sk, msg) : IpErrors.receive(sk, msg);
    }
    if (sk.state() == TcpState.LISTEN) {
      return Errno.ENOTCONN.negated();
    }
    MptcpSock msk = MptcpSock.forWrite(sk);
    int result = loop(sk, msk, caller, msg);
    if (result == Progress.WAIT) {
      return result;
    }
    int copied = caller.progress().done();
    if (result < 0 && result != STOP && copied == 0) {
      return result;
    }
    cleanupRbuf(msk, copied);
    if (MptcpOptions.of(sk).inq) {
      ByteBuffer value = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      msg.putCmsg(Abi.IPPROTO_TCP, TcpOption.TCP_INQ, value.putInt(inqHint(msk)).array());
    }
    return copied;
  }

  private static int loop(Sk sk, MptcpSock msk, Caller caller, Msg msg) {
    Progress progress = caller.progress();
    int target = sk.target(msg.has(Abi.MSG_WAITALL), msg.size());
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
    while (progress.done() < msg.size()) {
      int read = readQueue(sk, msk, msg, progress);
      if (read < 0) {
        return read;
      }
      if (moveWaiting(msk)) {
        continue;
      }
      if (progress.done() >= target) {
        return STOP;
      }
      int empty = nothingThere(sk, msk, caller, timeout);
      if (empty != 0) {
        return empty;
      }
    }
    return STOP;
  }

  /** {@code __mptcp_recvmsg_mskq}: bytes that were read, or {@code -errno} if the first are not. */
  private static int readQueue(Sk sk, MptcpSock msk, Msg msg, Progress progress) {
    boolean peek = msg.has(Abi.MSG_PEEK);
    int skip = peek ? progress.done() : 0;
    int copied = 0;
    MptcpSkb skb = sk.isReadable() ? (MptcpSkb) sk.receiveQueue().peek() : null;
    while (skb != null && progress.done() < msg.size()) {
      MptcpSkb next = (MptcpSkb) skb.next();
      if (skip >= skb.remaining()) {
        skip -= skb.remaining();
        skb = next;
        continue;
      }
      int count = Math.min(msg.size() - progress.done(), skb.remaining() - skip);
      boolean written =
          msg.has(Abi.MSG_TRUNC) || msg.write(progress.done(), skb.buf(), skb.off() + skip, count);
      if (!written) {
        return progress.done() > 0 ? STOP : Errno.EFAULT.negated();
      }
      skip = 0;
      copied += count;
      progress.setDone(progress.done() + count);
      if (!peek) {
        msk.bytesConsumed += count;
        skb.advance(count);
        if (skb.remaining() > 0) {
          break;
        }
        sk.receiveQueue().unlink(skb);
        SkbOwner.rfree(sk, skb.truesize());
      }
      skb = next;
    }
    spaceAdjust(msk, copied);
    return copied;
  }

  private static int nothingThere(Sk sk, MptcpSock msk, Caller caller, long timeout) {
    Progress progress = caller.progress();
    long now = sk.net().machine().nowNs();
    boolean mayWait = progress.mayWait(timeout, now);
    if (progress.done() > 0) {
      if (sk.err() != 0
          || sk.state() == TcpState.CLOSE
          || (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0
          || !mayWait
          || progress.interrupted()) {
        return STOP;
      }
    } else {
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
    cleanupRbuf(msk, progress.done());
    return progress.sleep(sk.waitQueue(), false, timeout, now);
  }

  /** {@code mptcp_cleanup_rbuf}: tells the other end of the room that there is now. */
  private static void cleanupRbuf(MptcpSock msk, int copied) {
    Sk ssk = msk.first;
    if (ssk == null) {
      return;
    }
    int space = msk.space();
    boolean cleanup = space > 0 && space >= msk.oldWspace << 1 && copied > 0;
    boolean emptied = msk.sk.rmemAlloc() == 0 && copied > 0;
    if (cleanup || TcpSubflow.couldCleanup(ssk, emptied)) {
      TcpSubflow.cleanupRbuf(ssk, copied);
    }
  }

  /** {@code mptcp_inq_hint}: bytes that a reader would get; an end counts as one. */
  static int inqHint(MptcpSock msk) {
    Sk sk = msk.sk;
    if (sk.isReadable() && sk.receiveQueue().peek() instanceof MptcpSkb skb) {
      return (int) Math.min(msk.ackSeq - skb.mapSeq, Integer.MAX_VALUE);
    }
    return sk.state() == TcpState.CLOSE || (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0 ? 1 : 0;
  }

  /** {@code SIOCINQ}. <b>Errors:</b> EINVAL for a listener. */
  static int inq(Sk sk) {
    if (sk.state() == TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    MptcpSock msk = MptcpSock.forWrite(sk);
    if (moveWaiting(msk)) {
      cleanupRbuf(msk, 0);
    }
    return inqHint(msk);
  }

  /** Drops all that waits. */
  static void purge(MptcpSock msk) {
    Sk sk = msk.sk;
    while (sk.isReadable() && sk.receiveQueue().poll() instanceof MptcpSkb skb) {
      SkbOwner.rfree(sk, skb.truesize());
    }
  }

  // The size of the buffer.

  /** {@code mptcp_rcv_space_init}. */
  static void spaceInit(MptcpSock msk) {
    Sk ssk = msk.first;
    msk.rcvspaceInit = true;
    msk.rcvqCopied = 0;
    msk.rcvqRttUs = 0;
    if (ssk != null) {
      msk.rcvqSpace = Math.min(TcpSubflow.rcvWnd(ssk), INIT_CWND * TcpSubflow.advmss(ssk));
    }
    if (msk.rcvqSpace == 0) {
      msk.rcvqSpace = INIT_CWND * MSS_DEFAULT;
    }
  }

  /** {@code mptcp_rcv_space_adjust}. */
  private static void spaceAdjust(MptcpSock msk, int copied) {
    Sk ssk = msk.first;
    if (copied <= 0 || ssk == null) {
      return;
    }
    if (!msk.rcvspaceInit) {
      spaceInit(msk);
    }
    msk.rcvqCopied += copied;
    long now = msk.net().machine().nowNs() / 1000;
    long time = now - msk.rcvqTimeUs;
    if (msk.rcvqRttUs != 0 && time < msk.rcvqRttUs >> 3) {
      return;
    }
    int rtt = TcpSubflow.rcvRttUs(ssk);
    msk.rcvqRttUs = rtt;
    msk.scalingRatio = TcpSubflow.scalingRatio(ssk);
    if (time < rtt >> 3 || rtt == 0) {
      return;
    }
    if (msk.rcvqCopied > msk.rcvqSpace && growRcvbuf(msk, msk.rcvqCopied)) {
      TcpSubflow.growRcvbuf(ssk, msk.rcvqCopied);
    }
    msk.rcvqCopied = 0;
    msk.rcvqTimeUs = now;
  }

  /** {@code mptcp_rcvbuf_grow}. */
  private static boolean growRcvbuf(MptcpSock msk, int value) {
    Sk sk = msk.sk;
    int old = msk.rcvqSpace;
    msk.rcvqSpace = value;
    if (sk.net().sysctl(Sysctl.IPV4_TCP_MODERATE_RCVBUF) == 0
        || (sk.userlocks() & Sk.SOCK_RCVBUF_LOCK) != 0) {
      return false;
    }
    long win = (long) value << 1;
    win += (win * (value - old) / old) << 1;
    long most = sk.net().sysctl(Sysctl.IPV4_TCP_RMEM, 2);
    long rcvbuf = Math.min((win << 8) / msk.scalingRatio, most);
    if (rcvbuf <= sk.rcvbuf()) {
      return false;
    }
    sk.setRcvbuf((int) rcvbuf);
    return true;
  }
}
