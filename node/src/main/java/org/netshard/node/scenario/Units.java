package org.netshard.node.scenario;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and sizes as users write them. */
public final class Units {
  /** The latest virtual time that a scenario may name: 365 days, in nanoseconds. */
  public static final long TIME_MAX_NS = 365L * 24 * 3600 * 1_000_000_000;

  private static final Pattern DURATION = Pattern.compile("([0-9.]+)(ns|us|µs|ms|s|m|h)");
  private static final Pattern BYTES = Pattern.compile("([0-9]+)([KMGT]?)");

  private Units() {}

  /** Nanoseconds of {@code 10s}, {@code 1.5ms} and so on; empty if it is longer than 365 days. */
  public static Optional<Long> nanos(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (matcher.group(2)) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        };
    BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    return nanos.compareTo(BigDecimal.valueOf(TIME_MAX_NS)) > 0
        ? Optional.empty()
        : Optional.of(nanos.longValue());
  }

  /** Bytes of {@code 4M}, {@code 4096} or {@code max}; empty if there are too many for a long. */
  public static Optional<Long> bytes(String text) {
    if (text.equals("max")) {
      return Optional.of(Long.MAX_VALUE);
    }
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int shift =
        switch (matcher.group(2)) {
          case "K" -> 10;
          case "M" -> 20;
          case "G" -> 30;
          case "T" -> 40;
          default -> 0;
        };
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE >> shift ? Optional.empty() : Optional.of(number << shift);
  }

  /** A size as people read it: {@code 4.0 MiB}, {@code max}. */
  public static String showBytes(long bytes) {
    if (bytes == Long.MAX_VALUE) {
      return "max";
    }
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /** A time as people read it: {@code 812 ns}, {@code 1.500 ms}. */
  public static String showNanos(double nanos) {
    String[] units = {"ns", "us", "ms", "s"};
    double value = nanos;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0
        ? String.format(Locale.ROOT, "%.0f ns", value)
        : String.format(Locale.ROOT, "%.3f %s", value, units[unit]);
  }

  /** Virtual time in seconds. */
  public static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
