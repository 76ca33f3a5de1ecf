package org.netshard.node.packetdrill.code;

import java.util.ArrayList;
import java.util.List;

/** The words of statements. */
final class CodeLexer {
  private static final List<String> OPERATORS =
      List.of(
          "**=", "//=", "<<=", ">>=", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+=", "-=",
          "*=", "/=", "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">",
          "=", "(", ")", ",");

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line;
  private int depth;

  /** What a word is. */
  enum Kind {
    NAME,
    NUMBER,
    STRING,
    OPERATOR,
    END
  }

  /**
   * A word.
   *
   * @param kind what it is
   * @param text the word, without quotes
   * @param line its line, from 0
   * @param start where it begins
   */
  record Token(Kind kind, String text, int line, int start) {
    boolean is(String operator) {
      return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(operator);
    }
  }

  private CodeLexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    return new CodeLexer(text).read();
  }

  private List<Token> read() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
        at += 2;
        line++;
      } else if (c == '\n') {
        if (depth == 0) {
          add(Kind.END, "", 0);
        }
        at++;
        line++;
      } else if (c == ';') {
        add(Kind.END, ";", 1);
      } else if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '\'' || c == '"') {
        string(c);
      } else if (Character.isDigit(c) || (c == '.' && digitAt(at + 1))) {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        name();
      } else {
        operator();
      }
    }
    add(Kind.END, "", 0);
    return tokens;
  }

  private boolean digitAt(int position) {
    return position < text.length() && Character.isDigit(text.charAt(position));
  }

  private void add(Kind kind, String token, int length) {
    tokens.add(new Token(kind, token, line, at));
    at += length;
  }

  private void string(char quote) {
    int start = at++;
    StringBuilder content = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote && text.charAt(at) != '\n') {
      char c = text.charAt(at++);
      if (c == '\\' && at < text.length()) {
        char escaped = text.charAt(at++);
        content.append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped);
      } else {
        content.append(c);
      }
    }
    if (at >= text.length() || text.charAt(at) != quote) {
      throw new CodeException(line, "a text that is not closed: " + text.substring(start, at));
    }
    at++;
    tokens.add(new Token(Kind.STRING, content.toString(), line, start));
  }

  private void number() {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    tokens.add(new Token(Kind.NUMBER, text.substring(start, at), line, start));
  }

  private void name() {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    tokens.add(new Token(Kind.NAME, text.substring(start, at), line, start));
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        depth += operator.equals("(") ? 1 : operator.equals(")") ? -1 : 0;
        add(Kind.OPERATOR, operator, operator.length());
        return;
      }
    }
    // What it is the parser will say, which knows where it stands.
    add(Kind.OPERATOR, text.substring(at, at + 1), 1);
  }
}
