package org.netshard.node.packetdrill.code;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement or an expression. */
sealed interface Node {
  /** A statement. */
  sealed interface Statement extends Node {
    /** Its line, from 0. */
    int line();
  }

  /**
   * {@code name = value}, {@code name += value}.
   *
   * @param line its line
   * @param name what is set
   * @param operator the operator before the equals sign, or empty
   * @param value the value
   */
  record Assign(int line, String name, String operator, Node value) implements Statement {}

  /**
   * {@code assert holds, message}.
   *
   * @param line its line
   * @param holds what must be true
   * @param message what is said if it is not, or null
   * @param text the statement as written
   */
  record Assert(int line, Node holds, @Nullable Node message, String text) implements Statement {}

  /**
   * {@code print(...)}.
   *
   * @param line its line
   * @param values what is printed
   */
  record Print(int line, List<Node> values) implements Statement {}

  /**
   * A value.
   *
   * @param value the value
   */
  record Literal(Object value) implements Node {}

  /**
   * A variable.
   *
   * @param line its line
   * @param name its name
   */
  record Name(int line, String name) implements Node {}

  /**
   * An operator before a value.
   *
   * @param line its line
   * @param operator {@code -}, {@code +}, {@code ~} or {@code not}
   * @param operand the value
   */
  record Unary(int line, String operator, Node operand) implements Node {}

  /**
   * An operator between two values.
   *
   * @param line its line
   * @param operator the operator
   * @param left left of it
   * @param right right of it
   */
  record Binary(int line, String operator, Node left, Node right) implements Node {}

  /**
   * Values compared one with the next: {@code a <= b <= c}.
   *
   * @param line its line
   * @param operands the values
   * @param operators one less
   */
  record Compare(int line, List<Node> operands, List<String> operators) implements Node {}

  /**
   * Values in parentheses, separated by commas.
   *
   * @param values the values
   */
  record Tuple(List<Node> values) implements Node {}

  /**
   * A function of values.
   *
   * @param line its line
   * @param function its name
   * @param arguments the values
   */
  record Apply(int line, String function, List<Node> arguments) implements Node {}
}
