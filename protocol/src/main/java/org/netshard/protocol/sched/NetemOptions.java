package org.netshard.protocol.sched;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.sched.Prandom.Correlated;

/**
 * What {@code netem} is told to do to packets. Probabilities are parts of 2^32.
 *
 * <p><b>Source:</b> {@code net/sched/sch_netem.c}: {@code netem_change}, {@code netem_dump}; {@code
 * include/uapi/linux/pkt_sched.h}, {@code struct tc_netem_qopt}.
 *
 * <p><b>Differs from Linux:</b> models of loss with states ({@code loss state}, {@code loss
 * gemodel}), {@code slot} and {@code ecn} fail with EOPNOTSUPP.
 */
final class NetemOptions {
  /** Nanoseconds of a tick of {@code psched}. */
  static final int TICK_NS = 64;

  static final int QOPT_BYTES = 24;
  private static final int TCA_NETEM_MAX = 14;
  private static final int DIST_MAX = 16_384;
  private static final int RATE_BYTES = 16;
  private static final int CORR_BYTES = 12;
  private static final int PAIR_BYTES = 8;

  long latencyNs;
  long jitterNs;
  int limit;
  int loss;
  int gap;
  int duplicate;
  int reorder;
  int corrupt;

  /** Bytes a second, 0 for no limit. */
  long rate;

  int packetOverhead;
  int cellSize;
  int cellOverhead;
  final Correlated delayCor = new Correlated();
  final Correlated lossCor = new Correlated();
  final Correlated dupCor = new Correlated();
  final Correlated reorderCor = new Correlated();
  final Correlated corruptCor = new Correlated();

  /** Values of the distribution of delays, or null for a uniform one. */
  short @Nullable [] delayDist;

  private long seed;
  Prandom random = new Prandom(0);

  /**
   * {@code netem_change}.
   *
   * <p><b>Errors:</b> EINVAL for options that are too short or a table that is too long, EOPNOTSUPP
   * for what is left out.
   */
  int change(@Nullable NlAttr options, Machine machine, ExtAck ext) {
    if (options == null || options.length() < QOPT_BYTES) {
      return Errno.EINVAL.negated();
    }
    NlAttrs tb = options.nestedBehind(QOPT_BYTES, TCA_NETEM_MAX);
    boolean leftOut =
        tb.has(PktSched.TCA_NETEM_LOSS)
            || tb.has(PktSched.TCA_NETEM_SLOT)
            || tb.has(PktSched.TCA_NETEM_SLOT_DIST)
            || tb.getInt(PktSched.TCA_NETEM_ECN) != 0;
    if (leftOut) {
      machine.leftOut("netem loss state, gemodel, slot and ecn are not simulated: EOPNOTSUPP");
      return ext.fail(Errno.EOPNOTSUPP, "netem: not simulated");
    }
    if (tooShort(tb, PktSched.TCA_NETEM_CORR, CORR_BYTES)
        || tooShort(tb, PktSched.TCA_NETEM_REORDER, PAIR_BYTES)
        || tooShort(tb, PktSched.TCA_NETEM_CORRUPT, PAIR_BYTES)
        || tooShort(tb, PktSched.TCA_NETEM_RATE, RATE_BYTES)) {
      return Errno.EINVAL.negated();
    }
    NlAttr dist = tb.get(PktSched.TCA_NETEM_DELAY_DIST);
    if (dist != null && !setDist(dist.bytes())) {
      return Errno.EINVAL.negated();
    }
    latencyNs = Integer.toUnsignedLong(options.getInt(0)) * TICK_NS;
    limit = options.getInt(4);
    loss = options.getInt(8);
    gap = options.getInt(12);
    duplicate = options.getInt(16);
    jitterNs = Integer.toUnsignedLong(options.getInt(20)) * TICK_NS;
    if (gap != 0) {
      // Of programs that know no probability of it.
      reorder = -1;
    }
    set(tb, machine);
    jitterNs = Math.min(Math.abs(jitterNs), Integer.MAX_VALUE);
    NlAttr given = tb.get(PktSched.TCA_NETEM_PRNG_SEED);
    seed =
        given == null
            ? ((long) any(machine) << 32) | (any(machine) & 0xffff_ffffL)
            : given.getLong();
    random = new Prandom(seed);
    return 0;
  }

