package org.netshard.protocol.mptcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetConnection;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.tcp.InetStreamOps;
import org.netshard.protocol.tcp.TcpState;

/**
 * A connection of MPTCP with its one subflow, or a sock that will be one. Names are the kernel's.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.h}, {@code struct mptcp_sock}.
 */
final class MptcpSock implements InetConnection {
  private static final int SCALING_RATIO = 128;

  /** {@code TCP_RTO_MIN}, nanoseconds. */
  static final long RTO_MIN_NS = 200_000_000;

  /** The sock. */
  final Sk sk;

  /** {@code sock->state}. */
  byte socketState = InetStreamOps.SS_UNCONNECTED;

  /** Whether a file refers to it: it is accepted, and not closed. */
  boolean hasFile = true;

  /** {@code first}: the first subflow, or null. */
  @Nullable Sk first;

  // Keys.
  long localKey;
  long remoteKey;
  int token;
  boolean hasToken;

  // Sending.
  long writeSeq;
  long sndNxt;
  long sndUna;
  long wndEnd;
  boolean sndDataFinEnable;
  final ArrayDeque<MptcpFrag> rtxQueue = new ArrayDeque<>(1);

  /** How many of the last in the queue are not sent yet, or not all of them. */
  int pending;

  boolean nospace;

  // Receiving.
  long ackSeq;
  long rcvWndSent;
  long rcvDataFinSeq;
  boolean rcvDataFin;
  boolean canAck;
  boolean use64bitAck;
  boolean rcvFastclose;
  long oldWspace;
  @Nullable SkbQueue outOfOrder;

  // State.
  boolean fullyEstablished;
  boolean fallback;
  boolean allowInfiniteFallback = true;
  boolean inAcceptQueue;
  boolean freeFirst;
  boolean fastclosing;
  boolean freed;

  // Counts.
  long bytesReceived;
  long bytesConsumed;
  long bytesSent;
  long bytesAcked;
  long bytesRetrans;
  int retransmits;
  long lastDataSentNs;
  long lastDataRecvNs;
  long lastAckRecvNs;

  // Size of the receive buffer.
  boolean rcvspaceInit;
  int rcvqCopied;
  int rcvqSpace;
  int rcvqRttUs;
  long rcvqTimeUs;
  int scalingRatio = SCALING_RATIO;

  // What happens later.
  boolean workScheduled;
  boolean workCloseSubflow;
  boolean workRtx;
  long timerIvalNs = RTO_MIN_NS;
  final KernelTimer rtxTimer = new RtxTimer();
  final KernelTimer toutTimer = new ToutTimer();
  long closeNs;

  private MptcpSock(Sk sk) {
    this.sk = sk;
    long now = sk.net().machine().nowNs();
    lastDataSentNs = now;
    lastDataRecvNs = now;
    lastAckRecvNs = now;
  }

  /** That of a sock, or null if it is as new. */
  static @Nullable MptcpSock of(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    return binding != null && binding.connection() instanceof MptcpSock msk ? msk : null;
  }

  /** That of a sock that has one. */
  static MptcpSock known(Sk sk) {
    MptcpSock msk = of(sk);
    if (msk == null) {
      throw new IllegalStateException("a sock of MPTCP has no connection: state " + sk.state());
    }
    return msk;
  }

  /** That of a sock, made if there is none. */
  static MptcpSock forWrite(Sk sk) {
    MptcpSock msk = of(sk);
    if (msk == null) {
      msk = new MptcpSock(sk);
      InetBinding.forWrite(sk).setConnection(msk);
    }
    return msk;
  }

  NetNs net() {
    return sk.net();
  }

  /** The first subflow, or null. */
  @Nullable MptcpSubflow subflow() {
    Sk ssk = first;
    return ssk == null ? null : MptcpSubflow.of(ssk);
  }

  void addMib(Mib mib) {
    sk.net().addMib(mib, 1);
  }

  /** {@code mptcp_set_state}. */
  void setState(int state) {
    int old = sk.state();
    boolean wasOpen = old == TcpState.ESTABLISHED || old == TcpState.CLOSE_WAIT;
    if (state == TcpState.ESTABLISHED) {
      if (old != TcpState.ESTABLISHED) {
        net().addMib(Mib.MPTCP_MP_CURR_ESTAB, 1);
      }
    } else if (state != TcpState.CLOSE_WAIT && wasOpen) {
      net().addMib(Mib.MPTCP_MP_CURR_ESTAB, -1);
    }
    sk.setState(state);
  }

  /** {@code __mptcp_try_fallback}: it goes on as plain TCP. */
  boolean tryFallback(Mib mib) {
    if (fallback) {
      return true;
    }
    if (!allowInfiniteFallback || (outOfOrder != null && !outOfOrder.isEmpty())) {
      return false;
    }
    fallback = true;
    addMib(mib);
    return true;
  }

  /** {@code mptcp_data_fin_enabled}. */
  boolean dataFinEnabled() {
    return sndDataFinEnable && sndNxt == writeSeq;
  }

  /** {@code mptcp_data_avail}: bytes that can be read. */
  long dataAvail() {
    return bytesReceived - bytesConsumed;
  }

  /** {@code __mptcp_space}. */
  int space() {
    return winFromSpace(sk.rcvbuf() - sk.rmemAlloc());
  }

  /** {@code mptcp_win_from_space}. */
  int winFromSpace(int space) {
    return (int) (((long) space * scalingRatio) >> 8);
  }

  /** {@code mptcp_stream_memory_free}. */
  boolean memoryFree(int wake) {
    return ((writeSeq - sndNxt) << wake) < MptcpOptions.of(sk).notsentLowat(net());
  }

  /** {@code __mptcp_stream_is_writeable}. */
  boolean isWriteable() {
    int space = sk.sndbuf() - sk.wmemQueued();
    return memoryFree(1) && space >= sk.wmemQueued() >> 1 && sk.wmemQueued() < sk.sndbuf();
  }

  /** {@code mptcp_copy_inaddrs}: it has the names of its subflow. */
  void copyInaddrs(Sk ssk) {
    InetOptions from = InetOptions.of(ssk);
    InetOptions to = InetOptions.forWrite(sk);
    to.setSaddr(from.saddr());
    to.setRcvSaddr(from.rcvSaddr());
    to.setDaddr(from.daddr());
    if (sk.isInet6()) {
      Inet6Options from6 = Inet6Options.of(ssk);
      Inet6Options to6 = Inet6Options.forWrite(sk);
      to6.setSaddr(from6.saddr());
      to6.setRcvSaddr(from6.rcvSaddr());
      to6.setDaddr(from6.daddr());
    }
    sk.setNum(ssk.num());
    sk.setSport(ssk.sport());
    sk.setDport(ssk.dport());
  }

  private final class RtxTimer extends KernelTimer {
    @Override
    protected NetNs net() {
      return MptcpSock.this.net();
    }

    @Override
    protected void end() {
      MptcpLife.retransmitTimer(MptcpSock.this);
    }
  }

  private final class ToutTimer extends KernelTimer {
    @Override
    protected NetNs net() {
      return MptcpSock.this.net();
    }

    @Override
    protected void end() {
      MptcpLife.scheduleWork(MptcpSock.this);
    }
  }
}
