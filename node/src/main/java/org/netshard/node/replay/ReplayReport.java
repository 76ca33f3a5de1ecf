package org.netshard.node.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The result of a replay, as text for people and as JSON for programs. */
public final class ReplayReport {
  private ReplayReport() {}

  /** The result as JSON. */
  public static ObjectNode json(ReplayResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, result.total());
    ObjectNode byCall = json.putObject("byCall");
    result.byCall().forEach((call, count) -> put(byCall.putObject(call), count));
    ObjectNode reasons = json.putObject("notSimulatedBecause");
    result.reasons().forEach(reasons::put);
    ArrayNode warnings = json.putArray("warnings");
    result.warnings().forEach(warnings::add);
    ArrayNode differences = json.putArray("differences");
    for (ReplayResult.Difference difference : result.differences()) {
      differences
          .addObject()
          .put("file", difference.file())
          .put("line", difference.line())
          .put("call", difference.call())
          .put("recorded", difference.recorded())
          .put("simulated", difference.simulated());
    }
    return json;
  }

  private static void put(ObjectNode json, ReplayCount count) {
    json.put("calls", count.calls());
    json.put("same", count.same());
    json.put("different", count.different());
    json.put("notSimulated", count.notSimulated());
    json.put("timing", count.timing());
    json.put("recorded", count.recorded());
  }

  /** The result as text, with the first differences. */
  public static String text(ReplayResult result, int differencesMax) {
    StringBuilder text = new StringBuilder();
    line(text, "call", "same", "different", "timing", "recorded", "not simulated");
    for (Map.Entry<String, ReplayCount> entry : result.byCall().entrySet()) {
      line(text, entry.getKey(), entry.getValue());
    }
    line(text, "all", result.total());
    if (!result.warnings().isEmpty()) {
      text.append("\nwarning: ").append(result.warnings().iterator().next()).append('\n');
      int more = result.warnings().size() - 1;
      text.append(more == 0 ? "" : "and " + more + " more (--json has all)\n");
    }
    List<ReplayResult.Difference> differences = result.differences();
    if (!differences.isEmpty()) {
      text.append('\n');
    }
    for (ReplayResult.Difference difference :
        differences.subList(0, Math.min(differencesMax, differences.size()))) {
      text.append(difference.file())
          .append(':')
          .append(difference.line())
          .append("\n  recorded   ")
          .append(difference.recorded())
          .append("\n  simulated  ")
          .append(difference.simulated())
          .append('\n');
    }
    if (differences.size() > differencesMax) {
      text.append("and ").append(differences.size() - differencesMax).append(" more\n");
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String call, ReplayCount count) {
    line(
        text,
        call,
        count.same() + "",
        count.different() + "",
        count.timing() + "",
        count.recorded() + "",
        count.notSimulated() + "");
  }

  private static void line(
      StringBuilder text,
      String call,
      String same,
      String different,
      String timing,
      String recorded,
      String notSimulated) {
    text.append(
        String.format(
            Locale.ROOT,
            "%-20s %10s %10s %10s %10s %14s%n",
            call,
            same,
            different,
            timing,
            recorded,
            notSimulated));
  }
}
