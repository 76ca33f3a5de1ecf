package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.Gfp;

/**
 * {@code TCP_REPAIR}: a connection is built, not made, and its queues are read and filled.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}: {@code do_tcp_setsockopt}, {@code
 * tcp_repair_set_window}, {@code tcp_repair_options_est}, {@code tcp_peek_sndq}; {@code
 * net/ipv4/tcp_input.c}: {@code tcp_finish_connect}, {@code tcp_send_rcvq}; {@code
 * net/ipv4/tcp_output.c}: {@code tcp_connect}, {@code tcp_send_window_probe}.
 */
final class TcpRepair {
  /** {@code TCP_REPAIR_OFF_NO_WP}, {@code TCP_REPAIR_OFF}, {@code TCP_REPAIR_ON}. */
  private static final int OFF_NO_WP = -1;

  private static final int OFF = 0;
  private static final int ON = 1;
  private static final int WINDOW_BYTES = 20;
  private static final int OPTION_BYTES = 8;
  private static final int SHORT_MASK = 0xffff;

  private TcpRepair() {}

  /** {@code tcp_finish_connect} without a segment. */
  static void finishConnect(TcpSock tp) {
    tp.setState(TcpState.ESTABLISHED);
    tp.lrcvtime = tp.jiffies();
    tp.refresh();
    TcpLife.initTransfer(tp);
    tp.lsndtime = tp.jiffies();
    if (tp.sk.flag(SockFlag.SOCK_KEEPOPEN)) {
      long idle = (long) TcpOptions.of(tp.sk).keepaliveTimeSec(tp.net) * TcpClock.HZ;
      TcpKeepalive.resetKeepalive(tp, idle);
    }
    tp.predFlags = false;
    if (tp.rxOpt.sndWscale == 0) {
      TcpInput.fastPathOn(tp);
    }
  }

  /** Whether what is written counts as sent, but goes nowhere. */
  static boolean sendsNothing(TcpSock tp) {
    TcpOptions options = TcpOptions.of(tp.sk);
    return options.repair && options.repairQueue == TcpOptions.TCP_SEND_QUEUE;
  }

  static int setRepair(Sk sk, Cred cred, int optname, int val, UserMem optval, int optlen) {
    TcpOptions tcp = TcpOptions.of(sk);
    return switch (optname) {
      case TcpOption.TCP_REPAIR -> mayRepair(sk, cred) ? repair(sk, val) : Errno.EPERM.negated();
      case TcpOption.TCP_REPAIR_QUEUE -> {
        if (!tcp.repair) {
          yield Errno.EPERM.negated();
        }
        if (val < TcpOptions.TCP_NO_QUEUE || val > TcpOptions.TCP_SEND_QUEUE) {
          yield Errno.EINVAL.negated();
        }
        TcpOptions.forWrite(sk).repairQueue = (byte) val;
        yield 0;
      }
      case TcpOption.TCP_QUEUE_SEQ -> setQueueSeq(sk, tcp, val);
      case TcpOption.TCP_REPAIR_OPTIONS -> setOptions(sk, tcp, optval, optlen);
      case TcpOption.TCP_REPAIR_WINDOW -> setWindow(sk, tcp, optval, optlen);
      default -> {
        if (!tcp.repair) {
          yield Errno.EPERM.negated();
        }
        TcpOptions own = TcpOptions.forWrite(sk);
        own.usecTs = (val & 1) != 0;
        own.tsoffset = val - TcpInfo.clockTs(sk, own);
        TcpSock tp = TcpSock.of(sk);
        if (tp != null) {
          tp.tsoffset = own.tsoffset;
        }
        yield 0;
      }
    };
  }

