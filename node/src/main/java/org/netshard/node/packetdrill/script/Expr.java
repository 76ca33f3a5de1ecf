package org.netshard.node.packetdrill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An argument or a result of a call. */
public sealed interface Expr {
  /** {@code ...}: whatever fits, or is not looked at. */
  record Wildcard() implements Expr {}

  /**
   * A number.
   *
   * @param value the number
   * @param hex whether it is written in base 16
   */
  record Num(long value, boolean hex) implements Expr {}

  /**
   * A name of a constant.
   *
   * @param name the name
   */
  record Word(String name) implements Expr {}

  /**
   * A text in quotes.
   *
   * @param text the text, with its escapes as written
   * @param more whether {@code ...} follows
   */
  record Str(String text, boolean more) implements Expr {}

  /**
   * Two values joined by {@code |}.
   *
   * @param left left of it
   * @param right right of it
   */
  record Or(Expr left, Expr right) implements Expr {}

  /**
   * Values in brackets.
   *
   * @param elements the values
   */
  record Array(List<Expr> elements) implements Expr {
    public Array {
      elements = List.copyOf(elements);
    }
  }

  /**
   * A value written as a function: {@code htons(80)}.
   *
   * @param name the function
   * @param arguments its arguments
   */
  record Apply(String name, List<Expr> arguments) implements Expr {
    public Apply {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * Values in braces.
   *
   * @param fields the values
   */
  record Struct(List<Field> fields) implements Expr {
    public Struct {
      fields = List.copyOf(fields);
    }

    /** The value of a field, or null. */
    public @Nullable Expr field(String name) {
      for (Field field : fields) {
        if (field.name().equals(name)) {
          return field.value();
        }
      }
      return null;
    }
  }

  /**
   * A value in braces: {@code onoff=1}, {@code msg_iov(1)=[...]} or {@code 1000}.
   *
   * @param name its name, or empty
   * @param size what stands in parentheses behind the name, or null
   * @param value the value
   */
  record Field(String name, @Nullable Expr size, Expr value) {}
}
