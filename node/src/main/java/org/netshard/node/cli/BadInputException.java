package org.netshard.node.cli;

import java.util.List;

/** Input that a command cannot work with; each line names a place and what is wrong there. */
public final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  /** What is wrong, one line for each. */
  public BadInputException(List<String> lines) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
  }

  /** What is wrong, in one line. */
  public BadInputException(String line) {
    this(List.of(line));
  }

  /** What is wrong, one line for each. */
  public List<String> lines() {
    return lines;
  }
}
