package org.netshard.namespace.sysctl;

/**
 * What a program wrote to a sysctl file, and how far it has been read.
 *
 * <p><b>Source:</b> {@code kernel/sysctl.c}: {@code proc_skip_spaces}, {@code proc_get_long},
 * {@code strtoul_lenient}.
 */
final class ProcText {
  private static final int LEFT_MAX = 4095;
  private static final int NUMBER_MAX = 21;

  private final String text;
  private final int end;
  private int position;
  private long value;
  private boolean negative;

  ProcText(String text) {
    this.text = text;
    this.end = Math.min(text.length(), LEFT_MAX);
  }

  boolean atEnd() {
    return position >= end;
  }

  /** Characters taken so far. */
  int taken() {
    return position;
  }

  /** The character here, which is taken. */
  char take() {
    return text.charAt(position++);
  }

  /** The number that {@link #number} read, without its sign; unsigned. */
  long value() {
    return value;
  }

  /** Whether a minus sign stood before the number. */
  boolean negative() {
    return negative;
  }

  void skipSpaces() {
    while (!atEnd() && isSpace(text.charAt(position))) {
      position++;
    }
  }

  void skip(char unwanted) {
    while (!atEnd() && text.charAt(position) == unwanted) {
      position++;
    }
  }

  /**
   * Reads a number, decimal, octal or hexadecimal, and leaves the position behind it.
   *
   * @param trailing characters that may follow it
   * @return whether there is one that fits into 64 bits
   */
  boolean number(String trailing) {
    int left = end - position;
    if (left <= 0) {
      return false;
    }
    int limit = position + Math.min(left, NUMBER_MAX);
    int at = position;
    negative = text.charAt(at) == '-' && left > 1;
    at += negative ? 1 : 0;
    if (at >= limit || !isDigit(text.charAt(at), 10)) {
      return false;
    }
    int radix = 10;
    if (text.charAt(at) == '0') {
      radix = 8;
      boolean hex = at + 2 < limit && (text.charAt(at + 1) | 0x20) == 'x';
      if (hex && isDigit(text.charAt(at + 2), 16)) {
        radix = 16;
        at += 2;
      }
    }
    int digits = at;
    while (at < limit && isDigit(text.charAt(at), radix)) {
      at++;
    }
    try {
      value = Long.parseUnsignedLong(text, digits, at, radix);
    } catch (NumberFormatException overflow) {
      return false;
    }
    int length = at - position;
    if (length == NUMBER_MAX || (length < left && trailing.indexOf(text.charAt(at)) < 0)) {
      return false;
    }
    position = at;
    return true;
  }

  private static boolean isDigit(char c, int radix) {
    return c < 128 && Character.digit(c, radix) >= 0;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
  }
}
