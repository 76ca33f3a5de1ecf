package org.netshard.node.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.SetupLine.Command;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.NetDevice;

/**
 * A line of a scenario's setup, as a user types it into a shell: {@code mkdir}, {@code rmdir},
 * {@code echo … > file}, {@code cat}, {@code sysctl -w}, {@code ip}, {@code tc qdisc}, with the
 * expected result behind it as {@code strace} writes results.
 */
public final class SetupNotation {
  static final String ALLOWED =
      "mkdir [-p] DIR, rmdir DIR, echo TEXT > FILE, cat FILE, sysctl -w NAME=VALUE, ip …, tc qdisc …";

  private static final Map<String, Integer> LO_ONLY = Map.of("lo", NetDevice.LOOPBACK_IFINDEX);

  private static final Pattern RESULT =
      Pattern.compile("\\s=\\s+(?:0|-1\\s+([A-Z0-9]+)(?:\\s+\\(.*\\))?)\\s*$");

  private final String line;
  private final String place;
  private final long atNs;
  private final Expectation expected;
  private final List<Word> words;
  private final Map<String, Integer> devices;

  /**
   * A word of a line.
   *
   * @param text what it is, without quotes
   * @param column where it begins, from 1
   * @param quoted whether a part of it is in quotes, so that it is no operator
   */
  private record Word(String text, int column, boolean quoted) {
    boolean is(String operator) {
      return !quoted && text.equals(operator);
    }
  }

  /** A line that cannot be understood. */
  public static final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int column;

    BadLineException(int column, String problem) {
      super(problem);
      this.column = column;
    }

