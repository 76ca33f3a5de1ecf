package org.netshard.node.conformance;

import org.netshard.node.cli.BadInputException;

/**
 * A row of a table of tab-separated values.
 *
 * @param file the table's file
 * @param line its line, from 1
 * @param text the row as it stands there
 * @param cells its cells
 */
record TableRow(String file, int line, String text, String[] cells) {
  private static final long UNSIGNED_MAX = 0xffff_ffffL;

  static TableRow of(String file, int line, String text, int cellCount) {
    String[] cells = text.split("\t", -1);
    if (cells.length != cellCount) {
      throw new BadInputException(
          file
              + ":"
              + line
              + ": the row has "
              + cells.length
              + " cells; its header has "
              + cellCount);
    }
    return new TableRow(file, line, text, cells);
  }

  String cell(int index) {
    return index < cells.length ? cells[index] : "";
  }

  /** A cell that must hold a decimal number of 32 bits, with or without a sign. */
  int number(int index) {
    try {
      long number = Long.parseLong(cell(index));
      if (number >= Integer.MIN_VALUE && number <= UNSIGNED_MAX) {
        return (int) number;
      }
    } catch (NumberFormatException e) {
      throw bad(index, "a number");
    }
    throw bad(index, "a number of 32 bits");
  }

  BadInputException bad(int index, String allowed) {
    return new BadInputException(
        file
            + ":"
            + line
            + ": '"
            + cell(index)
            + "' in column "
            + (index + 1)
            + "; allowed: "
            + allowed);
  }
}
