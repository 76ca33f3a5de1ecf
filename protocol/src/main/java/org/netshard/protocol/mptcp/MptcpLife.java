package org.netshard.protocol.mptcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * How a connection gets from state to state.
 *
 * <p><b>Source:</b> RFC 8684, sections 3.3.3 and 3.5; {@code net/mptcp/protocol.c}: {@code
 * mptcp_worker}, {@code mptcp_check_data_fin}, {@code mptcp_check_data_fin_ack}.
 */
final class MptcpLife {
  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;
  private static final int REST = TcpState.set(TcpState.CLOSE, TcpState.LISTEN);

  private MptcpLife() {}

  // Work that a softirq leaves for later.

  /** {@code mptcp_schedule_work}: a worker looks at the connection when this event is over. */
  static void scheduleWork(MptcpSock msk) {
    if (msk.workScheduled || msk.sk.state() == TcpState.CLOSE) {
      return;
    }
    msk.workScheduled = true;
    msk.net().machine().softirqs().timer(msk.net().machine().nowNs(), () -> worker(msk));
  }

  /** {@code mptcp_worker}. */
  private static void worker(MptcpSock msk) {
    msk.workScheduled = false;
    Sk sk = msk.sk;
    if (msk.freed || TcpState.in(sk.state(), REST)) {
      return;
    }
    checkFastclose(msk);
    checkSendDataFin(msk);
    checkDataFinAck(msk);
    checkDataFin(msk);
    if (msk.workCloseSubflow) {
      msk.workCloseSubflow = false;
      MptcpClose.closeEndedSubflow(msk);
    }
    if (MptcpClose.closeToutExpired(msk)) {
      MptcpClose.doFastclose(msk);
      MptcpSubflow subflow = msk.subflow();
      if (subflow != null) {
        MptcpClose.closeSsk(msk, subflow);
      }
      closeWakeUp(msk);
    }
    if (sk.flag(SockFlag.SOCK_DEAD) && sk.state() == TcpState.CLOSE) {
      MptcpClose.destroy(msk);
      return;
    }
    if (msk.workRtx) {
      msk.workRtx = false;
      MptcpSend.retransmit(msk);
    }
  }

  /** {@code mptcp_retransmit_timer}. */
  static void retransmitTimer(MptcpSock msk) {
    msk.workRtx = true;
    scheduleWork(msk);
  }

  // States.

  /** {@code __mptcp_sync_state}: the subflow is established. */
  static void propagateState(MptcpSock msk) {
    syncSndbuf(msk);
    if (!msk.rcvspaceInit) {
      MptcpRecv.spaceInit(msk);
    }
    Sk ssk = msk.first;
    if (msk.sk.state() == TcpState.SYN_SENT && ssk != null) {
      msk.setState(ssk.state());
      msk.sk.stateChange();
    }
  }

  /** {@code __mptcp_sync_sndbuf}: as much as the subflow may hold. */
  static void syncSndbuf(MptcpSock msk) {
    Sk sk = msk.sk;
    Sk ssk = msk.first;
    if (sk.locked(Sk.SOCK_SNDBUF_LOCK)) {
      return;
    }
    int least = (int) sk.net().sysctl(Sysctl.IPV4_TCP_WMEM, 0);
    sk.setSndbuf(least + (ssk == null ? 0 : ssk.sndbuf()));
    if (msk.nospace) {
      MptcpSend.writeSpace(msk);
    }
  }

  /** {@code mptcp_close_wake_up}. */
  static void closeWakeUp(MptcpSock msk) {
    if (!msk.sk.flag(SockFlag.SOCK_DEAD)) {
      msk.sk.stateChange();
    }
  }

  /** {@code mptcp_close_state}: the state after a close; whether a DATA_FIN is to be sent. */
  static boolean closeState(MptcpSock msk) {
    int state = msk.sk.state();
    int next =
        switch (state) {
          case TcpState.ESTABLISHED, TcpState.SYN_RECV -> TcpState.FIN_WAIT1;
          case TcpState.CLOSE_WAIT -> TcpState.LAST_ACK;
          case TcpState.FIN_WAIT1, TcpState.FIN_WAIT2, TcpState.LAST_ACK, TcpState.CLOSING -> state;
          default -> TcpState.CLOSE;
        };
    msk.setState(next);
    return state == TcpState.ESTABLISHED
        || state == TcpState.SYN_RECV
        || state == TcpState.CLOSE_WAIT;
  }

  /** {@code __mptcp_wr_shutdown}. */
  static void wrShutdown(MptcpSock msk) {
    msk.writeSeq++;
    msk.sndDataFinEnable = true;
    checkSendDataFin(msk);
  }

  /** {@code mptcp_check_send_data_fin}: all data are on their way, so the end can follow. */
  static void checkSendDataFin(MptcpSock msk) {
    if (!msk.sndDataFinEnable || msk.sndNxt + 1 != msk.writeSeq || msk.pending > 0) {
      return;
    }
    msk.sndNxt = msk.writeSeq;
    if (msk.first != null) {
      subflowShutdown(msk, msk.first);
    }
  }

