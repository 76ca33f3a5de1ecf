package org.netshard.node.scenario;

import java.util.List;

/** A scenario that cannot be run; each line names a place and what is wrong there. */
public final class ScenarioException extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<String> lines;

  /** What is wrong, one line for each. */
  public ScenarioException(List<String> lines) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
  }

  /** What is wrong, one line for each. */
  public List<String> lines() {
    return lines;
  }
}
