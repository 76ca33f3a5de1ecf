package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.UserMem;

/**
 * BBR, version 1: the window and the pace follow a model of the path, its bandwidth and its least
 * round trip, not losses.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_bbr.c}; N. Cardwell and others, BBR: Congestion-Based
 * Congestion Control, ACM Queue 14 (5), 2016.
 */
final class TcpBbr implements CongestionControl {
  private static final int CYCLE_LEN = 8;
  private static final int BW_RTTS = CYCLE_LEN + 2;
  private static final int MIN_RTT_WIN_JIFFIES = 10 * TcpClock.HZ;
  private static final int PROBE_RTT_JIFFIES = TcpClock.HZ / 5;
  private static final long MIN_TSO_RATE_BYTES = 1_200_000 >> 3;
  private static final int PACING_MARGIN_PERCENT = 1;
  private static final int HIGH_GAIN = Bbr.UNIT * 2885 / 1000 + 1;
  private static final int DRAIN_GAIN = Bbr.UNIT * 1000 / 2885;
  private static final int CWND_GAIN = Bbr.UNIT * 2;
  private static final int[] PACING_GAIN = {
    Bbr.UNIT * 5 / 4, Bbr.UNIT * 3 / 4, Bbr.UNIT, Bbr.UNIT, Bbr.UNIT, Bbr.UNIT, Bbr.UNIT, Bbr.UNIT
  };
  private static final int CYCLE_RAND = 7;
  private static final int CWND_MIN_TARGET = 4;
  private static final int FULL_BW_THRESH = Bbr.UNIT * 5 / 4;
  private static final int FULL_BW_CNT = 3;
  private static final int EXTRA_ACKED_WIN_RTTS = 5;
  private static final int ACK_EPOCH_RESET_THRESH = 1 << 20;
  private static final long EXTRA_ACKED_MAX_US = 100_000;
  private static final long GSO_MAX_BYTES = 65536 - 1 - TcpMss.MAX_TCP_HEADER;
  private static final int TSO_SEGS_MAX = 0x7f;
  private static final int US_PER_SEC = 1_000_000;
  private static final int NS_PER_US = 1000;
  private static final int NONE = -1;
  private static final int INET_DIAG_BBRINFO = 16;
  private static final int INFO_BYTES = 20;

  @Override
  public String name() {
    return "bbr";
  }

  @Override
  public int sndbufExpand() {
    return 3;
  }

  @Override
  public boolean hasCongControl() {
    return true;
  }

  private static Bbr of(TcpSock tp) {
    if (tp.caPriv instanceof Bbr bbr) {
      return bbr;
    }
    Bbr bbr = new Bbr();
    tp.caPriv = bbr;
    return bbr;
  }

  @Override
  public void init(TcpSock tp) {
    Bbr bbr = new Bbr();
    tp.caPriv = bbr;
    tp.sndSsthresh = TcpSock.INFINITE_SSTHRESH;
    bbr.nextRttDelivered = tp.delivered;
    bbr.prevCaState = TcpSock.CA_OPEN;
    bbr.minRttUs = TcpRtt.minRtt(tp);
    bbr.minRttStamp = tp.jiffies();
    int unused = bbr.bw.reset(0, 0);
    initPacingRate(tp, bbr);
    bbr.policed.reset(tp);
    bbr.ackEpochMstamp = tp.tcpMstamp;
    tp.sk.rareForWrite().needPacing();
  }

  // The pace.

  /** {@code bbr_rate_bytes_per_sec}. */
  static long bytesPerSec(TcpSock tp, long bw, int gain) {
    long rate = (bw * tp.mssCache * gain) >>> Bbr.SCALE;
    return (rate * (US_PER_SEC / 100 * (100 - PACING_MARGIN_PERCENT))) >>> Bbr.BW_SCALE;
  }

  private static long pacingRate(TcpSock tp, long bw, int gain) {
    long rate = bytesPerSec(tp, bw, gain);
    long most = tp.sk.rare().maxPacingRateBps();
    return Long.compareUnsigned(rate, most) < 0 ? rate : most;
  }

  private static void initPacingRate(TcpSock tp, Bbr bbr) {
    long rttUs = 1000;
    if (tp.srttUs != 0) {
      rttUs = Math.max(tp.srttUs >>> 3, 1);
      bbr.hasSeenRtt = true;
    }
    tp.pacingRate = pacingRate(tp, tp.sndCwnd * Bbr.BW_UNIT / rttUs, HIGH_GAIN);
  }

