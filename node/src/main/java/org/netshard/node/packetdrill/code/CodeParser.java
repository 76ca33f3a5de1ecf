package org.netshard.node.packetdrill.code;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.code.CodeLexer.Kind;
import org.netshard.node.packetdrill.code.CodeLexer.Token;

/** Reads statements: operators bind as in Python. */
public final class CodeParser {
  private static final List<Set<String>> LEVELS =
      List.of(
          Set.of("|"),
          Set.of("^"),
          Set.of("&"),
          Set.of("<<", ">>"),
          Set.of("+", "-"),
          Set.of("*", "/", "//", "%"));

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> FUNCTIONS = Set.of("abs", "min", "max", "int", "float");
  private static final Set<String> OUTSIDE =
      Set.of(
          "if", "for", "while", "def", "import", "from", "return", "lambda", "class", "with", "try",
          "in", "is", "else", "elif", "global", "del", "raise");

  private final String text;
  private final List<Token> tokens;
  private int at;

  private CodeParser(String text) {
    this.text = text;
    this.tokens = CodeLexer.tokens(text);
  }

  /**
   * Reads statements.
   *
   * @throws CodeException naming what is outside of what is understood
   */
  public static Code parse(String text) {
    return new Code(new CodeParser(text).statements());
  }

  private Token peek() {
    return tokens.get(at);
  }

  private boolean take(String operator) {
    if (!peek().is(operator)) {
      return false;
    }
    at++;
    return true;
  }

  private CodeException wrong(String expected) {
    Token found = peek();
    String what = found.kind() == Kind.END ? "the end of the statement" : "`" + found.text() + "`";
    return new CodeException(found.line(), "expected " + expected + ", found " + what);
  }

  private List<Node.Statement> statements() {
    List<Node.Statement> statements = new ArrayList<>();
    while (at < tokens.size()) {
      if (peek().kind() == Kind.END) {
        at++;
        continue;
      }
      Node.Statement statement = statement();
      if (statement != null) {
        statements.add(statement);
      }
      if (peek().kind() != Kind.END) {
        throw wrong("the end of the statement");
      }
    }
    return statements;
  }

  private Node.@Nullable Statement statement() {
    Token first = peek();
    if (first.kind() != Kind.NAME || OUTSIDE.contains(first.text())) {
      throw new CodeException(
          first.line(),
          "`"
              + first.text()
              + "` begins no statement that is understood: these are NAME = …,"
              + " assert, print(…) and pass");
    }
    at++;
    switch (first.text()) {
      case "pass" -> {
        return null;
      }
      case "assert" -> {
        Node holds = expression();
        Node message = take(",") ? expression() : null;
        String written = text.substring(first.start(), peek().start()).strip();
        return new Node.Assert(first.line(), holds, message, written);
      }
      case "print" -> {
        if (!take("(")) {
          throw wrong("`(`");
        }
        return new Node.Print(first.line(), arguments());
      }
      default -> {
        Token operator = peek();
        String sign = operator.text();
        boolean assigns = operator.kind() == Kind.OPERATOR && sign.endsWith("=");
        if (!assigns || COMPARISONS.contains(sign)) {
          throw wrong("`=` behind the name `" + first.text() + "`");
        }
        at++;
        String before = sign.substring(0, sign.length() - 1);
        return new Node.Assign(first.line(), first.text(), before, expression());
      }
    }
  }

  private List<Node> arguments() {
    List<Node> arguments = new ArrayList<>();
    if (take(")")) {
      return arguments;
    }
    do {
      arguments.add(expression());
    } while (take(","));
    if (!take(")")) {
      throw wrong("`)`");
    }
    return arguments;
  }

  private Node expression() {
    Node left = and();
    while (peek().is("or")) {
      int line = tokens.get(at++).line();
      left = new Node.Binary(line, "or", left, and());
    }
    return left;
  }

  private Node and() {
    Node left = not();
    while (peek().is("and")) {
      int line = tokens.get(at++).line();
      left = new Node.Binary(line, "and", left, not());
    }
    return left;
  }

  private Node not() {
    if (peek().is("not")) {
      int line = tokens.get(at++).line();
      return new Node.Unary(line, "not", not());
    }
    return comparison();
  }

  private Node comparison() {
    int line = peek().line();
    List<Node> operands = new ArrayList<>(List.of(level(0)));
    List<String> operators = new ArrayList<>();
    while (peek().kind() == Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
      operators.add(tokens.get(at++).text());
      operands.add(level(0));
    }
    return operators.isEmpty() ? operands.get(0) : new Node.Compare(line, operands, operators);
  }

  private Node level(int level) {
    if (level == LEVELS.size()) {
      return unary();
    }
    Node left = level(level + 1);
    while (peek().kind() == Kind.OPERATOR && LEVELS.get(level).contains(peek().text())) {
      Token operator = tokens.get(at++);
      left = new Node.Binary(operator.line(), operator.text(), left, level(level + 1));
    }
    return left;
  }

  private Node unary() {
    Token sign = peek();
    if (sign.is("-") || sign.is("+") || sign.is("~")) {
      at++;
      return new Node.Unary(sign.line(), sign.text(), unary());
    }
    Node base = atom();
    if (peek().is("**")) {
      int line = tokens.get(at++).line();
      return new Node.Binary(line, "**", base, unary());
    }
    return base;
  }

  private Node atom() {
    Token token = peek();
    switch (token.kind()) {
      case NUMBER -> {
        at++;
        return new Node.Literal(number(token));
      }
      case STRING -> {
        at++;
        StringBuilder joined = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) {
          joined.append(tokens.get(at++).text());
        }
        return new Node.Literal(joined.toString());
      }
      case NAME -> {
        return name(token);
      }
      default -> {
        if (!take("(")) {
          throw wrong("a value");
        }
        return parenthesised();
      }
    }
  }

  private Node name(Token token) {
    if (OUTSIDE.contains(token.text())) {
      throw wrong("a value");
    }
    at++;
    if (token.text().equals("True") || token.text().equals("False")) {
      return new Node.Literal(token.text().equals("True"));
    }
    if (take("(")) {
      if (!FUNCTIONS.contains(token.text())) {
        throw new CodeException(
            token.line(), "function `" + token.text() + "` is outside what is understood");
      }
      return new Node.Apply(token.line(), token.text(), arguments());
    }
    return new Node.Name(token.line(), token.text());
  }

  private Node parenthesised() {
    List<Node> values = new ArrayList<>();
    boolean tuple = false;
    while (!take(")")) {
      values.add(expression());
      if (take(",")) {
        tuple = true;
      } else if (!peek().is(")")) {
        throw wrong("`)`");
      }
    }
    return values.size() == 1 && !tuple ? values.get(0) : new Node.Tuple(values);
  }

  private static Object number(Token token) {
    String digits = token.text();
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return new BigInteger(digits.substring(2), 16);
      }
      return digits.contains(".") || digits.contains("e")
          ? (Object) Double.valueOf(digits)
          : new BigInteger(digits);
    } catch (NumberFormatException e) {
      throw new CodeException(token.line(), "`" + digits + "` is no number");
    }
  }
}
