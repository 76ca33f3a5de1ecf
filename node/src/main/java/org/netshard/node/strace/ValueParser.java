package org.netshard.node.strace;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.Ellipsis;
import org.netshard.node.strace.StraceValue.Flags;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Radix;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;

/**
 * Reads the values of a call.
 *
 * <p>Operators from the weakest: {@code =>}, {@code name=} and {@code [index]=}, {@code &&}, {@code
 * ==}, {@code |}, {@code <<}, {@code +} and {@code -}, {@code *}, then those in front of a value.
 */
final class ValueParser {
  private static final String UNFINISHED = "<unfinished ...>";
  private static final int DEPTH_MAX = 200;

  private final Cursor in;
  private final boolean variables;
  private int depth;

  ValueParser(Cursor in) {
    this(in, false);
  }

  /** A parser that also reads {@code $name}. */
  ValueParser(Cursor in, boolean variables) {
    this.in = in;
    this.variables = variables;
  }

  /** One value, with spaces around it. */
  static StraceValue parse(Cursor in) {
    return new ValueParser(in).value();
  }

  /** Arguments up to and with the closing parenthesis. */
  List<StraceValue> arguments() {
    List<StraceValue> arguments = new ArrayList<>();
    in.skipSpaces();
    while (!in.take(")")) {
      if (in.take(UNFINISHED)) {
        in.skipSpaces();
        continue;
      }
      arguments.add(value());
      in.skipSpaces();
      if (in.take(",")) {
        in.skipSpaces();
      } else if (in.peek() != ')' && !in.looksAt(UNFINISHED)) {
        throw in.expected("',' or ')'");
      }
    }
    return arguments;
  }

  StraceValue value() {
    deeper();
    in.skipSpaces();
    StraceValue result = named();
    in.skipSpaces();
    if (in.take("=>")) {
      in.skipSpaces();
      StraceValue after = value();
      result =
          result instanceof Named field
              ? new Named(field.name(), new Change(field.value(), after))
              : new Change(result, after);
    }
    depth--;
    return result;
  }

  private void deeper() {
    if (++depth > DEPTH_MAX) {
      throw in.wrong("more than " + DEPTH_MAX + " levels of nesting");
    }
  }

  private StraceValue named() {
    int start = in.position();
    if (Cursor.isLetter(in.peek()) || in.peek() == '_') {
      String name = in.word();
      if (in.peek() == '=' && in.peek(1) != '=' && in.peek(1) != '>') {
        in.next();
        in.skipSpaces();
        return new Named(name, conjunction());
      }
      in.position(start);
    }
    StraceValue value = conjunction();
    if (value instanceof Array && in.peek() == '=' && in.peek(1) != '>') {
      in.next();
      return new Named(value.text(), conjunction());
    }
    return value;
  }

  private StraceValue conjunction() {
    StraceValue left = equation();
    while (operator("&&")) {
      left = new Binary("&&", left, equation());
    }
    return left;
  }

  private StraceValue equation() {
    StraceValue left = flags();
    while (operator("==")) {
      left = new Binary("==", left, flags());
    }
    return left;
  }

  private StraceValue flags() {
    StraceValue first = shift();
    if (!in.looksAt("|")) {
      return first;
    }
    List<StraceValue> members = new ArrayList<>();
    members.add(first);
    while (in.take("|")) {
      members.add(shift());
    }
    return new Flags(members);
  }

  private StraceValue shift() {
    StraceValue left = sum();
    while (in.take("<<")) {
      left = new Binary("<<", left, in.take("(") ? new Function("", arguments()) : sum());
    }
    return left;
  }

  private StraceValue sum() {
    StraceValue left = product();
    while (true) {
      boolean minus = in.peek() == '-' && Cursor.isDigit(in.peek(1));
      boolean plus = in.peek() == '+' && Cursor.isWord(in.peek(1));
      if (!minus && !plus) {
        return left;
      }
      left = new Binary(String.valueOf(in.next()), left, product());
    }
  }

  private StraceValue product() {
    StraceValue left = primary();
    while (in.peek() == '*' && in.peek(1) != '/') {
      in.next();
      left = new Binary("*", left, primary());
    }
    return left;
  }

  /** Passes the operator with the spaces around it. */
  private boolean operator(String token) {
    int start = in.position();
    in.skipSpaces();
    if (in.take(token)) {
      in.skipSpaces();
      return true;
    }
    in.position(start);
    return false;
  }

  private StraceValue primary() {
    StraceValue value = noted(bare());
    int end = in.position();
    in.skipSpaces();
    while (in.looksAt("/*")) {
      value = new Annotated(value, Annotated.Kind.COMMENT, comment());
      end = in.position();
      in.skipSpaces();
    }
    in.position(end);
    return value;
  }

  private String comment() {
    in.expect("/*");
    int start = in.position();
    int end = in.find("*/");
    if (end < 0) {
      throw in.expected("a comment that ends with '*/'");
    }
    in.position(end);
    String text = in.since(start).strip();
    in.expect("*/");
    return text;
  }

  private StraceValue bare() {
    char c = in.peek();
    return switch (c) {
      case '"' -> string(false);
      case '{' -> {
        in.next();
        yield new Struct(members('}').list);
      }
      case '[' -> {
        in.next();
        Members members = members(']');
        yield new Array(members.list, members.spaced);
      }
      case '~', '&', '!' -> unary();
      case '-' -> Cursor.isDigit(in.peek(1)) ? number() : unary();
      case '?' -> questionMarks();
      default -> other(c);
    };
  }

