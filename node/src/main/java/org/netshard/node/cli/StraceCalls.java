package org.netshard.node.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.node.scenario.CallNotation;
import org.netshard.node.scenario.Place;
import org.netshard.node.strace.ExpectedMemory;
import org.netshard.node.strace.ScriptLine;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceSyntaxException;

/** The calls of a scenario as {@code strace} writes them. */
final class StraceCalls {
  static final CallNotation NOTATION = StraceCalls::parse;

  private StraceCalls() {}

  private static ScriptedCall parse(String text, Place place, long delayNs)
      throws CallNotation.BadCallException {
    try {
      ScriptLine line = ScriptLine.parse(place.file(), place.line(), 1, text);
      List<ScriptedCall.Variable> variables = new ArrayList<>();
      for (ScriptLine.Variable variable : line.variables()) {
        variables.add(new ScriptedCall.Variable(variable.argument(), variable.name()));
      }
      String keepAs = line.keepAs();
      return new ScriptedCall(
          line.call(),
          variables,
          keepAs == null ? "" : keepAs,
          expectation(line.expected()),
          ExpectedMemory.of(line),
          line.text(),
          place.toString(),
          delayNs);
    } catch (StraceSyntaxException e) {
      throw new CallNotation.BadCallException(e.column(), e.problem());
    }
  }

  private static Expectation expectation(ScriptLine.@Nullable Expected expected) {
    if (expected == null) {
      return Expectation.NONE;
    }
    if (expected.isVariable()) {
      return new Expectation(Expectation.Kind.VARIABLE, 0, expected.variable());
    }
    return expected.result().kind() == Result.Kind.VALUE
        ? new Expectation(Expectation.Kind.VALUE, expected.result().value(), "")
        : Expectation.NONE;
  }
}
