package org.netshard.node.scenario;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;

/**
 * Lines of {@code tc qdisc} as messages of NETLINK_ROUTE, in iproute2's own syntax.
 *
 * <p><b>Source:</b> iproute2, {@code tc/tc_qdisc.c}, {@code tc/q_netem.c}, {@code tc/q_fifo.c},
 * {@code tc/tc_util.c}, {@code lib/utils.c}.
 */
final class TcNotation extends CommandWords {
  static final String ALLOWED =
      "tc qdisc add|change|replace|del dev lo root [handle H:] netem|pfifo|bfifo …, each also as tc"
          + " -n NAME …";

  private static final String NETEM =
      "limit N, delay TIME [JITTER [CORR]] [distribution uniform|normal], loss [random] PCT [CORR],"
          + " duplicate PCT [CORR], corrupt PCT [CORR], reorder PCT [CORR] [gap N], rate RATE, seed"
          + " N";

  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_DELQDISC = 37;
  private static final int TCA_KIND = 1;
  private static final int TCA_OPTIONS = 2;
  private static final int TC_H_ROOT = -1;
  private static final int TCA_NETEM_CORR = 1;
  private static final int TCA_NETEM_DELAY_DIST = 2;
  private static final int TCA_NETEM_REORDER = 3;
  private static final int TCA_NETEM_CORRUPT = 4;
  private static final int TCA_NETEM_RATE = 6;
  private static final int TCA_NETEM_RATE64 = 8;
  private static final int TCA_NETEM_LATENCY64 = 10;
  private static final int TCA_NETEM_JITTER64 = 11;
  private static final int TCA_NETEM_PRNG_SEED = 14;
  private static final int TICK_NS = 64;
  private static final int LIMIT_DEFAULT = 1000;
  private static final long U32_MAX = 0xffff_ffffL;
  private static final Map<String, Long> TIMES =
      Map.ofEntries(
          Map.entry("", 1_000L),
          Map.entry("s", 1_000_000_000L),
          Map.entry("sec", 1_000_000_000L),
          Map.entry("secs", 1_000_000_000L),
          Map.entry("ms", 1_000_000L),
          Map.entry("msec", 1_000_000L),
          Map.entry("msecs", 1_000_000L),
          Map.entry("us", 1_000L),
          Map.entry("usec", 1_000L),
          Map.entry("usecs", 1_000L),
          Map.entry("ns", 1L),
          Map.entry("nsec", 1L),
          Map.entry("nsecs", 1L));

  private TcNotation(List<String> words, Map<String, Integer> devices) {
    super(words, devices, ALLOWED);
  }

  /**
   * Reads a line.
   *
   * @param words the words behind {@code tc}, without {@code -n NAME}
   * @param devices the indexes of the devices that are there, by name
   * @return the message, in hexadecimal digits
   */
  static String message(List<String> words, Map<String, Integer> devices) throws BadWordException {
    return HexFormat.of().formatHex(new TcNotation(words, devices).read());
  }

  private byte[] read() throws BadWordException {
    String object = next("`qdisc`");
    if (object.isEmpty() || !"qdisc".startsWith(object)) {
      throw wrong("`tc " + object + "`");
    }
    String verb = next("`add` or `del`");
    int flags =
        switch (verb) {
          case "add" -> Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
          case "replace" -> Nl.NLM_F_CREATE | Nl.NLM_F_REPLACE;
          case "change", "del", "delete" -> 0;
          default -> throw wrong("`tc qdisc " + verb + "`");
        };
    int type = verb.startsWith("del") ? RTM_DELQDISC : RTM_NEWQDISC;
    int ifindex = 0;
    int handle = 0;
    int parent = 0;
    String kind = "";
    while (kind.isEmpty() && more()) {
      String key = next("");
      switch (key) {
        case "dev" -> ifindex = device();
        case "root" -> parent = TC_H_ROOT;
        case "handle" -> handle = handle();
        default -> kind = key;
      }
    }
    if (ifindex == 0) {
      throw missing("`dev lo`");
    }
    if (parent == 0) {
      throw missing("`root`");
    }
    int header = Nl.NLM_F_REQUEST | Nl.NLM_F_ACK | flags;
    NlMsg out = new NlMsg().begin(type, header, 1, 0);
    out.putInt(0).putInt(ifindex).putInt(handle).putInt(parent).putInt(0);
    if (kind.isEmpty()) {
      if (type == RTM_NEWQDISC) {
        throw missing("a kind");
      }
      return NlMsg.done(out);
    }
    out.attrText(TCA_KIND, kind);
    switch (kind) {
      case "netem" -> netem(out, type == RTM_DELQDISC);
      case "pfifo", "bfifo" -> fifo(out, kind);
      default -> {
        // The kernel says that it has no such kind; what its options mean, nobody knows.
        if (more()) {
          throw wrong("queueing discipline `" + kind + "` with options");
        }
      }
    }
    return NlMsg.done(out);
  }

