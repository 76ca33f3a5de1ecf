package org.netshard.protocol.abi;

/**
 * Options of queueing disciplines, as messages have them.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/pkt_sched.h}.
 */
public final class PktSched {
  private PktSched() {}

  // netem.

  public static final int TCA_NETEM_CORR = 1;
  public static final int TCA_NETEM_DELAY_DIST = 2;
  public static final int TCA_NETEM_REORDER = 3;
  public static final int TCA_NETEM_CORRUPT = 4;
  public static final int TCA_NETEM_LOSS = 5;
  public static final int TCA_NETEM_RATE = 6;
  public static final int TCA_NETEM_ECN = 7;
  public static final int TCA_NETEM_RATE64 = 8;
  public static final int TCA_NETEM_LATENCY64 = 10;
  public static final int TCA_NETEM_JITTER64 = 11;
  public static final int TCA_NETEM_SLOT = 12;
  public static final int TCA_NETEM_SLOT_DIST = 13;
  public static final int TCA_NETEM_PRNG_SEED = 14;

  // tbf.

  public static final int TCA_TBF_PARMS = 1;
  public static final int TCA_TBF_RTAB = 2;
  public static final int TCA_TBF_PTAB = 3;
  public static final int TCA_TBF_RATE64 = 4;
  public static final int TCA_TBF_PRATE64 = 5;
  public static final int TCA_TBF_BURST = 6;
  public static final int TCA_TBF_PBURST = 7;
  public static final int TCA_TBF_PAD = 8;

  // fq.

  public static final int TCA_FQ_PLIMIT = 1;
  public static final int TCA_FQ_FLOW_PLIMIT = 2;
  public static final int TCA_FQ_QUANTUM = 3;
  public static final int TCA_FQ_INITIAL_QUANTUM = 4;
  public static final int TCA_FQ_RATE_ENABLE = 5;
  public static final int TCA_FQ_FLOW_DEFAULT_RATE = 6;
  public static final int TCA_FQ_FLOW_MAX_RATE = 7;
  public static final int TCA_FQ_BUCKETS_LOG = 8;
  public static final int TCA_FQ_FLOW_REFILL_DELAY = 9;
  public static final int TCA_FQ_ORPHAN_MASK = 10;
  public static final int TCA_FQ_LOW_RATE_THRESHOLD = 11;
  public static final int TCA_FQ_CE_THRESHOLD = 12;
  public static final int TCA_FQ_TIMER_SLACK = 13;
  public static final int TCA_FQ_HORIZON = 14;
  public static final int TCA_FQ_HORIZON_DROP = 15;
  public static final int TCA_FQ_PRIOMAP = 16;
  public static final int TCA_FQ_WEIGHTS = 17;
  public static final int TCA_FQ_OFFLOAD_HORIZON = 18;
}
