package org.netshard.node.packetdrill.code;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values of expressions. */
final class Evaluation {
  private final Map<String, Object> variables;

  Evaluation(Map<String, Object> variables) {
    this.variables = variables;
  }

  Object value(Node node) {
    if (node instanceof Node.Literal literal) {
      return literal.value();
    }
    if (node instanceof Node.Name name) {
      Object value = variables.get(name.name());
      if (value == null) {
        throw new CodeException(name.line(), "`" + name.name() + "` is not known here");
      }
      return value;
    }
    if (node instanceof Node.Unary unary) {
      return Arithmetic.unary(unary.line(), unary.operator(), value(unary.operand()));
    }
    if (node instanceof Node.Binary binary) {
      return binary(binary);
    }
    if (node instanceof Node.Compare compare) {
      return compare(compare);
    }
    if (node instanceof Node.Apply apply) {
      return Arithmetic.function(apply.line(), apply.function(), values(apply.arguments()));
    }
    return values(((Node.Tuple) node).values());
  }

  private List<Object> values(List<Node> nodes) {
    List<Object> values = new ArrayList<>();
    nodes.forEach(node -> values.add(value(node)));
    return values;
  }

  private Object binary(Node.Binary binary) {
    Object left = value(binary.left());
    if (binary.operator().equals("and") || binary.operator().equals("or")) {
      // As in Python the result is one of the two, and the second may not be looked at.
      boolean decided = Arithmetic.truth(left) == binary.operator().equals("or");
      return decided ? left : value(binary.right());
    }
    return Arithmetic.apply(binary.line(), binary.operator(), left, value(binary.right()));
  }

  private boolean compare(Node.Compare compare) {
    Object left = value(compare.operands().get(0));
    for (int i = 0; i < compare.operators().size(); i++) {
      Object right = value(compare.operands().get(i + 1));
      if (!Arithmetic.compare(compare.line(), compare.operators().get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }
}
