package org.netshard.namespace.lib;

import org.netshard.protocol.abi.Errno;

/**
 * Numbers in text, in the base that their prefix says: {@code 0x} sixteen, {@code 0} eight, else
 * ten.
 *
 * <p><b>Source:</b> {@code lib/kstrtox.c}, {@code lib/cmdline.c}, {@code lib/string_helpers.c}.
 */
public final class Kstrtox {
  private static final String SUFFIXES = "KMGTPE";
  private static final String SPACE = " \t\n\u000b\f\r\u00a0";

  private Kstrtox() {}

  /**
   * A number that was read.
   *
   * @param result 0 or {@code -errno}
   * @param value the number, as an unsigned one where it may have 64 bits
   * @param end where in the text it ends
   */
  public record Parsed(int result, long value, int end) {
    /** Whether there is no number. */
    public boolean failed() {
      return result < 0;
    }
  }

  /** The text without white space at both ends. */
  public static String strstrip(String text) {
    int from = 0;
    int to = text.length();
    while (to > from && SPACE.indexOf(text.charAt(to - 1)) >= 0) {
      to--;
    }
    while (from < to && SPACE.indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    return text.substring(from, to);
  }

  /**
   * A number of 64 bits without sign, with a plus before it and a newline behind it if it likes.
   *
   * <p><b>Errors</b>, in order: EINVAL without digits, ERANGE for more than 64 bits, EINVAL for
   * anything behind it.
   */
  public static Parsed kstrtoull(String text) {
    int from = text.startsWith("+") ? 1 : 0;
    int base = base(text, from);
    int at = base == 16 ? from + 2 : from;
    int first = at;
    long value = 0;
    boolean overflow = false;
    for (int digit = digit(text, at, base); digit >= 0; digit = digit(text, at, base)) {
      overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) > 0;
      value = value * base + digit;
      at++;
    }
    if (overflow) {
      return new Parsed(Errno.ERANGE.negated(), 0, at);
    }
    boolean whole = at == text.length() || (at == text.length() - 1 && text.charAt(at) == '\n');
    return new Parsed(at == first || !whole ? Errno.EINVAL.negated() : 0, value, at);
  }

  /**
   * A number of 32 bits with a sign.
   *
   * <p><b>Errors:</b> EINVAL, ERANGE.
   */
  public static Parsed kstrtoint(String text) {
    boolean negative = text.startsWith("-");
    if (negative && text.startsWith("+", 1)) {
      return new Parsed(Errno.EINVAL.negated(), 0, 1);
    }
    Parsed parsed = kstrtoull(negative ? text.substring(1) : text);
    if (parsed.failed()) {
      return parsed;
    }
    long limit = negative ? -(long) Integer.MIN_VALUE : Integer.MAX_VALUE;
    if (Long.compareUnsigned(parsed.value(), limit) > 0) {
      return new Parsed(Errno.ERANGE.negated(), 0, parsed.end());
    }
    return new Parsed(0, negative ? -parsed.value() : parsed.value(), parsed.end());
  }

  /**
   * The number at the beginning, with a suffix of {@code KMGTPE} in either case; 0 if there is
   * none. Like the kernel's, it does not notice when the number gets too large.
   */
  public static Parsed memparse(String text) {
    int base = base(text, 0);
    int at = base == 16 ? 2 : 0;
    long value = 0;
    for (int digit = digit(text, at, base); digit >= 0; digit = digit(text, at, base)) {
      value = value * base + digit;
      at++;
    }
    if (at < text.length()) {
      int power = SUFFIXES.indexOf(Character.toUpperCase(text.charAt(at))) + 1;
      if (power > 0) {
        value <<= 10 * power;
        at++;
      }
    }
    return new Parsed(0, value, at);
  }

  private static int base(String text, int from) {
    if (digit(text, from, 10) != 0) {
      return 10;
    }
    boolean hex = from + 1 < text.length() && Character.toLowerCase(text.charAt(from + 1)) == 'x';
    return hex && digit(text, from + 2, 16) >= 0 ? 16 : 8;
  }

  private static int digit(String text, int at, int base) {
    return at < text.length() && text.charAt(at) < 0x80
        ? Character.digit(text.charAt(at), base)
        : -1;
  }
}
