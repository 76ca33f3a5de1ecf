package org.netshard.protocol.sched;

/**
 * A time, and a number that orders what is due at one time.
 *
 * @param timeNs virtual nanoseconds
 * @param number of two with the same time, the smaller one comes first
 */
record TimeKey(long timeNs, long number) implements Comparable<TimeKey> {
  @Override
  public int compareTo(TimeKey other) {
    int byTime = Long.compare(timeNs, other.timeNs);
    return byTime != 0 ? byTime : Long.compare(number, other.number);
  }
}