  /** {@code tcp_can_repair_sock}: CAP_NET_ADMIN, and the sock does not listen. */
  static boolean mayRepair(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN)
        && sk.state() != TcpSetsockopt.TCP_LISTEN;
  }

  private static int repair(Sk sk, int val) {
    if (val < OFF_NO_WP || val > ON) {
      return Errno.EINVAL.negated();
    }
    TcpOptions tcp = TcpOptions.forWrite(sk);
    tcp.repair = val == ON;
    if (tcp.repair) {
      tcp.repairQueue = TcpOptions.TCP_NO_QUEUE;
    }
    sk.setReuse(tcp.repair ? Sk.SK_FORCE_REUSE : Sk.SK_NO_REUSE);
    TcpSock tp = TcpSock.of(sk);
    if (val == OFF && tp != null && tp.state() == TcpState.ESTABLISHED) {
      // The other end learns of it, and tells its window (tcp_send_window_probe).
      tp.sndWl1 = tp.rcvNxt - 1;
      int unused = TcpOutput.probe(tp, false, Mib.TCP_WIN_PROBE);
    }
    return 0;
  }

  private static int setQueueSeq(Sk sk, TcpOptions tcp, int val) {
    if (sk.state() != Sk.TCP_CLOSE) {
      return Errno.EPERM.negated();
    }
    TcpSock idle = TcpSock.of(sk);
    if (tcp.repairQueue == TcpOptions.TCP_SEND_QUEUE) {
      TcpOptions.forWrite(sk).writeSeq = val;
      if (idle != null) {
        idle.writeSeq = val;
      }
      return 0;
    }
    if (tcp.repairQueue == TcpOptions.TCP_RECV_QUEUE) {
      TcpOptions.forWrite(sk).rcvNxt = val;
      if (idle != null) {
        idle.rcvNxt = val;
        idle.copiedSeq = val;
      }
      return 0;
    }
    return Errno.EINVAL.negated();
  }

  /** The number of the queue that is chosen, or null if none is. */
  static @Nullable Integer queueSeq(Sk sk) {
    TcpOptions tcp = TcpOptions.of(sk);
    TcpSock tp = TcpSock.of(sk);
    return switch (tcp.repairQueue) {
      case TcpOptions.TCP_SEND_QUEUE -> tp == null ? tcp.writeSeq : tp.writeSeq;
      case TcpOptions.TCP_RECV_QUEUE -> tp == null ? tcp.rcvNxt : tp.rcvNxt;
      default -> null;
    };
  }

  /**
   * {@code TCP_REPAIR_OPTIONS}: what both ends have agreed on. <b>Errors</b>, in order: EINVAL
   * outside repair; EPERM for a connection that is not there or has sent; EFAULT, EFBIG and EINVAL
   * of an option, whose predecessors count.
   */
  private static int setOptions(Sk sk, TcpOptions tcp, UserMem optval, int optlen) {
    if (!tcp.repair) {
      return Errno.EINVAL.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || tp.state() != TcpState.ESTABLISHED || tp.bytesSent != 0) {
      return Errno.EPERM.negated();
    }
    for (int at = 0; at + OPTION_BYTES <= optlen; at += OPTION_BYTES) {
      if (!optval.accessible(at, OPTION_BYTES)) {
        return Errno.EFAULT.negated();
      }
      int error = setOption(tp, optval.getInt(at), optval.getInt(at + Integer.BYTES));
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }

  private static int setOption(TcpSock tp, int code, int val) {
    switch (code) {
      case RxOpt.MSS -> {
        tp.rxOpt.mssClamp = val;
        int unused = TcpMss.sync(tp, tp.pmtu);
      }
      case RxOpt.WINDOW -> {
        if ((val & SHORT_MASK) > RxOpt.WSCALE_MAX || val >>> Short.SIZE > RxOpt.WSCALE_MAX) {
          return Errno.EFBIG.negated();
        }
        tp.rxOpt.sndWscale = (byte) (val & SHORT_MASK);
        tp.rxOpt.rcvWscale = (byte) (val >>> Short.SIZE);
        tp.rxOpt.wscaleOk = true;
      }
      case RxOpt.SACK_PERM, RxOpt.TIMESTAMP -> {
        if (val != 0) {
          return Errno.EINVAL.negated();
        }
        tp.rxOpt.sackOk |= code == RxOpt.SACK_PERM;
        tp.rxOpt.tstampOk |= code == RxOpt.TIMESTAMP;
      }
      default -> {
        // An option that is not known is passed over.
      }
    }
    return 0;
  }

  private static int setWindow(Sk sk, TcpOptions tcp, UserMem optval, int optlen) {
    if (!tcp.repair) {
      return Errno.EPERM.negated();
    }
    if (optlen != WINDOW_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    int[] window = new int[WINDOW_BYTES / Integer.BYTES];
    for (int i = 0; i < window.length; i++) {
      window[i] = optval.getInt(Integer.BYTES * i);
    }
    TcpSock tp = TcpSock.of(sk);
    int rcvNxt = tp == null ? tcp.rcvNxt : tp.rcvNxt;
    boolean valid =
        Integer.compareUnsigned(window[2], window[1]) >= 0
            && !Seq.after(window[0], rcvNxt + window[3])
            && !Seq.after(window[4], rcvNxt);
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    TcpOptions.forWrite(sk).repairWindow = window;
    if (tp != null) {
      tp.sndWl1 = window[0];
      tp.sndWnd = window[1];
      tp.maxWindow = window[2];
      tp.rcvWnd = window[3];
      tp.rcvWup = window[4];
    }
    return 0;
  }

  /** {@code TCP_REPAIR_WINDOW}: EINVAL, EPERM outside repair, EFAULT; the length stays. */
  static int getWindow(Sk sk, UserMem optval, int len) {
    TcpOptions tcp = TcpOptions.of(sk);
    if (len != WINDOW_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!tcp.repair) {
      return Errno.EPERM.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    int[] window = tcp.repairWindow;
    if (tp != null) {
      window = new int[] {tp.sndWl1, tp.sndWnd, tp.maxWindow, tp.rcvWnd, tp.rcvWup};
    }
    ByteBuffer value = ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : window) {
      value.putInt(number);
    }
    if (!optval.accessible(0, len)) {
      return Errno.EFAULT.negated();
    }
    optval.put(0, value.array(), len);
    return 0;
  }

  /**
   * {@code tcp_send_rcvq}: fills the receive queue.
   *
   * <p><b>Errors</b>, in order: ENOMEM if there is no room, EFAULT.
   *
   * @return the bytes
   */
  static int sendRcvq(TcpSock tp, Msg msg) {
    int size = msg.size();
    if (size == 0) {
      return 0;
    }
    TcpSkb skb = TcpSkb.forSending(size);
    skb.setTruesize(TcpSkb.HEAD_TRUESIZE + size);
    if (!TcpRcvQueue.tryRmemSchedule(tp, skb, Gfp.KERNEL)) {
      tp.net.addMib(Mib.TCP_RCVQ_DROP, 1);
      return Errno.ENOMEM.negated();
    }
    if (!msg.readInto(0, skb.buf, skb.off, size)) {
      return Errno.EFAULT.negated();
    }
    skb.len = size;
    skb.seq = tp.rcvNxt;
    skb.endSeq = tp.rcvNxt + size;
    skb.flags = TcpHeader.ACK;
    TcpRcvQueue.add(tp, skb);
    return size;
  }

  /**
   * {@code tcp_peek_sndq}: what was sent and is not acknowledged, and what waits to be sent.
   *
   * <p><b>Errors:</b> EFAULT.
   *
   * @return all bytes, also those that there is no room for
   */
  static int peekSndq(TcpSock tp, Msg msg) {
    int copied = 0;
    for (SkbQueue queue : List.of(tp.rtxQueue, tp.writeQueue)) {
      for (TcpSkb skb = (TcpSkb) queue.peek(); skb != null; skb = skb.following()) {
        int fits = Math.min(skb.len, Math.max(0, msg.size() - copied));
        if (!msg.write(copied, skb.buf, skb.off, fits)) {
          return Errno.EFAULT.negated();
        }
        copied += skb.len;
      }
    }
    return copied;
  }
}
