package org.netshard.node.scenario;

import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.netlink.NlMsg;

/**
 * What a line of {@code tc} says to {@code netem}.
 *
 * <p><b>Source:</b> iproute2, {@code tc/q_netem.c}.
 */
final class TcNetem {
  private static final String NETEM =
      "limit N, delay TIME [JITTER [CORR]] [distribution uniform|normal], loss [random] PCT [CORR],"
          + " duplicate PCT [CORR], corrupt PCT [CORR], reorder PCT [CORR] [gap N], rate RATE, seed"
          + " N";

  private static final int LIMIT_DEFAULT = 1000;

  private TcNetem() {}

  /** What is asked of {@code netem}. */
  private static final class Wanted {
    int limit = LIMIT_DEFAULT;
    long latencyNs;
    long jitterNs;
    int delayCorr;
    int loss;
    int lossCorr;
    int duplicate;
    int dupCorr;
    int reorder;
    int reorderCorr;
    int gap;
    int corrupt;
    int corruptCorr;
    long rate;
    boolean normal;
    boolean hasSeed;
    long seed;
  }

  /** Reads what is left of a line, and adds the options, unless the line deletes. */
  static void options(TcWords words, NlMsg out, boolean deletes) throws BadWordException {
    Wanted q = new Wanted();
    while (words.more()) {
      option(words, q, words.next(""));
    }
    if (deletes) {
      return;
    }
    if (q.reorder != 0 && q.latencyNs == 0) {
      throw words.badHere("reordering is not possible without a delay");
    }
    if (q.gap > 0 && q.reorder == 0) {
      throw words.badHere("gap without a probability of reordering");
    }
    if (q.normal && (q.latencyNs == 0 || q.jitterNs == 0)) {
      throw words.badHere("a distribution without a delay and a jitter");
    }
    if (q.reorder != 0 && q.gap == 0) {
      q.gap = 1;
    }
    message(out, q);
  }

  private static void option(TcWords words, Wanted q, String key) throws BadWordException {
    switch (key) {
      case "limit" -> q.limit = (int) words.u32("limit");
      case "delay", "latency" -> {
        q.latencyNs = words.time();
        if (words.isNumber()) {
          q.jitterNs = words.time();
          q.delayCorr = words.correlation();
        }
      }
      case "loss", "drop" -> {
        words.skip("random");
        q.loss = words.percent();
        q.lossCorr = words.correlation();
      }
      case "duplicate" -> {
        q.duplicate = words.percent();
        q.dupCorr = words.correlation();
      }
      case "corrupt" -> {
        q.corrupt = words.percent();
        q.corruptCorr = words.correlation();
      }
      case "reorder" -> {
        q.reorder = words.percent();
        q.reorderCorr = words.correlation();
      }
      case "gap" -> q.gap = (int) words.u32("gap");
      case "rate" -> q.rate = words.rate();
      case "seed" -> {
        q.hasSeed = true;
        q.seed = words.u32("seed");
      }
      case "distribution" -> {
        String name = words.next("a distribution");
        q.normal = name.equals("normal");
        if (!q.normal && !name.equals("uniform")) {
          throw words.wrong("distribution `" + name + "`", "uniform, normal");
        }
      }
      default -> throw words.wrong("`" + key + "` of netem", NETEM);
    }
  }

  private static void message(NlMsg out, Wanted q) {
    int options = out.nest(TcNotation.TCA_OPTIONS);
    out.putInt(TcWords.ticks(q.latencyNs)).putInt(q.limit).putInt(q.loss).putInt(q.gap);
    out.putInt(q.duplicate).putInt(TcWords.ticks(q.jitterNs));
    if (q.delayCorr != 0 || q.lossCorr != 0 || q.dupCorr != 0) {
      int nest = out.nest(PktSched.TCA_NETEM_CORR);
      out.putInt(q.delayCorr).putInt(q.lossCorr).putInt(q.dupCorr).nestEnd(nest);
    }
    if (q.reorder != 0) {
      int nest = out.nest(PktSched.TCA_NETEM_REORDER);
      out.putInt(q.reorder).putInt(q.reorderCorr).nestEnd(nest);
    }
    if (q.corrupt != 0) {
      int nest = out.nest(PktSched.TCA_NETEM_CORRUPT);
      out.putInt(q.corrupt).putInt(q.corruptCorr).nestEnd(nest);
    }
    if (q.rate > TcWords.U32_MAX) {
      TcWords.putLong(out, PktSched.TCA_NETEM_RATE64, q.rate);
    }
    if (q.rate != 0) {
      int nest = out.nest(PktSched.TCA_NETEM_RATE);
      out.putInt(q.rate > TcWords.U32_MAX ? -1 : (int) q.rate).putInt(0).putInt(0).putInt(0);
      out.nestEnd(nest);
    }
    if (q.latencyNs / TcWords.TICK_NS > TcWords.U32_MAX) {
      TcWords.putLong(out, PktSched.TCA_NETEM_LATENCY64, q.latencyNs);
    }
    if (q.jitterNs / TcWords.TICK_NS > TcWords.U32_MAX) {
      TcWords.putLong(out, PktSched.TCA_NETEM_JITTER64, q.jitterNs);
    }
    if (q.normal) {
      int nest = out.nest(PktSched.TCA_NETEM_DELAY_DIST);
      for (short value : NormalDist.TABLE) {
        out.putShort(value);
      }
      out.nestEnd(nest);
    }
    if (q.hasSeed) {
      TcWords.putLong(out, PktSched.TCA_NETEM_PRNG_SEED, q.seed);
    }
    out.nestEnd(options);
  }
}
