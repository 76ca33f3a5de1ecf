package org.netshard.node.packetdrill;

import java.util.List;
import java.util.regex.Pattern;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.node.scenario.Place;

/** A step of a command that a script gives to its shell. */
sealed interface ShellStep {
  /**
   * What the setup notation of scenarios has too.
   *
   * @param lines the lines
   */
  record Lines(List<SetupLine> lines) implements ShellStep {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /** {@code ip tcp_metrics flush all}: nothing is remembered of other ends. */
  record FlushTcpMetrics() implements ShellStep {}

  /**
   * {@code … || COMMAND}: what is done if the step before has failed.
   *
   * @param steps the command's
   */
  record Else(List<ShellStep> steps) implements ShellStep {
    public Else {
      steps = List.copyOf(steps);
    }
  }

  /**
   * {@code ethtool -K DEV tso on|off}.
   *
   * @param on whether the device takes packets of TCP that stand for several segments
   */
  record Tso(boolean on) implements ShellStep {}

  /** {@code nstat}: counters count from here. */
  record Nstat() implements ShellStep {}

  /**
   * {@code nstat | grep PATTERN…}: a counter has been counted since the last {@code nstat}, and its
   * line matches.
   *
   * @param place where it stands
   * @param patterns what is looked for, all in one line
   * @param stay whether the counters still count from where they did ({@code nstat -s})
   */
  record NstatGrep(Place place, List<Pattern> patterns, boolean stay) implements ShellStep {
    public NstatGrep {
      patterns = List.copyOf(patterns);
    }

    /** Whether all patterns are in a line. */
    boolean matches(String line) {
      return patterns.stream().allMatch(pattern -> pattern.matcher(line).find());
    }
  }
}
