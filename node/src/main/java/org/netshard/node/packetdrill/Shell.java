package org.netshard.node.packetdrill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.node.packetdrill.code.CodeException;
import org.netshard.node.packetdrill.code.CodeParser;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.scenario.Place;
import org.netshard.node.scenario.SetupNotation;

/**
 * The shell of scripts: what of its commands means something to a simulated kernel, as steps.
 *
 * <p>There are {@code sysctl}, {@code ip}, {@code tc}, {@code echo … > FILE}, {@code nstat}, {@code
 * grep} of counters and files, {@code ethtool} for TSO, and files with such commands. All else is
 * an error that names the place. Settings need not be restored, as each script has its kernel.
 */
final class Shell {
  static final String ALLOWED =
      "sysctl, ip, echo, nstat, grep, tc, ethtool, set_sysctls.py, FILE.sh";

  /** Before a command that is done if the one before it has failed. */
  private static final String OTHERWISE = "||";

  private static final int DEPTH_MAX = 4;
  private static final Pattern REDIRECTION = Pattern.compile("(?:\\d|&)?>>?(?:&\\d|[^&]\\S*)?");
  private static final Pattern ARITHMETIC = Pattern.compile("\\$\\(\\((.*?)\\)\\)");

  private final Path folder;
  private final Map<String, Integer> devices;
  private final List<ShellStep> steps = new ArrayList<>();

  private Shell(Path folder, Map<String, Integer> devices) {
    this.folder = folder;
    this.devices = devices;
  }

  /**
   * Reads commands.
   *
   * @param text the commands
   * @param place where they begin
   * @param folder from where the paths of files count
   * @param devices the indexes of devices by name
   * @throws ScriptSyntaxException naming the place of what is not simulated
   */
  static List<ShellStep> read(String text, Place place, Path folder, Map<String, Integer> devices) {
    Shell shell = new Shell(folder, devices);
    shell.read(text, place, 0);
    return shell.steps;
  }

  private void read(String text, Place from, int depth) {
    String joined = text.replace("\\\n", "  ");
    int line = from.line();
    for (String one : joined.split("\n", -1)) {
      Place place = new Place(from.file(), line++, line == from.line() + 1 ? from.column() : 1);
      for (List<String> command : commands(one, place)) {
        run(command, place, depth);
      }
    }
  }

