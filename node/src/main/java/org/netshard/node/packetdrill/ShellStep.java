package org.netshard.node.packetdrill;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

  /**
   * {@code grep PATTERN FILE… | grep PATTERN…}: a line of one of the files matches all patterns.
   *
   * @param place where it stands
   * @param files reads the files
   * @param patterns what is looked for, all in one line
   */
  record Grep(Place place, List<SetupLine> files, List<Pattern> patterns) implements ShellStep {
    public Grep {
      files = List.copyOf(files);
      patterns = List.copyOf(patterns);
    }

    /** What is wrong with what the files say, or an empty text. */
    String judge(List<String> texts) {
      boolean found =
          texts.stream()
              .flatMap(String::lines)
              .anyMatch(
                  line -> patterns.stream().allMatch(pattern -> pattern.matcher(line).find()));
      return found ? "" : place + ": grep: no line matches " + shown(patterns);
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

  /** Patterns as a message has them. */
  static String shown(List<Pattern> patterns) {
    return patterns.stream()
        .map(pattern -> "`" + pattern + "`")
        .collect(Collectors.joining(" and "));
  }
}
