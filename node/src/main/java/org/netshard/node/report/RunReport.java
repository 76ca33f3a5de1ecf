package org.netshard.node.report;

import org.netshard.node.run.RunOutcome;
import org.netshard.node.run.RunSummary;
import org.netshard.node.scenario.Scenario;

/**
 * A run that has ended, with what its report needs.
 *
 * @param scenario what was run
 * @param outcome how it ended
 */
public record RunReport(Scenario scenario, RunOutcome outcome) {
  /** What the kernels did. */
  RunSummary summary() {
    return outcome.summary();
  }

  /** Whether every expectation held and no kernel crashed. */
  public boolean isGood() {
    return summary().expectationsFailed() == 0 && summary().crashes().isEmpty();
  }
}
