package org.netshard.node.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netshard.node.trace.CallTrace.End;
import org.netshard.node.trace.CallTrace.Hop;
import org.netshard.protocol.abi.Errno;

/** A traced call as a call graph, as a Mermaid sequence diagram, and as JSON. */
public final class TraceText {
  private final String line;
  private final CallTrace trace;
  private final List<String> warnings;

  /**
   * What is printed of a trace.
   *
   * @param line the call as its user wrote it
   * @param trace the call that was made
   * @param warnings what the kernel left out
   */
  public TraceText(String line, CallTrace trace, List<String> warnings) {
    this.line = line;
    this.trace = trace;
    this.warnings = List.copyOf(warnings);
  }

  private String outcome() {
    long result = trace.result();
    End end = trace.end();
    if (end == null) {
      return "= " + result;
    }
    Errno errno = Errno.byNumber((int) -result);
    String why = errno == null ? "" : " (" + errno.message() + ")";
    String where = ", ended in " + end.actor() + ", " + end.function();
    return "= -1 " + Errno.resultText(result) + why + where;
  }

  /** The hops as an indented call graph: an actor stands below the one that first called it. */
  public String graph() {
    StringBuilder text = new StringBuilder(line).append('\n');
    graph(text, trace.hops().subList(0, trace.hopsOfCall()));
    text.append(String.format(Locale.ROOT, "%10d ns  %s%n", trace.endedNs(), outcome()));
    graph(text, trace.hops().subList(trace.hopsOfCall(), trace.hops().size()));
    warnings.forEach(warning -> text.append("warning: ").append(warning).append('\n'));
    return text.toString();
  }

  private static void graph(StringBuilder text, List<Hop> hops) {
    List<String> stack = new ArrayList<>();
    for (Hop hop : hops) {
      int depth = enter(stack, hop.from());
      String what =
          hop.inside() ? hop.from() + ": " + hop.message() : hop.from() + " → " + hop.to();
      text.append(
          String.format(
              Locale.ROOT,
              "%10d ns  %-50s %-14s %s%n",
              hop.timeNs(),
              "  ".repeat(depth) + what,
              hop.inside() ? "" : hop.message(),
              hop.function()));
      enter(stack, hop.to());
    }
  }

  /** Goes back to an actor that waits further up, or down to a new one; its depth. */
  private static int enter(List<String> stack, String actor) {
    int depth = stack.indexOf(actor);
    if (depth < 0) {
      stack.add(actor);
      return stack.size() - 1;
    }
    stack.subList(depth + 1, stack.size()).clear();
    return depth;
  }

  /** The hops as a Mermaid sequence diagram. */
  public String mermaid() {
    StringBuilder text = new StringBuilder("sequenceDiagram\n");
    note(text, line);
    mermaid(text, trace.hops().subList(0, trace.hopsOfCall()));
    note(text, outcome());
    mermaid(text, trace.hops().subList(trace.hopsOfCall(), trace.hops().size()));
    warnings.forEach(warning -> note(text, "warning: " + warning));
    return text.toString();
  }

  private static void mermaid(StringBuilder text, List<Hop> hops) {
    for (Hop hop : hops) {
      if (hop.inside()) {
        text.append("  Note over ").append(participant(hop.from())).append(": ");
        text.append(escaped(hop.function()));
      } else {
        text.append("  ").append(participant(hop.from())).append("->>");
        text.append(participant(hop.to())).append(": ");
        text.append(hop.message()).append(" (").append(escaped(hop.function())).append(')');
      }
      text.append('\n');
    }
  }

  private static void note(StringBuilder text, String what) {
    text.append("  Note over Kernel: ").append(escaped(what)).append('\n');
  }

  /** Mermaid would read a hyphen in a name as the beginning of an arrow. */
  private static String participant(String actor) {
    return actor.replace('-', '_');
  }

  /** Characters that end a statement or begin a comment or an arrow in Mermaid, as entities. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '#' -> escaped.append("#35;");
        case ';' -> escaped.append("#59;");
        case '>' -> escaped.append("#gt;");
        case '\n', '\r' -> escaped.append(' ');
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** The hops as JSON. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("call", line);
    ArrayNode hops = json.putArray("hops");
    for (Hop hop : trace.hops()) {
      ObjectNode one = hops.addObject();
      one.put("timeNs", hop.timeNs());
      one.put("from", hop.from());
      one.put("to", hop.to());
      one.put("message", hop.message());
      one.put("function", hop.function());
    }
    json.put("endedNs", trace.endedNs());
    End end = trace.end();
    json.put("result", end == null ? trace.result() : -1);
    if (end != null) {
      Errno errno = Errno.byNumber((int) -trace.result());
      json.put("errno", Errno.resultText(trace.result()));
      json.put("why", errno == null ? "" : errno.message());
      json.putObject("endedIn").put("actor", end.actor()).put("function", end.function());
    }
    ArrayNode left = json.putArray("warnings");
    warnings.forEach(left::add);
    return json;
  }
}
