package org.netshard.protocol.tcp;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkDestruct;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.memcg.Gfp;

/**
 * A sock of TCP in the hands of an upper layer protocol: what the kernel itself does with it, where
 * a program would make calls.
 *
 * <p><b>Source:</b> the functions of {@code net/ipv4/tcp.c} and {@code tcp_output.c} that {@code
 * net/mptcp} calls.
 */
public final class TcpSubflow {
  private static final int NO_ACKS =
      TcpState.set(
          TcpState.SYN_SENT,
          TcpState.SYN_RECV,
          TcpState.TIME_WAIT,
          TcpState.CLOSE,
          TcpState.LISTEN);

  private TcpSubflow() {}

  /** Gives a sock to an upper layer protocol, or makes it plain TCP with null. */
  public static void attach(Sk sk, @Nullable TcpUlp ulp) {
    InetBinding.forWrite(sk).setUlp(ulp);
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      tp.ulp = ulp;
    }
    if (ulp == null) {
      TcpOptions.forWrite(sk).ulp = null;
    }
  }

  /** The sock of the socket that a sock of TCP belongs to. */
  public static Sk socketSk(Sk sk) {
    TcpUlp ulp = TcpUlp.of(sk);
    return ulp == null ? sk : ulp.parent();
  }

  private static TcpSock tp(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null) {
      throw new IllegalStateException("a subflow has no connection: state " + sk.state());
    }
    return tp;
  }

  // Connections.

  /** {@code tcp_v4_connect} and its like: 0 or {@code -errno}. */
  public static int connect(Sk sk, SockAddr address) {
    return TcpConnect.begin(sk, address, null);
  }

  /** Shows those who wait at a listener to be accepted. */
  public static void waiting(Sk sk, Consumer<Sk> action) {
    TcpListener queue = TcpListener.of(sk);
    if (queue != null) {
      List.copyOf(queue.accept).forEach(child -> action.accept(child.sk));
    }
  }

  /** {@code tcp_shutdown} of the sending side: a FIN goes out. */
  public static void shutdown(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      TcpLife.shutdownSend(tp);
    }
  }

  /** {@code tcp_send_active_reset}. */
  public static void sendReset(Sk sk) {
    TcpOutput.sendActiveReset(tp(sk));
  }

  /** {@code tcp_done}. */
  public static void done(Sk sk) {
    TcpLife.done(tp(sk));
  }

  /** {@code tcp_set_state}. */
  public static void setState(Sk sk, int state) {
    TcpLife.setState(tp(sk), state);
  }

  /** {@code __tcp_close}: it goes on by itself as long as it must, and then is gone. */
  public static void close(Sk sk) {
    TcpLife.beginClose(sk);
    if (TcpLife.endClose(sk)) {
      SkDestruct.free(sk);
    }
  }

  // Data that go out.

  /** {@code __tcp_can_send}. */
  public static boolean canSend(Sk sk) {
    return sk.state() == TcpState.ESTABLISHED || sk.state() == TcpState.CLOSE_WAIT;
  }

  /** {@code sk_stream_memory_free}. */
  public static boolean memoryFree(Sk sk) {
    return TcpOutput.memoryFree(sk, TcpSock.of(sk), 0);
  }

  /** {@code tcp_rtx_and_write_queues_empty}. */
  public static boolean queuesEmpty(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null || tp.queuesEmpty();
  }

  /**
   * Puts data into the write queue, as far as one piece of it holds them ({@code
   * mptcp_sendmsg_frag}).
   *
   * @param limit bytes that are there
   * @param room bytes that the other end of the connection takes
   * @param dataSeq of the first byte, in the stream of the connection
   * @param subflowSeq the same in that of the subflow
   * @return how many; 0 if there is no room, or {@code -errno}: EAGAIN, ENOMEM
   */
  public static int append(
      Sk sk, byte[] data, int off, int limit, long room, long dataSeq, int subflowSeq) {
    if (!canSend(sk)) {
      return Errno.EAGAIN.negated();
    }
    TcpSock tp = tp(sk);
    int goal = TcpMss.sizeGoal(tp, TcpMss.current(tp), true);
    int copy = goal;
    TcpSkb skb = (TcpSkb) tp.writeQueue.peekLast();
    if (skb != null && copy > skb.len && skb.map != null && skb.map.ends(dataSeq) && !skb.eor) {
      copy -= skb.len;
    } else {
      if (skb != null && copy > skb.len) {
        skb.eor = true;
        TcpOutput.markPush(tp, skb);
      }
      skb = null;
    }
    copy = (int) Math.min(Math.min(copy, limit), room);
    if (copy <= 0) {
      return 0;
    }
    Gfp gfp = Gfp.KERNEL;
    int head = skb == null ? TcpSkb.HEAD_TRUESIZE : 0;
    if (!SkMem.schedule(sk, head + copy, SkMem.Kind.SEND, gfp)) {
      return Errno.ENOMEM.negated();
    }
    if (skb == null) {
      skb = begin(sk, tp, copy, new DataMap(dataSeq, subflowSeq, copy, true, false));
    } else {
      skb.flags &= ~TcpHeader.PSH;
      Objects.requireNonNull(skb.map, "a segment that was begun for a map").grow(copy);
    }
    skb.append(data, off, copy);
    skb.setTruesize(skb.truesize() + copy);
    SkbOwner.entail(sk, copy);
    tp.writeSeq += copy;
    skb.endSeq += copy;
    skb.pcount = 0;
    return copy;
  }

  private static TcpSkb begin(Sk sk, TcpSock tp, int capacity, DataMap map) {
    TcpSkb skb = TcpSkb.forSending(capacity);
    skb.seq = tp.writeSeq;
    skb.endSeq = tp.writeSeq;
    skb.flags = TcpHeader.ACK;
    skb.map = map;
    tp.writeQueue.add(skb);
    SkbOwner.entail(sk, skb.truesize());
    tp.naglePush = false;
    TcpCwnd.afterIdle(tp);
    TcpChrono.start(tp, TcpChrono.BUSY);
    return skb;
  }

  /**
   * Lets it send as much as the connection may ({@code mptcp_check_allowed_size}); whether that is
   * more than it knew.
   */
  public static boolean raiseSndWnd(Sk sk, long window) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || (tp.sndWnd & 0xffff_ffffL) >= window) {
      return false;
    }
    tp.sndWnd = (int) Math.min(window, 0xffff_ffffL);
    return true;
  }

  /** {@code tcp_push}. */
  public static void push(Sk sk) {
    TcpSock tp = tp(sk);
    TcpOutput.push(tp, false, false, TcpMss.current(tp), TcpOutput.nonagle(tp));
  }

  /** {@code SOCK_NOSPACE}: somebody waits for room. */
  public static void setNospace(Sk sk, boolean on) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      tp.nospace = on;
    }
  }

  /** Bytes that are not acknowledged yet. */
  public static int unacked(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.writeSeq - tp.sndUna;
  }

  // Data that come in, and acknowledgements.

  /** The first piece that waits, or null. */
  public static @Nullable TcpSkb peek(Sk sk) {
    return sk.isReadable() ? (TcpSkb) sk.receiveQueue().peek() : null;
  }

  /** {@code copied_seq}: the number of the next byte to be read. */
  public static int copiedSeq(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.copiedSeq;
  }

  /** Some are read. */
  public static void advance(Sk sk, int bytes) {
    tp(sk).copiedSeq += bytes;
  }

  /** {@code sk_eat_skb}. */
  public static void eat(Sk sk, TcpSkb skb) {
    TcpRcvQueue.eat(tp(sk), skb);
  }

  /** A piece leaves the queue, to be another sock's. */
  public static void take(Sk sk, TcpSkb skb) {
    TcpRcvQueue.take(tp(sk), skb);
  }

  /** {@code tcp_send_ack}, in a state that allows it. */
  public static void sendAck(Sk sk) {
    if (!TcpState.in(sk.state(), NO_ACKS)) {
      TcpAcks.send(tp(sk));
    }
  }

  /** {@code mptcp_subflow_could_cleanup}: whether reading may make an acknowledgement due. */
  public static boolean couldCleanup(Sk sk, boolean emptied) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || (tp.ackPending & TcpSock.ACK_SCHED) == 0) {
      return false;
    }
    boolean pushed = (tp.ackPending & (TcpSock.ACK_PUSHED2 | TcpSock.ACK_PUSHED)) != 0;
    return tp.rcvNxt - tp.rcvWup > tp.rcvMss || (emptied && pushed);
  }

  /** {@code tcp_cleanup_rbuf}, in a state that allows it. */
  public static void cleanupRbuf(Sk sk, int copied) {
    if (!TcpState.in(sk.state(), NO_ACKS)) {
      TcpAcks.cleanup(tp(sk), copied);
    }
  }

  /** More than a segment is not acknowledged: that is due at once ({@code ICSK_ACK_NOW}). */
  public static void ackNowIfBehind(Sk sk) {
    TcpSock tp = tp(sk);
    if (tp.rcvNxt - tp.rcvWup > tp.rcvMss) {
      tp.ackPending |= TcpSock.ACK_NOW;
    }
  }

  /** {@code tcp_rcvbuf_grow}. */
  public static void growRcvbuf(Sk sk, int copied) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null && tp.rcvqSpace != 0) {
      TcpWindow.growRcvbuf(tp, copied);
    }
  }

  // What is known of it.

  /** {@code snd_wnd}, bytes. */
  public static int sndWnd(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.sndWnd;
  }

  /** {@code rcv_wnd}, bytes. */
  public static int rcvWnd(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.rcvWnd;
  }

  /** {@code advmss}, bytes. */
  public static int advmss(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.advmss;
  }

  /** {@code scaling_ratio}: bytes of window in 256 bytes of buffer. */
  public static int scalingRatio(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? TcpSock.DEFAULT_SCALING_RATIO : tp.scalingRatio;
  }

  /** {@code rcv_rtt_est.rtt_us}: eight times the round trip as the receiver sees it. */
  public static int rcvRttUs(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : tp.rcvRttUs;
  }

  /** When its next timer for what was sent ends, nanoseconds from now; 0 if none is set. */
  public static long timeoutNs(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || tp.pending == TcpSock.PENDING_NONE || !tp.retransmitTimer.isSet()) {
      return 0;
    }
    return Math.max(0, tp.retransmitTimer.endNs() - tp.net.machine().nowNs());
  }
}
