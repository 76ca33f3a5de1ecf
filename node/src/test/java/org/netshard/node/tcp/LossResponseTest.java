package org.netshard.node.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;

/**
 * Throughput against loss: the average window follows the square root of Reno and the response of
 * CUBIC, and is what a golden table says, to the byte ({@code response.csv}, whose head names the
 * models).
 *
 * <p>Reno counts the segments that are acknowledged, not the acknowledgements, so that delayed ones
 * do not slow it down: the constant is {@code sqrt(3/2)}, that of a receiver without them.
 *
 * <p>{@code -Dnetshard.golden=all} measures all rows, {@code write} writes the table anew.
 */
class LossResponseTest {
  private static final Path TABLE = Path.of("src/test/resources/tcp/response.csv");
  private static final String MODE = System.getProperty("netshard.golden", "short");
  private static final double MARGIN = 0.15;

  /** Rows of more segments take long. */
  private static final double MANY_SEGMENTS = 70_000;

  private static final int MSS = 1448;
  private static final double NS_PER_MS = 1e6;
  private static final double NS_PER_SEC = 1e9;

  /** Round trips that pass before anything is measured, so that the first losses are over. */
  private static final int WARM_UP_RTTS = 100;

  /** One row of the table. */
  private record Row(
      String algorithm,
      String losses,
      double rttMs,
      String p,
      int runs,
      double seconds,
      String model,
      double modelWindow,
      long bytes,
      double window) {
    static Row of(String line) {
      String[] parts = line.split(",", -1);
      return new Row(
          parts[0],
          parts[1],
          Double.parseDouble(parts[2]),
          parts[3],
          Integer.parseInt(parts[4]),
          Double.parseDouble(parts[5]),
          parts[6],
          Double.parseDouble(parts[7]),
          Long.parseLong(parts[8]),
          Double.parseDouble(parts[9]));
    }

    double probability() {
      return Double.parseDouble(p);
    }

    /** Segments. */
    double predicted() {
      double rttSec = rttMs / 1000;
      double p = probability();
      return switch (model) {
        case "sqrt" -> Math.sqrt(1.5 / p);
        case "cubic" -> Math.pow(0.4 * (3 + 0.7) / (4 * (1 - 0.7)), 0.25) * power(rttSec / p);
        case "markov" -> 1.3 * power(rttSec / p);
        default -> throw new AssertionError("model " + model);
      };
    }

    private static double power(double packets) {
      return Math.pow(packets, 0.75);
    }

    double segments() {
      return seconds * runs * 1000 / rttMs * predicted();
    }

    double windowOf(long came) {
      return came / seconds / runs * rttMs / 1000 / MSS;
    }

    String line(long came) {
      return String.format(
          Locale.ROOT,
          "%s,%s,%.0f,%s,%d,%.0f,%s,%.2f,%d,%.2f",
          algorithm,
          losses,
          rttMs,
          p,
          runs,
          seconds,
          model,
          predicted(),
          came,
          windowOf(came));
    }
  }

  private static long measure(LossyLink link, Row row) {
    long delayNs = (long) (row.rttMs() / 2 * NS_PER_MS);
    long fromNs = 2 * delayNs * WARM_UP_RTTS;
    long untilNs = fromNs + (long) (row.seconds() * NS_PER_SEC);
    long bytes = 0;
    for (int seed = 1; seed <= row.runs(); seed++) {
      Stream stream = Stream.ofTime(fromNs, untilNs);
      if (row.losses().equals("random")) {
        String percent = String.format(Locale.ROOT, "%.6f%%", row.probability() * 100);
        link.carry(
            seed,
            row.algorithm(),
            stream,
            "tc qdisc add dev lo root netem limit 1000000 delay " + delayNs + "ns loss " + percent);
      } else {
        int period = (int) Math.round(1 / row.probability());
        link.carry(seed, row.algorithm(), stream.onLink(net -> periodic(net, period, delayNs)));
      }
      bytes += stream.measuredBytes();
    }
    return bytes;
  }

  private static void periodic(NetNs net, int period, long delayNs) {
    NetDevice lo = net.devices().get(0);
    lo.graft(new PeriodicLoss(net, lo, period, delayNs));
  }

  @Test
  void theWindowFollowsTheModelAndTheTable() throws IOException {
    List<String> lines = new ArrayList<>();
    SoftAssertions softly = new SoftAssertions();
    int rows = 0;
    try (LossyLink link = new LossyLink()) {
      for (String line : Files.readAllLines(TABLE)) {
        if (line.startsWith("#") || line.startsWith("algorithm")) {
          lines.add(line);
          continue;
        }
        Row row = Row.of(line);
        if (MODE.equals("short") && row.segments() > MANY_SEGMENTS) {
          continue;
        }
        rows++;
        long bytes = measure(link, row);
        lines.add(row.line(bytes));
        softly
            .assertThat(row.windowOf(bytes) / row.predicted())
            .as(line)
            .isBetween(1 - MARGIN, 1 + MARGIN);
        if (!MODE.equals("write")) {
          softly.assertThat(row.line(bytes)).isEqualTo(line);
        }
      }
    }
    assertThat(rows).isGreaterThan(5);
    if (MODE.equals("write")) {
      Files.write(TABLE, lines);
    }
    softly.assertAll();
  }
}