  /** The word that was read last is not understood. */
  private BadWordException wrong(String what, String allowed) {
    return bad(what + " is not simulated; allowed are " + allowed);
  }

  private BadWordException bad(String word, String what) {
    return bad("`" + word + "` is no " + what);
  }

  /** {@code get_qdisc_handle}: {@code MAJOR:} in hexadecimal digits. */
  private int handle() throws BadWordException {
    String word = next("a handle");
    int colon = word.indexOf(':');
    try {
      int major = Integer.parseInt(colon < 0 ? word : word.substring(0, colon), 16);
      if (major < 0 || major > 0xffff) {
        throw bad(word, "handle, such as 1:");
      }
      return major << 16;
    } catch (NumberFormatException e) {
      throw bad(word, "handle, such as 1:");
    }
  }

  private long u32(String what) throws BadWordException {
    String word = next(what);
    try {
      long number = Long.decode(word);
      if (number < 0 || number > U32_MAX) {
        throw bad(word, "number for " + what);
      }
      return number;
    } catch (NumberFormatException e) {
      throw bad(word, "number for " + what);
    }
  }

  private void fifo(NlMsg out, String kind) throws BadWordException {
    while (more()) {
      String key = next("");
      if (!key.equals("limit")) {
        throw wrong("`" + key + "` of " + kind, "limit N");
      }
      out.attrInt(TCA_OPTIONS, (int) u32("limit"));
    }
  }

  /** A word that begins with a number, which the line goes on with. */
  private boolean isNumber() {
    return !peek().isEmpty() && Character.isDigit(peek().charAt(0));
  }

  /** A number and the unit behind it. */
  private record Quantity(BigDecimal number, String unit) {}

  private Quantity quantity(String word, String what) throws BadWordException {
    int end = 0;
    while (end < word.length() && "0123456789.".indexOf(word.charAt(end)) >= 0) {
      end++;
    }
    try {
      return new Quantity(new BigDecimal(word.substring(0, end)), word.substring(end));
    } catch (NumberFormatException e) {
      throw bad(word, what);
    }
  }

  /** {@code get_time64}: nanoseconds. */
  private long time() throws BadWordException {
    String word = next("a time");
    Quantity quantity = quantity(word, "time, such as 10ms");
    Long unit = TIMES.get(quantity.unit());
    if (unit == null) {
      throw bad(word, "time, such as 10ms");
    }
    return quantity.number().multiply(BigDecimal.valueOf(unit)).longValue();
  }

  /** {@code get_percent}: a part of 2^32. */
  private int percent() throws BadWordException {
    String word = next("a percentage");
    Quantity quantity = quantity(word, "percentage, such as 0.5%");
    boolean unit = quantity.unit().isEmpty() || quantity.unit().equals("%");
    if (!unit || quantity.number().compareTo(BigDecimal.valueOf(100)) > 0) {
      throw bad(word, "percentage, such as 0.5%");
    }
    BigDecimal part = quantity.number().multiply(BigDecimal.valueOf(U32_MAX)).movePointLeft(2);
    return (int) part.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }

  private int correlation() throws BadWordException {
    return isNumber() ? percent() : 0;
  }

  /** {@code get_rate64}: bytes a second. */
  private long rate() throws BadWordException {
    String word = next("a rate");
    Quantity quantity = quantity(word, "rate, such as 10mbit");
    String unit = quantity.unit().toLowerCase(Locale.ROOT);
    boolean bytes = unit.endsWith("bps");
    boolean known = unit.isEmpty() || bytes || unit.endsWith("bit");
    String prefix = unit.isEmpty() ? "" : unit.substring(0, Math.max(0, unit.length() - 3));
    boolean binary = prefix.endsWith("i");
    int power = "kmgt".indexOf(binary ? prefix.substring(0, prefix.length() - 1) : prefix) + 1;
    boolean plain = prefix.isEmpty();
    if (!known || (!plain && (power == 0 || prefix.length() > 2 || prefix.equals("i")))) {
      throw bad(word, "rate, such as 10mbit");
    }
    BigDecimal scale = BigDecimal.valueOf(binary ? 1024 : 1000).pow(plain ? 0 : power);
    BigDecimal bits = quantity.number().multiply(scale).multiply(BigDecimal.valueOf(bytes ? 8 : 1));
    return bits.divide(BigDecimal.valueOf(8), 0, RoundingMode.DOWN).longValueExact();
  }

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

