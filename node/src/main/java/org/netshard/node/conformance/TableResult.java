package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What came of one table. */
public final class TableResult {
  private final String table;
  private final List<Difference> differences = new ArrayList<>();
  private long same;
  private long notSimulated;

  /**
   * A row that the simulated kernel answered differently.
   *
   * @param line line of the row in its file
   * @param row the row
   * @param recorded what the table says
   * @param simulated what the simulated kernel said
   */
  public record Difference(int line, String row, String recorded, String simulated) {}

  TableResult(String table) {
    this.table = table;
  }

  void compare(TableRow row, String recorded, String simulated) {
    compare(row, recorded, simulated, recorded.equals(simulated));
  }

  /** Counts a row of which the caller says whether it is the same, as some results vary. */
  void compare(TableRow row, String recorded, String simulated, boolean isSame) {
    if (isSame) {
      same++;
    } else {
      differences.add(new Difference(row.line(), row.text(), recorded, simulated));
    }
  }

  void notSimulated() {
    notSimulated++;
  }

  /** The file. */
  public String table() {
    return table;
  }

  /** Rows in it. */
  public long rows() {
    return same + differences.size() + notSimulated;
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
    return notSimulated;
  }

  /** The rows that differ, in order. */
  public List<Difference> differences() {
    return Collections.unmodifiableList(differences);
  }
}
