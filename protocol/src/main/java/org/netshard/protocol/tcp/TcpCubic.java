package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.tcp.CubicParams.Name;

/**
 * CUBIC, with HyStart.
 *
 * <p><b>Source:</b> RFC 9438; {@code net/ipv4/tcp_cubic.c}.
 */
final class TcpCubic implements CongestionControl {
  /** {@code beta} when the module is loaded, from which {@code beta_scale} follows. */
  private static final int BETA = 717;

  private static final int BETA_SCALE = 1024;
  private static final int BIC_HZ = 10;
  private static final int BIC_SCALE = 41;
  private static final int CUBE_RTT_SCALE = BIC_SCALE * 10;
  private static final int BETA_TCP = 8 * (BETA_SCALE + BETA) / 3 / (BETA_SCALE - BETA);
  private static final long CUBE_FACTOR = (1L << (10 + 3 * BIC_HZ)) / CUBE_RTT_SCALE;
  private static final int HYSTART_MIN_SAMPLES = 8;
  private static final int HYSTART_DELAY_MIN_US = 4000;
  private static final int HYSTART_DELAY_MAX_US = 16000;

  /** {@code struct bictcp}. */
  private static final class Bic {
    final CubicParams params;
    int cnt;
    int lastMaxCwnd;
    int lastCwnd;
    int lastTime;
    int bicOriginPoint;
    int bicK;
    long delayMinUs;
    int epochStart;
    int ackCnt;
    int tcpCwnd;
    boolean found;
    int sampleCnt;
    long roundStartUs;
    int endSeq;
    long lastAckUs;
    long currRttUs;

    Bic(CubicParams params) {
      this.params = params;
    }

    void reset() {
      cnt = 0;
      lastMaxCwnd = 0;
      lastCwnd = 0;
      lastTime = 0;
      bicOriginPoint = 0;
      bicK = 0;
      delayMinUs = 0;
      epochStart = 0;
      ackCnt = 0;
      tcpCwnd = 0;
      found = false;
    }
  }

  @Override
  public String name() {
    return "cubic";
  }

  private static Bic of(TcpSock tp) {
    if (tp.caPriv instanceof Bic bic) {
      return bic;
    }
    Bic bic = new Bic(CubicParams.of(tp.net.machine()));
    tp.caPriv = bic;
    return bic;
  }

  @Override
  public void init(TcpSock tp) {
    Bic bic = of(tp);
    bic.reset();
    int ssthresh = bic.params.get(Name.INITIAL_SSTHRESH);
    if (bic.params.get(Name.HYSTART) != 0) {
      hystartReset(tp, bic);
    } else if (ssthresh != 0) {
      tp.sndSsthresh = ssthresh;
    }
  }

  private static void hystartReset(TcpSock tp, Bic bic) {
    bic.roundStartUs = tp.tcpMstamp;
    bic.lastAckUs = tp.tcpMstamp;
    bic.endSeq = tp.sndNxt;
    bic.currRttUs = Long.MAX_VALUE;
    bic.sampleCnt = 0;
  }

  @Override
  public void txStart(TcpSock tp) {
    Bic bic = of(tp);
    int now = tp.jiffies();
    int delta = now - tp.lsndtime;
    if (bic.epochStart != 0 && delta > 0) {
      bic.epochStart += delta;
      if (bic.epochStart - now > 0) {
        bic.epochStart = now;
      }
    }
  }

  @Override
  public int ssthresh(TcpSock tp) {
    Bic bic = of(tp);
    bic.epochStart = 0;
    long beta = bic.params.get(Name.BETA);
    if (tp.sndCwnd < bic.lastMaxCwnd && bic.params.get(Name.FAST_CONVERGENCE) != 0) {
      bic.lastMaxCwnd = (int) (tp.sndCwnd * (BETA_SCALE + beta) / (2 * BETA_SCALE));
    } else {
      bic.lastMaxCwnd = tp.sndCwnd;
    }
    return Math.max((int) (tp.sndCwnd * beta / BETA_SCALE), 2);
  }

  @Override
  public void setState(TcpSock tp, int caState) {
    if (caState == TcpSock.CA_LOSS) {
      Bic bic = of(tp);
      bic.reset();
      hystartReset(tp, bic);
    }
  }

  @Override
  public void congAvoid(TcpSock tp, int ack, int acked) {
    if (!TcpCwnd.isLimited(tp)) {
      return;
    }
    int left = acked;
    if (tp.inSlowStart()) {
      left = TcpReno.slowStart(tp, acked);
      if (left == 0) {
        return;
      }
    }
    Bic bic = of(tp);
    update(tp, bic, tp.sndCwnd, left);
    TcpReno.avoidAi(tp, bic.cnt, left);
  }

  /** {@code bictcp_update}. */
  private static void update(TcpSock tp, Bic bic, int cwnd, int acked) {
    bic.ackCnt += acked;
    int now = tp.jiffies();
    boolean soon = bic.lastCwnd == cwnd && now - bic.lastTime <= TcpClock.HZ / 32;
    if (!soon && !(bic.epochStart != 0 && now == bic.lastTime)) {
      grow(bic, cwnd, now, acked);
    } else if (soon) {
      return;
    }
    if (bic.params.get(Name.TCP_FRIENDLINESS) != 0) {
      friendly(bic, cwnd);
    }
    bic.cnt = Math.max(bic.cnt, 2);
  }

