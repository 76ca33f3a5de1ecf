package org.netshard.node.scenario;

import org.netshard.namespace.spec.ScriptedCall;

/** How a call is written in a scenario. */
@FunctionalInterface
public interface CallNotation {
  /**
   * Reads one line.
   *
   * @param text the line
   * @param place where it begins
   * @param delayNs virtual time to let pass before the call
   * @throws BadCallException if it is no call
   */
  ScriptedCall parse(String text, Place place, long delayNs) throws BadCallException;

  /** A line that is no call. */
  final class BadCallException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int column;
    private final String problem;

    /**
     * A line that is no call.
     *
     * @param column column in the line, from 1
     * @param problem what is wrong there
     */
    public BadCallException(int column, String problem) {
      super(column + ": " + problem);
      this.column = column;
      this.problem = problem;
    }

    /** Column in the line, from 1. */
    public int column() {
      return column;
    }

    /** What is wrong there. */
    public String problem() {
      return problem;
    }
  }
}
