package org.netshard.node.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.netshard.node.conformance.TableResult.Figures;

/**
 * The page that tells what is the same as on Linux and what is not: for each table the figures of
 * each kind of row, and every row that is not the same, grouped by its reason.
 */
public final class ConformancePage {
  private static final int LINES_SHOWN_MAX = 4;
  private static final double PERCENT = 100;

  private final StringBuilder page = new StringBuilder();

  /** Rows that have one reason. */
  private static final class Group {
    private final TreeSet<String> kinds = new TreeSet<>();
    private final List<Integer> lines = new ArrayList<>();
  }

  private ConformancePage() {}

  /** The page about these tables, in Markdown. */
  public static String of(List<TableResult> results) {
    ConformancePage made = new ConformancePage();
    made.page.append("| table | rows | same | different | not simulated | same, % |\n");
    made.page.append("| --- | --: | --: | --: | --: | --: |\n");
    for (TableResult result : results) {
      made.figures(name(result), result.total());
    }
    for (TableResult result : results) {
      made.table(result);
    }
    return made.page.toString();
  }

  private static String name(TableResult result) {
    Path name = Path.of(result.table()).getFileName();
    return name == null ? result.table() : name.toString().replaceFirst("\\.gz$", "");
  }

  private void figures(String name, Figures figures) {
    page.append("| ").append(name).append(" | ").append(figures.rows()).append(" | ");
    page.append(figures.same()).append(" | ").append(figures.different()).append(" | ");
    page.append(figures.notSimulated()).append(" | ");
    // Rounded down, so that 100 means all.
    double percent = Math.floor(PERCENT * 10 * figures.same() / Math.max(1, figures.rows())) / 10;
    page.append(String.format(Locale.ROOT, "%.1f", percent)).append(" |\n");
  }

  private void table(TableResult result) {
    page.append("\n## ").append(name(result)).append("\n\n");
    page.append("| kind | rows | same | different | not simulated | same, % |\n");
    page.append("| --- | --: | --: | --: | --: | --: |\n");
    int whole = 0;
    Figures ofWhole = Figures.NONE;
    for (Map.Entry<String, Figures> kind : result.kinds().entrySet()) {
      Figures figures = kind.getValue();
      if (figures.same() < figures.rows()) {
        figures(kind.getKey(), figures);
      } else {
        whole++;
        ofWhole = ofWhole.plus(figures);
      }
    }
    if (whole > 0) {
      figures((whole < result.kinds().size() ? "the other " : "all ") + whole, ofWhole);
    }
    reasons(result);
  }

  private void reasons(TableResult result) {
    Map<String, Group> groups = new LinkedHashMap<>();
    for (TableResult.Difference row : result.differences()) {
      String reason = "recorded " + row.recorded() + ", simulated " + row.simulated();
      add(groups, "different | " + oneLine(reason), row.kind(), row.line());
    }
    for (TableResult.LeftOut row : result.leftOut()) {
      add(groups, "not simulated | " + oneLine(row.reason()), row.kind(), row.line());
    }
    if (groups.isEmpty()) {
      return;
    }
    page.append("\n| rows | | reason | kinds | lines |\n| --: | --- | --- | --- | --- |\n");
    groups.entrySet().stream()
        .sorted((a, b) -> b.getValue().lines.size() - a.getValue().lines.size())
        .forEach(entry -> group(entry.getKey(), entry.getValue()));
  }

  private static String oneLine(String text) {
    return text.replace('\t', ' ').replace("|", "\\|");
  }

  private static void add(Map<String, Group> groups, String reason, String kind, int line) {
    Group group = groups.computeIfAbsent(reason, made -> new Group());
    group.kinds.add(kind);
    group.lines.add(line);
  }

  private void group(String reason, Group group) {
    int count = group.lines.size();
    page.append("| ").append(count).append(" | ").append(reason).append(" | ");
    page.append(String.join(", ", group.kinds)).append(" | ");
    for (int i = 0; i < Math.min(count, LINES_SHOWN_MAX); i++) {
      page.append(i == 0 ? "" : ", ").append(group.lines.get(i));
    }
    page.append(count > LINES_SHOWN_MAX ? ", … |\n" : " |\n");
  }
}