  /** The commands of a line as words; quotes are gone, {@code #} begins a comment. */
  private static List<List<String>> commands(String line, Place place) {
    List<List<String>> commands = new ArrayList<>();
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    String text = arithmetic(line, place);
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '\n';
      boolean otherwise = text.startsWith(OTHERWISE, i);
      boolean ends = c == ';' || c == '\n' || otherwise || text.startsWith("&&", i);
      if (c == '\'' || c == '"') {
        int close = text.indexOf(c, i + 1);
        if (close < 0) {
          throw new ScriptSyntaxException(place, "the quote is not closed in: " + line);
        }
        word.append(text, i + 1, close);
        inWord = true;
        i = close;
      } else if (Character.isWhitespace(c) || ends || (c == '#' && !inWord)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
        if (ends) {
          commands.add(words);
          words = new ArrayList<>(otherwise ? List.of(OTHERWISE) : List.of());
          i += c == '&' || otherwise ? 1 : 0;
        }
        if (c == '#') {
          i = text.length() - 1;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    commands.removeIf(List::isEmpty);
    return commands;
  }

  /** {@code $((15*1024))} as a number. */
  private static String arithmetic(String line, Place place) {
    UnaryOperator<String> value =
        expression -> {
          Map<String, Object> variables = new TreeMap<>();
          try {
            CodeParser.parse("x = " + expression).run(variables, printed -> {});
          } catch (CodeException e) {
            throw new ScriptSyntaxException(place, "$((" + expression + ")): " + e.getMessage());
          }
          return String.valueOf(variables.get("x"));
        };
    Matcher matcher = ARITHMETIC.matcher(line);
    return matcher.replaceAll(found -> Matcher.quoteReplacement(value.apply(found.group(1))));
  }

  private void run(List<String> written, Place place, int depth) {
    List<String> words = new ArrayList<>(written);
    String name = words.get(0);
    if (name.equals(OTHERWISE) && words.size() > 1) {
      int size = steps.size();
      run(words.subList(1, words.size()), place, depth);
      List<ShellStep> own = steps.subList(size, steps.size());
      ShellStep step = new ShellStep.Else(own);
      own.clear();
      steps.add(step);
      return;
    }
    if (!name.equals("echo")) {
      dropRedirections(words);
    }
    String last = name.substring(name.lastIndexOf('/') + 1);
    if (last.equals("set_sysctls.py")) {
      words.subList(1, words.size()).forEach(word -> setting(word, place));
    } else if (last.startsWith("sysctl_restore_")) {
      return;
    } else if (name.contains("/") && name.endsWith(".sh")) {
      include(name, place, depth);
    } else {
      command(words, place);
    }
  }

  private static void dropRedirections(List<String> words) {
    for (int i = 1; i < words.size(); i++) {
      if (REDIRECTION.matcher(words.get(i)).matches()) {
        boolean toFile = words.get(i).endsWith(">");
        words.remove(i);
        if (toFile && i < words.size()) {
          words.remove(i);
        }
        i--;
      }
    }
  }

  private void include(String name, Place place, int depth) {
    Path file = folder.resolve(name);
    if (depth == DEPTH_MAX) {
      throw new ScriptSyntaxException(place, name + ": files within files within files");
    }
    try {
      String text = Files.readString(file);
      read(text, new Place(file.normalize().toString(), 1, 1), depth + 1);
    } catch (IOException e) {
      throw new ScriptSyntaxException(place, "there is no file " + file.normalize());
    }
  }

  /** {@code NAME=VALUE} or {@code /proc/sys/…=VALUE}. */
  private void setting(String word, Place place) {
    int equals = word.indexOf('=');
    if (equals <= 0) {
      throw new ScriptSyntaxException(
          place, "`" + word + "` is no NAME=VALUE, as net.ipv4.tcp_timestamps=1");
    }
    String name = word.substring(0, equals);
    String path = name.startsWith("/") ? name : "/proc/sys/" + name.replace('.', '/');
    String value = word.substring(equals + 1) + "\n";
    steps.add(
        new ShellStep.Lines(
            List.of(
                new SetupLine(
                    SetupLine.BEFORE_ALL,
                    SetupLine.Command.ECHO,
                    path,
                    value,
                    Expectation.NONE,
                    "sysctl " + word,
                    place.toString()))));
  }

  private void command(List<String> words, Place place) {
    String text = String.join(" ", words);
    switch (words.get(0)) {
      case "sysctl" ->
          words.stream()
              .skip(1)
              .filter(word -> !word.startsWith("-"))
              .forEach(word -> setting(word, place));
      case "nstat" -> nstat(words, place);
      case "grep" -> grep(words, place);
      case "ip" -> {
        if (text.equals("ip tcp_metrics flush all")) {
          steps.add(new ShellStep.FlushTcpMetrics());
        } else {
          notation(text, place);
        }
      }
      case "ethtool" -> {
        if (!text.matches("ethtool -K tun0( (gso|gro|lro|tx|rx) off| tso (on|off))+")) {
          throw notSimulated(text, place);
        }
        int tso = words.indexOf("tso");
        if (tso > 0) {
          steps.add(new ShellStep.Tso(words.get(tso + 1).equals("on")));
        }
      }
      case "tc", "echo", "mkdir", "rmdir" -> notation(text, place);
      case "true", ":" -> {
        // Nothing.
      }
      default -> throw notSimulated(text, place);
    }
  }

  private static ScriptSyntaxException notSimulated(String text, Place place) {
    return new ScriptSyntaxException(
        place, "command `" + text + "` is not simulated; simulated are " + ALLOWED);
  }

  /** {@code nstat [-n] [-s] [| grep [-q] PATTERN]…}. */
  private void nstat(List<String> words, Place place) {
    int pipe = words.indexOf("|");
    List<String> own = pipe < 0 ? words : words.subList(0, pipe);
    boolean stay = own.contains("-s");
    boolean silent = own.contains("-n");
    if (own.size() != 1 + (stay ? 1 : 0) + (silent ? 1 : 0) || (silent && pipe >= 0)) {
      throw notSimulated(String.join(" ", words), place);
    }
    if (pipe < 0) {
      if (!stay) {
        steps.add(new ShellStep.Nstat());
      }
      return;
    }
    steps.add(new ShellStep.NstatGrep(place, patterns(words, pipe + 1, place), stay));
  }

  /** {@code grep [-q] PATTERN FILE… [| grep [-q] PATTERN]…}. */
  private void grep(List<String> words, Place place) {
    int pipe = words.indexOf("|");
    List<String> own = new ArrayList<>(pipe < 0 ? words : words.subList(0, pipe));
    own.remove("-q");
    if (own.size() < 3) {
      throw notSimulated(String.join(" ", words), place);
    }
    List<String> chain = new ArrayList<>(own.subList(0, 2));
    if (pipe >= 0) {
      chain.addAll(words.subList(pipe, words.size()));
    }
    String cat = "cat " + String.join(" ", own.subList(2, own.size()));
    steps.add(new ShellStep.Grep(place, lines(cat, place), patterns(chain, 0, place)));
  }

  /** The patterns of {@code grep [-q] PATTERN | …}. */
  private static List<Pattern> patterns(List<String> words, int from, Place place) {
    List<Pattern> patterns = new ArrayList<>();
    List<String> rest = words.subList(from, words.size());
    while (!rest.isEmpty()) {
      int next = rest.indexOf("|");
      List<String> grep = new ArrayList<>(next < 0 ? rest : rest.subList(0, next));
      grep.remove("-q");
      if (grep.size() != 2 || !grep.get(0).equals("grep")) {
        throw notSimulated(String.join(" ", words), place);
      }
      try {
        patterns.add(Nstat.pattern(grep.get(1)));
      } catch (PatternSyntaxException e) {
        throw notSimulated(String.join(" ", words), place);
      }
      rest = next < 0 ? List.of() : rest.subList(next + 1, rest.size());
    }
    return patterns;
  }

  private void notation(String text, Place place) {
    steps.add(new ShellStep.Lines(lines(text, place)));
  }

  private List<SetupLine> lines(String text, Place place) {
    try {
      return SetupNotation.parse(text, place, SetupLine.BEFORE_ALL, devices);
    } catch (SetupNotation.BadLineException e) {
      throw new ScriptSyntaxException(place, text + ": " + e.getMessage());
    }
  }
}
