package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceEvent.Place;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.protocol.abi.Syscall;

/**
 * A call in a scenario, as {@code strace} would print it.
 *
 * <pre>
 *   socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)           any result will do
 *   socket(AF_INET, SOCK_STREAM, 0) = 3                 this result
 *   socket(AF_INET, SOCK_RAW, 1) = -1 EPERM             this error; its message may follow
 *   $listener = socket(AF_INET, SOCK_STREAM, 0) = 3     keeps the result
 *   dup2($listener, 9) = 9                              uses it
 *   getsockopt($listener, SOL_SOCKET, SO_TYPE, [1], [4]) = 0   # what it wrote is expected too
 * </pre>
 *
 * @param name the call's name
 * @param call the call, zeros being in the place of variables; it may be one that Linux has and
 *     that is not simulated
 * @param variables the arguments that take a kept result
 * @param keepAs the name under which the result is kept, or null
 * @param expected what is expected, or null if anything will do
 * @param written the call as written, with the expected result; for {@link ResultComparison}
 * @param text the line without its comment
 */
public record ScriptLine(
    String name,
    Syscall call,
    List<Variable> variables,
    @Nullable String keepAs,
    @Nullable Expected expected,
    Call written,
    String text) {
  private static final int SUGGESTIONS_MAX = 3;

  public ScriptLine {
    variables = List.copyOf(variables);
  }

  /**
   * An argument that takes a kept result.
   *
   * @param argument its index, from 0
   * @param name the name of the result
   */
  public record Variable(int argument, String name) {}

  /**
   * What a call must return.
   *
   * @param result the value or error, unless a variable is given
   * @param variable the kept result that it must equal; empty if none
   */
  public record Expected(Result result, String variable) {
    /** Whether the result must equal a kept one. */
    public boolean isVariable() {
      return !variable.isEmpty();
    }
  }

  /**
   * Reads a line.
   *
   * @param file the scenario, for messages
   * @param line the line of the scenario, from 1
   * @param column the column at which the text begins, from 1
   * @param text the line
   * @throws StraceSyntaxException naming the column and what is wrong or known
   */
  public static ScriptLine parse(String file, int line, int column, String text) {
    String bare = withoutComment(text).stripTrailing();
    Cursor in = new Cursor(file, line, column, bare);
    in.skipSpaces();
    String keepAs = keepAs(in);
    int start = in.position();
    String name = callName(in);
    in.expect("(");
    List<StraceValue> arguments = new ArrayList<>();
    List<Variable> variables = new ArrayList<>();
    split(new ValueParser(in, true).arguments(), arguments, variables);
    in.skipSpaces();
    Expected expected = in.atEnd() ? null : expected(in);
    Result result =
        expected == null || expected.isVariable()
            ? new Result(Result.Kind.NONE, 0, "", "")
            : expected.result();
    Place place = new Place(file, line, line, StraceEvent.NO_TIME, StraceEvent.NO_TIME);
    Call written = new Call(0, name, arguments, result, bare.substring(start), place);
    Syscall call = decode(written, in, bare, start);
    return new ScriptLine(name, call, variables, keepAs, expected, written, bare.strip());
  }

  private static Syscall decode(Call written, Cursor in, String text, int start) {
    try {
      return CallDecoder.decodeOrThrow(written);
    } catch (NotationException wrong) {
      in.position(find(wrong.token(), text, start));
      throw in.wrong(wrong.problem());
    }
  }

  /** Where a token stands as a whole word. */
  private static int find(String token, String text, int start) {
    int at = text.indexOf(token, start);
    while (at >= 0 && !token.isEmpty()) {
      int end = at + token.length();
      boolean before = at > 0 && Cursor.isWord(text.charAt(at - 1));
      boolean behind = end < text.length() && Cursor.isWord(text.charAt(end));
      if (!before && !behind) {
        return at;
      }
      at = text.indexOf(token, at + 1);
    }
    return start;
  }

  private static String withoutComment(String text) {
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '#' && !quoted) {
        return text.substring(0, i);
      }
    }
    return text;
  }

  private static @Nullable String keepAs(Cursor in) {
    if (!in.take("$")) {
      return null;
    }
    String name = in.word();
    if (name.isEmpty() || Cursor.isDigit(name.charAt(0))) {
      throw in.expected("a name after '$', such as $fd");
    }
    in.skipSpaces();
    in.expect("=");
    in.skipSpaces();
    return name;
  }

  private static String callName(Cursor in) {
    int start = in.position();
    String name = in.word();
    if (name.isEmpty()) {
      throw in.expected("a call such as socket(AF_INET, SOCK_STREAM, 0)");
    }
    if (!SyscallNames.exists(name)) {
      in.position(start);
      List<String> near = Suggestions.near(name, SyscallNames.all(), SUGGESTIONS_MAX);
      throw in.wrong(
          "Linux has no system call '"
              + name
              + "'; simulated are "
              + String.join(", ", SyscallNames.simulated())
              + Suggestions.didYouMean(near));
    }
    return name;
  }

  /** Puts zeros in the places of variables. */
  private static void split(
      List<StraceValue> written, List<StraceValue> arguments, List<Variable> variables) {
    for (int i = 0; i < written.size(); i++) {
      StraceValue value = written.get(i);
      StraceValue inner = value instanceof Named named ? named.value() : value;
      if (inner instanceof StraceValue.Variable variable) {
        variables.add(new Variable(i, variable.name()));
        arguments.add(IntValue.of(0));
      } else {
        arguments.add(value);
      }
    }
  }

  private static Expected expected(Cursor in) {
    in.expect("=");
    in.skipSpaces();
    if (in.take("$")) {
      String variable = in.word();
      in.skipSpaces();
      if (variable.isEmpty() || !in.atEnd()) {
        throw in.expected(variable.isEmpty() ? "a name after '$'" : "the end of the line");
      }
      return new Expected(Result.UNFINISHED, variable);
    }
    return new Expected(new ResultParser(in).read(), "");
  }
}
