package org.netshard.node.strace;

import java.util.List;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.Flags;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;
import org.netshard.node.strace.StraceValue.Variable;

/**
 * Writes values as {@code strace} does.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/util.c}, {@code string_quote}.
 */
final class ValuePrinter {
  private ValuePrinter() {}

  static String print(StraceValue value) {
    StringBuilder out = new StringBuilder();
    print(value, out);
    return out.toString();
  }

  private static void print(StraceValue value, StringBuilder out) {
    if (value instanceof IntValue number) {
      out.append(number(number));
    } else if (value instanceof Symbol symbol) {
      out.append(symbol.name());
    } else if (value instanceof Raw raw) {
      out.append(raw.text());
    } else if (value instanceof Variable variable) {
      out.append('$').append(variable.name());
    } else if (value instanceof Flags flags) {
      list(flags.members(), "|", out);
    } else if (value instanceof Binary binary) {
      binary(binary, out);
    } else if (value instanceof Unary unary) {
      out.append(unary.operator());
      print(unary.operand(), out);
    } else if (value instanceof Str string) {
      out.append(string.abstractName() ? "@" : "");
      quote(string.bytes(), false, out);
      out.append(string.truncated() ? "..." : "");
    } else if (value instanceof Struct struct) {
      list(struct.members(), ", ", out.append('{'));
      out.append('}');
    } else if (value instanceof Array array) {
      list(array.elements(), array.spaced() ? " " : ", ", out.append('['));
      out.append(']');
    } else if (value instanceof Change change) {
      print(change.was(), out);
      print(change.becomes(), out.append(" => "));
    } else if (value instanceof Named named) {
      print(named.value(), out.append(named.name()).append('='));
    } else if (value instanceof Function function) {
      list(function.arguments(), ", ", out.append(function.name()).append('('));
      out.append(')');
    } else if (value instanceof Annotated annotated) {
      annotated(annotated, out);
    } else {
      out.append("...");
    }
  }

  private static void binary(Binary binary, StringBuilder out) {
    boolean spaces = binary.operator().equals("==") || binary.operator().equals("&&");
    print(binary.left(), out);
    out.append(spaces ? " " : "").append(binary.operator()).append(spaces ? " " : "");
    print(binary.right(), out);
  }

  private static void annotated(Annotated annotated, StringBuilder out) {
    print(annotated.value(), out);
    if (annotated.kind() == Annotated.Kind.NAME) {
      out.append('<').append(annotated.note()).append('>');
    } else {
      out.append(" /* ").append(annotated.note()).append(" */");
    }
  }

  private static void list(List<StraceValue> values, String separator, StringBuilder out) {
    for (int i = 0; i < values.size(); i++) {
      print(values.get(i), out.append(i == 0 ? "" : separator));
    }
  }

  private static String number(IntValue number) {
    return switch (number.radix()) {
      case DECIMAL -> Long.toString(number.value());
      case HEX -> "0x" + Long.toHexString(number.value());
      case OCTAL -> octal(number.value());
    };
  }

  /** Bytes in quotes, with every byte as {@code \x..} if asked for. */
  static void quote(byte[] bytes, boolean hex, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < bytes.length; i++) {
      int c = bytes[i] & 0xff;
      if (hex) {
        out.append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        boolean digitNext = i + 1 < bytes.length && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
        out.append(escaped(c, digitNext));
      }
    }
    out.append('"');
  }

  private static String escaped(int c, boolean digitNext) {
    return switch (c) {
      case '"', '\\' -> "\\" + (char) c;
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case 0x0b -> "\\v";
      default -> {
        if (c >= ' ' && c <= 0x7e) {
          yield String.valueOf((char) c);
        }
        String octal = Integer.toOctalString(c);
        yield "\\" + (digitNext ? "0".repeat(3 - octal.length()) + octal : octal);
      }
    };
  }

  /** A mode: three digits at least, of which the first is 0. */
  static String octal(long number) {
    String digits = "0" + Long.toOctalString(number);
    return "0".repeat(Math.max(0, 3 - digits.length())) + digits;
  }
}
