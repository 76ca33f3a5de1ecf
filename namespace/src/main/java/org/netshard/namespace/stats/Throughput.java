package org.netshard.namespace.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.namespace.spec.WorkloadReport.Slot;

/**
 * What was received over time, in slots of equal length.
 *
 * <p>Slots begin at whole multiples of their length, which is a power of two and the least with
 * which all that was seen fits into {@link #SLOTS_MAX} of them. So the sum of two does not depend
 * on which one is added to which.
 */
public final class Throughput {
  /** The most slots. */
  public static final int SLOTS_MAX = 256;

  /** The shortest slot is {@code 2^10} ns, about a microsecond. */
  private static final int SHIFT_MIN = 10;

  private static final int FIRST_CAPACITY = 4;

  private long[] messages = new long[FIRST_CAPACITY];
  private long[] bytes = new long[FIRST_CAPACITY];
  private int shift = SHIFT_MIN;
  private long first;
  private long last = -1;

  /** Notes what was received at a moment of virtual time. */
  public void add(long atNs, long addedMessages, long addedBytes) {
    addSlot(shift, atNs >> shift, addedMessages, addedBytes);
  }

  /** Adds a slot of another one. */
  public void addSlot(int itsShift, long itsNumber, long addedMessages, long addedBytes) {
    while (shift < itsShift) {
      widen();
    }
    long number = itsNumber >> (shift - itsShift);
    while (!fits(number)) {
      widen();
      number = itsNumber >> (shift - itsShift);
    }
    if (last < 0) {
      first = number;
      last = number;
    }
    reserve((int) (Math.max(last, number) - Math.min(first, number)) + 1);
    if (number < first) {
      moveUp((int) (first - number));
      first = number;
    }
    last = Math.max(last, number);
    messages[(int) (number - first)] += addedMessages;
    bytes[(int) (number - first)] += addedBytes;
  }

  private boolean fits(long number) {
    return last < 0 || Math.max(last, number) - Math.min(first, number) < SLOTS_MAX;
  }

  private void reserve(int slots) {
    if (slots > messages.length) {
      int capacity = Math.min(SLOTS_MAX, Math.max(slots, 2 * messages.length));
      messages = Arrays.copyOf(messages, capacity);
      bytes = Arrays.copyOf(bytes, capacity);
    }
  }

  private void moveUp(int slots) {
    System.arraycopy(messages, 0, messages, slots, messages.length - slots);
    System.arraycopy(bytes, 0, bytes, slots, bytes.length - slots);
    Arrays.fill(messages, 0, slots, 0);
    Arrays.fill(bytes, 0, slots, 0);
  }

  /** Makes slots twice as long. */
  private void widen() {
    shift++;
    if (last < 0) {
      return;
    }
    long newFirst = first >> 1;
    int count = (int) (last - first) + 1;
    long[] oldMessages = Arrays.copyOf(messages, count);
    long[] oldBytes = Arrays.copyOf(bytes, count);
    Arrays.fill(messages, 0);
    Arrays.fill(bytes, 0);
    for (int i = 0; i < count; i++) {
      int to = (int) (((first + i) >> 1) - newFirst);
      messages[to] += oldMessages[i];
      bytes[to] += oldBytes[i];
    }
    first = newFirst;
    last >>= 1;
  }

  /** A slot is {@code 2^shift} virtual nanoseconds. */
  public int shift() {
    return shift;
  }

  /** Number of the first slot. */
  public long firstSlot() {
    return first;
  }

  /** The slots from the first to the last. */
  public List<Slot> slots() {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i <= last - first && last >= 0; i++) {
      slots.add(new Slot(messages[i], bytes[i]));
    }
    return slots;
  }
}
