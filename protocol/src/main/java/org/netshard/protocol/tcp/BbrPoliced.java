package org.netshard.protocol.tcp;

/**
 * Finds out whether a token bucket polices a connection of BBR: whether two intervals that end with
 * many losses have had about the same bandwidth. That is then believed for a while.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_bbr.c}: {@code bbr_lt_bw_sampling}, {@code
 * bbr_lt_bw_interval_done}.
 */
final class BbrPoliced {
  private static final int INTERVAL_MIN_RTTS = 4;
  private static final int LOSS_THRESH = 50;
  private static final int BW_RATIO = Bbr.UNIT / 8;
  private static final int BW_DIFF_BYTES = 4000 / 8;
  private static final int BW_MAX_RTTS = 48;
  private static final int US_PER_MS = 1000;

  private boolean sampling;
  private boolean used;
  private int rttCnt;
  private long bw;
  private int lastDelivered;
  private int lastStampMs;
  private int lastLost;

  /** {@code lt_use_bw}. */
  boolean isUsed() {
    return used;
  }

  /** {@code lt_bw}. */
  long bandwidth() {
    return bw;
  }

  /** {@code bbr_reset_lt_bw_sampling}. */
  void reset(TcpSock tp) {
    bw = 0;
    used = false;
    sampling = false;
    resetInterval(tp);
  }

  private void resetInterval(TcpSock tp) {
    lastStampMs = (int) (tp.deliveredMstamp / US_PER_MS);
    lastDelivered = tp.delivered;
    lastLost = tp.lost;
    rttCnt = 0;
  }

  /**
   * {@code bbr_lt_bw_sampling}.
   *
   * @return whether the bandwidth of the policer is not believed any more
   */
  boolean sample(TcpSock tp, Bbr bbr, int losses, boolean appLimited) {
    if (used) {
      if (bbr.mode == Bbr.Mode.PROBE_BW && bbr.roundStart && ++rttCnt >= BW_MAX_RTTS) {
        reset(tp);
        return true;
      }
      return false;
    }
    if (!sampling) {
      if (losses == 0) {
        return false;
      }
      resetInterval(tp);
      sampling = true;
    }
    if (appLimited) {
      reset(tp);
      return false;
    }
    if (bbr.roundStart) {
      rttCnt++;
    }
    if (rttCnt < INTERVAL_MIN_RTTS) {
      return false;
    }
    if (rttCnt > 4 * INTERVAL_MIN_RTTS) {
      reset(tp);
      return false;
    }
    if (losses != 0) {
      measure(tp, bbr);
    }
    return false;
  }

  private void measure(TcpSock tp, Bbr bbr) {
    long lost = tp.lost - lastLost & 0xffff_ffffL;
    long delivered = tp.delivered - lastDelivered & 0xffff_ffffL;
    if (delivered == 0 || lost << Bbr.SCALE < LOSS_THRESH * delivered) {
      return;
    }
    int ms = (int) (tp.deliveredMstamp / US_PER_MS) - lastStampMs;
    if (ms < 1) {
      return;
    }
    if (ms >= 0xffff_ffffL / US_PER_MS) {
      reset(tp);
      return;
    }
    intervalDone(tp, bbr, delivered * Bbr.BW_UNIT / ((long) ms * US_PER_MS));
  }

  private void intervalDone(TcpSock tp, Bbr bbr, long now) {
    if (bw != 0) {
      long diff = Math.abs(now - bw);
      if (diff * Bbr.UNIT <= BW_RATIO * bw
          || TcpBbr.bytesPerSec(tp, diff, Bbr.UNIT) <= BW_DIFF_BYTES) {
        bw = (now + bw) >> 1;
        used = true;
        bbr.pacingGain = Bbr.UNIT;
        rttCnt = 0;
        return;
      }
    }
    bw = now;
    resetInterval(tp);
  }
}
