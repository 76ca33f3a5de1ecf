package org.netshard.node.cli;

import org.netshard.node.scenario.CallNotation;

/** The notation of calls in scenarios, for tests of other packages. */
public final class ScenarioNotation {
  /** As the program reads them. */
  public static final CallNotation NOTATION = StraceCalls.NOTATION;

  private ScenarioNotation() {}
}
