package org.netshard.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, as a table or as JSON; several measurements of one thing show their median.
 */
final class BenchReport {
  private final Map<String, List<Sample>> rows = new LinkedHashMap<>();
  private final String heading;
  private final String beside;

  /** An empty report with these headings of the columns that are compared. */
  BenchReport(String heading, String beside) {
    this.heading = heading;
    this.beside = beside;
  }

  /**
   * One measurement.
   *
   * @param netshard the simulator's value
   * @param live the live kernel's value in the same minute, or null
   */
  private record Sample(double netshard, @Nullable Double live) {}

  void add(String what, double netshard, @Nullable Double live) {
    rows.computeIfAbsent(what, name -> new ArrayList<>()).add(new Sample(netshard, live));
  }

  String table() {
    StringBuilder text = new StringBuilder();
    line(text, "", heading, beside, "ratio", "ratios");
    rows.forEach(
        (what, samples) ->
            line(
                text,
                what,
                number("%,.0f", median(netshard(samples))),
                number("%,.0f", median(live(samples))),
                number("%.4g", median(ratios(samples))),
                samples.size() == 1 ? "" : spread(samples)));
    return text.toString();
  }

  private static String spread(List<Sample> samples) {
    StringBuilder text = new StringBuilder();
    for (double ratio : ratios(samples)) {
      text.append(text.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%.3g", ratio));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String... cells) {
    text.append(
        String.format(
                Locale.ROOT,
                "%-46s %12s %12s %10s  %s",
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                cells[4])
            .stripTrailing());
    text.append('\n');
  }

  /** An object for each row, with all that was measured. */
  String json() {
    List<String> objects = new ArrayList<>();
    rows.forEach(
        (what, samples) ->
            objects.add(
                "  {\"what\": \""
                    + what
                    + "\", \"netshard\": "
                    + list(netshard(samples))
                    + ", \"live\": "
                    + list(live(samples))
                    + ", \"ratio\": "
                    + number("%.6f", median(ratios(samples))).replace("-", "null")
                    + "}"));
    return "[\n" + String.join(",\n", objects) + "\n]\n";
  }

  private static String list(double[] values) {
    List<String> texts = new ArrayList<>();
    for (double value : values) {
      texts.add(String.format(Locale.ROOT, "%.0f", value));
    }
    return texts.toString();
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static double[] netshard(List<Sample> samples) {
    return samples.stream().mapToDouble(Sample::netshard).toArray();
  }

  private static double[] live(List<Sample> samples) {
    return samples.stream()
        .map(Sample::live)
        .filter(live -> live != null)
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private static double[] ratios(List<Sample> samples) {
    double[] ratios = new double[samples.size()];
    int count = 0;
    for (Sample sample : samples) {
      Double live = sample.live();
      if (live != null && live > 0) {
        ratios[count++] = sample.netshard() / live;
      }
    }
    return Arrays.copyOf(ratios, count);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
