package org.netshard.namespace.event;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events of one kernel that are still to come, in the order (virtual time, origin, sequence).
 *
 * <p>The origin is the number of the kernel that caused the event, 0 for the kernel itself; the
 * sequence rises with every event that one origin sends. So the order is the same on any number of
 * nodes, whatever order events arrive in.
 *
 * <p>A binary heap over parallel arrays: an event costs no object but its payload, and a queue that
 * never had one has no arrays. Events that were taken back are thrown out when they are half of
 * all.
 *
 * @param <E> what an event does
 */
public final class EventQueue<E> {
  /** Time of "no event". */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int FIRST_CAPACITY = 4;

  /** So many that were taken back may stay. */
  private static final int CANCELLED_MIN = 32;

  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};
  private static final Object[] NO_PAYLOADS = {};

  private long[] times = NO_LONGS;
  private int[] origins = NO_INTS;
  private long[] sequences = NO_LONGS;
  private @Nullable Object[] payloads = NO_PAYLOADS;
  private int size;
  private int cancelled;
  private long ownSequence;
  private final Predicate<E> isCancelled;

  /**
   * An empty queue.
   *
   * @param isCancelled whether an event was taken back, of which {@link #cancelled} is told
   */
  public EventQueue(Predicate<E> isCancelled) {
    this.isCancelled = isCancelled;
  }

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
    skipCancelled();
    return size == 0 ? NEVER : times[0];
  }

  /** Number of events to come. */
  public int size() {
    return size - cancelled;
  }

  /** One of the events was taken back: it does not come. */
  public void cancelled() {
    cancelled++;
    if (cancelled > Math.max(CANCELLED_MIN, size / 2)) {
      throwOut();
    }
  }

  private void skipCancelled() {
    while (cancelled > 0 && size > 0 && isCancelled.test(payload(0))) {
      cancelled--;
      removeFirst();
    }
  }

  private void throwOut() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!isCancelled.test(payload(i))) {
        move(i, kept++);
      }
    }
    Arrays.fill(payloads, kept, size, null);
    size = kept;
    cancelled = 0;
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i, times[i], origins[i], sequences[i], payloads[i], size);
    }
  }

  /**
   * Takes the first event out.
   *
   * @throws IllegalStateException if there is none
   */
  public E remove() {
    skipCancelled();
    if (size == 0) {
      throw new IllegalStateException("no event in the queue");
    }
    E first = payload(0);
    removeFirst();
    return first;
  }

  private void removeFirst() {
    int last = --size;
    Object payload = payloads[last];
    payloads[last] = null;
    if (last > 0) {
      sink(0, times[last], origins[last], sequences[last], payload, last);
    }
  }

  private E payload(int index) {
    @SuppressWarnings("unchecked")
    E payload = (E) payloads[index];
    if (payload == null) {
      throw new IllegalStateException("an event without payload");
    }
    return payload;
  }

  /** Puts an event into a hole, or below it, among the first so many. */
  private void sink(
      int from, long time, int origin, long sequence, @Nullable Object payload, int count) {
    int hole = from;
    for (int child = 2 * hole + 1; child < count; child = 2 * hole + 1) {
      int right = child + 1;
      if (right < count && before(times[right], origins[right], sequences[right], child)) {
        child = right;
      }
      if (before(time, origin, sequence, child)) {
        break;
      }
      move(child, hole);
      hole = child;
    }
    put(hole, time, origin, sequence, payload);
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
