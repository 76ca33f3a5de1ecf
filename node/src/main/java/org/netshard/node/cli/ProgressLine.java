package org.netshard.node.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.netshard.node.run.RunListener;
import org.netshard.node.scenario.Scenario;

/** One line on a terminal that tells how far a run is, written over and over. */
final class ProgressLine implements RunListener {
  /** The launcher sets this when standard error is a terminal. */
  private static final String TERMINAL = "netshard.terminal";

  private static final String CLEAR = "\r\u001b[K";

  private final Scenario scenario;
  private final PrintWriter err;
  private final boolean shown;

  ProgressLine(Scenario scenario, PrintWriter err) {
    this.scenario = scenario;
    this.err = err;
    this.shown = Boolean.getBoolean(TERMINAL);
  }

  @Override
  public synchronized void progress(int booted, long virtualNs, long events, long calls) {
    if (!shown) {
      return;
    }
    StringBuilder line = new StringBuilder(CLEAR);
    if (booted < scenario.kernelCount()) {
      line.append(
          String.format(
              Locale.ROOT,
              "booting %,d of %,d kernels (%d%%)",
              booted,
              scenario.kernelCount(),
              100L * booted / scenario.kernelCount()));
    } else {
      line.append(
          String.format(
              Locale.ROOT, "%,d events, %,d calls, %.3f s", events, calls, virtualNs / 1e9));
      if (scenario.horizonNs() != Long.MAX_VALUE) {
        line.append(
            String.format(
                Locale.ROOT, " (%d%%)", Math.round(100.0 * virtualNs / scenario.horizonNs())));
      }
    }
    err.print(line);
    err.flush();
  }

  /** Takes the line away. */
  synchronized void clear() {
    if (shown) {
      err.print(CLEAR);
      err.flush();
    }
  }
}
