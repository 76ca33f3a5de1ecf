package org.netshard.node.cli;

/** What the program ends with. */
public final class ExitCodes {
  /** All went as expected. */
  public static final int GOOD = 0;

  /** An expectation was not met, results differ, or a run did not come to its end. */
  public static final int DIFFERENT = 1;

  /** The input is wrong. */
  public static final int BAD_INPUT = 2;

  private ExitCodes() {}
}
