package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceEvent.Exit;
import org.netshard.node.strace.StraceEvent.Place;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceEvent.Signal;
import org.netshard.node.strace.StraceEvent.Superseded;

/**
 * Reads the lines of a log one by one and tells the events that they complete.
 *
 * <p>It understands {@code strace} with any of {@code -f -t -tt -ttt -r -T -i -n -y -yy -Y -v -x
 * -xx -k -o}, in any mixture. In a log that names no pid on its first lines, the process that these
 * lines belong to has pid 0 throughout.
 *
 * <p><b>Errors:</b> {@link StraceSyntaxException} for the first line that is not as {@code strace}
 * writes it.
 */
public final class StraceParser {
  private static final String UNFINISHED = "<unfinished ...>";

  private final String file;
  private final LinePrefix prefix = new LinePrefix();
  private final Map<Integer, Unfinished> unfinished = new TreeMap<>();
  private final List<StraceEvent> cutOff = new ArrayList<>();
  private final TreeSet<Integer> alive = new TreeSet<>();
  private final TreeSet<Integer> children = new TreeSet<>();
  private String half = "";
  private int line;
  private int firstPid;

  /** A parser for the log of this name. */
  public StraceParser(String file) {
    this.file = file;
  }

  /** A call that has begun. */
  private record Unfinished(Cursor.Piece piece, long startNs) {
    boolean makesProcess() {
      return piece.text().matches("(v?fork|clone3?)\\(.*");
    }
  }

  /**
   * Reads the next line.
   *
   * @param text the line without its end, its bytes as Latin-1 characters
   * @return the event that it completes, or null
   */
  public @Nullable StraceEvent line(String text) {
    line++;
    String whole = half + text.stripTrailing();
    int message = interrupted(whole);
    half = message > 0 ? whole.substring(0, message) : "";
    Cursor in = new Cursor(file, line, 1, whole);
    if (message > 0 || in.atEnd() || isMessage(whole)) {
      announce(whole.substring(Math.max(message, 0)));
      return null;
    }
    LinePrefix.Start start = prefix.read(in);
    if (isFirst(start.pid(), in)) {
      firstPid = start.pid();
    }
    int pid = pidOf(start.pid());
    int column = in.position() + 1;
    alive.add(pid);
    if (in.take("--- ")) {
      return signal(in, pid, start.timeNs());
    }
    if (in.take("+++ ")) {
      return end(in, pid, start.timeNs());
    }
    if (in.take("<pid changed to ")) {
      return null;
    }
    Cursor.Piece piece = new Cursor.Piece(file, line, column, in.rest());
    if (in.take("<... ")) {
      return resumed(in, pid, start.timeNs(), column);
    }
    if (piece.text().endsWith(UNFINISHED)) {
      begin(piece, pid, start.timeNs());
      return null;
    }
    return call(in, pid, place(line, start.timeNs(), start.timeNs()), in.rest());
  }

  /**
   * Ends the log.
   *
   * @return the calls that were under way, then or at the end of their processes, with {@link
   *     Result#UNFINISHED}
   */
  public List<StraceEvent> finish() {
    List<StraceEvent> events = new ArrayList<>(cutOff);
    cutOff.clear();
    for (Map.Entry<Integer, Unfinished> entry : unfinished.entrySet()) {
      events.add(neverFinished(entry.getKey(), entry.getValue()));
    }
    unfinished.clear();
    return events;
  }

  /** Reads a call of one line, such as {@code close(3) = 0}, without pid and time. */
  public static Call parseCall(String text) {
    Cursor in = new Cursor("call", 1, 1, text.strip());
    return new StraceParser("call")
        .call(in, 0, new Place("call", 1, 1, StraceEvent.NO_TIME, StraceEvent.NO_TIME), in.rest());
  }

  /** Reads one value. */
  public static StraceValue parseValue(String text) {
    Cursor in = new Cursor("value", 1, 1, text);
    StraceValue value = ValueParser.parse(in);
    in.skipSpaces();
    if (!in.atEnd()) {
      throw in.expected("the end of the value");
    }
    return value;
  }

  /** Lines that are not of a process: messages of strace, and stack traces of {@code -k}. */
  private static boolean isMessage(String text) {
    return text.startsWith("strace: ") || text.startsWith(" > ") || text.startsWith("Process ");
  }

  /**
   * Where a message stands behind the beginning of a call, as on a terminal when a child is born,
   * or -1; the next line then begins with the rest of the call.
   */
  private static int interrupted(String text) {
    int message = text.endsWith(" attached") ? text.lastIndexOf("strace: Process ") : -1;
    boolean ours = message > 0 && text.substring(message).matches("strace: Process \\d+ attached");
    return ours ? message : -1;
  }

  /** Notes the child that {@code strace: Process 12 attached} tells of. */
  private void announce(String message) {
    if (message.matches("strace: Process \\d{1,9} attached")) {
      children.add(Integer.parseInt(message.split(" ")[2]));
    }
  }

