package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What came of replaying one or more logs. */
public final class ReplayResult {
  private final Map<String, ReplayCount> byCall = new TreeMap<>();
  private final List<Difference> differences = new ArrayList<>();
  private final Map<String, Long> reasons = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /**
   * A call whose result was not the recorded one.
   *
   * @param file the log
   * @param line line on which the call began
   * @param call name of the call
   * @param recorded the line of the log, without process and time
   * @param simulated what the simulated kernel answered
   */
  public record Difference(String file, int line, String call, String recorded, String simulated) {}

  void same(String call) {
    count(call).addSame();
  }

  void different(Difference difference) {
    count(difference.call()).addDifferent();
    differences.add(difference);
  }

  void timing(String call) {
    count(call).addTiming();
  }

  void recorded(String call) {
    count(call).addRecorded();
  }

  void notSimulated(String call, String reason) {
    count(call).addNotSimulated();
    reasons.merge(call + ": " + reason, 1L, Long::sum);
  }

  void warn(String warning) {
    warnings.add(warning);
  }

  private ReplayCount count(String call) {
    return byCall.computeIfAbsent(call, name -> new ReplayCount());
  }

  /** Adds the result of another log. */
  public void add(ReplayResult other) {
    other.byCall.forEach((call, count) -> count(call).add(count));
    differences.addAll(other.differences);
    warnings.addAll(other.warnings);
    other.reasons.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
  }

  /** Counts by the name of the call, in alphabetical order. */
  public Map<String, ReplayCount> byCall() {
    return Collections.unmodifiableMap(byCall);
  }

  /** The calls that differed, in order. */
  public List<Difference> differences() {
    return Collections.unmodifiableList(differences);
  }

  /** What of the recording machine is left out, each once. */
  public Set<String> warnings() {
    return Collections.unmodifiableSet(warnings);
  }

  /** Why calls were not simulated, and how many. */
  public Map<String, Long> reasons() {
    return Collections.unmodifiableMap(reasons);
  }

  /** All calls together. */
  public ReplayCount total() {
    ReplayCount total = new ReplayCount();
    byCall.values().forEach(total::add);
    return total;
  }
}