  private StraceValue unary() {
    deeper();
    StraceValue value = new Unary(String.valueOf(in.next()), bare());
    depth--;
    return value;
  }

  private StraceValue other(char c) {
    if (Cursor.isDigit(c)) {
      return number();
    }
    if (Cursor.isLetter(c) || c == '_') {
      return symbol();
    }
    if (in.looksAt("/*") || in.take("...")) {
      return new Ellipsis();
    }
    if (variables && in.take("$")) {
      String name = in.word();
      if (name.isEmpty()) {
        throw in.expected("a name after '$'");
      }
      return new StraceValue.Variable(name);
    }
    if (in.looksAt("@\"")) {
      in.next();
      return string(true);
    }
    throw in.expected("a value");
  }

  private StraceValue questionMarks() {
    int start = in.position();
    while (in.peek() == '?') {
      in.next();
    }
    return new Raw(in.since(start));
  }

  private StraceValue symbol() {
    int start = in.position();
    String name = in.word();
    if (in.take("(")) {
      return new Function(name, arguments());
    }
    if (in.peek() == ':' && Cursor.isWord(in.peek(1))) {
      return rawFrom(start);
    }
    return new Symbol(name);
  }

  private StraceValue rawFrom(int start) {
    in.position(start);
    while (Cursor.isWord(in.peek()) || in.peek() == ':' || in.peek() == '.' || in.peek() == '-') {
      in.next();
    }
    return new Raw(in.since(start));
  }

  private StraceValue number() {
    int start = in.position();
    boolean negative = in.take("-");
    String digits = in.word();
    boolean hex = digits.startsWith("0x");
    boolean more = in.peek() == ':' || (in.peek() == '.' && Cursor.isDigit(in.peek(1)));
    if (more) {
      return rawFrom(start);
    }
    try {
      if (hex) {
        long value = Long.parseUnsignedLong(digits.substring(2), 16);
        return IntValue.hex(negative ? -value : value);
      }
      if (digits.length() > 1 && digits.charAt(0) == '0') {
        long value = Long.parseUnsignedLong(digits, 8);
        return new IntValue(negative ? -value : value, Radix.OCTAL);
      }
      long value = negative ? Long.parseLong("-" + digits) : Long.parseUnsignedLong(digits);
      return IntValue.of(value);
    } catch (NumberFormatException notOne) {
      if (!digits.matches("0[0-9a-f]+|[0-9]*[a-f][0-9a-f]*")) {
        in.position(start);
        throw in.expected("a number of 64 bits");
      }
      return new Raw(in.since(start));
    }
  }

  /** The elements of a list, and what separates them. */
  private static final class Members {
    final List<StraceValue> list = new ArrayList<>();
    boolean spaced;
  }

  private Members members(char close) {
    Members members = new Members();
    in.skipSpaces();
    while (in.peek() != close) {
      if (in.atEnd()) {
        throw in.expected("a value or '" + close + "'");
      }
      members.list.add(value());
      int end = in.position();
      in.skipSpaces();
      if (in.take(",")) {
        in.skipSpaces();
      } else if (in.peek() != close) {
        boolean gap = in.position() > end || in.peek() == ' ';
        if (!gap && !spaceBefore()) {
          throw in.expected("',' or '" + close + "'");
        }
        members.spaced = true;
      }
    }
    in.next();
    return members;
  }

  private boolean spaceBefore() {
    return in.peek(-1) == ' ';
  }

  private StraceValue string(boolean abstractName) {
    in.expect("\"");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (!in.take("\"")) {
      if (in.atEnd()) {
        throw in.expected("'\"' at the end of the string");
      }
      char c = in.next();
      bytes.write(c == '\\' ? escape() : c);
    }
    return new Str(bytes.toByteArray(), in.take("..."), abstractName);
  }

  private int escape() {
    char c = in.next();
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'v' -> 0x0b;
      case 'f' -> '\f';
      case 'a' -> 0x07;
      case 'b' -> '\b';
      case 'x' -> hexEscape();
      case '"', '\\', '\'', '<', '>' -> c;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octalEscape(c - '0');
      default -> {
        in.position(in.position() - 1);
        throw in.expected("an escape such as \\n, \\0 or \\x00");
      }
    };
  }

  private int hexEscape() {
    int high = Character.digit(in.next(), 16);
    int low = Character.digit(in.next(), 16);
    if (high < 0 || low < 0) {
      in.position(in.position() - 2);
      throw in.expected("two hexadecimal digits");
    }
    return high << 4 | low;
  }

  private int octalEscape(int first) {
    int value = first;
    for (int i = 0; i < 2 && in.peek() >= '0' && in.peek() <= '7'; i++) {
      value = value << 3 | (in.next() - '0');
    }
    return value & 0xff;
  }

  /** The name of a descriptor or process behind its number. */
  private StraceValue noted(StraceValue value) {
    boolean number = value instanceof IntValue || value instanceof Symbol;
    if (!number || in.peek() != '<' || in.peek(1) == '<') {
      return value;
    }
    int start = in.position();
    in.next();
    boolean address = in.rest().matches("(?s)[A-Za-z0-9-]+:\\[.*");
    int open = 1;
    while (open > 0) {
      if (in.atEnd()) {
        in.position(start);
        throw in.expected("a name that ends with '>'");
      }
      char c = in.next();
      if (c == '<') {
        open++;
      } else if (c == '>' && !(address && in.peek(-2) == '-')) {
        open--;
      }
    }
    String text = in.since(start);
    return new Annotated(value, Annotated.Kind.NAME, text.substring(1, text.length() - 1));
  }
}
