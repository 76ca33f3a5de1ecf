package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlMsg;

/**
 * How {@code fq} shares a device.
 *
 * <p><b>Source:</b> {@code net/sched/sch_fq.c}: {@code fq_init}, {@code fq_change}, {@code
 * fq_load_priomap}, {@code fq_load_weights}, {@code fq_dump}.
 */
final class FqOptions {
  static final int BANDS = 3;

  private static final int TCA_FQ_MAX = 18;

  private static final int TC_PRIO_MAX = 15;
  private static final int PRIOMAP_BYTES = Integer.BYTES + TC_PRIO_MAX + 1;
  private static final int MIN_WEIGHT = 16_384;
  private static final int QUANTUM_MAX = 1 << 20;
  private static final int BUCKETS_LOG_MAX = 18;
  private static final int NS_PER_US = 1000;
  private static final int US_PER_JIFFY = 1_000_000 / SocketOptions.HZ;
  private static final long U32_MAX = 0xffff_ffffL;

  /** {@code sch_default_prio2band}. */
  private static final int[] PRIO2BAND = {1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};

  private static final NlAttrs.Rule[] POLICY = {
    NlAttrs.Rule.u32(PktSched.TCA_FQ_PLIMIT),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_FLOW_PLIMIT),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_QUANTUM),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_INITIAL_QUANTUM),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_RATE_ENABLE),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_FLOW_DEFAULT_RATE),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_FLOW_MAX_RATE),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_BUCKETS_LOG),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_FLOW_REFILL_DELAY),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_ORPHAN_MASK),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_LOW_RATE_THRESHOLD),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_CE_THRESHOLD),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_TIMER_SLACK),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_HORIZON),
    NlAttrs.Rule.u8(PktSched.TCA_FQ_HORIZON_DROP),
    NlAttrs.Rule.atLeast(PktSched.TCA_FQ_PRIOMAP, PRIOMAP_BYTES),
    NlAttrs.Rule.atMost(PktSched.TCA_FQ_PRIOMAP, PRIOMAP_BYTES),
    NlAttrs.Rule.atLeast(PktSched.TCA_FQ_WEIGHTS, BANDS * Integer.BYTES),
    NlAttrs.Rule.atMost(PktSched.TCA_FQ_WEIGHTS, BANDS * Integer.BYTES),
    NlAttrs.Rule.u32(PktSched.TCA_FQ_OFFLOAD_HORIZON),
  };

  /** {@code sch->limit}: packets of a band. */
  int limit = 10_000;

  /** {@code flow_plimit}: packets of a flow. */
  int flowLimit = 100;

  /** {@code quantum}: what a flow gets in a round, bytes. */
  int quantum;

  /** {@code initial_quantum}: what a new flow gets at first, bytes. */
  int initialQuantum;

  /** {@code rate_enable}: whether rates are kept. */
  boolean rateEnable = true;

  /** {@code flow_max_rate}: bytes a second, unsigned; all ones is no limit. */
  long flowMaxRate = -1;

  /** {@code flow_refill_delay}, jiffies: after so long an empty flow gets a quantum anew. */
  int refillDelayJiffies = 40 * SocketOptions.HZ / 1000;

  /** {@code orphan_mask}: of the hash of packets without a sock. */
  int orphanMask = 1023;

  /** {@code low_rate_threshold}: up to here each packet is delayed, bytes a second. */
  long lowRateThreshold = 550_000 / 8;

  /** {@code ce_threshold}: who is late by more is marked, nanoseconds. */
  long ceThresholdNs = U32_MAX * NS_PER_US;

  /** {@code timer_slack}, nanoseconds; a timer of virtual time has none. */
  long timerSlackNs = 10L * NS_PER_US;

  /** {@code horizon}: who wants to leave later is not taken, nanoseconds. */
  long horizonNs = 10_000_000_000L;

  /** {@code horizon_drop}: it is dropped, and not sent at the horizon. */
  boolean horizonDrop = true;

  /** {@code band_flows[].quantum}: bytes of a band in a round. */
  final int[] weights = {9 << 16, 3 << 16, 1 << 16};

  private int bucketsLog = 10;
  private final int[] prio2band = PRIO2BAND.clone();

  FqOptions(NetDevice dev) {
    int mtu = dev.mtu() + dev.kind().headerBytes();
    quantum = 2 * mtu;
    initialQuantum = 10 * mtu;
  }

  /** {@code fq_prio2band}. */
  int band(int priority) {
    return prio2band[priority & TC_PRIO_MAX];
  }

  /**
   * {@code fq_change}.
   *
   * <p><b>Errors:</b> ERANGE for one that is too short, too long or, as the initial quantum, too
   * large; EINVAL for numbers that make no sense, of which what stands before them is set.
   */
  int change(NlAttr options, ExtAck ext) {
    NlAttrs tb = options.nested(TCA_FQ_MAX);
    if (!tb.fit(POLICY) || tb.getInt(PktSched.TCA_FQ_INITIAL_QUANTUM) < 0) {
      return Errno.ERANGE.negated();
    }
    int result = numbers(tb, ext);
    if (result == 0) {
      result = priomap(tb.get(PktSched.TCA_FQ_PRIOMAP), ext);
    }
    if (result == 0) {
      result = weights(tb.get(PktSched.TCA_FQ_WEIGHTS), ext);
    }
    orphanMask = get(tb, PktSched.TCA_FQ_ORPHAN_MASK, orphanMask);
    ceThresholdNs = us(tb, PktSched.TCA_FQ_CE_THRESHOLD, ceThresholdNs);
    if (tb.has(PktSched.TCA_FQ_TIMER_SLACK)) {
      timerSlackNs = Integer.toUnsignedLong(tb.getInt(PktSched.TCA_FQ_TIMER_SLACK));
    }
    horizonNs = us(tb, PktSched.TCA_FQ_HORIZON, horizonNs);
    NlAttr drop = tb.get(PktSched.TCA_FQ_HORIZON_DROP);
    if (drop != null) {
      horizonDrop = drop.getByte() != 0;
    }
    if (tb.getInt(PktSched.TCA_FQ_OFFLOAD_HORIZON) != 0) {
      // No device here can hold packets for later (max_pacing_offload_horizon).
      result = ext.fail(Errno.EINVAL, "invalid offload_horizon");
    }
    if (result == 0) {
      bucketsLog = get(tb, PktSched.TCA_FQ_BUCKETS_LOG, bucketsLog);
    }
    return result;
  }

  private int numbers(NlAttrs tb, ExtAck ext) {
    int result = 0;
    int log = get(tb, PktSched.TCA_FQ_BUCKETS_LOG, bucketsLog);
    if (log < 1 || log > BUCKETS_LOG_MAX) {
      result = Errno.EINVAL.negated();
    }
    limit = get(tb, PktSched.TCA_FQ_PLIMIT, limit);
    flowLimit = get(tb, PktSched.TCA_FQ_FLOW_PLIMIT, flowLimit);
    int wanted = get(tb, PktSched.TCA_FQ_QUANTUM, quantum);
    if (wanted > 0 && wanted <= QUANTUM_MAX) {
      quantum = wanted;
    } else {
      result = ext.fail(Errno.EINVAL, "invalid quantum");
    }
    initialQuantum = get(tb, PktSched.TCA_FQ_INITIAL_QUANTUM, initialQuantum);
    if (tb.has(PktSched.TCA_FQ_FLOW_MAX_RATE)) {
      int rate = tb.getInt(PktSched.TCA_FQ_FLOW_MAX_RATE);
      flowMaxRate = rate == -1 ? -1 : Integer.toUnsignedLong(rate);
    }
    if (tb.has(PktSched.TCA_FQ_LOW_RATE_THRESHOLD)) {
      lowRateThreshold = Integer.toUnsignedLong(tb.getInt(PktSched.TCA_FQ_LOW_RATE_THRESHOLD));
    }
    int enable = get(tb, PktSched.TCA_FQ_RATE_ENABLE, rateEnable ? 1 : 0);
    if (enable == 0 || enable == 1) {
      rateEnable = enable == 1;
    } else {
      result = Errno.EINVAL.negated();
    }
    if (tb.has(PktSched.TCA_FQ_FLOW_REFILL_DELAY)) {
      long us = Integer.toUnsignedLong(tb.getInt(PktSched.TCA_FQ_FLOW_REFILL_DELAY));
      refillDelayJiffies = (int) ((us + US_PER_JIFFY - 1) / US_PER_JIFFY);
    }
    return result;
  }

  private static int get(NlAttrs tb, int type, int present) {
    return tb.has(type) ? tb.getInt(type) : present;
  }

  private static long us(NlAttrs tb, int type, long presentNs) {
    return tb.has(type) ? Integer.toUnsignedLong(tb.getInt(type)) * NS_PER_US : presentNs;
  }

  private int priomap(@Nullable NlAttr map, ExtAck ext) {
    if (map == null) {
      return 0;
    }
    byte[] bytes = map.bytes();
    if (map.getInt(0) != BANDS) {
      return ext.fail(Errno.EINVAL, "FQ only supports 3 bands");
    }
    for (int i = 0; i <= TC_PRIO_MAX; i++) {
      int band = bytes[Integer.BYTES + i] & 0xff;
      if (band >= BANDS) {
        String text = "FQ priomap field " + i + " maps to a too high band " + band;
        return ext.fail(Errno.EINVAL, text);
      }
    }
    for (int i = 0; i <= TC_PRIO_MAX; i++) {
      prio2band[i] = bytes[Integer.BYTES + i];
    }
    return 0;
  }

  private int weights(@Nullable NlAttr given, ExtAck ext) {
    if (given == null) {
      return 0;
    }
    for (int i = 0; i < BANDS; i++) {
      int weight = given.getInt(i * Integer.BYTES);
      if (weight < MIN_WEIGHT) {
        String text = "Weight " + weight + " less that minimum allowed " + MIN_WEIGHT;
        return ext.fail(Errno.EINVAL, text);
      }
    }
    for (int i = 0; i < BANDS; i++) {
      weights[i] = given.getInt(i * Integer.BYTES);
    }
    return 0;
  }

  /** {@code fq_dump}. */
  void dump(NlMsg out) {
    int options = out.nest(RtmQdisc.TCA_OPTIONS);
    out.attrInt(PktSched.TCA_FQ_PLIMIT, limit).attrInt(PktSched.TCA_FQ_FLOW_PLIMIT, flowLimit);
    out.attrInt(PktSched.TCA_FQ_QUANTUM, quantum)
        .attrInt(PktSched.TCA_FQ_INITIAL_QUANTUM, initialQuantum);
    out.attrInt(PktSched.TCA_FQ_RATE_ENABLE, rateEnable ? 1 : 0);
    out.attrInt(PktSched.TCA_FQ_FLOW_MAX_RATE, (int) flowMaxRate);
    out.attrInt(PktSched.TCA_FQ_FLOW_REFILL_DELAY, refillDelayJiffies * US_PER_JIFFY);
    out.attrInt(PktSched.TCA_FQ_ORPHAN_MASK, orphanMask);
    out.attrInt(PktSched.TCA_FQ_LOW_RATE_THRESHOLD, (int) lowRateThreshold);
    out.attrInt(PktSched.TCA_FQ_CE_THRESHOLD, (int) (ceThresholdNs / NS_PER_US));
    out.attrInt(PktSched.TCA_FQ_BUCKETS_LOG, bucketsLog);
    out.attrInt(PktSched.TCA_FQ_TIMER_SLACK, (int) timerSlackNs);
    out.attrInt(PktSched.TCA_FQ_HORIZON, (int) (horizonNs / NS_PER_US));
    out.attrInt(PktSched.TCA_FQ_OFFLOAD_HORIZON, 0)
        .attrByte(PktSched.TCA_FQ_HORIZON_DROP, horizonDrop ? 1 : 0);
    int nest = out.nest(PktSched.TCA_FQ_PRIOMAP);
    out.putInt(BANDS);
    for (int band : prio2band) {
      out.putByte(band);
    }
    out.nestEnd(nest);
    nest = out.nest(PktSched.TCA_FQ_WEIGHTS);
    for (int weight : weights) {
      out.putInt(weight);
    }
    out.nestEnd(nest).nestEnd(options);
  }
}
