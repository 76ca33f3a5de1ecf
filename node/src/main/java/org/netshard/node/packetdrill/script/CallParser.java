package org.netshard.node.packetdrill.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads calls with their arguments and results. */
final class CallParser {
  private final Source in;

  CallParser(Source in) {
    this.in = in;
  }

  Action.Call call(long endNs) {
    String name = in.word();
    in.expect("(");
    List<Expr> arguments = list(")");
    in.expect("=");
    Expr result = expression();
    String errno = null;
    in.skip();
    if (Character.isUpperCase(in.peek())) {
      errno = in.word();
    }
    String note = in.take("(") ? note() : "";
    return new Action.Call(name, endNs, arguments, result, errno, note);
  }

  private String note() {
    StringBuilder note = new StringBuilder();
    while (in.peek() != ')') {
      if (in.atEnd() || in.peek() == '\n') {
        throw in.expected("`)`");
      }
      note.append(in.peek());
      in.position(in.position() + 1);
    }
    in.expect(")");
    return note.toString().strip();
  }

  private List<Expr> list(String close) {
    List<Expr> list = new ArrayList<>();
    if (in.take(close)) {
      return list;
    }
    do {
      list.add(expression());
    } while (in.take(","));
    in.expect(close);
    return list;
  }

  private Expr expression() {
    Expr left = simple();
    while (in.take("|")) {
      left = new Expr.Or(left, simple());
    }
    return left;
  }

  private Expr simple() {
    if (in.take("...")) {
      return new Expr.Wildcard();
    }
    in.skip();
    char next = in.peek();
    if (next == '"') {
      return text();
    }
    if (in.take("[")) {
      return new Expr.Array(list("]"));
    }
    if (in.take("{")) {
      return struct();
    }
    if (in.startsWith("0x")) {
      return new Expr.Num(in.hex("a number", -1L), true);
    }
    if (next == '-' || Source.isDigit(next)) {
      return new Expr.Num(in.integer("a number", Long.MIN_VALUE, Long.MAX_VALUE), false);
    }
    if (Source.isWord(next)) {
      String word = in.word();
      return in.take("(") ? new Expr.Apply(word, list(")")) : defined(word);
    }
    throw in.expected("a value");
  }

  /** A word, or what is said to be in its place: a number, a text or another word. */
  private Expr defined(String word) {
    String value = in.defined(word);
    if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
      return new Expr.Str(value.substring(1, value.length() - 1), false);
    }
    try {
      boolean hex = value.startsWith("0x");
      return new Expr.Num(
          hex ? Long.parseUnsignedLong(value.substring(2), 16) : Long.parseLong(value), hex);
    } catch (NumberFormatException e) {
      return new Expr.Word(value);
    }
  }

  /** Texts that follow each other are one. */
  private Expr text() {
    StringBuilder text = new StringBuilder();
    do {
      text.append(in.between("\"", "\"", true));
      in.skip();
    } while (in.peek() == '"');
    return new Expr.Str(text.toString(), in.take("..."));
  }

  private Expr struct() {
    List<Expr.Field> fields = new ArrayList<>();
    do {
      fields.add(field());
    } while (in.take(","));
    in.expect("}");
    return new Expr.Struct(fields);
  }

  private Expr.Field field() {
    in.skip();
    int start = in.position();
    if (Source.isWord(in.peek()) && !Source.isDigit(in.peek())) {
      String name = in.word();
      @Nullable Expr size = null;
      if (in.take("(")) {
        List<Expr> sizes = list(")");
        size = sizes.size() == 1 ? sizes.get(0) : null;
      }
      if (in.take("=")) {
        return new Expr.Field(name, size, expression());
      }
      in.position(start);
    }
    return new Expr.Field("", null, expression());
  }
}
