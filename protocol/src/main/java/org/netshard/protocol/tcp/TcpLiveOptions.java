package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;

/**
 * What options do to a connection that is there already.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}: {@code __tcp_sock_set_nodelay}, {@code
 * __tcp_sock_set_cork}, {@code __tcp_sock_set_quickack}, {@code tcp_sock_set_keepidle_locked},
 * {@code tcp_set_window_clamp}.
 */
final class TcpLiveOptions {
  /** It says nothing of a connection. */
  static final long NOTHING = Long.MIN_VALUE;

  private TcpLiveOptions() {}

  /** An option has been set. */
  static void set(Sk sk, int optname, int val) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null) {
      return;
    }
    switch (optname) {
      case TcpOption.TCP_NODELAY -> {
        if (val != 0) {
          tp.naglePush = true;
          TcpOutput.pushPending(tp);
        }
      }
      case TcpOption.TCP_CORK -> {
        if (val == 0) {
          tp.naglePush |= TcpOptions.of(sk).nodelay;
          TcpOutput.pushPending(tp);
        }
      }
      case TcpOption.TCP_QUICKACK -> quickAck(tp, val);
      case TcpOption.TCP_MAXSEG -> tp.rxOpt.userMss = val;
      case TcpOption.TCP_KEEPIDLE -> keepIdle(tp);
      case TcpOption.TCP_NOTSENT_LOWAT -> sk.ops().writeSpace(sk);
      case TcpOption.TCP_WINDOW_CLAMP -> {
        if (val == 0) {
          tp.windowClamp = 0;
        } else {
          TcpWindow.setClamp(tp, val);
        }
      }
      default -> {
        // The rest is looked at when it is needed.
      }
    }
  }

  private static void quickAck(TcpSock tp, int val) {
    if (val == 0) {
      tp.ackPingpong = TcpAcks.pingpongThresh(tp);
      return;
    }
    tp.ackPingpong = 0;
    boolean open = TcpState.in(tp.state(), TcpState.set(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT));
    if (open && (tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      tp.ackPending |= TcpSock.ACK_PUSHED;
      TcpAcks.cleanup(tp, 1);
      if ((val & 1) == 0) {
        tp.ackPingpong = TcpAcks.pingpongThresh(tp);
      }
    }
  }

  private static void keepIdle(TcpSock tp) {
    boolean counts =
        tp.sk.flag(SockFlag.SOCK_KEEPOPEN)
            && !TcpState.in(tp.state(), TcpState.set(TcpState.CLOSE, TcpState.LISTEN));
    if (counts) {
      long idle = (long) TcpOptions.of(tp.sk).keepaliveTimeSec(tp.net) * TcpClock.HZ;
      TcpKeepalive.resetKeepalive(tp, Math.max(0, idle - TcpKeepalive.keepaliveElapsed(tp)));
    }
  }

  /** What {@code TCP_CC_INFO} tells; all zeros of a sock that has not been connected. */
  static byte[] ccInfo(Sk sk, TcpOptions tcp) {
    TcpSock tp = TcpSock.of(sk);
    return (tp != null ? tp.ca : TcpCongs.find(tcp.congestion)).info(tp);
  }

  /** What an option reads of a connection, or {@link #NOTHING}. */
  static long get(Sk sk, int optname) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || tp.socketState == InetStreamOps.SS_UNCONNECTED) {
      return NOTHING;
    }
    return switch (optname) {
      case TcpOption.TCP_MAXSEG -> {
        TcpOptions options = TcpOptions.of(sk);
        if (options.repair) {
          yield tp.rxOpt.mssClamp;
        }
        yield options.userMss != 0 && sk.state() == TcpState.CLOSE ? options.userMss : tp.mssCache;
      }
      case TcpOption.TCP_WINDOW_CLAMP -> tp.windowClamp;
      case TcpOption.TCP_QUICKACK -> tp.inPingpong() ? 0 : 1;
      case TcpOption.TCP_TIMESTAMP -> {
        int stamp = tp.tsval(TcpClock.nowNs(tp.net) / 1000);
        yield TcpOptions.of(sk).usecTs ? stamp | 1 : stamp & ~1;
      }
      default -> NOTHING;
    };
  }
}
