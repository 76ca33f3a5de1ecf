package org.netshard.namespace.event;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The events of one kernel that are still to come, in the order (virtual time, origin, sequence).
 *
 * <p>The origin is the number of the kernel that caused the event, 0 for the kernel itself; the
 * sequence rises with every event that one origin sends. So the order is the same on any number of
 * nodes, whatever order events arrive in.
 *
 * <p>A binary heap over parallel arrays: an event costs no object but its payload, and a queue that
 * never had one has no arrays.
 *
 * @param <E> what an event does
 */
public final class EventQueue<E> {
  /** Time of "no event". */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int FIRST_CAPACITY = 4;
  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};
  private static final Object[] NO_PAYLOADS = {};

  private long[] times = NO_LONGS;
  private int[] origins = NO_INTS;
  private long[] sequences = NO_LONGS;
  private @Nullable Object[] payloads = NO_PAYLOADS;
  private int size;
  private long ownSequence;

  /**
   * Adds an event that the kernel itself causes.
   *
   * @param timeNs virtual time
   */
  public void add(long timeNs, E payload) {
    add(timeNs, 0, ownSequence++, payload);
  }

  /**
   * Adds an event.
   *
   * @param timeNs virtual time
   * @param origin number of the kernel that caused it
   * @param sequence rises with each event of one origin
   */
  public void add(long timeNs, int origin, long sequence, E payload) {
    if (size == times.length) {
      grow();
    }
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (!before(timeNs, origin, sequence, parent)) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    put(hole, timeNs, origin, sequence, payload);
  }

  /** Time of the first event, or {@link #NEVER}. */
  public long nextTime() {
    return size == 0 ? NEVER : times[0];
  }

  /** Number of events to come. */
  public int size() {
    return size;
  }

  /**
   * Takes the first event out.
   *
   * @throws IllegalStateException if there is none
   */
  public E remove() {
    if (size == 0) {
      throw new IllegalStateException("no event in the queue");
    }
    @SuppressWarnings("unchecked")
    E first = (E) payloads[0];
    int last = --size;
    long time = times[last];
    int origin = origins[last];
    long sequence = sequences[last];
    Object payload = payloads[last];
    payloads[last] = null;
    if (last > 0) {
      int hole = sink(time, origin, sequence, last);
      put(hole, time, origin, sequence, payload);
    }
    if (first == null) {
      throw new IllegalStateException("an event without payload");
    }
    return first;
  }

  private int sink(long time, int origin, long sequence, int last) {
    int hole = 0;
    for (int child = 1; child < last; child = 2 * hole + 1) {
      int right = child + 1;
      if (right < last && before(times[right], origins[right], sequences[right], child)) {
        child = right;
      }
      if (before(time, origin, sequence, child)) {
        break;
      }
      move(child, hole);
      hole = child;
    }
    return hole;
  }

  private boolean before(long time, int origin, long sequence, int index) {
    if (time != times[index]) {
      return time < times[index];
    }
    if (origin != origins[index]) {
      return origin < origins[index];
    }
    return sequence < sequences[index];
  }

  private void move(int from, int to) {
    put(to, times[from], origins[from], sequences[from], payloads[from]);
  }

  private void put(int index, long time, int origin, long sequence, @Nullable Object payload) {
    times[index] = time;
    origins[index] = origin;
    sequences[index] = sequence;
    payloads[index] = payload;
  }

  private void grow() {
    int capacity = Math.max(FIRST_CAPACITY, 2 * times.length);
    times = Arrays.copyOf(times, capacity);
    origins = Arrays.copyOf(origins, capacity);
    sequences = Arrays.copyOf(sequences, capacity);
    payloads = Arrays.copyOf(payloads, capacity);
  }
}