  private static void setPacingRate(TcpSock tp, Bbr bbr, long bw, int gain) {
    long rate = pacingRate(tp, bw, gain);
    if (!bbr.hasSeenRtt && tp.srttUs != 0) {
      initPacingRate(tp, bbr);
    }
    if (bbr.fullBwReached || Long.compareUnsigned(rate, tp.pacingRate) > 0) {
      tp.pacingRate = rate;
    }
  }

  @Override
  public int minTsoSegs(TcpSock tp) {
    return Long.compareUnsigned(tp.pacingRate, MIN_TSO_RATE_BYTES) < 0 ? 1 : 2;
  }

  /** {@code bbr_tso_segs_goal}. */
  private int tsoSegsGoal(TcpSock tp) {
    long bytes = Math.min(tp.pacingRate >>> TcpMss.PACING_SHIFT, GSO_MAX_BYTES);
    return (int) Math.min(Math.max(bytes / tp.mssCache, minTsoSegs(tp)), TSO_SEGS_MAX);
  }

  // The window.

  /** {@code bbr_save_cwnd}. */
  private static void saveCwnd(TcpSock tp, Bbr bbr) {
    if (bbr.prevCaState < TcpSock.CA_RECOVERY && bbr.mode != Bbr.Mode.PROBE_RTT) {
      bbr.priorCwnd = tp.sndCwnd;
    } else {
      bbr.priorCwnd = Math.max(bbr.priorCwnd, tp.sndCwnd);
    }
  }

  /** {@code bbr_bdp}: what the path holds, packets, rounded up. */
  private static int bdp(Bbr bbr, long bw, int gain) {
    if (bbr.minRttUs == NONE) {
      return TcpSock.INIT_CWND;
    }
    long w = bw * (bbr.minRttUs & 0xffff_ffffL);
    return (int) ((((w * gain) >>> Bbr.SCALE) + Bbr.BW_UNIT - 1) >>> Bbr.BW_SCALE);
  }

  /** {@code bbr_quantization_budget}: room for what the hosts themselves hold. */
  private int quantize(TcpSock tp, Bbr bbr, int cwnd) {
    int budget = cwnd + 3 * tsoSegsGoal(tp);
    budget = (budget + 1) & ~1;
    return bbr.mode == Bbr.Mode.PROBE_BW && bbr.cycleIdx == 0 ? budget + 2 : budget;
  }

  /** {@code bbr_inflight}. */
  private int inflight(TcpSock tp, Bbr bbr, long bw, int gain) {
    return quantize(tp, bbr, bdp(bbr, bw, gain));
  }

  /** {@code bbr_packets_in_net_at_edt}: how many are on their way when the next is let go. */
  private int inNetAtEdt(TcpSock tp, Bbr bbr, int inflightNow) {
    long us = Math.max(tp.wstampNs - tp.clockCacheNs, 0) / NS_PER_US;
    long delivered = (bbr.bandwidth() * us) >>> Bbr.BW_SCALE;
    int then = inflightNow + (bbr.pacingGain > Bbr.UNIT ? tsoSegsGoal(tp) : 0);
    return delivered >= then ? 0 : (int) (then - delivered);
  }

  /** {@code bbr_ack_aggregation_cwnd}. */
  private static int aggregationCwnd(Bbr bbr) {
    if (!bbr.fullBwReached) {
      return 0;
    }
    long most = bbr.bandwidth() * EXTRA_ACKED_MAX_US / Bbr.BW_UNIT;
    return (int) Math.min(Math.max(bbr.extraAcked[0], bbr.extraAcked[1]), most);
  }

  private void setCwnd(TcpSock tp, Bbr bbr, RateSample rs, long bw) {
    int acked = rs.ackedSacked;
    int cwnd = tp.sndCwnd;
    if (acked != 0) {
      cwnd = recoverOrRestore(tp, bbr, rs, acked);
      if (!bbr.packetConservation) {
        cwnd = towardsTarget(tp, bbr, bw, acked, cwnd);
      }
    }
    tp.sndCwnd = Integer.compareUnsigned(cwnd, tp.sndCwndClamp) < 0 ? cwnd : tp.sndCwndClamp;
    if (bbr.mode == Bbr.Mode.PROBE_RTT) {
      tp.sndCwnd = Math.min(tp.sndCwnd, CWND_MIN_TARGET);
    }
  }

