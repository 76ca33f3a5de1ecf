package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.netshard.node.strace.StraceEvent;

/**
 * The moments of a log in the order of its lines: where calls begin, where signals come, where
 * processes end.
 *
 * <p>{@code strace} sees a call begin before the kernel does anything for it, and sees it end when
 * that is done. So what a log shows as over before a call began was over before it, and nothing
 * else is known of the order of two calls.
 */
final class LogOrder {
  /** No line: a call that is never over. */
  static final int NEVER = Integer.MAX_VALUE;

  private final List<Moment> moments;
  private final List<StraceEvent.Call> calls = new ArrayList<>();
  private final Set<StraceEvent.Call> concurrent = new LinkedHashSet<>();
  private final Map<Integer, TreeSet<Integer>> exits = new TreeMap<>();
  private final boolean showsHandlers;
  private final boolean showsSignals;
  private final boolean showsWaits;

  /**
   * Something that happens at a line.
   *
   * @param line the line
   * @param event what it is a part of
   * @param interrupts whether the line is the end of a call that a signal has ended
   */
  record Moment(int line, StraceEvent event, boolean interrupts) {
    /** When it happens, by the log's clock. */
    long timeNs() {
      return interrupts ? event.place().endNs() : event.place().startNs();
    }
  }

  LogOrder(List<StraceEvent> log) {
    List<Moment> all = new ArrayList<>(log.size());
    for (StraceEvent event : log) {
      if (event instanceof StraceEvent.Exit exit) {
        exits.computeIfAbsent(exit.pid(), pid -> new TreeSet<>()).add(exit.place().startLine());
      }
      all.add(new Moment(event.place().startLine(), event, false));
      if (event instanceof StraceEvent.Call call) {
        calls.add(call);
        if (endsBySignal(call)) {
          all.add(new Moment(call.place().endLine(), call, true));
        }
      }
    }
    // At one line, a call begins before it is interrupted: sorting keeps the order.
    all.sort(Comparator.comparingInt(Moment::line));
    moments = all;
    showsSignals = log.stream().anyMatch(StraceEvent.Signal.class::isInstance);
    showsHandlers = calls.stream().anyMatch(call -> call.name().equals("rt_sigaction"));
    showsWaits = calls.stream().anyMatch(call -> call.name().startsWith("wait"));
    findConcurrent(calls);
  }

  /** All moments, in order. */
  List<Moment> moments() {
    return moments;
  }

  /** All calls, in the order in which they began. */
  List<StraceEvent.Call> calls() {
    return calls;
  }

  /** Whether the log shows signals at all. */
  boolean showsSignals() {
    return showsSignals;
  }

  /** Whether the log shows who waits for children. */
  boolean showsWaits() {
    return showsWaits;
  }

  /** Whether the log shows what programs do for signals. */
  boolean showsHandlers() {
    return showsHandlers;
  }

  /**
   * Whether another call that came to an end was under way while this one was, so that the log does
   * not tell which of both the kernel did first.
   */
  boolean concurrent(StraceEvent.Call call) {
    return concurrent.contains(call);
  }

  /** Line on which a call is over. */
  static int endLine(StraceEvent.Call call) {
    return call.result().kind() == StraceEvent.Result.Kind.UNFINISHED
        ? NEVER
        : call.place().endLine();
  }

  /**
   * Line on which all is done that a call does: a process that exits closes files until it ends.
   */
  private int doneLine(StraceEvent.Call call) {
    boolean exit = call.name().equals("exit_group") || call.name().equals("exit");
    TreeSet<Integer> lines = exit ? exits.get(call.pid()) : null;
    Integer ended = lines == null ? null : lines.ceiling(call.place().startLine());
    return ended == null ? endLine(call) : ended;
  }

  private void findConcurrent(List<StraceEvent.Call> calls) {
    List<StraceEvent.Call> begun = new ArrayList<>(calls);
    begun.sort(Comparator.comparingInt(call -> call.place().startLine()));
    Map<Integer, StraceEvent.Call> underWay = new LinkedHashMap<>();
    for (StraceEvent.Call call : begun) {
      int start = call.place().startLine();
      underWay.values().removeIf(other -> doneLine(other) < start);
      for (StraceEvent.Call other : underWay.values()) {
        if (doneLine(other) != NEVER && other.pid() != call.pid()) {
          concurrent.add(other);
          concurrent.add(call);
        }
      }
      underWay.put(call.pid(), call);
    }
  }

  /** Whether a signal has ended a call: EINTR, or one of the ERESTART… that only strace sees. */
  static boolean endsBySignal(StraceEvent.Call call) {
    String error = call.result().errorName();
    return error.equals("EINTR") || error.startsWith("ERESTART");
  }

  /** Whether a call made a new process or thread. */
  static boolean makesProcess(StraceEvent.Call call) {
    return switch (call.name()) {
      case "fork", "vfork", "clone", "clone3" -> call.result().known() && call.result().value() > 0;
      default -> false;
    };
  }
}
