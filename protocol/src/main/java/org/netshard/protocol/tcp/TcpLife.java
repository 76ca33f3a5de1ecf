package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkDestruct;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * How a connection begins and ends.
 *
 * <p><b>Source:</b> RFC 9293, section 3.6; {@code net/ipv4/tcp.c}: {@code tcp_set_state}, {@code
 * tcp_shutdown}, {@code __tcp_close}, {@code tcp_disconnect}, {@code tcp_done}; {@code
 * net/ipv4/inet_connection_sock.c}: {@code inet_csk_destroy_sock}, {@code inet_csk_listen_stop}.
 */
final class TcpLife {
  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;

  private static final int CLOSING =
      TcpState.set(TcpState.FIN_WAIT1, TcpState.CLOSING, TcpState.LAST_ACK);

  private TcpLife() {}

  /** {@code tcp_set_state}. */
  static void setState(TcpSock tp, int state) {
    Sk sk = tp.sk;
    int old = sk.state();
    NetNs net = tp.net;
    boolean wasOpen = old == TcpState.ESTABLISHED || old == TcpState.CLOSE_WAIT;
    switch (state) {
      case TcpState.ESTABLISHED -> {
        if (old != TcpState.ESTABLISHED) {
          net.addMib(Mib.TCP_CURR_ESTAB, 1);
        }
      }
      case TcpState.CLOSE_WAIT -> {
        if (old == TcpState.SYN_RECV) {
          net.addMib(Mib.TCP_CURR_ESTAB, 1);
        }
      }
      default -> {
        if (state == TcpState.CLOSE) {
          if (wasOpen) {
            net.addMib(Mib.TCP_ESTAB_RESETS, 1);
          }
          unhash(tp);
          InetBinding binding = InetBinding.of(sk);
          if (binding != null && !sk.locked(Sk.SOCK_BINDPORT_LOCK)) {
            BindTable.putPort(sk);
          }
        }
        if (wasOpen) {
          net.addMib(Mib.TCP_CURR_ESTAB, -1);
        }
      }
    }
    sk.setState(state);
  }

  /** Puts a connection where segments find it. */
  static void hash(TcpSock tp) {
    TcpHash.of(tp.net).add(tp);
    InetBinding.forWrite(tp.sk).setHashed(true);
    tp.net.addProtoInuse(tp.sk.proto(), 1);
  }

  /** Takes it out again ({@code inet_unhash}). */
  static void unhash(TcpSock tp) {
    if (tp.hashed) {
      TcpHash.of(tp.net).remove(tp);
      InetBinding.forWrite(tp.sk).setHashed(false);
      tp.net.addProtoInuse(tp.sk.proto(), -1);
    }
  }

  /** {@code tcp_init_transfer}: the connection is about to be established. */
  static void initTransfer(TcpSock tp) {
    TcpMtup.init(tp);
    TcpMetrics.init(tp);
    tp.sndCwnd = tp.totalRetrans > 1 && tp.hasUndoMarker ? 1 : TcpCwnd.init(tp);
    tp.sndCwndStamp = tp.jiffies();
    TcpCongs.init(tp);
    TcpWindow.initBufferSpace(tp);
  }

  /** {@code tcp_send_synack}: of a simultaneous open. */
  static void sendSynack(TcpSock tp) {
    TcpSkb skb = tp.rtxHead();
    if (skb == null || !skb.has(TcpHeader.SYN)) {
      return;
    }
    if (!skb.has(TcpHeader.ACK)) {
      skb.flags |= TcpHeader.ACK;
      skb.flags &= ~(TcpHeader.ECE | TcpHeader.CWR);
      if ((tp.ecnFlags & TcpSock.ECN_OK) != 0) {
        skb.flags |= TcpHeader.ECE;
        if (tp.ca.needsEcn()) {
          TcpEcn.xmit(tp.sk, true);
        }
      }
    }
    tp.refresh();
    int unused = TcpXmit.transmit(tp, skb);
  }