  private int towardsTarget(TcpSock tp, Bbr bbr, long bw, int acked, int from) {
    int target = quantize(tp, bbr, bdp(bbr, bw, bbr.cwndGain) + aggregationCwnd(bbr));
    int cwnd = from;
    if (bbr.fullBwReached) {
      cwnd = Math.min(cwnd + acked, target);
    } else if (cwnd < target || Integer.compareUnsigned(tp.delivered, TcpSock.INIT_CWND) < 0) {
      cwnd += acked;
    }
    return Math.max(cwnd, CWND_MIN_TARGET);
  }

  /** {@code bbr_set_cwnd_to_recover_or_restore}. */
  private static int recoverOrRestore(TcpSock tp, Bbr bbr, RateSample rs, int acked) {
    int cwnd = tp.sndCwnd;
    int before = bbr.prevCaState;
    int state = tp.caState;
    if (rs.losses > 0) {
      cwnd = Math.max(cwnd - rs.losses, 1);
    }
    if (state == TcpSock.CA_RECOVERY && before != TcpSock.CA_RECOVERY) {
      bbr.packetConservation = true;
      bbr.nextRttDelivered = tp.delivered;
      cwnd = tp.inFlight() + acked;
    } else if (before >= TcpSock.CA_RECOVERY && state < TcpSock.CA_RECOVERY) {
      cwnd = Math.max(cwnd, bbr.priorCwnd);
      bbr.packetConservation = false;
    }
    bbr.prevCaState = state;
    return bbr.packetConservation ? Math.max(cwnd, tp.inFlight() + acked) : cwnd;
  }

  // The model of the path.

  @Override
  public void congControl(TcpSock tp, int ack, int flag, RateSample rs) {
    Bbr bbr = of(tp);
    updateBandwidth(tp, bbr, rs);
    updateAggregation(tp, bbr, rs);
    if (bbr.mode == Bbr.Mode.PROBE_BW && isNextPhase(tp, bbr, rs)) {
      advancePhase(tp, bbr);
    }
    checkFullBandwidth(bbr, rs);
    checkDrain(tp, bbr);
    updateMinRtt(tp, bbr, rs);
    updateGains(bbr);
    long bw = bbr.bandwidth();
    setPacingRate(tp, bbr, bw, bbr.pacingGain);
    setCwnd(tp, bbr, rs, bw);
  }

  /** {@code bbr_update_bw}. */
  private static void updateBandwidth(TcpSock tp, Bbr bbr, RateSample rs) {
    bbr.roundStart = false;
    if (rs.delivered < 0 || rs.intervalUs <= 0) {
      return;
    }
    if (!Seq.before(rs.priorDelivered, bbr.nextRttDelivered)) {
      bbr.nextRttDelivered = tp.delivered;
      bbr.rttCnt++;
      bbr.roundStart = true;
      bbr.packetConservation = false;
    }
    if (bbr.policed.sample(tp, bbr, rs.losses, rs.appLimited)) {
      resetProbeBandwidth(tp, bbr);
    }
    long bw = rs.delivered * Bbr.BW_UNIT / rs.intervalUs;
    if (!rs.appLimited || bw >= bbr.maxBw()) {
      int unused = bbr.bw.runningMax(BW_RTTS, bbr.rttCnt, (int) bw);
    }
  }

  /** {@code bbr_update_ack_aggregation}. */
  private static void updateAggregation(TcpSock tp, Bbr bbr, RateSample rs) {
    if (rs.ackedSacked <= 0 || rs.delivered < 0 || rs.intervalUs <= 0) {
      return;
    }
    if (bbr.roundStart && ++bbr.extraAckedWinRtts >= EXTRA_ACKED_WIN_RTTS) {
      bbr.extraAckedWinRtts = 0;
      bbr.extraAckedWinIdx ^= 1;
      bbr.extraAcked[bbr.extraAckedWinIdx] = 0;
    }
    long epochUs = Math.max(tp.deliveredMstamp - bbr.ackEpochMstamp, 0);
    long expected = bbr.bandwidth() * epochUs / Bbr.BW_UNIT;
    if (bbr.ackEpochAcked <= expected
        || bbr.ackEpochAcked + rs.ackedSacked >= ACK_EPOCH_RESET_THRESH) {
      bbr.ackEpochAcked = 0;
      bbr.ackEpochMstamp = tp.deliveredMstamp;
      expected = 0;
    }
    bbr.ackEpochAcked = Math.min(ACK_EPOCH_RESET_THRESH - 1, bbr.ackEpochAcked + rs.ackedSacked);
    int extra = (int) Math.min(bbr.ackEpochAcked - expected, tp.sndCwnd);
    if (extra > bbr.extraAcked[bbr.extraAckedWinIdx]) {
      bbr.extraAcked[bbr.extraAckedWinIdx] = extra;
    }
  }

