package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.MsgZerocopy;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.memcg.Gfp;

/**
 * Data that a program sends.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.2; {@code net/ipv4/tcp.c}, {@code tcp_sendmsg_locked};
 * {@code net/core/stream.c}: {@code sk_stream_wait_connect}, {@code sk_stream_wait_memory}, {@code
 * sk_stream_error}.
 */
final class TcpSend {
  private static final int SENDING = TcpState.set(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);

  private TcpSend() {}

  /**
   * {@code tcp_sendmsg}.
   *
   * <p><b>Errors</b>, in order, if nothing has been sent: those of the sock while it connects,
   * EPIPE with a SIGPIPE if it is not connected, EAGAIN, EINTR; those of control messages; EPIPE
   * with a SIGPIPE if it sends no more; EAGAIN and EINTR if there is no room; EFAULT.
   */
  static int send(Sk sk, Caller caller, Msg msg) {
    Progress progress = caller.progress();
    TcpSending sending = TcpBacklog.sending(progress);
    boolean first = sending == null && !progress.slept() && progress.done() == 0;
    if (first) {
      sending = TcpSending.begin(sk, caller, msg);
      if (sending != null && !sending.beginZerocopy(sk, msg)) {
        return Errno.ENOBUFS.negated();
      }
    }
    int result = loop(sk, caller, msg, sending, first);
    if (result == Progress.WAIT) {
      if (!(progress.state() instanceof TcpBacklog)) {
        progress.setState(sending);
      }
      return result;
    }
    if (result == msg.size() && TcpBacklog.flush(progress)) {
      return progress.yieldTwice();
    }
    TcpBacklog.release(progress);
    progress.setState(null);
    int done = progress.done();
    boolean sent = result >= 0 || done > 0;
    if (sending != null) {
      sending.end(sent);
    }
    return sent ? done : streamError(sk, caller, msg, result);
  }

  /** {@code sk_stream_error}. */
  private static int streamError(Sk sk, Caller caller, Msg msg, int result) {
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

  private static int loop(
      Sk sk, Caller caller, Msg msg, @Nullable TcpSending sending, boolean first) {
    Progress progress = caller.progress();
    TcpSock tp = TcpSock.of(sk);
    if (sending != null
        && (sending.request != null || (first && TcpFastOpenClient.isWanted(tp, sk, msg)))) {
      int begun = TcpFastOpenClient.send(sk, caller, msg, sending);
      if (begun != 0) {
        boolean some = begun == Errno.EINPROGRESS.negated() && progress.done() > 0;
        return some ? progress.done() : begun;
      }
      tp = TcpSock.of(sk);
    }
    return locked(sk, tp, caller, msg, sending);
  }

  /** {@code tcp_sendmsg_locked} behind Fast Open. */
  private static int locked(
      Sk sk, @Nullable TcpSock tp, Caller caller, Msg msg, @Nullable TcpSending sending) {
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().sndtimeoJiffies();
    Progress progress = caller.progress();
    if (tp != null && !progress.slept() && progress.done() == 0) {
      TcpRate.checkAppLimited(tp);
    }
    boolean passive = tp != null && sk.state() == TcpState.SYN_RECV && tp.fastopenRsk != null;
    if (!passive && (tp == null || !TcpState.in(sk.state(), SENDING))) {
      if (progress.done() == 0 || tp == null) {
        int waited = waitConnect(sk, tp, caller, timeout);
        if (waited != 0) {
          return waited;
        }
      }
    }
    if (tp == null) {
      return Errno.EPIPE.negated();
    }
    TcpOptions options = TcpOptions.of(sk);
    if (options.repair && options.repairQueue != TcpOptions.TCP_SEND_QUEUE) {
      boolean receive = options.repairQueue == TcpOptions.TCP_RECV_QUEUE;
      int filled = receive ? TcpRepair.sendRcvq(tp, msg) : Errno.EINVAL.negated();
      progress.setDone(Math.max(0, filled));
      return filled;
    }
    if (sending != null && sending.controlError != 0 && progress.done() == 0) {
      return sending.controlError;
    }
    return copy(sk, tp, caller, msg, timeout, sending);
  }

  /** {@code sk_stream_wait_connect}. */
  private static int waitConnect(Sk sk, @Nullable TcpSock tp, Caller caller, long timeout) {
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    boolean connecting =
        TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV));
    if (!connecting || tp == null) {
      return Errno.EPIPE.negated();
    }
    tp.writePending = 0;
    int result = sleep(sk, caller, timeout);
    if (result == Progress.WAIT) {
      tp.writePending = 1;
    }
    return result;
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

