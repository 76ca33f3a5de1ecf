package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * Reading a sock whose queue holds one message in each buffer, or waiting for one.
 *
 * <p><b>Source:</b> {@code net/core/datagram.c}: {@code __skb_try_recv_from_queue}, {@code
 * __skb_wait_for_more_packets}, {@code datagram_poll}; {@code include/net/sock.h}: {@code
 * sk_peek_offset}, {@code sk_peek_offset_fwd}, {@code sk_peek_offset_bwd}; {@code
 * net/ipv4/af_inet.c}, {@code inet_shutdown}.
 */
public final class DatagramQueue {
  private static final int SHUTDOWN_MASK = 3;

  private DatagramQueue() {}

  /**
   * What a look into the queue gave.
   *
   * @param skb the message, which stays in the queue, or null
   * @param skip bytes of it that were peeked at before
   * @param result without a message: 0, {@code -errno}, or {@link Progress#WAIT}
   */
  public record Found(@Nullable Skb skb, int skip, int result) {}

  /**
   * The first message, or with {@code SO_PEEK_OFF} the one where the last peek ended.
   *
   * <p><b>Errors</b>, in order: the sock's own, EAGAIN if there is none and no time, EINTR. After
   * {@code SHUT_RD}, who would wait gets 0.
   */
  public static Found find(Sk sk, Caller caller, Msg msg) {
    if (sk.err() != 0) {
      return new Found(null, 0, -sk.takeErr());
    }
    boolean byOffset = msg.has(Abi.MSG_PEEK) && sk.rare().peekOff() >= 0;
    int skip = byOffset ? sk.rare().peekOff() : 0;
    Skb skb = sk.isReadable() ? sk.receiveQueue().peek() : null;
    while (byOffset && skb != null && skip >= length(skb) && (length(skb) > 0 || skip > 0)) {
      skip -= length(skb);
      skb = skb.next();
    }
    if (skb != null) {
      return new Found(skb, skip, 0);
    }
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
    boolean shut = (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0;
    if (shut && caller.progress().mayWait(timeout, sk.net().machine().nowNs())) {
      return new Found(null, 0, 0);
    }
    return new Found(null, 0, SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true));
  }

  private static int length(Skb skb) {
    return skb instanceof Packet packet ? packet.len() : skb.remaining();
  }

  /**
   * Moves the peek offset: forward after a peek, back after a read.
   *
   * @param bytes that were peeked at, or length of the message that was read
   */
  public static void moveOffset(Sk sk, boolean peek, int bytes) {
    int offset = sk.rare().peekOff();
    if (offset >= 0) {
      sk.rareForWrite().setPeekOff(peek ? offset + bytes : Math.max(0, offset - bytes));
    }
  }

  /** What can be done now, {@link Poll} bits ({@code datagram_poll}). */
  public static int poll(Sk sk) {
    int mask = 0;
    if (sk.err() != 0 || ErrSkb.isPending(sk)) {
      mask = Poll.ERR | (sk.flag(SockFlag.SOCK_SELECT_ERR_QUEUE) ? Poll.PRI : 0);
    }
    if ((sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      mask |= Poll.RDHUP | Poll.IN | Poll.RDNORM;
    }
    mask |= sk.shutdown() == SHUTDOWN_MASK ? Poll.HUP : 0;
    mask |= sk.isReadable() ? Poll.IN | Poll.RDNORM : 0;
    boolean writable = sk.wmemAlloc() - 1 < sk.sndbuf() >> 1;
    return writable ? mask | Poll.OUT | Poll.WRNORM | Poll.WRBAND : mask;
  }

  /**
   * Ends directions of a sock of datagrams ({@code inet_shutdown}).
   *
   * <p><b>Errors</b>, in order: EINVAL, ENOTCONN without a peer, which ends them all the same.
   */
  public static int shutdown(Sk sk, int how) {
    if (how < Abi.SHUT_RD || how > Abi.SHUT_RDWR) {
      return Errno.EINVAL.negated();
    }
    sk.setShutdown(sk.shutdown() | (how + 1));
    sk.stateChange();
    return sk.state() == Sk.TCP_CLOSE ? Errno.ENOTCONN.negated() : 0;
  }
}