  /** {@code bbr_is_next_cycle_phase}. */
  private boolean isNextPhase(TcpSock tp, Bbr bbr, RateSample rs) {
    long length = Math.max(tp.deliveredMstamp - bbr.cycleMstamp, 0);
    boolean fullLength = length > (bbr.minRttUs & 0xffff_ffffL);
    if (bbr.pacingGain == Bbr.UNIT) {
      return fullLength;
    }
    int inflight = inNetAtEdt(tp, bbr, rs.priorInFlight);
    long bw = bbr.maxBw();
    if (bbr.pacingGain > Bbr.UNIT) {
      return fullLength && (rs.losses != 0 || inflight >= inflight(tp, bbr, bw, bbr.pacingGain));
    }
    return fullLength || inflight <= inflight(tp, bbr, bw, Bbr.UNIT);
  }

  private static void advancePhase(TcpSock tp, Bbr bbr) {
    bbr.cycleIdx = (bbr.cycleIdx + 1) & (CYCLE_LEN - 1);
    bbr.cycleMstamp = tp.deliveredMstamp;
  }

  private static void resetProbeBandwidth(TcpSock tp, Bbr bbr) {
    bbr.mode = Bbr.Mode.PROBE_BW;
    bbr.cycleIdx = CYCLE_LEN - 1 - tp.net.machine().randomBelow(CYCLE_RAND);
    advancePhase(tp, bbr);
  }

  /** {@code bbr_check_full_bw_reached}. */
  private static void checkFullBandwidth(Bbr bbr, RateSample rs) {
    if (bbr.fullBwReached || !bbr.roundStart || rs.appLimited) {
      return;
    }
    long thresh = ((bbr.fullBw & 0xffff_ffffL) * FULL_BW_THRESH) >>> Bbr.SCALE;
    if (bbr.maxBw() >= thresh) {
      bbr.fullBw = bbr.bw.get();
      bbr.fullBwCnt = 0;
      return;
    }
    bbr.fullBwCnt++;
    bbr.fullBwReached = bbr.fullBwCnt >= FULL_BW_CNT;
  }

  /** {@code bbr_check_drain}. */
  private void checkDrain(TcpSock tp, Bbr bbr) {
    if (bbr.mode == Bbr.Mode.STARTUP && bbr.fullBwReached) {
      bbr.mode = Bbr.Mode.DRAIN;
      tp.sndSsthresh = inflight(tp, bbr, bbr.maxBw(), Bbr.UNIT);
    }
    if (bbr.mode == Bbr.Mode.DRAIN
        && inNetAtEdt(tp, bbr, tp.inFlight()) <= inflight(tp, bbr, bbr.maxBw(), Bbr.UNIT)) {
      resetProbeBandwidth(tp, bbr);
    }
  }

  /** {@code bbr_check_probe_rtt_done}. */
  private static void checkProbeRttDone(TcpSock tp, Bbr bbr) {
    if (bbr.probeRttDoneStamp == 0 || bbr.probeRttDoneStamp - tp.jiffies() >= 0) {
      return;
    }
    bbr.minRttStamp = tp.jiffies();
    tp.sndCwnd = Math.max(tp.sndCwnd, bbr.priorCwnd);
    if (bbr.fullBwReached) {
      resetProbeBandwidth(tp, bbr);
    } else {
      bbr.mode = Bbr.Mode.STARTUP;
    }
  }

