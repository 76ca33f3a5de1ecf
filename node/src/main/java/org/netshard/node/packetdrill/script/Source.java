package org.netshard.node.packetdrill.script;

import java.util.Map;
import java.util.TreeMap;
import org.netshard.node.scenario.Place;

/** The text of a script and how far it has been read. */
final class Source {
  private final String file;
  private final String text;
  private final Map<String, String> definitions = new TreeMap<>();
  private int at;

  Source(String file, String text, Map<String, String> definitions) {
    this.file = file;
    this.text = text;
    this.definitions.putAll(definitions);
  }

  /** What a word stands for ({@code -D NAME=VALUE}), unless that is said already. */
  void define(String name, String value) {
    definitions.putIfAbsent(name, value);
  }

  /** What a word stands for; itself if nothing is said. */
  String defined(String word) {
    return definitions.getOrDefault(word, word);
  }

  int position() {
    return at;
  }

  void position(int position) {
    at = position;
  }

  Place place() {
    return place(at);
  }

  Place place(int position) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < position; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Place(file, line, position - lineStart + 1);
  }

  ScriptSyntaxException wrong(String problem) {
    return wrong(at, problem);
  }

  ScriptSyntaxException wrong(int position, String problem) {
    return new ScriptSyntaxException(place(position), problem);
  }

  /** What was wanted, and what is there. */
  ScriptSyntaxException expected(String what) {
    return wrong("expected " + what + ", found " + found());
  }

  private String found() {
    if (atEnd()) {
      return "the end of the script";
    }
    int end = at;
    while (end < text.length() && isWord(text.charAt(end))) {
      end++;
    }
    return "`" + text.substring(at, Math.max(end, at + 1)) + "`";
  }

  /** Skips blanks and comments. */
  void skip() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#' || text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw wrong("the comment is not closed");
        }
        at = end + 2;
      } else {
        return;
      }
    }
  }

  boolean atEnd() {
    return at >= text.length();
  }

  char peek() {
    return atEnd() ? '\0' : text.charAt(at);
  }

  char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
  }

  boolean startsWith(String prefix) {
    return text.startsWith(prefix, at);
  }

  /** Skips blanks, and takes a token if it is there. */
  boolean take(String token) {
    skip();
    if (!startsWith(token)) {
      return false;
    }
    at += token.length();
    return true;
  }

  void expect(String token) {
    if (!take(token)) {
      throw expected("`" + token + "`");
    }
  }

  static boolean isWord(char c) {
    return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A word of letters, digits and underscores; empty if there is none. */
  String word() {
    skip();
    int start = at;
    while (isWord(peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  /** The next word, which stays. */
  String peekWord() {
    skip();
    int start = at;
    String word = word();
    at = start;
    return word;
  }

  /** Takes a word if it is the next one. */
  boolean takeWord(String word) {
    if (!peekWord().equals(word)) {
      return false;
    }
    at += word.length();
    return true;
  }

  /** All up to the next blank; blanks in quotes belong to it. */
  String untilBlank() {
    int start = at;
    boolean quoted = false;
    while (!atEnd() && (quoted || !Character.isWhitespace(peek()))) {
      quoted ^= peek() == '"';
      at++;
    }
    return text.substring(start, at);
  }

  /** What is between two tokens, the first of which is next; a backslash keeps what follows. */
  String between(String open, String close, boolean escapes) {
    int start = at;
    expect(open);
    int from = at;
    while (!startsWith(close)) {
      if (atEnd()) {
        throw wrong(start, "`" + open + "` is not closed by `" + close + "`");
      }
      at += escapes && peek() == '\\' && at + 1 < text.length() ? 2 : 1;
    }
    String inner = text.substring(from, at);
    at += close.length();
    return inner;
  }

  /** A decimal number with or without a sign, within bounds. */
  long integer(String what, long min, long max) {
    skip();
    int start = at;
    if (peek() == '-') {
      at++;
    }
    while (isDigit(peek())) {
      at++;
    }
    String digits = text.substring(start, at);
    if (isWord(peek()) && digits.equals("0") && peek() == 'x') {
      at = start;
      throw expected(what);
    }
    try {
      long value = Long.parseLong(digits);
      if (value < min || value > max) {
        throw wrong(start, what + " " + digits + " is out of range " + min + " to " + max);
      }
      return value;
    } catch (NumberFormatException e) {
      at = start;
      throw expected(what);
    }
  }

  /** A hexadecimal number with {@code 0x}. */
  long hex(String what, long max) {
    skip();
    int start = at;
    if (!startsWith("0x")) {
      throw expected(what + " such as 0x10");
    }
    at += 2;
    String digits = word();
    try {
      long value = Long.parseUnsignedLong(digits, 16);
      if (Long.compareUnsigned(value, max) > 0) {
        throw wrong(start, what + " 0x" + digits + " is out of range");
      }
      return value;
    } catch (NumberFormatException e) {
      at = start;
      throw expected(what + " such as 0x10");
    }
  }

  /** A time in seconds, as nanoseconds. */
  long seconds() {
    skip();
    int start = at;
    while (isDigit(peek())) {
      at++;
    }
    String whole = text.substring(start, at);
    String fraction = "";
    if (peek() == '.' && isDigit(peek(1))) {
      at++;
      int from = at;
      while (isDigit(peek())) {
        at++;
      }
      fraction = text.substring(from, at);
    }
    if (whole.isEmpty() && fraction.isEmpty()) {
      throw expected("a time such as 0.100 or +.1");
    }
    if (whole.length() > 9 || fraction.length() > 9) {
      throw wrong(start, "a time of more than 9 digits before or behind the point");
    }
    String ns = (whole.isEmpty() ? "0" : whole) + (fraction + "000000000").substring(0, 9);
    return Long.parseLong(ns);
  }
}
