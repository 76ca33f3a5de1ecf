package org.netshard.node.packetdrill.code;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Statements that can be carried out. */
public final class Code {
  /** No statements. */
  public static final Code NOTHING = new Code(List.of());

  private final List<Node.Statement> statements;

  Code(List<Node.Statement> statements) {
    this.statements = List.copyOf(statements);
  }

  /**
   * Carries the statements out.
   *
   * @param variables what names stand for: {@link java.math.BigInteger}, {@link Double}, {@link
   *     String} or {@link Boolean}; assignments change it
   * @param print who gets what is printed, line by line
   * @throws CodeException if a statement does not hold or cannot be carried out
   */
  public void run(Map<String, Object> variables, Consumer<String> print) {
    Evaluation evaluation = new Evaluation(variables);
    for (Node.Statement statement : statements) {
      if (statement instanceof Node.Assign assign) {
        Object value = evaluation.value(assign.value());
        if (!assign.operator().isEmpty()) {
          Object old = evaluation.value(new Node.Name(assign.line(), assign.name()));
          value = Arithmetic.apply(assign.line(), assign.operator(), old, value);
        }
        variables.put(assign.name(), value);
      } else if (statement instanceof Node.Print printed) {
        StringBuilder line = new StringBuilder();
        for (Node value : printed.values()) {
          line.append(line.isEmpty() ? "" : " ").append(Arithmetic.text(evaluation.value(value)));
        }
        print.accept(line.toString());
      } else if (statement instanceof Node.Assert claim) {
        if (!Arithmetic.truth(evaluation.value(claim.holds()))) {
          @Nullable Node message = claim.message();
          String found = message == null ? "" : ": " + Arithmetic.text(evaluation.value(message));
          throw new CodeException(claim.line(), claim.text() + found);
        }
      }
    }
  }
}
