package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet.BindTable;

/**
 * The calls of {@code TCP} and {@code TCPv6}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_init_sock}, {@code tcp_setsockopt}, {@code
 * tcp_getsockopt}.
 */
public class TcpOps extends InetStreamOps {
  /** {@code TCP_DEFAULT_SCALING_RATIO}: bytes of window in 256 bytes of buffer. */
  private static final int SCALING_RATIO = 128;

  private static final int SCALING_SHIFT = 8;

  /** The calls. */
  public TcpOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    super.init(sk, cred);
    initBuffers(sk);
    sk.setFlag(SockFlag.SK_TXREHASH, sk.net().sysctl(Sysctl.CORE_TXREHASH) != 0);
    sk.setTransport(TcpOptions.shared(sk.net()));
    TcpCongs.assign(sk);
    sk.net().machine().addSocketsAllocated(sk.proto(), 1);
    return 0;
  }

  /** Buffers as {@code net.ipv4.tcp_rmem} and {@code tcp_wmem} say, their second numbers. */
  public static void initBuffers(Sk sk) {
    sk.setSndbuf((int) sk.net().sysctl(Sysctl.IPV4_TCP_WMEM, 1));
    sk.setRcvbuf((int) sk.net().sysctl(Sysctl.IPV4_TCP_RMEM, 1));
  }

  @Override
  public void destroy(Sk sk) {
    boolean unused = release(sk);
  }

  @Override
  public void boundToDevice(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      tp.boundDevIf = sk.boundDevIf();
      tp.dev = null;
    }
  }

  /** {@code tcp_close}: a connection goes on by itself until the other end has closed it too. */
  @Override
  public boolean release(Sk sk) {
    TcpLife.beginClose(sk);
    boolean gone = TcpLife.endClose(sk);
    super.destroy(sk);
    return gone;
  }

  @Override
  public int getPort(Sk sk, int port) {
    return BindTable.of(sk.net()).getPort(sk, port);
  }

  @Override
  public void unhash(Sk sk) {
    BindTable.unhash(sk);
  }

  /** {@code tcp_mmap}: EPERM, unless it is only to be read. */
  @Override
  public int mmap(Sk sk, int prot, long pageOffset) {
    return (prot & (Abi.PROT_WRITE | Abi.PROT_EXEC)) == 0 ? 0 : Errno.EPERM.negated();
  }

  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    return TcpListen.listen(sk, this, backlog);
  }

  @Override
  public int accept(Sk sk, Caller caller, int flags) {
    return TcpListen.accept(sk, caller, flags);
  }

  @Override
  protected int socketState(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? SS_UNCONNECTED : tp.socketState;
  }

  @Override
  protected void setSocketState(Sk sk, byte state) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      tp.socketState = state;
    }
  }

  @Override
  protected int beginConnect(Sk sk, Caller caller, SockAddr address) {
    return TcpConnect.begin(sk, address, null);
  }

  @Override
  int beginWithData(
      Sk sk, Caller caller, SockAddr address, TcpFastOpenClient.@Nullable Request request) {
    return TcpConnect.begin(sk, address, request);
  }

  @Override
  protected boolean deferConnect(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp != null && tp.deferConnect;
  }

  @Override
  protected void disconnect(Sk sk) {
    TcpListen.disconnect(sk);
  }

  @Override
  protected void shutdownSend(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      TcpLife.shutdownSend(tp);
    }
  }

  @Override
  public void syncMss(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      TcpMss.sync(tp, tp.pmtu);
    } else {
      TcpMss.syncUnused(sk);
    }
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int dstMtu(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null || tp.dev == null ? 0 : tp.pmtu;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return TcpSend.send(sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return TcpRecv.receive(sk, caller, msg);
  }

  /** {@code tcp_poll}. */
  @Override
  public int poll(Sk sk) {
    return TcpPoll.poll(sk);
  }

  @Override
  public void writeSpace(Sk sk) {
    TcpSend.writeSpace(sk, TcpSock.of(sk));
  }

  /** {@code tcp_wfree}; that of a bare acknowledgement tells nobody ({@code __sock_wfree}). */
  @Override
  public void wfree(Sk sk, int truesize) {
    if (truesize != TcpTsq.PURE_ACK_TRUESIZE) {
      TcpTsq.wfree(sk);
    }
  }

  /** {@code SIOCINQ}. <b>Errors:</b> EINVAL for a listener. */
  @Override
  public int inq(Sk sk) {
    if (sk.state() == TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? 0 : TcpRecv.inq(tp);
  }

  /** {@code SIOCOUTQ}. <b>Errors:</b> EINVAL for a listener. */
  @Override
  public long outq(Sk sk) {
    if (sk.state() == TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    boolean connecting =
        TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV));
    return tp == null || connecting ? 0 : tp.writeSeq - tp.sndUna;
  }

  /** {@code SIOCOUTQNSD}. <b>Errors:</b> EINVAL for a listener. */
  @Override
  public long outqNotSent(Sk sk) {
    if (sk.state() == TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    TcpSock tp = TcpSock.of(sk);
    boolean connecting =
        TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV));
    return tp == null || connecting ? 0 : tp.writeSeq - tp.sndNxt;
  }

  @Override
  public boolean lingers(Sk sk) {
    return TcpLife.lingers(sk);
  }

  @Override
  public int linger(Sk sk, Caller caller) {
    return TcpLife.linger(sk, caller);
  }

  @Override
  public int timestampingKey(Sk sk, boolean written) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null) {
      return 0;
    }
    return written ? tp.writeSeq : tp.sndUna;
  }

  @Override
  public byte[] timestampingStats(Sk sk, long sentNs) {
    TcpSock tp = TcpSock.of(sk);
    return tp == null ? new byte[0] : TcpTimestamping.stats(tp, sentNs, -1);
  }

  @Override
  public int atMark(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp != null && tp.urgData != 0 && tp.urgSeq == tp.copiedSeq ? 1 : 0;
  }

  @Override
  public void keepalive(Sk sk, boolean on) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      TcpKeepalive.setKeepalive(tp, on);
    }
  }

  @Override
  public boolean hasPeekOff(Sk sk) {
    return true;
  }

  @Override
  public boolean hasAccount(Sk sk) {
    return true;
  }

  /**
   * {@code tcp_set_rcvlowat}: who waits may be told now; a limited window grows with the buffer.
   */
  @Override
  public int setRcvlowat(Sk sk, int value) {
    TcpSock tp = TcpSock.of(sk);
    limitRcvlowat(sk, value);
    if (tp != null) {
      TcpRcvQueue.dataReady(tp);
    }
    int lowat = sk.rare().rcvlowat();
    if (growForRcvlowat(sk, lowat, tp == null ? SCALING_RATIO : tp.scalingRatio)) {
      TcpOptions options = TcpOptions.of(sk);
      if (options.windowClamp != 0 && options.windowClamp < lowat) {
        TcpOptions.forWrite(sk).windowClamp = lowat;
      }
      if (tp != null && tp.windowClamp != 0 && tp.windowClamp < lowat) {
        tp.windowClamp = lowat;
      }
    }
    return 0;
  }

  /** The same of a sock whose window is not TCP's. */
  public static void setRcvlowatOnly(Sk sk, int value) {
    limitRcvlowat(sk, value);
    boolean unused = growForRcvlowat(sk, sk.rare().rcvlowat(), SCALING_RATIO);
  }

  /** Sets {@code sk_rcvlowat}, to at most half the buffer. */
  private static void limitRcvlowat(Sk sk, int value) {
    boolean locked = sk.locked(Sk.SOCK_RCVBUF_LOCK);
    long limit = locked ? sk.rcvbuf() : sk.net().sysctl(Sysctl.IPV4_TCP_RMEM, 2);
    int lowat = (int) Math.min(value, limit >> 1);
    sk.rareForWrite().setRcvlowat(lowat == 0 ? 1 : lowat);
  }

  /** Whether the buffer, which the program has not fixed, has grown for so many bytes. */
  private static boolean growForRcvlowat(Sk sk, int lowat, int scalingRatio) {
    long space = ((long) lowat << SCALING_SHIFT) / scalingRatio;
    if (sk.locked(Sk.SOCK_RCVBUF_LOCK) || space <= sk.rcvbuf()) {
      return false;
    }
    sk.setRcvbuf((int) space);
    return true;
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return level == Abi.IPPROTO_TCP
        ? TcpGetsockopt.getsockopt(sk, cred, optname, optval, optlen)
        : ipGetsockopt(sk, cred, level, optname, optval, optlen);
  }

  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    return level == Abi.IPPROTO_TCP
        ? TcpSetsockopt.setsockopt(sk, cred, optname, optval, optlen)
        : ipSetsockopt(sk, cred, level, optname, optval, optlen);
  }
}
