package org.netshard.protocol.mptcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.tcp.TcpListen;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;

/**
 * The calls of a subflow: those of TCP, but that what happens to it is told to the connection.
 *
 * <p><b>Differs from Linux:</b> the size of the send buffer follows that of the subflow at once.
 *
 * <p><b>Source:</b> {@code net/mptcp/subflow.c}: {@code subflow_data_ready}, {@code
 * subflow_state_change}, {@code subflow_error_report}, {@code subflow_write_space}.
 */
final class MptcpSubflowOps extends TcpOps {
  /** {@code subflow_data_ready}. */
  @Override
  public void dataReady(Sk ssk) {
    MptcpSubflow subflow = MptcpSubflow.of(ssk);
    if (subflow == null) {
      super.dataReady(ssk);
      return;
    }
    if (ssk.state() == TcpState.LISTEN) {
      if (TcpListen.waiting(ssk) > 0) {
        subflow.conn.dataReady();
      }
      return;
    }
    MptcpSock msk = subflow.msk();
    if (MptcpInput.dataAvailable(subflow)) {
      MptcpRecv.dataReady(msk, subflow);
      if (msk.dataAvail() < msk.sk.rare().rcvlowat()) {
        TcpSubflow.ackNowIfBehind(ssk);
      }
    } else if (ssk.err() != 0) {
      errorReport(ssk);
    }
  }

  /** {@code subflow_state_change}. */
  @Override
  public void stateChange(Sk ssk) {
    ssk.wakeAll();
    MptcpSubflow subflow = MptcpSubflow.of(ssk);
    if (subflow == null) {
      return;
    }
    if (ssk.state() == TcpState.LISTEN || subflow.conn.state() == TcpState.LISTEN) {
      return;
    }
    MptcpSock msk = subflow.msk();
    if (ssk.state() == TcpState.ESTABLISHED) {
      MptcpLife.syncSndbuf(msk);
    }
    if (ssk.state() == TcpState.ESTABLISHED && subflow.requestMptcp && !subflow.connFinished) {
      boolean unused = msk.tryFallback(Mib.MPTCP_SIMULT_CONNECT_FALLBACK);
      subflow.connFinished = true;
      MptcpLife.propagateState(msk);
    }
    if (MptcpInput.dataAvailable(subflow)) {
      MptcpRecv.dataReady(msk, subflow);
    } else if (ssk.err() != 0) {
      errorReport(ssk);
    }
    MptcpLife.scheduleIfClosed(msk, ssk);
    boolean done = (ssk.shutdown() & Sk.RCV_SHUTDOWN) != 0 || ssk.state() == TcpState.CLOSE;
    if (msk.fallback && done && MptcpInput.updateRcvDataFin(msk, msk.ackSeq, true)) {
      MptcpLife.scheduleWork(msk);
    }
  }

  /** {@code subflow_error_report}. */
  @Override
  public void errorReport(Sk ssk) {
    MptcpSubflow subflow = MptcpSubflow.of(ssk);
    if (subflow == null) {
      super.errorReport(ssk);
    } else if (subflow.hasFile()) {
      boolean unused = MptcpLife.subflowErrorReport(subflow.msk(), ssk);
    }
  }

  /** {@code subflow_write_space}. */
  @Override
  public void writeSpace(Sk ssk) {
    MptcpSubflow subflow = MptcpSubflow.of(ssk);
    if (subflow == null) {
      super.writeSpace(ssk);
      return;
    }
    MptcpSock msk = subflow.msk();
    MptcpLife.syncSndbuf(msk);
    MptcpSend.writeSpace(msk);
  }
}
