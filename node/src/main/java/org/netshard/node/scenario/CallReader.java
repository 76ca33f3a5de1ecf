package org.netshard.node.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.protocol.abi.Syscall;

/** Reads the call lines of tasks, and the constants of rules and workloads. */
final class CallReader {
  private static final int CALLS_MAX = 100_000;

  private final CallNotation notation;
  private final Problems problems;

  CallReader(CallNotation notation, Problems problems) {
    this.notation = notation;
    this.problems = problems;
  }

  /** The calls of a task, in order. */
  List<ScriptedCall> calls(Item task) {
    List<ScriptedCall> calls = new ArrayList<>();
    Set<String> kept = new LinkedHashSet<>();
    JsonNode node = task.node().path("calls");
    String pointer = task.pointer() + "/calls";
    if (node.isTextual()) {
      block(task.document(), pointer, node.asText(), calls, kept);
    }
    for (int i = 0; i < node.size(); i++) {
      Item line = new Item(task.document(), pointer + "/" + i, node.get(i));
      boolean plain = line.node().isTextual();
      String text = plain ? line.node().asText() : line.text("call");
      long delayNs = plain ? 0 : line.nanos("after", 0, problems);
      String at = plain ? line.pointer() : line.pointer() + "/call";
      add(text, task.document().placeWithin(at, 0, text), delayNs, calls, kept);
    }
    return calls;
  }

  private void block(
      YamlDocument document,
      String pointer,
      String text,
      List<ScriptedCall> calls,
      Set<String> kept) {
    List<String> lines = text.lines().toList();
    for (int row = 0; row < lines.size(); row++) {
      String line = lines.get(row).strip();
      if (calls.size() == CALLS_MAX) {
        problems.add(
            document.placeWithin(pointer, row, line),
            "this is one call too many; at most " + CALLS_MAX + " are allowed");
        return;
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        add(line, document.placeWithin(pointer, row, line), 0, calls, kept);
      }
    }
  }

  private void add(
      String text, Place place, long delayNs, List<ScriptedCall> calls, Set<String> kept) {
    ScriptedCall call = parse(text, place, delayNs);
    if (call == null) {
      return;
    }
    for (ScriptedCall.Variable variable : call.variables()) {
      checkKept(variable.name(), kept, place);
    }
    if (call.expected().kind() == Expectation.Kind.VARIABLE) {
      checkKept(call.expected().variable(), kept, place);
    }
    if (!call.keepAs().isEmpty()) {
      kept.add(call.keepAs());
    }
    calls.add(call);
  }

  private void checkKept(String name, Set<String> kept, Place place) {
    if (!kept.contains(name)) {
      problems.add(
          place,
          "no call above keeps its result as `$%s`; kept are %s"
              .formatted(name, Problems.some(kept)));
    }
  }

  private @Nullable ScriptedCall parse(String text, Place place, long delayNs) {
    try {
      return notation.parse(text, place, delayNs);
    } catch (CallNotation.BadCallException e) {
      problems.add(
          new Place(place.file(), place.line(), place.column() + Math.max(0, e.column() - 1)),
          e.problem());
      return null;
    }
  }

  /**
   * The number of a constant that {@code socket} takes.
   *
   * @param item the mapping
   * @param key {@code family}, {@code type} or {@code protocol}
   * @param otherwise the number if the key is missing
   */
  int symbol(Item item, String key, int otherwise) {
    if (!item.has(key)) {
      return otherwise;
    }
    if (item.node().path(key).isIntegralNumber()) {
      return (int) item.number(key, otherwise);
    }
    String text = item.text(key);
    int argument = List.of("family", "type", "protocol").indexOf(key);
    String family = argument == 2 ? item.text("family", "AF_INET") : "AF_INET";
    String line =
        switch (argument) {
          case 0 -> "socket(" + text + ", 0, 0)";
          case 1 -> "socket(AF_INET, " + text + ", 0)";
          default -> "socket(" + family + ", SOCK_RAW, " + text + ")";
        };
    try {
      Syscall call = notation.parse(line, item.place(key), 0).call();
      return call.intArg(argument);
    } catch (CallNotation.BadCallException e) {
      problems.add(
          item.place(key),
          "`%s` is no constant for the %s of a socket; allowed is one such as %s, or a number"
              .formatted(
                  text, key, List.of("AF_INET", "SOCK_STREAM", "IPPROTO_TCP").get(argument)));
      return otherwise;
    }
  }
}
