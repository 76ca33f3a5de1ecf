package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;

/**
 * What a {@code netem} does to packets. Probabilities and correlations are fractions of 2^32,
 * unsigned.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/pkt_sched.h}, {@code struct tc_netem_qopt}; {@code
 * net/sched/sch_netem.c}, {@code netem_change}.
 *
 * @param latencyNs delay, nanoseconds
 * @param jitterNs how far the delay goes up and down, nanoseconds
 * @param delayCorr correlation of delays
 * @param limit packets that it holds at most
 * @param loss probability that a packet is lost
 * @param lossCorr correlation of losses
 * @param gap each so many-th packet, of which {@code reorder} is asked, goes first; 0 for none
 * @param duplicate probability that a packet is sent twice
 * @param duplicateCorr correlation of those
 * @param reorder probability that such a packet does go first
 * @param reorderCorr correlation of those
 * @param corrupt probability that a bit of a packet is changed
 * @param corruptCorr correlation of those
 * @param rate bytes per second, or 0 for any
 * @param overhead bytes that count with each packet
 * @param seed of its random numbers, or null for one of the kernel's
 */
public record NetemOptions(
    long latencyNs,
    long jitterNs,
    int delayCorr,
    int limit,
    int loss,
    int lossCorr,
    int gap,
    int duplicate,
    int duplicateCorr,
    int reorder,
    int reorderCorr,
    int corrupt,
    int corruptCorr,
    long rate,
    int overhead,
    @Nullable Long seed) {
  /** Bytes of {@code struct tc_netem_qopt}. */
  static final int QOPT_BYTES = 24;

  /** {@code PSCHED_SHIFT}: a tick is 64 ns. */
  public static final int TICK_SHIFT = 6;

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
  public static final int TCA_NETEM_PRNG_SEED = 14;

  /**
   * Checks {@code TCA_OPTIONS}.
   *
   * <p><b>Errors</b>, in order: EINVAL without options and for short ones; EOPNOTSUPP for what is
   * not simulated: distributions, models of loss, marks instead of losses, slots.
   */
  static int check(@Nullable NlAttr attr, ExtAck ext) {
    if (attr == null || attr.length() < QOPT_BYTES) {
      return Errno.EINVAL.negated();
    }
    NlAttrs tb = attr.nestedBehind(QOPT_BYTES, TCA_NETEM_PRNG_SEED);
    boolean more =
        tb.has(TCA_NETEM_DELAY_DIST)
            || tb.has(TCA_NETEM_LOSS)
            || tb.has(TCA_NETEM_ECN)
            || tb.has(TCA_NETEM_SLOT);
    return more ? ext.fail(Errno.EOPNOTSUPP, "an option of netem that is not simulated") : 0;
  }

  /** Reads {@code TCA_OPTIONS} that were checked. */
  static NetemOptions of(NlAttr attr) {
    NlAttrs tb = attr.nestedBehind(QOPT_BYTES, TCA_NETEM_PRNG_SEED);
    NlAttr rate = tb.get(TCA_NETEM_RATE);
    NlAttr rate64 = tb.get(TCA_NETEM_RATE64);
    long bytesPerSecond = rate == null ? 0 : Integer.toUnsignedLong(rate.getInt());
    NlAttr latency64 = tb.get(TCA_NETEM_LATENCY64);
    NlAttr jitter64 = tb.get(TCA_NETEM_JITTER64);
    NlAttr seed = tb.get(TCA_NETEM_PRNG_SEED);
    boolean reorders = tb.has(TCA_NETEM_REORDER);
    int gap = attr.getInt(12);
    return new NetemOptions(
        latency64 == null ? ticks(attr.getInt(0)) : latency64.getLong(),
        Math.abs(jitter64 == null ? ticks(attr.getInt(20)) : jitter64.getLong()),
        at(tb, TCA_NETEM_CORR, 0),
        attr.getInt(4),
        attr.getInt(8),
        at(tb, TCA_NETEM_CORR, 4),
        gap,
        attr.getInt(16),
        at(tb, TCA_NETEM_CORR, 8),
        // For compatibility, a gap without a probability means always.
        reorders ? at(tb, TCA_NETEM_REORDER, 0) : gap != 0 ? ~0 : 0,
        at(tb, TCA_NETEM_REORDER, 4),
        at(tb, TCA_NETEM_CORRUPT, 0),
        at(tb, TCA_NETEM_CORRUPT, 4),
        rate64 == null ? bytesPerSecond : Math.max(bytesPerSecond, rate64.getLong()),
        at(tb, TCA_NETEM_RATE, 4),
        seed == null ? null : seed.getLong());
  }

  /** The same with another seed. */
  public NetemOptions withSeed(long newSeed) {
    return new NetemOptions(
        latencyNs,
        jitterNs,
        delayCorr,
        limit,
        loss,
        lossCorr,
        gap,
        duplicate,
        duplicateCorr,
        reorder,
        reorderCorr,
        corrupt,
        corruptCorr,
        rate,
        overhead,
        newSeed);
  }

  private static long ticks(int ticks) {
    return Integer.toUnsignedLong(ticks) << TICK_SHIFT;
  }

  private static int at(NlAttrs tb, int type, int at) {
    NlAttr attr = tb.get(type);
    return attr == null || attr.length() < at + Integer.BYTES ? 0 : attr.getInt(at);
  }
}