    /** Column in the line, from 1. */
    int column() {
      return column;
    }
  }

  private SetupNotation(String line, String place, long atNs, Map<String, Integer> devices)
      throws BadLineException {
    this.line = line;
    this.devices = devices;
    this.place = place;
    this.atNs = atNs;
    Matcher result = RESULT.matcher(line);
    boolean expects = result.find();
    expected = expects ? expectation(result) : Expectation.NONE;
    words = words(expects ? line.substring(0, result.start()) : line);
  }

  private static Expectation expectation(Matcher result) throws BadLineException {
    String name = result.group(1);
    Errno errno = name == null ? null : Errno.byName(name);
    if (name != null && errno == null) {
      throw new BadLineException(
          result.start(1) + 1, "Linux has no error `" + name + "`; EBUSY is one");
    }
    return new Expectation(Expectation.Kind.VALUE, errno == null ? 0 : errno.negated(), "");
  }

  /**
   * Reads a line.
   *
   * @param line the line
   * @param place where it begins
   * @param atNs when it is to be carried out, or {@link SetupLine#BEFORE_ALL}
   * @return what it does, one for each directory, file or name in it
   */
  public static List<SetupLine> parse(String line, Place place, long atNs) throws BadLineException {
    return parse(line, place, atNs, LO_ONLY);
  }

  /**
   * Reads a line for a machine with more devices.
   *
   * @param line the line
   * @param place where it begins
   * @param atNs when it is to be carried out, or {@link SetupLine#BEFORE_ALL}
   * @param devices the indexes of its devices by name
   * @return what it does, one for each directory, file or name in it
   */
  public static List<SetupLine> parse(
      String line, Place place, long atNs, Map<String, Integer> devices) throws BadLineException {
    return new SetupNotation(line, place.toString(), atNs, devices).parse();
  }

  private List<SetupLine> parse() throws BadLineException {
    if (words.isEmpty()) {
      throw new BadLineException(1, "a line without a command; allowed are " + ALLOWED);
    }
    return command();
  }

  private List<SetupLine> command() throws BadLineException {
    return switch (words.get(0).text()) {
      case "ip" -> ip();
      case "tc" -> tc();
      case "mkdir" -> mkdir();
      case "rmdir" -> eachPath(Command.RMDIR, 1);
      case "cat" -> eachPath(Command.CAT, 1);
      case "echo" -> List.of(echo());
      case "sysctl" -> sysctl();
      default ->
          throw new BadLineException(
              words.get(0).column(),
              "command `" + words.get(0).text() + "` is not simulated; allowed are " + ALLOWED);
    };
  }

  /** {@code ip …}, {@code ip -n NAME …} and {@code ip netns exec NAME COMMAND}. */
  private List<SetupLine> ip() throws BadLineException {
    int at = 1;
    Word name = null;
    if (is(at, "-n") || is(at, "-netns")) {
      name = at + 1 < words.size() ? words.get(at + 1) : null;
      at += 2;
    }
    if (is(at, "netns")) {
      if (!is(at + 1, "exec") || at + 3 >= words.size()) {
        throw missing("`exec NAME COMMAND`");
      }
      Word inner = words.get(at + 2);
      words.subList(0, at + 3).clear();
      return within(inner, command());
    }
    List<SetupLine> one = List.of(netlink(at, IpNotation::message));
    return name == null ? one : within(name, one);
  }

  /** {@code tc …} and {@code tc -n NAME …}. */
  private List<SetupLine> tc() throws BadLineException {
    boolean named = is(1, "-n") || is(1, "-netns");
    List<SetupLine> one = List.of(netlink(named ? 3 : 1, TcNotation::message));
    return named ? within(words.get(2), one) : one;
  }

  /** What reads the words of a command as a message. */
  private interface MessageReader {
    String read(List<String> words, Map<String, Integer> devices) throws BadWordException;
  }

  private SetupLine netlink(int at, MessageReader reader) throws BadLineException {
    List<String> rest = new ArrayList<>();
    words.subList(Math.min(at, words.size()), words.size()).forEach(word -> rest.add(word.text()));
    try {
      return setup(Command.IP, "", reader.read(rest, devices));
    } catch (BadWordException e) {
      int word = at + e.word();
      int column = word < words.size() ? words.get(word).column() : line.length() + 1;
      throw new BadLineException(column, String.valueOf(e.getMessage()));
    }
  }

  private boolean is(int word, String text) {
    return word < words.size() && words.get(word).text().equals(text);
  }

  /** Lines that are carried out in a namespace with a name. */
  private List<SetupLine> within(Word name, List<SetupLine> lines) throws BadLineException {
    if (name.text().contains("/")) {
      throw new BadLineException(name.column(), "`" + name.text() + "` is no name of a namespace");
    }
    List<SetupLine> all = new ArrayList<>();
    all.add(
        new SetupLine(
            atNs,
            Command.NETNS_ENTER,
            "/run/netns/" + name.text(),
            "",
            Expectation.NONE,
            line,
            place));
    all.addAll(lines);
    all.add(new SetupLine(atNs, Command.NETNS_LEAVE, "", "", Expectation.NONE, line, place));
    return all;
  }

  private List<SetupLine> mkdir() throws BadLineException {
    boolean parents = words.size() > 1 && words.get(1).is("-p");
    return parents ? eachPath(Command.MKDIR_PARENTS, 2) : eachPath(Command.MKDIR, 1);
  }

  private List<SetupLine> eachPath(Command command, int from) throws BadLineException {
    List<SetupLine> lines = new ArrayList<>();
    for (Word word : words.subList(Math.min(from, words.size()), words.size())) {
      lines.add(setup(command, path(word), ""));
    }
    if (lines.isEmpty()) {
      throw missing("a path");
    }
    return lines;
  }

  private static BadLineException noResult(Word equals) {
    return new BadLineException(
        equals.column(), "no result behind `=`; allowed are 0 and an error, such as -1 EBUSY");
  }

  private BadLineException missing(String what) {
    return new BadLineException(line.length() + 1, what + " is missing; allowed are " + ALLOWED);
  }

  private static String path(Word word) throws BadLineException {
    if (word.is("=")) {
      throw noResult(word);
    }
    if (!word.text().startsWith("/")) {
      throw new BadLineException(
          word.column(), "`" + word.text() + "` is no absolute path, such as /sys/fs/cgroup/red");
    }
    return word.text();
  }

  private SetupLine setup(Command command, String path, String text) {
    return new SetupLine(atNs, command, path, text, expected, line, place);
  }

  private SetupLine echo() throws BadLineException {
    int first = words.size() > 1 && words.get(1).is("-n") ? 2 : 1;
    StringBuilder text = new StringBuilder();
    int at = first;
    while (at < words.size() && !words.get(at).is(">") && !words.get(at).is(">>")) {
      text.append(at == first ? "" : " ").append(words.get(at++).text());
    }
    if (at + 1 >= words.size()) {
      throw missing("`> FILE`");
    }
    if (at + 2 < words.size()) {
      Word more = words.get(at + 2);
      if (more.is("=")) {
        throw noResult(more);
      }
      throw new BadLineException(more.column(), "`" + more.text() + "` behind the file");
    }
    return setup(Command.ECHO, path(words.get(at + 1)), first == 2 ? text.toString() : text + "\n");
  }

  private List<SetupLine> sysctl() throws BadLineException {
    if (words.size() < 2 || !words.get(1).is("-w")) {
      throw missing("`-w NAME=VALUE`");
    }
    List<SetupLine> lines = new ArrayList<>();
    for (Word word : words.subList(2, words.size())) {
      int equals = word.text().indexOf('=');
      if (equals <= 0) {
        throw new BadLineException(
            word.column(), "`" + word.text() + "` is no NAME=VALUE, as net.core.somaxconn=128");
      }
      String path = "/proc/sys/" + word.text().substring(0, equals).replace('.', '/');
      lines.add(setup(Command.ECHO, path, word.text().substring(equals + 1) + "\n"));
    }
    if (lines.isEmpty()) {
      throw missing("NAME=VALUE");
    }
    return lines;
  }

  /** The words of a line, as a shell takes them: quotes keep blanks, {@code #} begins a comment. */
  private static List<Word> words(String line) throws BadLineException {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#') {
        break;
      } else if (c == '>') {
        int length = line.startsWith(">>", at) ? 2 : 1;
        words.add(new Word(line.substring(at, at + length), at + 1, false));
        at += length;
      } else {
        at = word(line, at, words);
      }
    }
    return words;
  }

  private static int word(String line, int start, List<Word> words) throws BadLineException {
    StringBuilder text = new StringBuilder();
    boolean quoted = false;
    int at = start;
    while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
      char c = line.charAt(at);
      if (c == '>') {
        break;
      }
      if (c == '\'' || c == '"') {
        int close = line.indexOf(c, at + 1);
        if (close < 0) {
          throw new BadLineException(at + 1, "the quote is not closed");
        }
        text.append(line, at + 1, close);
        quoted = true;
        at = close + 1;
      } else {
        text.append(c);
        at++;
      }
    }
    words.add(new Word(text.toString(), start + 1, quoted));
    return at;
  }

  /** The names of tasks whose numbers a text asks for. */
  static List<String> tasks(String text) {
    List<String> names = new ArrayList<>();
    Matcher matcher = SetupLine.PID.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** A dollar sign in a text that stands for no task, or null. */
  static @Nullable String strayVariable(String text) {
    String rest = SetupLine.PID.matcher(text).replaceAll("");
    int dollar = rest.indexOf('$');
    return dollar < 0 ? null : rest.substring(dollar);
  }
}