  private void netem(NlMsg out, boolean deletes) throws BadWordException {
    Wanted q = new Wanted();
    while (more()) {
      netemOption(q, next(""));
    }
    if (deletes) {
      return;
    }
    if (q.reorder != 0 && q.latencyNs == 0) {
      throw badHere("reordering is not possible without a delay");
    }
    if (q.gap > 0 && q.reorder == 0) {
      throw badHere("gap without a probability of reordering");
    }
    if (q.normal && (q.latencyNs == 0 || q.jitterNs == 0)) {
      throw badHere("a distribution without a delay and a jitter");
    }
    if (q.reorder != 0 && q.gap == 0) {
      q.gap = 1;
    }
    options(out, q);
  }

  private void netemOption(Wanted q, String key) throws BadWordException {
    switch (key) {
      case "limit" -> q.limit = (int) u32("limit");
      case "delay", "latency" -> {
        q.latencyNs = time();
        if (isNumber()) {
          q.jitterNs = time();
          q.delayCorr = correlation();
        }
      }
      case "loss", "drop" -> {
        skip("random");
        q.loss = percent();
        q.lossCorr = correlation();
      }
      case "duplicate" -> {
        q.duplicate = percent();
        q.dupCorr = correlation();
      }
      case "corrupt" -> {
        q.corrupt = percent();
        q.corruptCorr = correlation();
      }
      case "reorder" -> {
        q.reorder = percent();
        q.reorderCorr = correlation();
      }
      case "gap" -> q.gap = (int) u32("gap");
      case "rate" -> q.rate = rate();
      case "seed" -> {
        q.hasSeed = true;
        q.seed = u32("seed");
      }
      case "distribution" -> {
        String name = next("a distribution");
        q.normal = name.equals("normal");
        if (!q.normal && !name.equals("uniform")) {
          throw wrong("distribution `" + name + "`", "uniform, normal");
        }
      }
      default -> throw wrong("`" + key + "` of netem", NETEM);
    }
  }

  private static void options(NlMsg out, Wanted q) {
    int options = out.nest(TCA_OPTIONS);
    out.putInt(ticks(q.latencyNs)).putInt(q.limit).putInt(q.loss).putInt(q.gap);
    out.putInt(q.duplicate).putInt(ticks(q.jitterNs));
    if (q.delayCorr != 0 || q.lossCorr != 0 || q.dupCorr != 0) {
      int nest = out.nest(TCA_NETEM_CORR);
      out.putInt(q.delayCorr).putInt(q.lossCorr).putInt(q.dupCorr).nestEnd(nest);
    }
    if (q.reorder != 0) {
      int nest = out.nest(TCA_NETEM_REORDER);
      out.putInt(q.reorder).putInt(q.reorderCorr).nestEnd(nest);
    }
    if (q.corrupt != 0) {
      int nest = out.nest(TCA_NETEM_CORRUPT);
      out.putInt(q.corrupt).putInt(q.corruptCorr).nestEnd(nest);
    }
    if (q.rate > U32_MAX) {
      putLong(out, TCA_NETEM_RATE64, q.rate);
    }
    if (q.rate != 0) {
      int nest = out.nest(TCA_NETEM_RATE);
      out.putInt(q.rate > U32_MAX ? -1 : (int) q.rate).putInt(0).putInt(0).putInt(0);
      out.nestEnd(nest);
    }
    if (q.latencyNs / TICK_NS > U32_MAX) {
      putLong(out, TCA_NETEM_LATENCY64, q.latencyNs);
    }
    if (q.jitterNs / TICK_NS > U32_MAX) {
      putLong(out, TCA_NETEM_JITTER64, q.jitterNs);
    }
    if (q.normal) {
      int nest = out.nest(TCA_NETEM_DELAY_DIST);
      for (short value : NormalDist.TABLE) {
        out.putShort(value);
      }
      out.nestEnd(nest);
    }
    if (q.hasSeed) {
      putLong(out, TCA_NETEM_PRNG_SEED, q.seed);
    }
    out.nestEnd(options);
  }

  private static int ticks(long ns) {
    return (int) Math.min(ns / TICK_NS, U32_MAX);
  }

  private static void putLong(NlMsg out, int type, long value) {
    int nest = out.nest(type);
    out.putLong(value).nestEnd(nest);
  }
}
