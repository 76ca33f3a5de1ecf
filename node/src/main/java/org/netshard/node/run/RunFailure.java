package org.netshard.node.run;

/** A run that did not come to its end; the message is one line. */
public final class RunFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean badInput;

  /**
   * A run that did not come to its end.
   *
   * @param badInput whether the scenario is wrong
   * @param line what happened
   */
  public RunFailure(boolean badInput, String line) {
    super(line);
    this.badInput = badInput;
  }

  /** Whether the scenario is wrong. */
  public boolean badInput() {
    return badInput;
  }
}
