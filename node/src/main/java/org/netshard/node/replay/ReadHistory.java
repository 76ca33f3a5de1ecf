package org.netshard.node.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * What was read from one end of a stream, or one socket with messages, in the log and in the
 * simulation, as far as one has more than the other by now.
 *
 * <p>A read that brought more, less or nothing is a matter of timing if all that is read later
 * agrees; it is held here until both have read the same.
 */
final class ReadHistory {
  /** A byte that the log does not show. */
  static final int UNKNOWN = -1;

  private final boolean stream;
  private final Deque<int[]> recorded = new ArrayDeque<>();
  private final Deque<int[]> simulated = new ArrayDeque<>();
  private final List<ReplayResult.Difference> held = new ArrayList<>();

  /**
   * An empty history.
   *
   * @param stream whether the borders of messages mean nothing
   */
  ReadHistory(boolean stream) {
    this.stream = stream;
  }

  /** Whether log and simulation have read the same. */
  boolean isEven() {
    return recorded.isEmpty() && simulated.isEmpty();
  }

  /** Whether the simulation has already read what the log reads now. */
  boolean has(int bytes) {
    return stream
        ? simulated.stream().mapToInt(piece -> piece.length).sum() >= bytes
        : !simulated.isEmpty();
  }

  /**
   * Adds what one read brought on each side; nothing is an empty array on one side.
   *
   * @return whether all of it can be one and the same
   */
  boolean add(int[] wanted, int[] got) {
    append(wanted, recorded);
    append(got, simulated);
    while (!recorded.isEmpty() && !simulated.isEmpty()) {
      int[] one = recorded.removeFirst();
      int[] other = simulated.removeFirst();
      int common = Math.min(one.length, other.length);
      if ((!stream && one.length != other.length) || !agree(one, other, common)) {
        recorded.clear();
        simulated.clear();
        return false;
      }
      if (one.length > common) {
        recorded.addFirst(Arrays.copyOfRange(one, common, one.length));
      }
      if (other.length > common) {
        simulated.addFirst(Arrays.copyOfRange(other, common, other.length));
      }
    }
    return true;
  }

  /** The end of a stream is read again and again. */
  private static void append(int[] units, Deque<int[]> all) {
    int[] last = all.peekLast();
    boolean endAgain =
        last != null && last[0] == ReadData.END && units.length > 0 && units[0] == ReadData.END;
    if (units.length > 0 && !endAgain) {
      all.add(units);
    }
  }

  /** Zeros were sent where the log does not show what was sent. */
  private static boolean agree(int[] one, int[] other, int common) {
    for (int i = 0; i < common; i++) {
      if (one[i] != other[i] && one[i] != UNKNOWN && other[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Holds a difference until it turns out what it is. */
  void hold(ReplayResult.Difference difference) {
    held.add(difference);
  }

  /** Takes what was held. */
  List<ReplayResult.Difference> takeHeld() {
    List<ReplayResult.Difference> taken = List.copyOf(held);
    held.clear();
    return taken;
  }
}