  /**
   * Whether a pid must be that of the process that had none so far: it is none of a child, and if a
   * call of the first process is under way, this line is its end.
   */
  private boolean isFirst(int pid, Cursor in) {
    if (pid == 0 || firstPid != 0 || !alive.contains(0) || children.contains(pid)) {
      return false;
    }
    Unfinished begun = unfinished.get(0);
    if (begun != null) {
      return in.looksAt("<... ") && !unfinished.containsKey(pid);
    }
    return !alive.contains(pid) && unfinished.values().stream().noneMatch(u -> u.makesProcess());
  }

  /** The process of a line; those without one belong to the only one that is left. */
  private int pidOf(int named) {
    if (named == 0) {
      return alive.isEmpty() || alive.contains(0) || alive.size() > 1 ? 0 : alive.first();
    }
    return named == firstPid ? 0 : named;
  }

  private Place place(int startLine, long startNs, long endNs) {
    return new Place(file, startLine, line, startNs, endNs);
  }

  private void begin(Cursor.Piece piece, int pid, long timeNs) {
    String text = piece.text().substring(0, piece.text().length() - UNFINISHED.length());
    String begun = text.endsWith(" ") ? text.substring(0, text.length() - 1) : text;
    if (!begun.matches("\\w+\\(.*")) {
      throw new Cursor(file, line, piece.column(), begun).expected("a call");
    }
    unfinished.put(
        pid, new Unfinished(new Cursor.Piece(file, line, piece.column(), begun), timeNs));
  }

  private StraceEvent resumed(Cursor in, int pid, long timeNs, int column) {
    String name = in.word();
    if (!in.take(" resumed>")) {
      throw in.expected("' resumed>'");
    }
    Unfinished begun = unfinished.remove(pid);
    if (begun == null || !begun.piece().text().startsWith(name + "(")) {
      throw new Cursor(file, line, column, in.rest())
          .wrong("no unfinished " + name + " of process " + pid + " before this line");
    }
    Cursor.Piece rest = new Cursor.Piece(file, line, in.position() + 1, in.rest());
    Cursor whole = Cursor.joined(begun.piece(), rest);
    Place place = place(begun.piece().line(), begun.startNs(), timeNs);
    return call(whole, pid, place, whole.rest());
  }

  private Call call(Cursor in, int pid, Place place, String text) {
    String name = in.word();
    if (name.isEmpty() || Cursor.isDigit(name.charAt(0))) {
      throw in.expected("a call, a signal or an exit");
    }
    in.expect("(");
    List<StraceValue> arguments = new ValueParser(in).arguments();
    in.skipSpaces();
    in.expect("=");
    in.skipSpaces();
    ResultParser result = new ResultParser(in);
    Result returned = result.read();
    long durationNs = result.durationNs();
    boolean extend = durationNs > 0 && place.startNs() >= 0 && place.startLine() == place.endLine();
    Place timed =
        extend ? place(place.startLine(), place.startNs(), place.startNs() + durationNs) : place;
    if (name.matches("v?fork|clone3?") && returned.value() > 0) {
      children.add((int) returned.value());
    }
    return new Call(pid, name, arguments, returned, text, timed);
  }

  private StraceEvent signal(Cursor in, int pid, long timeNs) {
    boolean stopped = in.take("stopped by ");
    String name = in.word();
    if (!name.startsWith("SIG")) {
      throw in.expected("the name of a signal");
    }
    List<StraceValue> details = new ArrayList<>();
    in.skipSpaces();
    if (in.peek() == '{') {
      details.add(ValueParser.parse(in));
    }
    in.skipSpaces();
    in.expect("---");
    return new Signal(pid, name, stopped, details, place(line, timeNs, timeNs));
  }

  private StraceEvent end(Cursor in, int pid, long timeNs) {
    Place place = place(line, timeNs, timeNs);
    if (in.take("superseded by execve in pid ")) {
      int by = prefix.pid(in);
      Unfinished execve = unfinished.remove(by);
      if (execve != null) {
        unfinished.put(pid, execve);
      }
      alive.remove(by);
      return new Superseded(pid, by, place);
    }
    alive.remove(pid);
    Unfinished last = unfinished.remove(pid);
    if (last != null) {
      cutOff.add(neverFinished(pid, last));
    }
    if (in.take("exited with ")) {
      return new Exit(pid, prefix.pid(in), "", place);
    }
    in.expect("killed by ");
    String signal = in.word();
    if (signal.isEmpty()) {
      throw in.expected("the name of a signal");
    }
    return new Exit(pid, 0, signal, place);
  }

  private Call neverFinished(int pid, Unfinished begun) {
    Cursor.Piece piece = begun.piece();
    Cursor in = new Cursor(file, piece.line(), piece.column(), piece.text() + UNFINISHED + ")");
    String name = in.word();
    in.expect("(");
    List<StraceValue> arguments = new ValueParser(in).arguments();
    Place place = new Place(file, piece.line(), piece.line(), begun.startNs(), begun.startNs());
    return new Call(pid, name, arguments, Result.UNFINISHED, piece.text(), place);
  }
}
