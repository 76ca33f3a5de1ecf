package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.sched.NetemOptions;

/**
 * The average window of long transfers against the probability that a packet is lost: it follows
 * the response that has been published, and is what a golden table says ({@code
 * tcp-loss-response.tsv}, whose head names the models).
 *
 * <p>Linux's reno counts the segments that are acknowledged, not the acknowledgements, so that
 * delayed ones do not slow it down: the constant is that of a receiver without them.
 *
 * <p>{@code -Dnetshard.golden=all} measures all rows, {@code write} writes the table anew.
 */
class LossResponseTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final String MODE = System.getProperty("netshard.golden", "short");
  private static final Path TABLE = Path.of("src", "test", "resources", "tcp-loss-response.tsv");
  private static final int MSS = 1448;
  private static final double TOLERANCE = 0.15;

  /** What is sent at least: so many packets, and so many that are lost. */
  private static final long PACKETS = 20_000;

  private static final int LOSSES = 150;

  /** Rows of more packets take long, all transfers together. */
  private static final long MANY_PACKETS = 80_000;

  /** A row: what is asked, and the windows that come of it, packets. */
  private record Row(
      String congestion,
      String losses,
      int rttMs,
      String loss,
      int seeds,
      String model,
      String modelWindow,
      String measuredWindow) {
    static Row parse(String line) {
      String[] cells = line.split("\t", -1);
      return new Row(
          cells[0],
          cells[1],
          Integer.parseInt(cells[2]),
          cells[3],
          Integer.parseInt(cells[4]),
          cells[5],
          cells[6],
          cells[7]);
    }

    double probability() {
      return Double.parseDouble(loss);
    }

    long packets() {
      return Math.max(PACKETS, (long) (LOSSES / probability()));
    }

    /** The same with windows that are found now. */
    Row measure() {
      double windows = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        windows += transfer(seed).bytesPerSecond() * rttMs / 1000 / MSS;
      }
      return new Row(
          congestion,
          losses,
          rttMs,
          loss,
          seeds,
          model,
          packets(predicted()),
          packets(windows / seeds));
    }

    private static String packets(double window) {
      return String.format(Locale.ROOT, "%.2f", window);
    }

    private LossyTransfer transfer(int seed) {
      long bytes = packets() * MSS;
      if (losses.equals("random")) {
        NetemOptions link = LossyTransfer.link(rttMs / 2, probability(), 0, 0, 0);
        return new LossyTransfer(bytes, link.withSeed(seed), congestion).run(KIT);
      }
      NetemOptions delay = LossyTransfer.link(rttMs / 2, 0, 0, 0, 0);
      int period = (int) Math.round(1 / probability());
      return new LossyTransfer(bytes, net -> new PeriodicLoss(net, delay, period), congestion)
          .run(KIT);
    }

    private double predicted() {
      double p = probability();
      double cubic = Math.pow(rttMs / 1000.0 / p, 0.75);
      return switch (model) {
        case "sqrt" -> Math.sqrt(1.5 / p);
        case "cubic" -> Math.pow(0.4 * (3 + 0.7) / (4 * (1 - 0.7)), 0.25) * cubic;
        case "markov" -> 1.3 * cubic;
        default -> throw new AssertionError("model " + model);
      };
    }

    String line() {
      return String.join(
          "\t",
          congestion,
          losses,
          Integer.toString(rttMs),
          loss,
          Integer.toString(seeds),
          model,
          modelWindow,
          measuredWindow);
    }
  }

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  @Test
  void theAverageWindowFollowsTheLosses() throws IOException {
    List<String> written = new ArrayList<>();
    SoftAssertions softly = new SoftAssertions();
    int rows = 0;
    for (String line : Files.readAllLines(TABLE)) {
      if (line.startsWith("#")) {
        written.add(line);
        continue;
      }
      Row golden = Row.parse(line);
      if (MODE.equals("short") && golden.packets() * golden.seeds() > MANY_PACKETS) {
        continue;
      }
      Row row = golden.measure();
      rows++;
      written.add(row.line());
      softly
          .assertThat(
              Double.parseDouble(row.measuredWindow()) / Double.parseDouble(row.modelWindow()))
          .as("%s", row)
          .isBetween(1 - TOLERANCE, 1 + TOLERANCE);
      if (!MODE.equals("write")) {
        softly.assertThat(row.line()).isEqualTo(line);
      }
    }
    assertThat(rows).isGreaterThan(2);
    if (MODE.equals("write")) {
      Files.write(TABLE, written);
    }
    softly.assertAll();
  }
}
