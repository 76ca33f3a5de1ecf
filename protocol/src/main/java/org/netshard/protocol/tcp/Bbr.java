package org.netshard.protocol.tcp;

/**
 * What BBR keeps of a connection.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_bbr.c}, {@code struct bbr}.
 */
final class Bbr {
  /** {@code BW_SCALE}: bandwidths are packets per microsecond, shifted by so much. */
  static final int BW_SCALE = 24;

  /** {@code BW_UNIT}. */
  static final long BW_UNIT = 1L << BW_SCALE;

  /** {@code BBR_SCALE}: gains are shifted by so much. */
  static final int SCALE = 8;

  /** {@code BBR_UNIT}: a gain of 1. */
  static final int UNIT = 1 << SCALE;

  /** {@code enum bbr_mode}. */
  enum Mode {
    STARTUP,
    DRAIN,
    PROBE_BW,
    PROBE_RTT
  }

  Mode mode = Mode.STARTUP;

  /** Least round trip of the last ten seconds, microseconds; unsigned, -1 is none. */
  int minRttUs;

  int minRttStamp;

  /** When {@link Mode#PROBE_RTT} ends, jiffies; 0 if that is not known yet. */
  int probeRttDoneStamp;

  boolean probeRttRoundDone;

  /** Most bandwidth of the last ten rounds. */
  final Minmax bw = new Minmax();

  /** Rounds, each as long as packets take to be acknowledged. */
  int rttCnt;

  int nextRttDelivered;
  boolean roundStart;

  /** When the present phase of the gain cycle began, microseconds. */
  long cycleMstamp;

  int cycleIdx;
  int prevCaState;
  boolean packetConservation;
  boolean idleRestart;
  int pacingGain;
  int cwndGain;
  boolean fullBwReached;
  int fullBw;
  int fullBwCnt;
  boolean hasSeenRtt;
  int priorCwnd;

  /** How much more is acknowledged than was expected: since when, and how much. */
  long ackEpochMstamp;

  int ackEpochAcked;
  final int[] extraAcked = new int[2];
  int extraAckedWinRtts;
  int extraAckedWinIdx;

  /** Whether somebody polices the connection. */
  final BbrPoliced policed = new BbrPoliced();

  /** {@code bbr_max_bw}. */
  long maxBw() {
    return bw.get() & 0xffff_ffffL;
  }

  /** {@code bbr_bw}: the bandwidth of the path, as it is believed to be. */
  long bandwidth() {
    return policed.isUsed() ? policed.bandwidth() : maxBw();
  }
}
