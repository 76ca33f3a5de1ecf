package org.netshard.namespace.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.netshard.namespace.spec.WorkloadReport.Bucket;

/**
 * How often each latency was seen, to three digits: the buckets are those of an HdrHistogram with
 * three significant digits, of which only those in use take memory.
 *
 * <p>A hash table with open addresses and of primitives, as one is looked up for each message.
 */
public final class Latencies {
  /** Values are told apart by so many leading bits. */
  private static final int BITS = 11;

  private static final long FIBONACCI = 0x9e3779b97f4a7c15L;
  private static final int FIRST_CAPACITY = 16;

  private long[] values = new long[FIRST_CAPACITY];
  private long[] counts = new long[FIRST_CAPACITY];
  private int used;

  /** Counts one, virtual nanoseconds from 0. */
  public void add(long latencyNs) {
    if (latencyNs < 0) {
      throw new IllegalStateException("a latency of " + latencyNs + " ns");
    }
    if (2 * used >= values.length) {
      grow();
    }
    long value = bucket(latencyNs);
    int at = find(values, counts, value);
    if (counts[at] == 0) {
      values[at] = value;
      used++;
    }
    counts[at]++;
  }

  /** The least value of the bucket that a value is in. */
  static long bucket(long value) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - BITS);
    return (value >>> shift) << shift;
  }

  private static int find(long[] values, long[] counts, long value) {
    int mask = values.length - 1;
    int at = (int) ((value * FIBONACCI) >>> Integer.SIZE) & mask;
    while (counts[at] != 0 && values[at] != value) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] moreValues = new long[2 * values.length];
    long[] moreCounts = new long[moreValues.length];
    for (int i = 0; i < values.length; i++) {
      if (counts[i] != 0) {
        int at = find(moreValues, moreCounts, values[i]);
        moreValues[at] = values[i];
        moreCounts[at] = counts[i];
      }
    }
    values = moreValues;
    counts = moreCounts;
  }

  /** The buckets that have something, by their values. */
  public List<Bucket> buckets() {
    List<Bucket> buckets = new ArrayList<>(used);
    for (int i = 0; i < values.length; i++) {
      if (counts[i] != 0) {
        buckets.add(new Bucket(values[i], counts[i]));
      }
    }
    buckets.sort(Comparator.comparingLong(Bucket::valueNs));
    return buckets;
  }

  @Override
  public String toString() {
    return "latencies " + Arrays.toString(buckets().toArray());
  }
}