  private static void grow(Bic bic, int cwnd, int now, int acked) {
    bic.lastCwnd = cwnd;
    bic.lastTime = now;
    if (bic.epochStart == 0) {
      bic.epochStart = now;
      bic.ackCnt = acked;
      bic.tcpCwnd = cwnd;
      if (bic.lastMaxCwnd <= cwnd) {
        bic.bicK = 0;
        bic.bicOriginPoint = cwnd;
      } else {
        bic.bicK = cubicRoot(CUBE_FACTOR * (bic.lastMaxCwnd - cwnd));
        bic.bicOriginPoint = bic.lastMaxCwnd;
      }
    }
    int elapsed = now - bic.epochStart;
    long t = elapsed + (long) TcpClock.usToJiffies(bic.delayMinUs);
    t = (t << BIC_HZ) / TcpClock.HZ;
    long offs = Math.abs(t - bic.bicK);
    long delta = ((long) CUBE_RTT_SCALE * offs * offs * offs) >> (10 + 3 * BIC_HZ);
    long target = t < bic.bicK ? bic.bicOriginPoint - delta : bic.bicOriginPoint + delta;
    if (target > cwnd) {
      bic.cnt = (int) (cwnd / (target - cwnd));
    } else {
      bic.cnt = 100 * cwnd;
    }
    if (bic.lastMaxCwnd == 0 && bic.cnt > 20) {
      bic.cnt = 20;
    }
  }

  private static void friendly(Bic bic, int cwnd) {
    int delta = (cwnd * BETA_TCP) >> 3;
    while (delta > 0 && bic.ackCnt > delta) {
      bic.ackCnt -= delta;
      bic.tcpCwnd++;
    }
    if (bic.tcpCwnd > cwnd) {
      int most = cwnd / (bic.tcpCwnd - cwnd);
      if (bic.cnt > most) {
        bic.cnt = most;
      }
    }
  }

  /** The cube root, rounded down as Linux's table and Newton step have it within one. */
  private static int cubicRoot(long a) {
    int root = (int) Math.cbrt((double) a);
    while ((long) (root + 1) * (root + 1) * (root + 1) <= a) {
      root++;
    }
    while ((long) root * root * root > a) {
      root--;
    }
    return root;
  }

  @Override
  public void pktsAcked(TcpSock tp, int pktsAcked, long rttUs, int inFlight) {
    if (rttUs < 0) {
      return;
    }
    Bic bic = of(tp);
    if (bic.epochStart != 0 && tp.jiffies() - bic.epochStart < TcpClock.HZ) {
      return;
    }
    long delay = rttUs == 0 ? 1 : rttUs;
    if (bic.delayMinUs == 0 || bic.delayMinUs > delay) {
      bic.delayMinUs = delay;
    }
    if (!bic.found && tp.inSlowStart() && bic.params.get(Name.HYSTART) != 0) {
      hystart(tp, bic, delay);
    }
  }

  /** {@code hystart_update}: rounds are told apart even while the window is too low for it. */
  private static void hystart(TcpSock tp, Bic bic, long delay) {
    if (Seq.after(tp.sndUna, bic.endSeq)) {
      hystartReset(tp, bic);
    }
    if (Integer.compareUnsigned(tp.sndCwnd, bic.params.get(Name.HYSTART_LOW_WINDOW)) < 0) {
      return;
    }
    int detect = bic.params.get(Name.HYSTART_DETECT);
    if ((detect & CubicParams.HYSTART_ACK_TRAIN) != 0) {
      ackTrain(tp, bic);
    }
    if ((detect & CubicParams.HYSTART_DELAY) != 0) {
      delay(tp, bic, delay);
    }
  }

  /** Acknowledgements that follow each other closely for as long as a way takes. */
  private static void ackTrain(TcpSock tp, Bic bic) {
    long now = tp.tcpMstamp;
    if (now - bic.lastAckUs <= bic.params.get(Name.HYSTART_ACK_DELTA_US)) {
      bic.lastAckUs = now;
      long threshold = bic.delayMinUs + ackDelay(tp);
      if (!TcpPacing.isPaced(tp)) {
        threshold >>= 1;
      }
      if (now - bic.roundStartUs > threshold) {
        found(tp, bic, Mib.TCP_HYSTART_TRAIN_DETECT, Mib.TCP_HYSTART_TRAIN_CWND);
      }
    }
  }

  /** Round trips that take longer than they did. */
  private static void delay(TcpSock tp, Bic bic, long delay) {
    if (bic.currRttUs > delay) {
      bic.currRttUs = delay;
    }
    if (bic.sampleCnt < HYSTART_MIN_SAMPLES) {
      bic.sampleCnt++;
    } else {
      long step = bic.delayMinUs >> 3;
      step = Math.max(HYSTART_DELAY_MIN_US, Math.min(step, HYSTART_DELAY_MAX_US));
      if (bic.currRttUs > bic.delayMinUs + step) {
        found(tp, bic, Mib.TCP_HYSTART_DELAY_DETECT, Mib.TCP_HYSTART_DELAY_CWND);
      }
    }
  }

  private static void found(TcpSock tp, Bic bic, Mib detected, Mib cwnd) {
    bic.found = true;
    tp.net.addMib(detected, 1);
    tp.net.addMib(cwnd, tp.sndCwnd);
    tp.sndSsthresh = tp.sndCwnd;
  }

  /** {@code hystart_ack_delay}. */
  private static long ackDelay(TcpSock tp) {
    long rate = TcpPacing.rate(tp);
    if (rate <= 0) {
      return 0;
    }
    return Math.min(1000, tp.gsoMaxSize * 4L * 1_000_000 / rate);
  }
}
