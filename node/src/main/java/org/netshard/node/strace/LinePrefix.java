package org.netshard.node.strace;

/**
 * What goes before the call on a line: pid, time, and what {@code -i} and {@code -n} add.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/strace.c}, {@code printleader}.
 */
final class LinePrefix {
  private static final long NS = 1_000_000_000L;
  private static final long DAY_NS = 24 * 3600 * NS;

  /** Pids are not above this ({@code PID_MAX_LIMIT}); larger numbers are times. */
  private static final long PID_MAX = 4L * 1024 * 1024;

  private long lastOfDayNs = -1;
  private long days;
  private long sinceStartNs;

  /**
   * How a line starts.
   *
   * @param pid the process, or 0 if the line names none
   * @param timeNs the time, or {@link StraceEvent#NO_TIME}
   */
  record Start(int pid, long timeNs) {}

  Start read(Cursor in) {
    int pid = 0;
    boolean padded = in.peek() == ' ';
    in.skipSpaces();
    if (in.take("[pid ")) {
      in.skipSpaces();
      pid = pid(in);
      padded = false;
      if (in.peek() == '<') {
        in.position(in.find(">") + 1);
      }
      in.expect("]");
      in.skipSpaces();
    } else if (!padded && isPid(in)) {
      pid = pid(in);
      if (in.peek() == '<') {
        in.position(in.find(">") + 1);
      }
      in.skipSpaces();
    }
    long timeNs = time(in);
    in.skipSpaces();
    while (in.peek() == '[') {
      bracket(in);
    }
    return new Start(pid, timeNs);
  }

  /** Passes what {@code -i} and {@code -n} print. */
  private static void bracket(Cursor in) {
    int end = in.find("]");
    if (end < 0) {
      throw in.expected("']'");
    }
    in.position(end + 1);
    in.skipSpaces();
  }

  /** A decimal number of at most 31 bits. */
  int pid(Cursor in) {
    int start = in.position();
    while (Cursor.isDigit(in.peek())) {
      in.next();
    }
    try {
      return Integer.parseInt(in.since(start));
    } catch (NumberFormatException notOne) {
      in.position(start);
      throw in.expected("a process id or status");
    }
  }

  private static boolean isPid(Cursor in) {
    int start = in.position();
    while (Cursor.isDigit(in.peek())) {
      in.next();
    }
    String digits = in.since(start);
    boolean last = in.peek() == ' ' || in.peek() == '\t' || in.peek() == '<';
    in.position(start);
    return last && !digits.isEmpty() && digits.length() < 10 && Long.parseLong(digits) <= PID_MAX;
  }

  private long time(Cursor in) {
    if (!Cursor.isDigit(in.peek())) {
      return StraceEvent.NO_TIME;
    }
    long first = number(in);
    if (in.peek() == ':') {
      return timeOfDay(in, first);
    }
    if (in.peek() != '.' && in.peek() != ' ') {
      throw in.expected("a time or a call");
    }
    long ns = first * NS + fraction(in);
    if (first > PID_MAX) {
      return ns;
    }
    sinceStartNs += ns;
    return sinceStartNs;
  }

  private long timeOfDay(Cursor in, long hours) {
    in.expect(":");
    long minutes = number(in);
    in.expect(":");
    long ns = ((hours * 60 + minutes) * 60 + number(in)) * NS + fraction(in);
    if (lastOfDayNs - ns > DAY_NS / 2) {
      days++;
    }
    lastOfDayNs = ns;
    in.skipSpaces();
    if (in.take("(+")) {
      in.skipSpaces();
      number(in);
      fraction(in);
      in.expect(")");
    }
    return days * DAY_NS + ns;
  }

  /** Digits behind a point, as nanoseconds; 0 if there is no point. */
  static long fraction(Cursor in) {
    if (!in.take(".")) {
      return 0;
    }
    long ns = 0;
    int digits = 0;
    while (Cursor.isDigit(in.peek()) && digits < 9) {
      ns = ns * 10 + in.next() - '0';
      digits++;
    }
    for (; digits < 9; digits++) {
      ns *= 10;
    }
    return ns;
  }

  static long number(Cursor in) {
    int start = in.position();
    while (Cursor.isDigit(in.peek())) {
      in.next();
    }
    String digits = in.since(start);
    if (digits.isEmpty() || digits.length() > 10) {
      in.position(start);
      throw in.expected("a number");
    }
    return Long.parseLong(digits);
  }
}