  /** {@code bbr_update_min_rtt}. */
  private static void updateMinRtt(TcpSock tp, Bbr bbr, RateSample rs) {
    boolean expired = tp.jiffies() - (bbr.minRttStamp + MIN_RTT_WIN_JIFFIES) > 0;
    if (rs.rttUs >= 0
        && (rs.rttUs < (bbr.minRttUs & 0xffff_ffffL) || (expired && !rs.ackDelayed))) {
      bbr.minRttUs = (int) rs.rttUs;
      bbr.minRttStamp = tp.jiffies();
    }
    if (expired && !bbr.idleRestart && bbr.mode != Bbr.Mode.PROBE_RTT) {
      bbr.mode = Bbr.Mode.PROBE_RTT;
      saveCwnd(tp, bbr);
      bbr.probeRttDoneStamp = 0;
    }
    if (bbr.mode == Bbr.Mode.PROBE_RTT) {
      int mark = tp.delivered + tp.inFlight();
      tp.appLimited = mark != 0 ? mark : 1;
      if (bbr.probeRttDoneStamp == 0 && tp.inFlight() <= CWND_MIN_TARGET) {
        bbr.probeRttDoneStamp = tp.jiffies() + PROBE_RTT_JIFFIES;
        bbr.probeRttRoundDone = false;
        bbr.nextRttDelivered = tp.delivered;
      } else if (bbr.probeRttDoneStamp != 0) {
        bbr.probeRttRoundDone |= bbr.roundStart;
        if (bbr.probeRttRoundDone) {
          checkProbeRttDone(tp, bbr);
        }
      }
    }
    if (rs.delivered > 0) {
      bbr.idleRestart = false;
    }
  }

  private static void updateGains(Bbr bbr) {
    switch (bbr.mode) {
      case STARTUP -> {
        bbr.pacingGain = HIGH_GAIN;
        bbr.cwndGain = HIGH_GAIN;
      }
      case DRAIN -> {
        bbr.pacingGain = DRAIN_GAIN;
        bbr.cwndGain = HIGH_GAIN;
      }
      case PROBE_BW -> {
        bbr.pacingGain = bbr.policed.isUsed() ? Bbr.UNIT : PACING_GAIN[bbr.cycleIdx];
        bbr.cwndGain = CWND_GAIN;
      }
      case PROBE_RTT -> {
        bbr.pacingGain = Bbr.UNIT;
        bbr.cwndGain = Bbr.UNIT;
      }
    }
  }

  // What happens to the connection.

  @Override
  public void txStart(TcpSock tp) {
    if (tp.appLimited == 0) {
      return;
    }
    Bbr bbr = of(tp);
    bbr.idleRestart = true;
    bbr.ackEpochMstamp = tp.tcpMstamp;
    bbr.ackEpochAcked = 0;
    if (bbr.mode == Bbr.Mode.PROBE_BW) {
      setPacingRate(tp, bbr, bbr.bandwidth(), Bbr.UNIT);
    } else if (bbr.mode == Bbr.Mode.PROBE_RTT) {
      checkProbeRttDone(tp, bbr);
    }
  }

  @Override
  public int undoCwnd(TcpSock tp) {
    Bbr bbr = of(tp);
    bbr.fullBw = 0;
    bbr.fullBwCnt = 0;
    bbr.policed.reset(tp);
    return tp.sndCwnd;
  }

  @Override
  public int ssthresh(TcpSock tp) {
    saveCwnd(tp, of(tp));
    return tp.sndSsthresh;
  }

  @Override
  public void setState(TcpSock tp, int caState) {
    if (caState == TcpSock.CA_LOSS) {
      Bbr bbr = of(tp);
      bbr.prevCaState = TcpSock.CA_LOSS;
      bbr.fullBw = 0;
      bbr.roundStart = true;
      if (bbr.policed.sample(tp, bbr, 1, false)) {
        resetProbeBandwidth(tp, bbr);
      }
    }
  }

  /** Never called, as {@link #congControl} sets the window. */
  @Override
  public void congAvoid(TcpSock tp, int ack, int acked) {
    throw new IllegalStateException("BBR has no cong_avoid");
  }

  @Override
  public int diagAttr() {
    return INET_DIAG_BBRINFO;
  }

  /** {@code struct tcp_bbr_info}: bandwidth in bytes a second, least round trip, the gains. */
  @Override
  public byte[] info(@Nullable TcpSock tp) {
    UserMem info = UserMem.zeroed(INFO_BYTES);
    if (tp != null && tp.caPriv instanceof Bbr bbr) {
      long bw = (bbr.bandwidth() * tp.mssCache * US_PER_SEC) >>> Bbr.BW_SCALE;
      info.putInt(0, (int) bw);
      info.putInt(4, (int) (bw >>> 32));
      info.putInt(8, bbr.minRttUs);
      info.putInt(12, bbr.pacingGain);
      info.putInt(16, bbr.cwndGain);
    }
    return info.content();
  }
}