  private static boolean tooShort(NlAttrs tb, int type, int bytes) {
    NlAttr attr = tb.get(type);
    return attr != null && attr.length() < bytes;
  }

  private boolean setDist(byte[] bytes) {
    int count = bytes.length / Short.BYTES;
    if (count == 0 || count > DIST_MAX) {
      return false;
    }
    short[] table = new short[count];
    for (int i = 0; i < count; i++) {
      table[i] = (short) ((bytes[2 * i] & 0xff) | (bytes[2 * i + 1] << 8));
    }
    delayDist = table;
    return true;
  }

  private void set(NlAttrs tb, Machine machine) {
    NlAttr corr = tb.get(PktSched.TCA_NETEM_CORR);
    if (corr != null) {
      delayCor.init(corr.getInt(0), any(machine));
      lossCor.init(corr.getInt(4), any(machine));
      dupCor.init(corr.getInt(8), any(machine));
    }
    NlAttr pair = tb.get(PktSched.TCA_NETEM_REORDER);
    if (pair != null) {
      reorder = pair.getInt(0);
      reorderCor.init(pair.getInt(4), any(machine));
    }
    pair = tb.get(PktSched.TCA_NETEM_CORRUPT);
    if (pair != null) {
      corrupt = pair.getInt(0);
      corruptCor.init(pair.getInt(4), any(machine));
    }
    NlAttr speed = tb.get(PktSched.TCA_NETEM_RATE);
    if (speed != null) {
      rate = Integer.toUnsignedLong(speed.getInt(0));
      packetOverhead = speed.getInt(4);
      cellSize = speed.getInt(8);
      cellOverhead = speed.getInt(12);
    }
    NlAttr large = tb.get(PktSched.TCA_NETEM_RATE64);
    if (large != null) {
      rate = Math.max(rate, large.getLong());
    }
    large = tb.get(PktSched.TCA_NETEM_LATENCY64);
    if (large != null) {
      latencyNs = large.getLong();
    }
    large = tb.get(PktSched.TCA_NETEM_JITTER64);
    if (large != null) {
      jitterNs = large.getLong();
    }
  }

  /** {@code get_random_u32}. */
  private static int any(Machine machine) {
    return (machine.randomBelow(1 << 16) << 16) | machine.randomBelow(1 << 16);
  }

  /** {@code netem_dump}. */
  void dump(NlMsg out) {
    int options = out.nest(RtmQdisc.TCA_OPTIONS);
    out.putInt(ticks(latencyNs)).putInt(limit).putInt(loss).putInt(gap).putInt(duplicate);
    out.putInt(ticks(jitterNs));
    attrLong(out, PktSched.TCA_NETEM_LATENCY64, latencyNs);
    attrLong(out, PktSched.TCA_NETEM_JITTER64, jitterNs);
    int nest = out.nest(PktSched.TCA_NETEM_CORR);
    out.putInt(delayCor.rho).putInt(lossCor.rho).putInt(dupCor.rho).nestEnd(nest);
    nest = out.nest(PktSched.TCA_NETEM_REORDER);
    out.putInt(reorder).putInt(reorderCor.rho).nestEnd(nest);
    nest = out.nest(PktSched.TCA_NETEM_CORRUPT);
    out.putInt(corrupt).putInt(corruptCor.rho).nestEnd(nest);
    boolean large = rate >= 1L << 32;
    if (large) {
      attrLong(out, PktSched.TCA_NETEM_RATE64, rate);
    }
    nest = out.nest(PktSched.TCA_NETEM_RATE);
    out.putInt(large ? -1 : (int) rate);
    out.putInt(packetOverhead).putInt(cellSize).putInt(cellOverhead).nestEnd(nest);
    attrLong(out, PktSched.TCA_NETEM_PRNG_SEED, seed);
    out.nestEnd(options);
  }

  private static int ticks(long ns) {
    return (int) Math.min(ns / TICK_NS, 0xffff_ffffL);
  }

  private static void attrLong(NlMsg out, int type, long value) {
    int nest = out.nest(type);
    out.putLong(value).nestEnd(nest);
  }
}
