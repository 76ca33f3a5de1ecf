package org.netshard.node.strace;

/**
 * A position in the text of one call, which came from one line or, if the call was interrupted,
 * from two.
 */
final class Cursor {
  private static final int SHOWN_MAX = 20;

  private final String file;
  private final String text;
  private final int firstLine;
  private final int firstColumn;
  private final int split;
  private final int secondLine;
  private final int secondColumn;
  private int position;

  /** The text of one line, whose first character is at this column (from 1). */
  Cursor(String file, int line, int column, String text) {
    this(file, line, column, text, Integer.MAX_VALUE, line, column);
  }

  private Cursor(
      String file,
      int firstLine,
      int firstColumn,
      String text,
      int split,
      int secondLine,
      int secondColumn) {
    this.file = file;
    this.firstLine = firstLine;
    this.firstColumn = firstColumn;
    this.text = text;
    this.split = split;
    this.secondLine = secondLine;
    this.secondColumn = secondColumn;
  }

  /** The text of two lines, the end of the second beginning at this column. */
  static Cursor joined(Piece first, Piece second) {
    return new Cursor(
        first.file(),
        first.line(),
        first.column(),
        first.text() + second.text(),
        first.text().length(),
        second.line(),
        second.column());
  }

  /** Part of a line: the text from a column (from 1) on. */
  record Piece(String file, int line, int column, String text) {}

  int position() {
    return position;
  }

  void position(int newPosition) {
    position = newPosition;
  }

  boolean atEnd() {
    return position >= text.length();
  }

  /** The character here, or NUL at the end. */
  char peek() {
    return peek(0);
  }

  char peek(int ahead) {
    int index = position + ahead;
    return index < text.length() ? text.charAt(index) : '\0';
  }

  char next() {
    char c = peek();
    position++;
    return c;
  }

  boolean looksAt(String token) {
    return text.startsWith(token, position);
  }

  /** Passes the token if it is here. */
  boolean take(String token) {
    if (!looksAt(token)) {
      return false;
    }
    position += token.length();
    return true;
  }

  void expect(String token) {
    if (!take(token)) {
      throw expected("'" + token + "'");
    }
  }

  void skipSpaces() {
    while (peek() == ' ' || peek() == '\t') {
      position++;
    }
  }

  /** Passes letters, digits and underscores, and returns them. */
  String word() {
    int start = position;
    while (isWord(peek())) {
      position++;
    }
    return text.substring(start, position);
  }

  static boolean isWord(char c) {
    return c == '_' || (c >= '0' && c <= '9') || isLetter(c);
  }

  static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  String since(int start) {
    return text.substring(start, position);
  }

  /** What is left. */
  String rest() {
    return text.substring(position);
  }

  /** Where a token is found from here on, or -1. */
  int find(String token) {
    return text.indexOf(token, position);
  }

  /** The error of finding something else than expected here. */
  StraceSyntaxException expected(String what) {
    String here = atEnd() ? "the end of the line" : "'" + shown() + "'";
    return wrong("expected " + what + ", found " + here);
  }

  private String shown() {
    String rest = rest();
    return rest.length() <= SHOWN_MAX ? rest : rest.substring(0, SHOWN_MAX) + "...";
  }

  /** An error at this position. */
  StraceSyntaxException wrong(String problem) {
    boolean second = position >= split;
    return new StraceSyntaxException(
        file,
        second ? secondLine : firstLine,
        second ? secondColumn + position - split : firstColumn + position,
        problem);
  }
}
