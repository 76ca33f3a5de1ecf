package org.netshard.node.scenario;

import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netshard.protocol.netlink.Nl;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.sched.NetemOptions;

/**
 * Lines of {@code tc qdisc} as messages of NETLINK_ROUTE, in iproute2's own syntax.
 *
 * <p><b>Source:</b> iproute2, {@code tc/tc_qdisc.c}, {@code tc/q_netem.c}, {@code tc/tc_util.c}.
 */
final class TcNotation extends CommandWords {
  static final String ALLOWED =
      "tc qdisc add|replace|change|del dev lo root netem [limit N] [delay TIME [JITTER [CORR]]]"
          + " [loss [random] PCT [CORR]] [duplicate PCT [CORR]] [corrupt PCT [CORR]]"
          + " [reorder PCT [CORR]] [gap N] [rate RATE] [seed N]";

  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_DELQDISC = 37;
  private static final int TC_H_ROOT = 0xffff_ffff;
  private static final int TCA_KIND = 1;
  private static final int TCA_OPTIONS = 2;
  private static final int LIMIT = 1000;
  private static final double UINT_MAX = 4_294_967_295.0;
  private static final Pattern TIME =
      Pattern.compile("(\\d+(?:\\.\\d+)?)(s|secs?|ms|msecs?|us|usecs?|ns|nsecs?|)");
  private static final Pattern PERCENT = Pattern.compile("(\\d+(?:\\.\\d+)?)%?");
  private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmgt]?)(i?)(bit|bps|)");

  private TcNotation(List<String> words, Map<String, Integer> devices) {
    super(words, devices, ALLOWED);
  }

  /**
   * Reads a line.
   *
   * @param words the words behind {@code tc}
   * @param devices the indexes of the devices that are there, by name
   * @return the message, in hexadecimal digits
   */
  static String message(List<String> words, Map<String, Integer> devices) throws BadWordException {
    return HexFormat.of().formatHex(new TcNotation(words, devices).read());
  }

  private byte[] read() throws BadWordException {
    String object = next("an object");
    if (!object.equals("qdisc")) {
      throw wrong("`tc " + object + "`");
    }
    String verb = next("a verb, such as add");
    int flags =
        switch (verb) {
          case "add" -> Nl.NLM_F_CREATE | Nl.NLM_F_EXCL;
          case "replace" -> Nl.NLM_F_CREATE | Nl.NLM_F_REPLACE;
          case "change", "del", "delete" -> 0;
          default -> throw wrong("`tc qdisc " + verb + "`");
        };
    boolean deletes = verb.startsWith("del");
    int ifindex = 0;
    boolean root = false;
    String kind = "";
    while (kind.isEmpty() && more()) {
      String word = next("");
      switch (word) {
        case "dev" -> ifindex = device();
        case "root" -> root = true;
        default -> kind = word;
      }
    }
    if (ifindex == 0) {
      throw missing("`dev NAME`");
    }
    if (!root) {
      throw missing("`root`");
    }
    NlMsg out =
        new NlMsg()
            .begin(
                deletes ? RTM_DELQDISC : RTM_NEWQDISC,
                Nl.NLM_F_REQUEST | Nl.NLM_F_ACK | flags,
                1,
                0);
    out.putInt(0).putInt(ifindex).putInt(0).putInt(TC_H_ROOT).putInt(0);
    if (!kind.isEmpty()) {
      out.attrText(TCA_KIND, kind);
      if (kind.equals("netem")) {
        netem(out);
      }
    } else if (!deletes) {
      throw missing("a kind");
    }
    if (more()) {
      throw wrong("`" + next("") + "`");
    }
    return NlMsg.done(out);
  }

  private void netem(NlMsg out) throws BadWordException {
    int limit = LIMIT;
    long latency = 0;
    long jitter = 0;
    int loss = 0;
    int duplicate = 0;
    int gap = 0;
    long rate = 0;
    long[] seed = {};
    int[] corr = new int[3];
    int[] reorder = new int[2];
    int[] corrupt = new int[2];
    while (more()) {
      String word = next("");
      switch (word) {
        case "limit" -> limit = number("limit");
        case "gap" -> gap = number("gap");
        case "delay", "latency" -> {
          latency = time();
          if (isTime()) {
            jitter = time();
            corr[0] = optionalPercent();
          }
        }
        case "loss", "drop" -> {
          skip("random");
          loss = percent();
          corr[1] = optionalPercent();
        }
        case "duplicate" -> {
          duplicate = percent();
          corr[2] = optionalPercent();
        }
        case "reorder" -> {
          reorder[0] = percent();
          reorder[1] = optionalPercent();
        }
        case "corrupt" -> {
          corrupt[0] = percent();
          corrupt[1] = optionalPercent();
        }
        case "rate" -> rate = rate();
        case "seed" -> seed = new long[] {Integer.toUnsignedLong(number("seed"))};
        default -> throw wrong("`" + word + "` of netem");
      }
    }
    if (reorder[0] != 0 && latency == 0) {
      throw badHere("reordering not possible without specifying some delay");
    }
    if (reorder[0] != 0 && gap == 0) {
      gap = 1;
    } else if (gap > 0 && reorder[0] == 0) {
      reorder[0] = ~0;
    }
    int options = out.nest(TCA_OPTIONS);
    out.putInt((int) (latency >>> NetemOptions.TICK_SHIFT)).putInt(limit).putInt(loss);
    out.putInt(gap).putInt(duplicate).putInt((int) (jitter >>> NetemOptions.TICK_SHIFT));
    out.attr(NetemOptions.TCA_NETEM_LATENCY64, le(8, latency));
    out.attr(NetemOptions.TCA_NETEM_JITTER64, le(8, jitter));
    out.attr(NetemOptions.TCA_NETEM_CORR, le(4, corr[0], corr[1], corr[2]));
    if (reorder[0] != 0) {
      out.attr(NetemOptions.TCA_NETEM_REORDER, le(4, reorder[0], reorder[1]));
    }
    if (corrupt[0] != 0) {
      out.attr(NetemOptions.TCA_NETEM_CORRUPT, le(4, corrupt[0], corrupt[1]));
    }
    if (rate != 0) {
      out.attr(NetemOptions.TCA_NETEM_RATE64, le(8, rate));
      out.attr(NetemOptions.TCA_NETEM_RATE, le(4, Math.min(rate, 0xffff_ffffL), 0, 0, 0));
    }
    if (seed.length > 0) {
      out.attr(NetemOptions.TCA_NETEM_PRNG_SEED, le(8, seed[0]));
    }
    out.nestEnd(options);
  }

  private static byte[] le(int bytes, long... numbers) {
    NlMsg out = new NlMsg();
    for (long number : numbers) {
      if (bytes == Long.BYTES) {
        out.putLong(number);
      } else {
        out.putInt((int) number);
      }
    }
    return out.bytes();
  }

  private boolean isTime() {
    return TIME.matcher(peek()).matches();
  }

  /** Nanoseconds; a number without a unit counts microseconds. */
  private long time() throws BadWordException {
    String word = next("a time, such as 10ms");
    Matcher time = TIME.matcher(word);
    if (!time.matches()) {
      throw bad("`" + word + "` is no time, such as 10ms");
    }
    String unit = time.group(2);
    double each =
        unit.startsWith("s") ? 1e9 : unit.startsWith("m") ? 1e6 : unit.startsWith("n") ? 1 : 1e3;
    return Math.round(Double.parseDouble(time.group(1)) * each);
  }

  private int optionalPercent() throws BadWordException {
    return PERCENT.matcher(peek()).matches() ? percent() : 0;
  }

  /** A fraction of 2^32. */
  private int percent() throws BadWordException {
    String word = next("a percentage");
    Matcher percent = PERCENT.matcher(word);
    double value = percent.matches() ? Double.parseDouble(percent.group(1)) : -1;
    if (value < 0 || value > 100) {
      throw bad("`" + word + "` is no percentage, such as 1%");
    }
    return (int) (long) Math.rint(value / 100 * UINT_MAX);
  }

  /** Bytes per second; a number without a unit counts bits. */
  private long rate() throws BadWordException {
    String word = next("a rate, such as 10mbit");
    Matcher rate = RATE.matcher(word.toLowerCase(Locale.ROOT));
    if (!rate.matches()) {
      throw bad("`" + word + "` is no rate, such as 10mbit");
    }
    double base = rate.group(3).isEmpty() ? 1000 : 1024;
    int power = rate.group(2).isEmpty() ? 0 : " kmgt".indexOf(rate.group(2));
    double value = Double.parseDouble(rate.group(1)) * Math.pow(base, power);
    return Math.round(rate.group(4).equals("bps") ? value : value / Byte.SIZE);
  }
}
