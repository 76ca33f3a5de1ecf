package org.netshard.node.strace;

/** A place in a log or script that is not written as {@code strace} writes it. */
public final class StraceSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final int column;
  private final String problem;

  /**
   * A place that is wrong.
   *
   * @param file name of the file, as the user gave it
   * @param line its line, from 1
   * @param column the column in that line, from 1
   * @param problem what was expected there and what is there
   */
  public StraceSyntaxException(String file, int line, int column, String problem) {
    super(file + ":" + line + ":" + column + ": " + problem);
    this.file = file;
    this.line = line;
    this.column = column;
    this.problem = problem;
  }

  /** Name of the file, as the user gave it. */
  public String file() {
    return file;
  }

  /** The line, from 1. */
  public int line() {
    return line;
  }

  /** The column, from 1. */
  public int column() {
    return column;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }
}
