package org.netshard.cluster.lane;

import org.jspecify.annotations.Nullable;

/**
 * What a lane's thread hands to itself: depth first for a while, then first in, first out.
 *
 * <p>The first task that a running one hands over is the next to run. In a kernel it is the next
 * hop of the same call, and all that it touches is still in the core's cache; if a hundred kernels
 * took turns at every hop, none of it would be. After {@link #CHAIN_MAX} such tasks the others of
 * the lane have their turn.
 *
 * <p>Only one thread uses it. What changes lies in arrays with room on both sides: the objects of
 * all lanes are neighbours on the heap, and a cache line that two threads write costs more than a
 * hop.
 */
final class LaneQueue {
  /** Tasks that run one out of the other before those that wait. */
  static final int CHAIN_MAX = 256;

  /** Elements of an array before and behind its used part: 128 bytes, as lines come in pairs. */
  private static final int ROOM = 32;

  private static final int FIRST_CAPACITY = 64;

  private static final int HEAD = ROOM;
  private static final int COUNT = ROOM + 1;
  private static final int CHAIN = ROOM + 2;
  private static final int NEXT = ROOM;

  private final int[] numbers = new int[ROOM + 3 + ROOM];
  private final @Nullable Runnable[] next = new @Nullable Runnable[ROOM + 1 + ROOM];
  private @Nullable Runnable[] ring = new @Nullable Runnable[ROOM + FIRST_CAPACITY + ROOM];
  private int mask = FIRST_CAPACITY - 1;

  /** Adds a task that may run before those that wait. */
  void add(Runnable task) {
    if (next[NEXT] == null) {
      next[NEXT] = task;
    } else {
      append(task);
    }
  }

  /** Adds a task behind all that were added before. */
  void addLast(Runnable task) {
    Runnable first = next[NEXT];
    if (first != null) {
      next[NEXT] = null;
      append(first);
    }
    append(task);
  }

  /** Takes the task to run now, or null. */
  @Nullable Runnable poll() {
    Runnable first = next[NEXT];
    if (first == null) {
      numbers[CHAIN] = 0;
      return numbers[COUNT] == 0 ? null : pollRing();
    }
    next[NEXT] = null;
    if (numbers[COUNT] > 0 && ++numbers[CHAIN] > CHAIN_MAX) {
      numbers[CHAIN] = 0;
      append(first);
      return pollRing();
    }
    return first;
  }

  private @Nullable Runnable pollRing() {
    int head = numbers[HEAD];
    Runnable task = ring[ROOM + head];
    ring[ROOM + head] = null;
    numbers[HEAD] = (head + 1) & mask;
    numbers[COUNT]--;
    return task;
  }

  private void append(Runnable task) {
    if (numbers[COUNT] > mask) {
      grow();
    }
    ring[ROOM + ((numbers[HEAD] + numbers[COUNT]++) & mask)] = task;
  }

  private void grow() {
    int capacity = mask + 1;
    int head = numbers[HEAD];
    @Nullable Runnable[] larger = new @Nullable Runnable[ROOM + 2 * capacity + ROOM];
    System.arraycopy(ring, ROOM + head, larger, ROOM, capacity - head);
    System.arraycopy(ring, ROOM, larger, ROOM + capacity - head, head);
    ring = larger;
    mask = 2 * capacity - 1;
    numbers[HEAD] = 0;
  }
}
