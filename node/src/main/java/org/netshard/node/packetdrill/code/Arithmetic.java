package org.netshard.node.packetdrill.code;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What operators make of values, as in Python. */
final class Arithmetic {
  private static final Pattern CONVERSION =
      Pattern.compile("%(%|[-+0 #]*\\d*(?:\\.\\d+)?[diuxXsrfgeo])");
  private static final int DIGITS = 6;
  private static final int SHIFT_MAX = 4096;

  private Arithmetic() {}

  static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof BigInteger number) {
      return number.signum() != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    return value instanceof String text ? !text.isEmpty() : !((List<?>) value).isEmpty();
  }

  static String text(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      list.forEach(one -> parts.add(one instanceof String s ? "'" + s + "'" : text(one)));
      return "(" + String.join(", ", parts) + (parts.size() == 1 ? ",)" : ")");
    }
    return value.toString();
  }

  private static CodeException wrong(int line, String operator, Object value) {
    return new CodeException(line, "`" + operator + "` cannot be applied to " + text(value));
  }

  private static BigInteger whole(int line, String operator, Object value) {
    if (value instanceof BigInteger number) {
      return number;
    }
    if (value instanceof Boolean truth) {
      return truth ? BigInteger.ONE : BigInteger.ZERO;
    }
    throw wrong(line, operator, value);
  }

  private static double real(int line, String operator, Object value) {
    return value instanceof Double number ? number : whole(line, operator, value).doubleValue();
  }

  static Object unary(int line, String operator, Object value) {
    return switch (operator) {
      case "not" -> !truth(value);
      case "~" -> whole(line, operator, value).not();
      case "-" ->
          value instanceof Double number
              ? (Object) (-number)
              : whole(line, operator, value).negate();
      default -> value instanceof Double ? value : whole(line, operator, value);
    };
  }

  static Object apply(int line, String operator, Object left, Object right) {
    if (operator.equals("%") && left instanceof String format) {
      return format(line, format, right instanceof List<?> list ? list : List.of(right));
    }
    if (operator.equals("+") && left instanceof String a && right instanceof String b) {
      return a + b;
    }
    if (left instanceof Double || right instanceof Double || operator.equals("/")) {
      return real(line, operator, real(line, operator, left), real(line, operator, right));
    }
    BigInteger a = whole(line, operator, left);
    BigInteger b = whole(line, operator, right);
    return switch (operator) {
      case "+" -> a.add(b);
      case "-" -> a.subtract(b);
      case "*" -> a.multiply(b);
      case "//" -> floorDivide(line, a, b);
      case "%" -> a.subtract(floorDivide(line, a, b).multiply(b));
      case "&" -> a.and(b);
      case "|" -> a.or(b);
      case "^" -> a.xor(b);
      case "<<" -> a.shiftLeft(shift(line, operator, b));
      case ">>" -> a.shiftRight(shift(line, operator, b));
      case "**" -> a.pow(shift(line, operator, b));
      default -> throw new CodeException(line, "`" + operator + "` is outside what is understood");
    };
  }

  private static int shift(int line, String operator, BigInteger by) {
    if (by.signum() < 0 || by.bitLength() > 31 || by.intValue() > SHIFT_MAX) {
      throw wrong(line, operator, by);
    }
    return by.intValue();
  }

  private static BigInteger floorDivide(int line, BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw new CodeException(line, "division by zero");
    }
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static Object real(int line, String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new CodeException(line, "division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - Math.floor(a / b) * b;
      case "**" -> Math.pow(a, b);
      default -> throw wrong(line, operator, a);
    };
  }

  static boolean compare(int line, String operator, Object left, Object right) {
    if (left instanceof String || right instanceof String) {
      boolean same = left.equals(right);
      if (operator.equals("==") || operator.equals("!=")) {
        return same == operator.equals("==");
      }
      throw wrong(line, operator, left instanceof String ? left : right);
    }
    int order =
        left instanceof Double || right instanceof Double
            ? Double.compare(real(line, operator, left), real(line, operator, right))
            : whole(line, operator, left).compareTo(whole(line, operator, right));
    return switch (operator) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  static Object function(int line, String name, List<Object> arguments) {
    if (arguments.isEmpty()) {
      throw new CodeException(line, "`" + name + "` needs a value");
    }
    Object first = arguments.get(0);
    switch (name) {
      case "abs" -> {
        return compare(line, "<", first, BigInteger.ZERO) ? unary(line, "-", first) : first;
      }
      case "int" -> {
        return first instanceof Double number
            ? BigInteger.valueOf(number.longValue())
            : whole(line, name, first);
      }
      case "float" -> {
        return real(line, name, first);
      }
      default -> {
        Object best = first;
        for (Object other : arguments) {
          best = compare(line, name.equals("min") ? "<" : ">", other, best) ? other : best;
        }
        return best;
      }
    }
  }

  private static String format(int line, String format, List<?> values) {
    Matcher matcher = CONVERSION.matcher(format);
    StringBuilder text = new StringBuilder();
    int next = 0;
    while (matcher.find()) {
      String conversion = matcher.group(1);
      if (conversion.equals("%")) {
        matcher.appendReplacement(text, "%");
        continue;
      }
      if (next == values.size()) {
        throw new CodeException(line, "too few values for '" + format + "'");
      }
      String one = one(line, conversion, values.get(next++));
      matcher.appendReplacement(text, Matcher.quoteReplacement(one));
    }
    if (next < values.size()) {
      throw new CodeException(line, "too many values for '" + format + "'");
    }
    return matcher.appendTail(text).toString();
  }

  private static String one(int line, String conversion, Object value) {
    String flags = conversion.substring(0, conversion.length() - 1);
    char type = conversion.charAt(conversion.length() - 1);
    return switch (type) {
      case 's', 'r' -> String.format(Locale.ROOT, "%" + flags + "s", text(value));
      case 'f' -> {
        // Of two decimals that are equally near, the even one.
        int point = flags.indexOf('.');
        int digits = point < 0 ? DIGITS : Integer.parseInt(flags.substring(point + 1));
        BigDecimal exact = new BigDecimal(real(line, "%", value));
        yield String.format(
            Locale.ROOT, "%" + flags + "f", exact.setScale(digits, RoundingMode.HALF_EVEN));
      }
      case 'g', 'e' -> String.format(Locale.ROOT, "%" + flags + type, real(line, "%", value));
      case 'x', 'X', 'o' -> String.format(Locale.ROOT, "%" + flags + type, whole(line, "%", value));
      default -> {
        Object number = value instanceof Double real ? (Object) real.longValue() : value;
        yield number instanceof Long
            ? String.format(Locale.ROOT, "%" + flags + "d", number)
            : String.format(Locale.ROOT, "%" + flags + "d", whole(line, "%", number));
      }
    };
  }
}
