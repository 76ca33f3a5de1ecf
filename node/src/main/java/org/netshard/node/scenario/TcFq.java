package org.netshard.node.scenario;

import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.netlink.NlMsg;

/**
 * What a line of {@code tc} says to {@code fq}.
 *
 * <p><b>Source:</b> iproute2, {@code tc/q_fq.c}.
 */
final class TcFq {
  private static final String ALLOWED =
      "limit N, flow_limit N, quantum BYTES, initial_quantum BYTES, maxrate RATE, buckets N,"
          + " [no]pacing, refill_delay TIME, low_rate_threshold RATE, orphan_mask MASK, timer_slack"
          + " TIME, ce_threshold TIME, horizon TIME, horizon_cap, horizon_drop, bands 3 priomap …,"
          + " weights W1 W2 W3";

  private static final int TCA_FQ_MAX = 17;
  private static final int BANDS = 3;
  private static final int PRIORITIES = 16;
  private static final int PRIOMAP_BYTES = 4;
  private static final long NS_PER_US = 1_000;

  /** In what order they stand in the message. */
  private static final int[] ORDER = {
    PktSched.TCA_FQ_BUCKETS_LOG,
    PktSched.TCA_FQ_PLIMIT,
    PktSched.TCA_FQ_FLOW_PLIMIT,
    PktSched.TCA_FQ_QUANTUM,
    PktSched.TCA_FQ_INITIAL_QUANTUM,
    PktSched.TCA_FQ_RATE_ENABLE,
    PktSched.TCA_FQ_FLOW_MAX_RATE,
    PktSched.TCA_FQ_FLOW_DEFAULT_RATE,
    PktSched.TCA_FQ_LOW_RATE_THRESHOLD,
    PktSched.TCA_FQ_FLOW_REFILL_DELAY,
    PktSched.TCA_FQ_ORPHAN_MASK,
    PktSched.TCA_FQ_CE_THRESHOLD,
    PktSched.TCA_FQ_TIMER_SLACK,
    PktSched.TCA_FQ_HORIZON,
    PktSched.TCA_FQ_HORIZON_DROP,
  };

  private final long[] given = new long[TCA_FQ_MAX + 1];
  private final boolean[] has = new boolean[TCA_FQ_MAX + 1];
  private final int[] priomap = new int[PRIORITIES];
  private final int[] weights = new int[BANDS];

  private TcFq() {}

  /** Reads what is left of a line, and adds the options, unless the line deletes. */
  static void options(TcWords words, NlMsg out, boolean deletes) throws BadWordException {
    TcFq q = new TcFq();
    while (words.more()) {
      q.option(words, words.next(""));
    }
    if (!deletes) {
      q.message(out);
    }
  }

  private void set(int type, long value) {
    given[type] = value;
    has[type] = true;
  }

  private void option(TcWords words, String key) throws BadWordException {
    switch (key) {
      case "limit" -> set(PktSched.TCA_FQ_PLIMIT, words.u32(key));
      case "flow_limit" -> set(PktSched.TCA_FQ_FLOW_PLIMIT, words.u32(key));
      case "buckets" -> {
        long buckets = words.u32(key);
        if (buckets == 0) {
          throw words.badHere("no buckets");
        }
        set(PktSched.TCA_FQ_BUCKETS_LOG, Long.SIZE - 1 - Long.numberOfLeadingZeros(buckets));
      }
      case "quantum" -> set(PktSched.TCA_FQ_QUANTUM, words.u32(key));
      case "initial_quantum" -> set(PktSched.TCA_FQ_INITIAL_QUANTUM, words.u32(key));
      case "maxrate" -> set(PktSched.TCA_FQ_FLOW_MAX_RATE, rate(words));
      case "defrate" -> set(PktSched.TCA_FQ_FLOW_DEFAULT_RATE, rate(words));
      case "low_rate_threshold" -> set(PktSched.TCA_FQ_LOW_RATE_THRESHOLD, rate(words));
      case "pacing" -> set(PktSched.TCA_FQ_RATE_ENABLE, 1);
      case "nopacing" -> set(PktSched.TCA_FQ_RATE_ENABLE, 0);
      case "refill_delay" -> set(PktSched.TCA_FQ_FLOW_REFILL_DELAY, words.time() / NS_PER_US);
      case "orphan_mask" -> set(PktSched.TCA_FQ_ORPHAN_MASK, words.u32(key));
      case "timer_slack" ->
          set(PktSched.TCA_FQ_TIMER_SLACK, Math.min(words.time(), TcWords.U32_MAX));
      case "ce_threshold" -> set(PktSched.TCA_FQ_CE_THRESHOLD, words.time() / NS_PER_US);
      case "horizon" -> set(PktSched.TCA_FQ_HORIZON, words.time() / NS_PER_US);
      case "horizon_cap" -> set(PktSched.TCA_FQ_HORIZON_DROP, 0);
      case "horizon_drop" -> set(PktSched.TCA_FQ_HORIZON_DROP, 1);
      case "bands" -> {
        if (words.number("bands") != BANDS) {
          throw words.bad("there are 3 bands");
        }
      }
      case "priomap" -> numbers(words, PktSched.TCA_FQ_PRIOMAP, priomap);
      case "weights" -> numbers(words, PktSched.TCA_FQ_WEIGHTS, weights);
      default -> throw words.wrong("`" + key + "` of fq", ALLOWED);
    }
  }

  /** Rates of {@code fq} have 32 bits; all ones is no limit. */
  private static long rate(TcWords words) throws BadWordException {
    return Math.min(words.rate(), TcWords.U32_MAX);
  }

  private void numbers(TcWords words, int type, int[] into) throws BadWordException {
    for (int i = 0; i < into.length; i++) {
      into[i] = words.number("one of " + into.length);
    }
    has[type] = true;
  }

  private void message(NlMsg out) {
    int options = out.nest(TcNotation.TCA_OPTIONS);
    for (int type : ORDER) {
      if (!has[type]) {
        continue;
      }
      if (type == PktSched.TCA_FQ_HORIZON_DROP) {
        out.attrByte(type, (int) given[type]);
      } else {
        out.attrInt(type, (int) given[type]);
      }
    }
    if (has[PktSched.TCA_FQ_PRIOMAP]) {
      int nest = out.nest(PktSched.TCA_FQ_PRIOMAP);
      out.putInt(BANDS);
      for (int at = 0; at < PRIORITIES; at += PRIOMAP_BYTES) {
        out.putInt(
            priomap[at] | priomap[at + 1] << 8 | priomap[at + 2] << 16 | priomap[at + 3] << 24);
      }
      out.nestEnd(nest);
    }
    if (has[PktSched.TCA_FQ_WEIGHTS]) {
      int nest = out.nest(PktSched.TCA_FQ_WEIGHTS);
      out.putInt(weights[0]).putInt(weights[1]).putInt(weights[2]).nestEnd(nest);
    }
    out.nestEnd(options);
  }
}
