package org.netshard.protocol.mptcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * Data that a program sends, and what is done with them until the other end has them.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.c}: {@code mptcp_sendmsg}, {@code
 * __mptcp_push_pending}, {@code mptcp_sendmsg_frag}, {@code __mptcp_clean_una}, {@code
 * __mptcp_retrans}.
 *
 * <p><b>Differs from Linux:</b> {@code MSG_FASTOPEN} is not looked at.
 */
final class MptcpSend {
  private static final int SENDING = TcpState.set(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);

  private MptcpSend() {}

  /**
   * {@code mptcp_sendmsg}; flags other than MSG_DONTWAIT and MSG_NOSIGNAL, and control messages,
   * say nothing.
   *
   * <p><b>Errors</b>, in order, if nothing has been sent: those of the sock while it connects,
   * EPIPE with a SIGPIPE if it is not connected, EAGAIN, EINTR; EPIPE with a SIGPIPE if it sends no
   * more; EAGAIN and EINTR if there is no room; EFAULT.
   */
  static int send(Sk sk, Caller caller, Msg msg) {
    int result = loop(sk, caller, msg);
    if (result == Progress.WAIT) {
      return result;
    }
    int done = caller.progress().done();
    if (result >= 0 || done > 0) {
      return done;
    }
    if (result != Errno.EPIPE.negated()) {
      return result;
    }
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    if (!msg.has(Abi.MSG_NOSIGNAL)) {
      caller.task().sigpipe();
    }
    return result;
  }

