package org.netshard.protocol.mptcp;

import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkDestruct;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * The end of a connection: calls that close it, and what is given back.
 *
 * <p><b>Source:</b> RFC 8684, section 3.5; {@code net/mptcp/protocol.c}: {@code __mptcp_close},
 * {@code __mptcp_close_ssk}, {@code mptcp_disconnect}.
 */
final class MptcpClose {
  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;
  private static final int REST = TcpState.set(TcpState.CLOSE, TcpState.LISTEN);
  private static final long NS_PER_S = 1_000_000_000L;

  private MptcpClose() {}

  static void destroyToken(MptcpSock msk) {
    if (msk.hasToken) {
      msk.hasToken = false;
      MptcpSocks.of(msk.net()).remove(msk.token, msk.sk);
    }
  }

  /** {@code mptcp_do_fastclose}. */
  static void doFastclose(MptcpSock msk) {
    msk.setState(TcpState.CLOSE);
    msk.fastclosing = true;
    MptcpSubflow subflow = msk.subflow();
    if (msk.fallback || subflow == null || TcpState.in(subflow.ssk.state(), REST)) {
      return;
    }
    subflow.sendFastclose = true;
    TcpSubflow.sendReset(subflow.ssk);
  }

  /** {@code mptcp_check_listen_stop}. */
  private static void checkListenStop(MptcpSock msk) {
    Sk sk = msk.sk;
    Sk ssk = msk.first;
    if (sk.state() != TcpState.LISTEN || ssk == null) {
      return;
    }
    sk.net().addProtoInuse(sk.proto(), -1);
    ssk.setState(TcpState.CLOSE);
    // Those who wait end with a MP_FASTCLOSE before their subflows are reset.
    TcpSubflow.waiting(
        ssk,
        child -> {
          MptcpSubflow ctx = MptcpSubflow.of(child);
          if (ctx != null) {
            unacceptedForceClose(ctx.msk());
          }
        });
    TcpListen.stop(ssk);
  }

  /** {@code __mptcp_unaccepted_force_close}. */
  private static void unacceptedForceClose(MptcpSock msk) {
    msk.sk.setFlag(SockFlag.SOCK_DEAD, true);
    doFastclose(msk);
    destroy(msk);
  }

  /**
   * {@code __mptcp_close}: a program has closed it.
   *
   * @return whether it is gone
   */
  static boolean close(Sk sk) {
    MptcpSock msk = MptcpSock.forWrite(sk);
    sk.setShutdown(SHUTDOWN_MASK);
    if (TcpState.in(sk.state(), REST)) {
      checkListenStop(msk);
      msk.setState(TcpState.CLOSE);
    } else {
      boolean linger0 = sk.flag(SockFlag.SOCK_LINGER) && sk.rare().lingertimeJiffies() == 0;
      if (msk.dataAvail() > 0 || linger0) {
        doFastclose(msk);
      } else if (MptcpLife.closeState(msk)) {
        MptcpLife.wrShutdown(msk);
      }
    }
    Sk ssk = msk.first;
    msk.hasFile = false;
    if (ssk != null) {
      ssk.shareWaitQueue(null);
    }
    sk.setFlag(SockFlag.SOCK_DEAD, true);
    if (ssk == null || ssk.state() == TcpState.CLOSE) {
      msk.setState(TcpState.CLOSE);
    }
    if (sk.state() == TcpState.CLOSE) {
      release(msk);
      return true;
    }
    startToutTimer(msk);
    return false;
  }

  private static long closeTimeoutNs(MptcpSock msk) {
    return msk.net().sysctl(Sysctl.MPTCP_CLOSE_TIMEOUT) * NS_PER_S;
  }

  /** {@code mptcp_start_tout_timer}. */
  private static void startToutTimer(MptcpSock msk) {
    msk.closeNs = msk.net().machine().nowNs() + 1;
    msk.toutTimer.set(msk.closeNs + closeTimeoutNs(msk));
  }

  /** {@code mptcp_stop_tout_timer}. */
  private static void stopToutTimer(MptcpSock msk) {
    msk.closeNs = 0;
    msk.toutTimer.clear();
  }

  static boolean closeToutExpired(MptcpSock msk) {
    return msk.closeNs != 0
        && msk.sk.state() != TcpState.CLOSE
        && msk.net().machine().nowNs() >= msk.closeNs + closeTimeoutNs(msk);
  }

  /** {@code __mptcp_destroy_sock} of one that no file refers to. */
  static void destroy(MptcpSock msk) {
    if (msk.freed) {
      return;
    }
    release(msk);
    SkDestruct.free(msk.sk);
  }

