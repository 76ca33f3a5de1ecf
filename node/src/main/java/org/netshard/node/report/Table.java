package org.netshard.node.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** A table of text; columns of numbers are aligned to the right. */
final class Table {
  private static final int GAP = 2;
  private static final String RULE = "─";

  private final String title;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param title what stands above it
   * @param headings names of the columns
   */
  Table(String title, String... headings) {
    this.title = title;
    rows.add(List.of(headings));
  }

  /** Adds a row; each cell is shown as its text. */
  void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(
          cell instanceof Long || cell instanceof Integer
              ? grouped(((Number) cell).longValue())
              : cell.toString());
    }
    rows.add(row);
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** Writes the table, or nothing if it has no rows. */
  void appendTo(StringBuilder text) {
    if (isEmpty()) {
      return;
    }
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    Column[] layout = new Column[columns];
    for (int i = 0; i < columns; i++) {
      numeric[i] = true;
      for (int row = 0; row < rows.size(); row++) {
        String cell = rows.get(row).get(i);
        widths[i] = Math.max(widths[i], cell.codePointCount(0, cell.length()));
        numeric[i] &= row == 0 || cell.matches("[-+0-9.,]+( [KMGT]?i?B)?|max|");
      }
      layout[i] = new Column(widths[i] + GAP, 0, Overflow.SPAN);
    }
    TextTable table = TextTable.forColumns(Help.defaultColorScheme(Ansi.OFF), layout);
    for (int row = 0; row < rows.size(); row++) {
      table.addRowValues(cells(rows.get(row), widths, numeric));
      if (row == 0) {
        String[] rules = new String[columns];
        for (int i = 0; i < columns; i++) {
          rules[i] = RULE.repeat(widths[i]);
        }
        table.addRowValues(rules);
      }
    }
    text.append(title).append('\n');
    table
        .toString()
        .lines()
        .forEach(line -> text.append("  ").append(line.stripTrailing()).append('\n'));
    text.append('\n');
  }

  private static String[] cells(List<String> row, int[] widths, boolean[] numeric) {
    String[] cells = new String[row.size()];
    for (int i = 0; i < cells.length; i++) {
      String cell = row.get(i);
      int pad = numeric[i] ? widths[i] - cell.codePointCount(0, cell.length()) : 0;
      cells[i] = " ".repeat(pad) + cell;
    }
    return cells;
  }
}
