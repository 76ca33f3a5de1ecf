package org.netshard.node.scenario;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netshard.protocol.netlink.NlMsg;

/**
 * The words of a line of {@code tc}, with its times, sizes and rates.
 *
 * <p><b>Source:</b> iproute2, {@code tc/tc_util.c}, {@code tc/tc_core.c}, {@code lib/utils.c}.
 */
final class TcWords extends CommandWords {
  /** Nanoseconds of a tick of {@code psched}. */
  static final int TICK_NS = 64;

  static final long U32_MAX = 0xffff_ffffL;

  private static final Map<String, Integer> SIZES =
      Map.ofEntries(
          Map.entry("", 1),
          Map.entry("b", 1),
          Map.entry("k", 1 << 10),
          Map.entry("kb", 1 << 10),
          Map.entry("m", 1 << 20),
          Map.entry("mb", 1 << 20),
          Map.entry("g", 1 << 30),
          Map.entry("gb", 1 << 30),
          Map.entry("kbit", (1 << 10) / 8),
          Map.entry("mbit", (1 << 20) / 8),
          Map.entry("gbit", (1 << 30) / 8));

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

  TcWords(List<String> words, Map<String, Integer> devices, String allowed) {
    super(words, devices, allowed);
  }

  /** The word that was read last is not understood. */
  BadWordException wrong(String what, String allowed) {
    return bad(what + " is not simulated; allowed are " + allowed);
  }

  /** The word that was read last is not what it ought to be. */
  BadWordException bad(String word, String what) {
    return bad("`" + word + "` is no " + what);
  }

  /** {@code get_qdisc_handle}: {@code MAJOR:} in hexadecimal digits. */
  int handle() throws BadWordException {
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

  long u32(String what) throws BadWordException {
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

  /** A word that begins with a number, which the line goes on with. */
  boolean isNumber() {
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
  long time() throws BadWordException {
    String word = next("a time");
    Quantity quantity = quantity(word, "time, such as 10ms");
    Long unit = TIMES.get(quantity.unit());
    if (unit == null) {
      throw bad(word, "time, such as 10ms");
    }
    return quantity.number().multiply(BigDecimal.valueOf(unit)).longValue();
  }

  /** {@code get_percent}: a part of 2^32. */
  int percent() throws BadWordException {
    String word = next("a percentage");
    Quantity quantity = quantity(word, "percentage, such as 0.5%");
    boolean unit = quantity.unit().isEmpty() || quantity.unit().equals("%");
    if (!unit || quantity.number().compareTo(BigDecimal.valueOf(100)) > 0) {
      throw bad(word, "percentage, such as 0.5%");
    }
    BigDecimal part = quantity.number().multiply(BigDecimal.valueOf(U32_MAX)).movePointLeft(2);
    return (int) part.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }

  int correlation() throws BadWordException {
    return isNumber() ? percent() : 0;
  }

  /** {@code get_rate64}: bytes a second. */
  long rate() throws BadWordException {
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

  /** {@code get_size}: bytes, in a word that has been read. */
  long size(String word) throws BadWordException {
    Quantity quantity = quantity(word, "size, such as 32kb");
    Integer unit = SIZES.get(quantity.unit().toLowerCase(Locale.ROOT));
    if (unit == null) {
      throw bad(word, "size, such as 32kb");
    }
    long bytes = quantity.number().multiply(BigDecimal.valueOf(unit)).longValue();
    if (bytes > U32_MAX) {
      throw bad(word, "size below 4gb");
    }
    return bytes;
  }

  /** Ticks of a time that may not fit. */
  static int ticks(long ns) {
    return (int) Math.min(ns / TICK_NS, U32_MAX);
  }

  /** Adds a number of 64 bits. */
  static void putLong(NlMsg out, int type, long value) {
    int nest = out.nest(type);
    out.putLong(value).nestEnd(nest);
  }
}