  /** Gives back what it holds ({@code mptcp_destroy}, {@code sk_stream_kill_queues}). */
  private static void release(MptcpSock msk) {
    msk.freed = true;
    msk.rtxTimer.delete();
    msk.toutTimer.delete();
    msk.freeFirst = true;
    destroyCommon(msk);
    SkbOwner.purge(msk.sk);
    msk.net().machine().addSocketsAllocated(msk.sk.proto(), -1);
  }

  /** {@code mptcp_destroy_common}. */
  private static void destroyCommon(MptcpSock msk) {
    MptcpSend.clear(msk);
    MptcpSubflow subflow = msk.subflow();
    if (subflow != null) {
      closeSsk(msk, subflow);
    } else if (msk.first != null && msk.freeFirst) {
      // It was plain TCP again, and its listener has seen to it.
      msk.first = null;
    }
    MptcpRecv.purge(msk);
    destroyToken(msk);
  }

  /** {@code __mptcp_close_subflow}: a subflow has ended, and nothing waits there any more. */
  static void closeEndedSubflow(MptcpSock msk) {
    MptcpSubflow subflow = msk.subflow();
    if (subflow == null) {
      return;
    }
    int state = subflow.ssk.state();
    boolean half =
        state == TcpState.CLOSE_WAIT && msk.sk.state() == TcpState.ESTABLISHED && !msk.fallback;
    if ((state == TcpState.CLOSE || half) && !subflow.ssk.isReadable()) {
      closeSubflow(msk, subflow);
    }
  }

  /** {@code mptcp_close_ssk}. */
  static void closeSubflow(MptcpSock msk, MptcpSubflow subflow) {
    if (subflow.closeEventDone) {
      return;
    }
    subflow.closeEventDone = true;
    closeSsk(msk, subflow);
  }

  /** {@code __mptcp_close_ssk}. */
  static void closeSsk(MptcpSock msk, MptcpSubflow subflow) {
    Sk sk = msk.sk;
    Sk ssk = subflow.ssk;
    subflow.closing = true;
    if (msk.inAcceptQueue && (sk.flag(SockFlag.SOCK_DEAD) || ssk.flag(SockFlag.SOCK_DEAD))) {
      // It stays in the queue of the listener, which resets it.
      sk.setFlag(SockFlag.SOCK_DEAD, true);
      TcpSubflow.attach(ssk, null);
      msk.first = null;
    } else if (msk.freeFirst) {
      if (subflow.sendFastclose && ssk.state() != TcpState.CLOSE) {
        TcpSubflow.setState(ssk, TcpState.CLOSE);
      }
      TcpSubflow.close(ssk);
      boolean unused = MptcpLife.subflowErrorReport(msk, ssk);
      msk.first = null;
    } else {
      if (subflow.sendFastclose && ssk.state() != TcpState.CLOSE) {
        TcpSubflow.setState(ssk, TcpState.CLOSE);
      }
      if (TcpState.in(ssk.state(), REST) || msk.fastclosing) {
        TcpListen.disconnect(ssk);
        subflow.reset();
      } else {
        TcpSubflow.shutdown(ssk);
      }
    }
    MptcpLife.syncSndbuf(msk);
    if (msk.first != null && msk.first.state() == TcpState.CLOSE) {
      if (sk.state() != TcpState.ESTABLISHED || msk.inAcceptQueue || sk.flag(SockFlag.SOCK_DEAD)) {
        msk.setState(TcpState.CLOSE);
        MptcpLife.closeWakeUp(msk);
      } else {
        startToutTimer(msk);
      }
    }
  }

  /** {@code mptcp_disconnect}. */
  static void disconnect(Sk sk) {
    MptcpSock msk = MptcpSock.of(sk);
    if (msk == null) {
      sk.setShutdown(0);
      sk.errorReport();
      return;
    }
    checkListenStop(msk);
    msk.setState(TcpState.CLOSE);
    msk.rtxTimer.clear();
    stopToutTimer(msk);
    doFastclose(msk);
    destroyCommon(msk);
    msk.allowInfiniteFallback = true;
    msk.fallback = false;
    msk.workCloseSubflow = false;
    msk.workRtx = false;
    msk.canAck = false;
    msk.fullyEstablished = false;
    msk.rcvDataFin = false;
    msk.sndDataFinEnable = false;
    msk.rcvFastclose = false;
    msk.use64bitAck = false;
    msk.bytesConsumed = 0;
    msk.bytesAcked = 0;
    msk.bytesReceived = 0;
    msk.bytesSent = 0;
    msk.bytesRetrans = 0;
    msk.rcvspaceInit = false;
    msk.fastclosing = false;
    msk.ackSeq = 0;
    sk.setShutdown(0);
    sk.errorReport();
  }
}