  /** {@code mptcp_subflow_shutdown}. */
  private static void subflowShutdown(MptcpSock msk, Sk ssk) {
    switch (ssk.state()) {
      case TcpState.LISTEN -> {
        // Only a listener that receives no more is taken back.
      }
      case TcpState.SYN_SENT -> TcpListen.disconnect(ssk);
      default -> {
        if (msk.fallback) {
          ssk.setShutdown(ssk.shutdown() | Sk.SEND_SHUTDOWN);
          TcpSubflow.shutdown(ssk);
          msk.sndUna = msk.sndNxt;
          scheduleWork(msk);
        } else {
          TcpSubflow.sendAck(ssk);
          if (!msk.rtxTimer.isSet()) {
            MptcpSend.resetRtxTimer(msk);
          }
        }
      }
    }
  }

  /** {@code mptcp_pending_data_fin_ack}. */
  static boolean pendingDataFinAck(MptcpSock msk) {
    int waiting = TcpState.set(TcpState.FIN_WAIT1, TcpState.CLOSING, TcpState.LAST_ACK);
    return TcpState.in(msk.sk.state(), waiting) && msk.writeSeq == msk.sndUna;
  }

  /** {@code mptcp_check_data_fin_ack}: the other end has our DATA_FIN. */
  private static void checkDataFinAck(MptcpSock msk) {
    if (!pendingDataFinAck(msk)) {
      return;
    }
    msk.sndDataFinEnable = false;
    switch (msk.sk.state()) {
      case TcpState.FIN_WAIT1 -> msk.setState(TcpState.FIN_WAIT2);
      default -> {
        shutdownSubflow(msk);
        msk.setState(TcpState.CLOSE);
      }
    }
    closeWakeUp(msk);
  }

  private static void shutdownSubflow(MptcpSock msk) {
    if (msk.first != null) {
      TcpSubflow.shutdown(msk.first);
    }
  }

  /** {@code mptcp_pending_data_fin}: the DATA_FIN of the other end is the next. */
  static boolean pendingDataFin(MptcpSock msk) {
    int open = TcpState.set(TcpState.ESTABLISHED, TcpState.FIN_WAIT1, TcpState.FIN_WAIT2);
    return msk.rcvDataFin && TcpState.in(msk.sk.state(), open) && msk.ackSeq == msk.rcvDataFinSeq;
  }

  /** {@code mptcp_check_data_fin}. */
  static void checkDataFin(MptcpSock msk) {
    if (!pendingDataFin(msk)) {
      return;
    }
    Sk sk = msk.sk;
    msk.ackSeq++;
    msk.rcvDataFin = false;
    sk.setShutdown(sk.shutdown() | Sk.RCV_SHUTDOWN);
    switch (sk.state()) {
      case TcpState.ESTABLISHED -> msk.setState(TcpState.CLOSE_WAIT);
      case TcpState.FIN_WAIT1 -> msk.setState(TcpState.CLOSING);
      default -> {
        shutdownSubflow(msk);
        msk.setState(TcpState.CLOSE);
      }
    }
    if (!msk.fallback && msk.first != null) {
      TcpSubflow.sendAck(msk.first);
    }
    closeWakeUp(msk);
  }

  // Errors.

  /** {@code __mptcp_subflow_error_report}; whether there was one. */
  static boolean subflowErrorReport(MptcpSock msk, Sk ssk) {
    Sk sk = msk.sk;
    if (sk.state() != TcpState.SYN_SENT && !msk.fallback) {
      return false;
    }
    int errno = ssk.takeErr();
    if (errno == 0) {
      return false;
    }
    if (ssk.state() == TcpState.CLOSE && !sk.flag(SockFlag.SOCK_DEAD)) {
      msk.setState(TcpState.CLOSE);
    }
    sk.setErr(errno);
    sk.errorReport();
    return true;
  }

  /** {@code subflow_sched_work_if_closed}. */
  static void scheduleIfClosed(MptcpSock msk, Sk ssk) {
    if (ssk.state() == TcpState.CLOSE && !ssk.isReadable() && !msk.workCloseSubflow) {
      msk.workCloseSubflow = true;
      scheduleWork(msk);
    }
  }

  /** {@code mptcp_subflow_reset}. */
  static void resetSubflow(MptcpSock msk, MptcpSubflow subflow) {
    if (subflow.ssk.state() == TcpState.CLOSE) {
      return;
    }
    TcpSubflow.sendReset(subflow.ssk);
    TcpSubflow.done(subflow.ssk);
    if (!msk.workCloseSubflow) {
      msk.workCloseSubflow = true;
      scheduleWork(msk);
    }
  }

  /** {@code mptcp_check_fastclose}: the other end has ended the connection. */
  private static void checkFastclose(MptcpSock msk) {
    if (!msk.rcvFastclose) {
      return;
    }
    Sk sk = msk.sk;
    MptcpClose.destroyToken(msk);
    Sk ssk = msk.first;
    if (ssk != null && ssk.state() != TcpState.CLOSE) {
      TcpSubflow.sendReset(ssk);
      TcpSubflow.setState(ssk, TcpState.CLOSE);
    }
    switch (sk.state()) {
      case TcpState.SYN_SENT -> sk.setErr(Errno.ECONNREFUSED.number());
      case TcpState.CLOSE_WAIT -> sk.setErr(Errno.EPIPE.number());
      case TcpState.CLOSE -> {
        return;
      }
      default -> sk.setErr(Errno.ECONNRESET.number());
    }
    msk.setState(TcpState.CLOSE);
    sk.setShutdown(SHUTDOWN_MASK);
    msk.workCloseSubflow = true;
    if (!sk.flag(SockFlag.SOCK_DEAD)) {
      sk.stateChange();
      sk.errorReport();
    }
  }
}