  /** {@code tcp_done_with_error}. */
  static void doneWithError(TcpSock tp, int errno) {
    Sk sk = tp.sk;
    sk.setErr(errno);
    purgeWriteQueue(tp);
    done(tp);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.errorReport();
    }
  }

  /** {@code tcp_done}. */
  static void done(TcpSock tp) {
    Sk sk = tp.sk;
    int state = tp.state();
    if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECV) {
      tp.net.addMib(Mib.TCP_ATTEMPT_FAILS, 1);
    }
    setState(tp, TcpState.CLOSE);
    TcpTimers.clearAll(tp);
    TcpFastOpen.remove(tp, false);
    sk.setShutdown(SHUTDOWN_MASK);
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
    } else {
      destroy(tp);
    }
  }

  /** {@code inet_csk_destroy_sock}: nobody knows it any more. */
  static void destroy(TcpSock tp) {
    if (tp.freed) {
      return;
    }
    tp.freed = true;
    Sk sk = tp.sk;
    release(sk, tp);
    if (tp.orphan) {
      tp.net.machine().addOrphans(-1);
      tp.orphan = false;
    }
    SkDestruct.free(sk);
  }

  /** {@code tcp_v4_destroy_sock}: gives back what a sock of TCP holds. */
  static void release(Sk sk, @Nullable TcpSock tp) {
    if (tp != null) {
      TcpFastOpen.remove(tp, false);
      TcpTimers.clearAll(tp);
      purgeWriteQueue(tp);
      TcpFastOpenBlackhole.checkAtEnd(tp);
      TcpOfo.purge(tp);
      TcpRcvQueue.purge(tp);
      unhash(tp);
    }
    TcpUlp ulp = TcpUlp.of(sk);
    if (ulp != null) {
      ulp.released();
    }
    BindTable.putPort(sk);
    ErrSkb.purge(sk);
    SkbOwner.purge(sk);
    sk.net().machine().addSocketsAllocated(sk.proto(), -1);
  }

  /** {@code tcp_write_queue_purge}. */
  static void purgeWriteQueue(TcpSock tp) {
    TcpChrono.stop(tp, TcpChrono.BUSY);
    while (tp.writeQueue.poll() instanceof TcpSkb skb) {
      TcpFragment.freeQueued(tp, skb);
    }
    while (tp.rtxQueue.poll() instanceof TcpSkb skb) {
      TcpSorted.remove(tp, skb);
      TcpFragment.freeQueued(tp, skb);
    }
    tp.tsortedFirst = null;
    tp.tsortedLast = null;
    tp.retransmitHint = null;
    tp.packetsOut = 0;
    tp.sackedOut = 0;
    tp.lostOut = 0;
    tp.retransOut = 0;
    tp.backoff = 0;
  }

  /** {@code tcp_fin_time}, jiffies. */
  static int finTime(TcpSock tp) {
    int linger2 = TcpOptions.of(tp.sk).linger2Sec(tp.net) * TcpClock.HZ;
    int rto = tp.rtoJiffies;
    return Math.max(linger2, (rto << 2) - (rto >> 1));
  }

  // Ends.

  /** {@code new_state}: the state after a close, and whether a FIN is to be sent. */
  private static boolean closeState(TcpSock tp) {
    int next =
        switch (tp.state()) {
          case TcpState.ESTABLISHED, TcpState.SYN_RECV -> TcpState.FIN_WAIT1;
          case TcpState.CLOSE_WAIT -> TcpState.LAST_ACK;
          case TcpState.FIN_WAIT1, TcpState.FIN_WAIT2, TcpState.LAST_ACK, TcpState.CLOSING ->
              tp.state();
          default -> TcpState.CLOSE;
        };
    boolean sends =
        tp.state() == TcpState.ESTABLISHED
            || tp.state() == TcpState.SYN_RECV
            || tp.state() == TcpState.CLOSE_WAIT;
    if (next != tp.state()) {
      setState(tp, next);
    }
    return sends;
  }

  /** {@code tcp_shutdown} of the sending side. */
  static void shutdownSend(TcpSock tp) {
    boolean may =
        TcpState.in(
            tp.state(), TcpState.set(TcpState.ESTABLISHED, TcpState.SYN_SENT, TcpState.CLOSE_WAIT));
    if (may && closeState(tp)) {
      TcpOutput.sendFin(tp);
    }
  }

  /** Whether {@code close} has to wait until what was sent is acknowledged. */
  static boolean lingers(Sk sk) {
    return sk.flag(SockFlag.SOCK_LINGER)
        && sk.rare().lingertimeJiffies() > 0
        && !TcpState.in(sk.state(), TcpState.set(TcpState.LISTEN, TcpState.CLOSE));
  }

  /** {@code sk_stream_wait_close}: 0 if it is acknowledged, or the time is over. */
  static int linger(Sk sk, Caller caller) {
    Progress progress = caller.progress();
    if (!progress.slept()) {
      beginClose(sk);
    }
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      tp.lingering = true;
    }
    long timeout = sk.rare().lingertimeJiffies();
    long now = sk.net().machine().nowNs();
    boolean closing = TcpState.in(sk.state(), CLOSING);
    return closing && !progress.interrupted() && progress.mayWait(timeout, now)
        ? progress.sleep(sk.waitQueue(), false, timeout, now)
        : 0;
  }

  /** The first half of {@code __tcp_close}: what was not read makes a RST, else a FIN goes out. */
  static void beginClose(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    sk.setShutdown(SHUTDOWN_MASK);
    if (sk.state() == TcpState.LISTEN) {
      sk.setState(TcpState.CLOSE);
      TcpListen.stop(sk);
      return;
    }
    if (tp == null || tp.lingering) {
      return;
    }
    boolean unread = false;
    if (sk.isReadable()) {
      for (TcpSkb skb = (TcpSkb) sk.receiveQueue().peek(); skb != null; skb = skb.following()) {
        int end = skb.endSeq - (skb.has(TcpHeader.FIN) ? 1 : 0);
        unread |= Seq.after(end, tp.copiedSeq);
      }
      TcpRcvQueue.purge(tp);
    }
    if (sk.state() == TcpState.CLOSE) {
      return;
    }
    if (TcpOptions.of(sk).repair) {
      disconnect(sk, tp);
    } else if (unread) {
      tp.net.addMib(Mib.TCP_ABORT_ON_CLOSE, 1);
      setState(tp, TcpState.CLOSE);
      TcpOutput.sendActiveReset(tp);
    } else if (sk.flag(SockFlag.SOCK_LINGER) && sk.rare().lingertimeJiffies() == 0) {
      disconnect(sk, tp);
      tp.net.addMib(Mib.TCP_ABORT_ON_DATA, 1);
    } else if (closeState(tp)) {
      TcpOutput.sendFin(tp);
    }
  }

  /**
   * The second half: nobody has a descriptor of it any more.
   *
   * @return whether it is gone; else it goes on by itself
   */
  static boolean endClose(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    sk.setFlag(SockFlag.SOCK_DEAD, true);
    if (tp == null || sk.state() == TcpState.CLOSE) {
      if (tp != null) {
        tp.freed = true;
      }
      release(sk, tp);
      return true;
    }
    tp.orphan = true;
    tp.linger2 = TcpOptions.of(sk).linger2Sec;
    tp.net.machine().addOrphans(1);
    if (tp.state() == TcpState.FIN_WAIT2) {
      if (tp.linger2 < 0) {
        setState(tp, TcpState.CLOSE);
        TcpOutput.sendActiveReset(tp);
        tp.net.addMib(Mib.TCP_ABORT_ON_LINGER, 1);
      } else {
        int tmo = finTime(tp);
        if (tmo > TcpTimeWait.LEN) {
          TcpKeepalive.resetKeepalive(tp, tmo - TcpTimeWait.LEN);
        } else {
          TcpTimeWait.enter(tp, TcpState.FIN_WAIT2, tmo);
          return false;
        }
      }
    }
    if (tp.state() != TcpState.CLOSE && TcpMem.checkOom(sk, 0)) {
      setState(tp, TcpState.CLOSE);
      TcpOutput.sendActiveReset(tp);
      tp.net.addMib(Mib.TCP_ABORT_ON_MEMORY, 1);
    }
    if (tp.state() == TcpState.CLOSE) {
      destroy(tp);
    }
    return false;
  }

  /** {@code tcp_disconnect} of a sock that has, or had, a connection. */
  static void disconnect(Sk sk, TcpSock tp) {
    int old = tp.state();
    if (old != TcpState.CLOSE) {
      setState(tp, TcpState.CLOSE);
    }
    boolean needsReset =
        TcpState.in(
            old,
            TcpState.set(
                TcpState.ESTABLISHED,
                TcpState.CLOSE_WAIT,
                TcpState.FIN_WAIT1,
                TcpState.FIN_WAIT2,
                TcpState.SYN_RECV));
    if (TcpOptions.of(sk).repair) {
      sk.setErr(Errno.ECONNABORTED.number());
    } else if (needsReset) {
      TcpOutput.sendActiveReset(tp);
      sk.setErr(Errno.ECONNRESET.number());
    } else if (tp.sndNxt != tp.writeSeq
        && TcpState.in(old, TcpState.set(TcpState.CLOSING, TcpState.LAST_ACK))) {
      TcpOutput.sendActiveReset(tp);
      sk.setErr(Errno.ECONNRESET.number());
    } else if (old == TcpState.SYN_SENT) {
      sk.setErr(Errno.ECONNRESET.number());
    }
    TcpFastOpen.remove(tp, false);
    TcpTimers.clearAll(tp);
    TcpRcvQueue.purge(tp);
    purgeWriteQueue(tp);
    TcpOfo.purge(tp);
    InetBinding binding = InetBinding.forWrite(sk);
    sk.setDport(0);
    if (!sk.locked(Sk.SOCK_BINDADDR_LOCK)) {
      InetBind.resetSaddr(sk);
    }
    InetOptions.forWrite(sk).setDaddr(0);
    if (sk.isInet6()) {
      Inet6Options.forWrite(sk).setDaddr(new byte[16]);
    }
    sk.setShutdown(0);
    sk.setFlag(SockFlag.SOCK_DONE, false);
    TcpOptions.disconnect(sk);
    binding.setConnection(tp.afterDisconnect());
    sk.errorReport();
  }

  /** {@code sk_send_sigurg}: the owner of the file learns of urgent data. */
  static void sendSigurg(TcpSock tp) {
    tp.sk.wake(Poll.PRI);
  }

  /** The most of {@code net.ipv4.tcp_max_tw_buckets}. */
  static long maxTimeWaits(NetNs net) {
    return net.sysctl(Sysctl.IPV4_TCP_MAX_TW_BUCKETS);
  }
}
