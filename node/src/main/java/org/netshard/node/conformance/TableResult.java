package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of one table. */
public final class TableResult {
  private final String table;
  private final int kindColumn;
  private final List<Difference> differences = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final Map<String, Figures> kinds = new LinkedHashMap<>();
  private long same;

  /**
   * A row that the simulated kernel answered differently.
   *
   * @param line line of the row in its file
   * @param row the row
   * @param kind what kind of thing the row is about
   * @param recorded what the table says
   * @param simulated what the simulated kernel said
   */
  public record Difference(int line, String row, String kind, String recorded, String simulated) {}

  /**
   * A row about what is not simulated.
   *
   * @param line line of the row in its file
   * @param kind what kind of thing the row is about
   * @param reason what is not there
   */
  public record LeftOut(int line, String kind, String reason) {}

  /**
   * How many rows of a kind came out how.
   *
   * @param same rows with the recorded result
   * @param different rows with another one
   * @param notSimulated rows about what is not simulated
   */
  public record Figures(long same, long different, long notSimulated) {
    static final Figures NONE = new Figures(0, 0, 0);

    /** All rows. */
    public long rows() {
      return same + different + notSimulated;
    }

    Figures plus(Figures other) {
      return new Figures(
          same + other.same, different + other.different, notSimulated + other.notSimulated);
    }
  }

  /**
   * Nothing yet.
   *
   * @param kindColumn the column that says what kind of thing a row is about
   */
  TableResult(String table, int kindColumn) {
    this.table = table;
    this.kindColumn = kindColumn;
  }

  void compare(TableRow row, String recorded, String simulated) {
    compare(row, recorded, simulated, recorded.equals(simulated));
  }

  /** Counts a row of which the caller says whether it is the same, as some results vary. */
  void compare(TableRow row, String recorded, String simulated, boolean isSame) {
    String kind = row.cell(kindColumn);
    if (isSame) {
      same++;
      count(kind, new Figures(1, 0, 0));
    } else {
      differences.add(new Difference(row.line(), row.text(), kind, recorded, simulated));
      count(kind, new Figures(0, 1, 0));
    }
  }

  /** Counts a row about something that is not simulated, and why it is not. */
  void notSimulated(TableRow row, String reason) {
    String kind = row.cell(kindColumn);
    leftOut.add(new LeftOut(row.line(), kind, reason));
    count(kind, new Figures(0, 0, 1));
  }

  private void count(String kind, Figures one) {
    kinds.merge(kind, one, Figures::plus);
  }

  /** The file. */
  public String table() {
    return table;
  }

  /** Rows in it. */
  public long rows() {
    return same + differences.size() + leftOut.size();
  }

  /** Rows with the recorded result. */
  public long same() {
    return same;
  }

  /** Rows with another one. */
  public long different() {
    return differences.size();
  }

  /** Rows about what is not simulated. */
  public long notSimulatedCount() {
    return leftOut.size();
  }

  /** The rows that differ, in order. */
  public List<Difference> differences() {
    return Collections.unmodifiableList(differences);
  }

  /** The rows about what is not simulated, in order. */
  public List<LeftOut> leftOut() {
    return Collections.unmodifiableList(leftOut);
  }

  /** The figures of each kind, in the order in which the kinds first come. */
  public Map<String, Figures> kinds() {
    return Collections.unmodifiableMap(kinds);
  }

  /** The figures of all rows. */
  public Figures total() {
    return kinds.values().stream().reduce(Figures.NONE, Figures::plus);
  }
}