  private static int copy(
      Sk sk, TcpSock tp, Caller caller, Msg msg, long timeout, @Nullable TcpSending sending) {
    Progress progress = caller.progress();
    boolean large = !msg.has(Abi.MSG_OOB);
    int mss = TcpMss.current(tp);
    int goal = TcpMss.sizeGoal(tp, mss, large);
    int size = msg.size();
    if (progress.done() > 0 && progress.done() == size) {
      // What its last segments were answered with has come.
      return size;
    }
    if (sk.err() != 0 || (sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      return failed(tp, msg, mss, progress, sending, Errno.EPIPE.negated());
    }
    if (progress.slept() && !progress.mayWait(timeout, sk.net().machine().nowNs())) {
      // Who was not woken does not look whether there is room by now.
      return waitMemory(tp, caller, msg, mss, timeout, sending);
    }
    TcpOptions options = TcpOptions.of(sk);
    MsgZerocopy zerocopy = sending == null ? null : sending.zerocopy;
    while (progress.done() < size) {
      TcpSkb skb = (TcpSkb) tp.writeQueue.peekLast();
      int room = skb == null ? 0 : goal - skb.len;
      if (skb != null && zerocopy != null && room > 0 && !TcpFragment.mayPin(skb, zerocopy)) {
        TcpOutput.markPush(tp, skb);
        room = 0;
      }
      if (skb == null || room <= 0 || skb.eor) {
        if (!TcpOutput.memoryFree(sk, tp, 0)) {
          return waitMemory(tp, caller, msg, mss, timeout, sending);
        }
        if (tp.backlog != null && tp.backlog.isDue()) {
          TcpBacklog.release(progress);
          return progress.yieldNow();
        }
        skb = newSegment(sk, tp, mss, goal, size - progress.done());
        if (skb == null) {
          return waitMemory(tp, caller, msg, mss, timeout, sending);
        }
        room = goal;
        if (options.repair) {
          skb.sacked |= TcpSkb.REPAIRED;
        }
      }
      int bytes = Math.min(room, size - progress.done());
      if (zerocopy != null) {
        bytes = TcpFragment.pinned(skb, msg, progress.done(), bytes);
      }
      bytes = TcpMem.wmemSchedule(sk, bytes, Gfp.KERNEL);
      if (bytes <= 0) {
        return waitMemory(tp, caller, msg, mss, timeout, sending);
      }
      skb.ensure(bytes);
      if (!msg.readInto(progress.done(), skb.buf, skb.off + skb.len, bytes)) {
        removeEmpty(tp);
        return failed(tp, msg, mss, progress, sending, Errno.EFAULT.negated());
      }
      if (zerocopy != null) {
        TcpFragment.pin(skb, msg, progress.done(), bytes, zerocopy);
      }
      skb.len += bytes;
      skb.setTruesize(skb.truesize() + bytes);
      SkbOwner.entail(sk, bytes);
      if (progress.done() == 0) {
        skb.flags &= ~TcpHeader.PSH;
      }
      tp.writeSeq += bytes;
      skb.endSeq += bytes;
      skb.pcount = 0;
      progress.setDone(progress.done() + bytes);
      if (progress.done() == size) {
        skb.eor = msg.has(Abi.MSG_EOR);
        break;
      }
      if (skb.len < goal || msg.has(Abi.MSG_OOB) || options.repair) {
        continue;
      }
      if (pushFull(tp, skb, mss) && progress.mayYield()) {
        TcpBacklog.own(tp, progress, sending);
        return progress.yieldNow();
      }
    }
    if (progress.done() > 0) {
      TcpTimestamping.ask(tp, sending);
      int before = tp.rtxQueue.size();
      TcpOutput.push(tp, msg.has(Abi.MSG_MORE), msg.has(Abi.MSG_OOB), mss, TcpOutput.nonagle(tp));
      // One answer makes no difference.
      if (tp.rtxQueue.size() > before + 1 && progress.mayYield()) {
        TcpBacklog.own(tp, progress, sending);
        return progress.yieldTwice();
      }
    }
    return progress.done();
  }

  /** Sends a piece that is full; whether something has gone out. */
  private static boolean pushFull(TcpSock tp, TcpSkb skb, int mss) {
    int before = tp.sndNxt;
    if (TcpOutput.forcedPush(tp)) {
      TcpOutput.markPush(tp, skb);
      TcpOutput.pushPending(tp, mss, TcpOutput.NAGLE_PUSH);
    } else if (skb == tp.sendHead()) {
      TcpOutput.pushOne(tp, mss);
    }
    return tp.sndNxt != before;
  }

  private static @Nullable TcpSkb newSegment(Sk sk, TcpSock tp, int mss, int goal, int left) {
    boolean first = tp.queuesEmpty();
    if (!TcpMem.streamAlloc(sk, TcpSkb.HEAD_TRUESIZE, first, Gfp.KERNEL)) {
      return null;
    }
    TcpSkb tail = (TcpSkb) tp.writeQueue.peekLast();
    TcpSkb skb = tail == null ? null : tail.behind(goal);
    if (skb == null) {
      // Behind a full one it waits, and goes out with what comes behind it (tcp_grow_skb).
      boolean waits = tail != null && tail.len >= goal;
      int capacity = waits ? Math.max(goal, TcpMss.tsoSegs(tp, mss) * mss) : Math.min(goal, left);
      skb = TcpSkb.forSending(capacity);
    }
    skb.seq = tp.writeSeq;
    skb.endSeq = tp.writeSeq;
    skb.flags = TcpHeader.ACK;
    tp.writeQueue.add(skb);
    SkbOwner.entail(sk, skb.truesize());
    tp.naglePush = false;
    TcpCwnd.afterIdle(tp);
    TcpChrono.start(tp, TcpChrono.BUSY);
    return skb;
  }

  /** {@code tcp_remove_empty_skb}. */
  private static void removeEmpty(TcpSock tp) {
    TcpSkb tail = (TcpSkb) tp.writeQueue.peekLast();
    if (tail != null && tail.seq == tail.endSeq) {
      tp.writeQueue.unlink(tail);
      if (tp.queuesEmpty()) {
        TcpChrono.stop(tp, TcpChrono.BUSY);
      }
      TcpFragment.freeQueued(tp, tail);
    }
  }

  private static int failed(
      TcpSock tp, Msg msg, int mss, Progress progress, @Nullable TcpSending sending, int error) {
    removeEmpty(tp);
    if (progress.done() > 0) {
      TcpTimestamping.ask(tp, sending);
    }
    if (progress.done() > 0 && !tp.writeQueue.isEmpty()) {
      TcpOutput.push(tp, msg.has(Abi.MSG_MORE), msg.has(Abi.MSG_OOB), mss, TcpOutput.nonagle(tp));
    }
    return error;
  }

  /** What is there goes out, then {@code sk_stream_wait_memory}. */
  private static int waitMemory(
      TcpSock tp, Caller caller, Msg msg, int mss, long timeout, @Nullable TcpSending sending) {
    Sk sk = tp.sk;
    tp.nospace = true;
    removeEmpty(tp);
    Progress progress = caller.progress();
    if (progress.done() > 0) {
      TcpOutput.push(tp, false, msg.has(Abi.MSG_OOB), mss, TcpOutput.NAGLE_PUSH);
    }
    int result;
    if (sk.err() != 0 || (sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      result = Errno.EPIPE.negated();
    } else if (timeout != 0 && tp.backlog != null) {
      // It does not own the sock while it sleeps, and what has come may be acknowledgements.
      TcpBacklog.release(progress);
      return progress.yieldNow();
    } else {
      result = sleep(sk, caller, timeout);
      if (result == Errno.EAGAIN.negated() && tp.queuesEmpty()) {
        writeSpace(sk, tp);
      }
    }
    return result == Progress.WAIT ? result : failed(tp, msg, mss, progress, sending, result);
  }

  /** {@code sk_stream_write_space}: there is room for who waits for it. */
  static void writeSpace(Sk sk, @Nullable TcpSock tp) {
    if (tp != null && isWriteable(sk, tp)) {
      tp.nospace = false;
      sk.wake(Poll.OUT | Poll.WRNORM | Poll.WRBAND);
    }
  }

  /** {@code __sk_stream_is_writeable}. */
  static boolean isWriteable(Sk sk, TcpSock tp) {
    int space = sk.sndbuf() - sk.wmemQueued();
    return space >= sk.wmemQueued() >> 1 && TcpOutput.memoryFree(sk, tp, 1);
  }
}
