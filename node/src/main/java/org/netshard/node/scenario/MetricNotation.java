package org.netshard.node.scenario;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.netshard.protocol.fib.FibMetrics;
import org.netshard.protocol.netlink.NlMsg;

/**
 * The metrics in a line of {@code ip route}; {@code lock} before a value keeps the kernel from
 * finding out another one.
 *
 * <p><b>Source:</b> iproute2, {@code ip/iproute.c}, {@code iproute_modify}; {@code lib/utils.c},
 * {@code get_time_rtt}.
 */
final class MetricNotation {
  private static final int MS_PER_S = 1000;

  /** RTT and its variance are told in eighths and quarters of milliseconds. */
  private static final int RTT_SCALE = 8;

  private static final int RTTVAR_SCALE = 4;

  private final CommandWords line;
  private final NlMsg attrs = new NlMsg();
  private int locked;

  MetricNotation(CommandWords line) {
    this.line = line;
  }

  /** Reads what is behind a key; false if that is no metric. */
  boolean read(String key) throws BadWordException {
    switch (key) {
      case "mtu" -> number(FibMetrics.RTAX_MTU, key);
      case "hoplimit" -> number(FibMetrics.RTAX_HOPLIMIT, key);
      case "advmss" -> number(FibMetrics.RTAX_ADVMSS, key);
      case "reordering" -> number(FibMetrics.RTAX_REORDERING, key);
      case "window" -> number(FibMetrics.RTAX_WINDOW, key);
      case "cwnd" -> number(FibMetrics.RTAX_CWND, key);
      case "initcwnd" -> number(FibMetrics.RTAX_INITCWND, key);
      case "initrwnd" -> number(FibMetrics.RTAX_INITRWND, key);
      case "ssthresh" -> number(FibMetrics.RTAX_SSTHRESH, key);
      case "rtt" -> time(FibMetrics.RTAX_RTT, RTT_SCALE);
      case "rttvar" -> time(FibMetrics.RTAX_RTTVAR, RTTVAR_SCALE);
      case "rto_min" -> {
        locked |= 1 << FibMetrics.RTAX_RTO_MIN;
        time(FibMetrics.RTAX_RTO_MIN, 1);
      }
      case "quickack" -> flag(FibMetrics.RTAX_QUICKACK, key);
      case "fastopen_no_cookie" -> flag(FibMetrics.RTAX_FASTOPEN_NO_COOKIE, key);
      case "features" -> attrs.attrInt(FibMetrics.RTAX_FEATURES, feature());
      case "congctl" -> {
        lock(FibMetrics.RTAX_CC_ALGO);
        String name = line.next("a congestion control");
        attrs.attr(FibMetrics.RTAX_CC_ALGO, name.getBytes(StandardCharsets.ISO_8859_1));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** The attributes of all metrics, with what is locked behind them. */
  byte[] bytes() {
    if (locked != 0) {
      attrs.attrInt(FibMetrics.RTAX_LOCK, locked);
      locked = 0;
    }
    return attrs.bytes();
  }

  private void lock(int metric) {
    if (line.skip("lock")) {
      locked |= 1 << metric;
    }
  }

  private void number(int metric, String what) throws BadWordException {
    lock(metric);
    attrs.attrInt(metric, line.number(what));
  }

  private void flag(int metric, String what) throws BadWordException {
    int value = line.number(what);
    if (value != 0 && value != 1) {
      throw line.bad("`" + value + "` is neither 0 nor 1 for " + what);
    }
    attrs.attrInt(metric, value);
  }

  private int feature() throws BadWordException {
    String word = line.next("a feature");
    return switch (word) {
      case "ecn" -> FibMetrics.FEATURE_ECN;
      case "tcp_usec_ts" -> FibMetrics.FEATURE_TCP_USEC_TS;
      default -> throw line.bad("`" + word + "` is no feature; allowed are ecn, tcp_usec_ts");
    };
  }

  /** A time such as {@code 200ms} or {@code 1.5s}, or a number in the unit of the kernel. */
  private void time(int metric, int scale) throws BadWordException {
    lock(metric);
    String word = line.next("a time");
    boolean inMs = word.matches(".*[0-9.](ms|msec|msecs)");
    boolean inS = !inMs && word.matches(".*[0-9.](s|sec|secs)");
    String digits = inMs || inS ? word.replaceFirst("[a-z]+$", "") : word;
    BigDecimal value;
    try {
      value = new BigDecimal(digits);
    } catch (NumberFormatException e) {
      throw line.bad("`" + word + "` is no time such as 200ms");
    }
    if (inS) {
      value = value.multiply(BigDecimal.valueOf(MS_PER_S));
    }
    BigInteger whole = value.setScale(0, RoundingMode.CEILING).toBigInteger();
    whole = inMs || inS ? whole.multiply(BigInteger.valueOf(scale)) : whole;
    if (whole.signum() < 0 || whole.bitLength() > Integer.SIZE) {
      throw line.bad("`" + word + "` is no time such as 200ms");
    }
    attrs.attrInt(metric, whole.intValue());
  }
}
