package org.netshard.protocol.tcp;

/**
 * Reno.
 *
 * <p><b>Source:</b> RFC 5681; {@code net/ipv4/tcp_cong.c}: {@code tcp_slow_start}, {@code
 * tcp_cong_avoid_ai}, {@code tcp_reno_cong_avoid}.
 */
class TcpReno implements CongestionControl {
  private final String name;

  TcpReno(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int ssthresh(TcpSock tp) {
    return Math.max(tp.sndCwnd >>> 1, 2);
  }

  @Override
  public void congAvoid(TcpSock tp, int ack, int acked) {
    if (!TcpCwnd.isLimited(tp)) {
      return;
    }
    int left = acked;
    if (tp.inSlowStart()) {
      left = slowStart(tp, acked);
      if (left == 0) {
        return;
      }
    }
    avoidAi(tp, tp.sndCwnd, left);
  }

  /** Grows by what was acknowledged, up to the threshold; what is left over. */
  static int slowStart(TcpSock tp, int acked) {
    int cwnd = (int) Math.min((long) tp.sndCwnd + acked, tp.sndSsthresh & 0xffff_ffffL);
    int left = acked - (cwnd - tp.sndCwnd);
    tp.sndCwnd = minUnsigned(cwnd, tp.sndCwndClamp);
    return left;
  }

  /** Grows by one for each {@code w} that were acknowledged. */
  static void avoidAi(TcpSock tp, int w, int acked) {
    if (tp.sndCwndCnt >= w) {
      tp.sndCwndCnt = 0;
      tp.sndCwnd++;
    }
    tp.sndCwndCnt += acked;
    if (tp.sndCwndCnt >= w) {
      int delta = tp.sndCwndCnt / w;
      tp.sndCwndCnt -= delta * w;
      tp.sndCwnd += delta;
    }
    tp.sndCwnd = minUnsigned(tp.sndCwnd, tp.sndCwndClamp);
  }

  private static int minUnsigned(int a, int b) {
    return Integer.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