  private static int loop(Sk sk, Caller caller, Msg msg) {
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().sndtimeoJiffies();
    Progress progress = caller.progress();
    if (!TcpState.in(sk.state(), SENDING) && progress.done() == 0) {
      if (sk.err() != 0) {
        return -sk.takeErr();
      }
      if (!TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
        return Errno.EPIPE.negated();
      }
      return sleep(sk, caller, timeout);
    }
    if (sk.err() != 0 || (sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    return copy(sk, MptcpSock.known(sk), caller, msg, timeout);
  }

  private static int sleep(Sk sk, Caller caller, long timeout) {
    Progress progress = caller.progress();
    long now = sk.net().machine().nowNs();
    if (!progress.mayWait(timeout, now)) {
      return Errno.EAGAIN.negated();
    }
    if (progress.interrupted()) {
      return timeout == SkRare.MAX_SCHEDULE_TIMEOUT ? Progress.ERESTARTSYS : Errno.EINTR.negated();
    }
    return progress.sleep(sk.waitQueue(), false, timeout, now);
  }

  private static int copy(Sk sk, MptcpSock msk, Caller caller, Msg msg, long timeout) {
    Progress progress = caller.progress();
    int size = msg.size();
    boolean copied = false;
    while (progress.done() < size) {
      long limit = sendLimit(sk, msk);
      MptcpFrag frag = msk.pending == 0 ? null : msk.rtxQueue.peekLast();
      boolean append = frag != null && frag.room() > 0;
      int room = append && frag != null ? frag.room() : MptcpFrag.BYTES_MAX;
      int bytes = (int) Math.min(Math.min(room, size - progress.done()), limit);
      int total = bytes + (append ? 0 : MptcpFrag.OVERHEAD);
      if (limit == 0 || !SkMem.schedule(sk, total, SkMem.Kind.SEND, Gfp.KERNEL)) {
        return waitMemory(sk, msk, caller, timeout);
      }
      MptcpFrag to = append && frag != null ? frag : new MptcpFrag(msk.writeSeq, bytes);
      int at = to.ensure(bytes);
      if (!msg.readInto(progress.done(), to.data(), at, bytes)) {
        return Errno.EFAULT.negated();
      }
      to.grow(bytes);
      SkbOwner.entail(sk, total);
      msk.writeSeq += bytes;
      if (to != frag) {
        msk.rtxQueue.addLast(to);
        msk.pending++;
      }
      progress.setDone(progress.done() + bytes);
      copied = true;
    }
    if (copied) {
      pushPending(msk);
    }
    return progress.done();
  }

  /** {@code mptcp_send_limit}: bytes that may be added now. */
  private static long sendLimit(Sk sk, MptcpSock msk) {
    if (sk.wmemQueued() >= sk.sndbuf()) {
      return 0;
    }
    long limit = MptcpOptions.of(sk).notsentLowat(sk.net());
    return Math.max(0, limit - (msk.writeSeq - msk.sndNxt));
  }

  private static int waitMemory(Sk sk, MptcpSock msk, Caller caller, long timeout) {
    setNospace(msk, true);
    pushPending(msk);
    if (sk.err() != 0 || (sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    return sleep(sk, caller, timeout);
  }

  static void setNospace(MptcpSock msk, boolean on) {
    msk.nospace = on;
    Sk ssk = msk.first;
    if (ssk != null) {
      TcpSubflow.setNospace(ssk, on);
    }
  }

  /** {@code mptcp_write_space}: there is room for who waits for it. */
  static void writeSpace(MptcpSock msk) {
    if (msk.isWriteable()) {
      setNospace(msk, false);
      msk.sk.wake(Poll.OUT | Poll.WRNORM | Poll.WRBAND);
    }
  }

  // Handing on to the subflow.

  /** {@code mptcp_send_head}: the first piece of which something is not sent, or null. */
  private static @Nullable MptcpFrag sendHead(MptcpSock msk) {
    if (msk.pending == 0) {
      return null;
    }
    int skip = msk.rtxQueue.size() - msk.pending;
    for (MptcpFrag frag : msk.rtxQueue) {
      if (skip-- == 0) {
        return frag;
      }
    }
    return null;
  }

  /** {@code __mptcp_push_pending}. */
  static void pushPending(MptcpSock msk) {
    Sk ssk = msk.first;
    if (ssk == null || msk.pending == 0 || !mayUse(ssk)) {
      return;
    }
    if (handOn(msk, ssk)) {
      MptcpLife.checkSendDataFin(msk);
    }
  }

  /** {@code __mptcp_subflow_push_pending}: the same in a softirq. */
  static void subflowPush(MptcpSock msk, Sk ssk) {
    if (msk.pending == 0 || !mayUse(ssk)) {
      return;
    }
    boolean copied = handOn(msk, ssk);
    if (copied && msk.sndDataFinEnable && msk.sndNxt + 1 == msk.writeSeq) {
      MptcpLife.scheduleWork(msk);
    }
  }

  /** {@code mptcp_subflow_get_send}. */
  private static boolean mayUse(Sk ssk) {
    return TcpSubflow.canSend(ssk) && TcpSubflow.memoryFree(ssk);
  }

  /** {@code __subflow_push_pending}, and the push after it; whether anything was sent. */
  private static boolean handOn(MptcpSock msk, Sk ssk) {
    boolean copied = false;
    MptcpFrag frag;
    while ((frag = sendHead(msk)) != null && mayUse(ssk)) {
      int sent = sendFrag(msk, ssk, frag, frag.alreadySent, frag.len());
      if (sent <= 0) {
        break;
      }
      copied = true;
      frag.alreadySent += sent;
      long next = frag.dataSeq + frag.alreadySent;
      if (next - msk.sndNxt > 0) {
        msk.bytesSent += next - msk.sndNxt;
        msk.sndNxt = next;
      }
      if (frag.alreadySent == frag.len()) {
        msk.pending--;
      }
    }
    if (copied) {
      TcpSubflow.push(ssk);
      msk.lastDataSentNs = msk.net().machine().nowNs();
      setTimeout(msk);
      if (!msk.rtxTimer.isSet()) {
        resetRtxTimer(msk);
      }
    }
    return copied;
  }

  /** {@code mptcp_sendmsg_frag}: how many bytes went over, 0 or {@code -errno}. */
  private static int sendFrag(MptcpSock msk, Sk ssk, MptcpFrag frag, int sent, int limit) {
    MptcpSubflow subflow = MptcpSubflow.of(ssk);
    if (subflow == null) {
      return 0;
    }
    long dataSeq = frag.dataSeq + sent;
    long room = Long.MAX_VALUE;
    if (!msk.fallback) {
      room = msk.wndEnd - dataSeq;
      if (TcpSubflow.raiseSndWnd(ssk, room)) {
        msk.addMib(Mib.MPTCP_SND_WND_SHARED);
      }
    }
    int at = frag.offset() + sent;
    if (room <= 0) {
      probe(msk, ssk, subflow, frag, at);
      return 0;
    }
    int bytes =
        TcpSubflow.append(ssk, frag.data(), at, limit - sent, room, dataSeq, subflow.relWriteSeq);
    if (bytes > 0) {
      subflow.relWriteSeq += bytes;
    }
    return bytes;
  }

  /** The window is closed and nothing is on its way: a byte that was sent before makes it tell. */
  private static void probe(MptcpSock msk, Sk ssk, MptcpSubflow subflow, MptcpFrag frag, int at) {
    if (msk.sndUna != msk.sndNxt || !TcpSubflow.queuesEmpty(ssk)) {
      return;
    }
    int bytes = TcpSubflow.append(ssk, frag.data(), at, 1, 1, msk.sndUna - 1, subflow.relWriteSeq);
    if (bytes > 0) {
      msk.addMib(Mib.MPTCP_WIN_PROBE);
      subflow.relWriteSeq += bytes;
      TcpSubflow.push(ssk);
    }
  }

  // What is acknowledged, and what is sent again.

  /** {@code __mptcp_clean_una}: what the other end has is forgotten. */
  static void cleanUna(MptcpSock msk) {
    Sk sk = msk.sk;
    MptcpFrag frag;
    while ((frag = msk.rtxQueue.peekFirst()) != null && frag.endSeq() - msk.sndUna <= 0) {
      if (msk.pending == msk.rtxQueue.size()) {
        if (frag.alreadySent < frag.len()) {
          break;
        }
        msk.pending--;
      }
      msk.rtxQueue.removeFirst();
      SkbOwner.wmemFree(sk, frag.len() + MptcpFrag.OVERHEAD);
    }
    if (frag != null && msk.sndUna - frag.dataSeq > 0) {
      int delta = (int) Math.min(msk.sndUna - frag.dataSeq, frag.alreadySent);
      frag.trim(delta);
      SkbOwner.wmemFree(sk, delta);
    }
    if (msk.sndUna == msk.sndNxt && msk.sndUna == msk.writeSeq) {
      if (!msk.dataFinEnabled()) {
        msk.rtxTimer.clear();
      }
    } else {
      resetRtxTimer(msk);
    }
    if (MptcpLife.pendingDataFinAck(msk)) {
      MptcpLife.scheduleWork(msk);
    }
    if (msk.nospace) {
      writeSpace(msk);
    }
  }

  /** {@code __mptcp_clear_xmit}. */
  static void clear(MptcpSock msk) {
    MptcpFrag frag;
    while ((frag = msk.rtxQueue.pollFirst()) != null) {
      SkbOwner.wmemFree(msk.sk, frag.len() + MptcpFrag.OVERHEAD);
    }
    msk.pending = 0;
  }

  /** {@code mptcp_set_timeout}: as long as the subflow waits for an answer. */
  private static void setTimeout(MptcpSock msk) {
    Sk ssk = msk.first;
    long ns = ssk == null ? 0 : TcpSubflow.timeoutNs(ssk);
    msk.timerIvalNs = ns > 0 ? ns : MptcpSock.RTO_MIN_NS;
  }

  /** {@code mptcp_reset_rtx_timer}. */
  static void resetRtxTimer(MptcpSock msk) {
    if (msk.sk.state() != TcpState.CLOSE) {
      msk.rtxTimer.set(msk.net().machine().nowNs() + msk.timerIvalNs);
    }
  }

  /** {@code __mptcp_retrans}. */
  static void retransmit(MptcpSock msk) {
    cleanUna(msk);
    Sk ssk = msk.first;
    MptcpFrag head = msk.rtxQueue.peekFirst();
    if (head == null) {
      if (!msk.dataFinEnabled()) {
        return;
      }
      msk.retransmits++;
      // ilog2(TCP_RTO_MAX / TCP_RTO_MIN)
      msk.timerIvalNs = MptcpSock.RTO_MIN_NS << Math.min(msk.retransmits, 9);
      if (ssk != null) {
        TcpSubflow.sendAck(ssk);
      }
    } else if (ssk != null
        && TcpSubflow.canSend(ssk)
        && TcpSubflow.queuesEmpty(ssk)
        && !msk.fallback) {
      int limit = head.alreadySent;
      int sent = 0;
      while (sent < limit) {
        int bytes = sendFrag(msk, ssk, head, sent, limit);
        if (bytes <= 0) {
          break;
        }
        msk.addMib(Mib.MPTCP_RETRANS);
        sent += bytes;
      }
      if (sent > 0) {
        TcpSubflow.push(ssk);
        msk.bytesRetrans += sent;
        msk.allowInfiniteFallback = false;
      }
    }
    pushPending(msk);
    if (!msk.rtxTimer.isSet()) {
      resetRtxTimer(msk);
    }
  }
}
