package org.netshard.protocol.sched;

import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;

/**
 * The packets of one sock that wait in {@code fq}.
 *
 * <p><b>Source:</b> {@code net/sched/sch_fq.c}: {@code struct fq_flow}, {@code flow_queue_add},
 * {@code fq_peek}.
 */
final class FqFlow {
  /** Where a flow is. */
  enum Place {
    /** {@code fq_flow_is_detached}: it is empty and in no list. */
    DETACHED,
    /** It waits for its turn. */
    LISTED,
    /** {@code fq_flow_is_throttled}: it waits for a time. */
    THROTTLED
  }

  /**
   * A packet that waits.
   *
   * @param sendNs when it is to leave, virtual nanoseconds ({@code time_to_send})
   * @param band in which it counts
   */
  record Waiting(Packet packet, long sendNs, int band) {}

  /** The packets in the order in which they came, as long as none is to leave before another. */
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();

  /** {@code t_root}: those that are to leave before the last of the line, by time. */
  private final TreeMap<TimeKey, Waiting> early = new TreeMap<>();

  private long number;

  Place place = Place.DETACHED;

  /** Since when it is detached, jiffies. */
  long age;

  /** {@code qlen}. */
  int qlen;

  /** {@code credit}: bytes that it may send in this round. */
  int credit;

  /** {@code band}: that of the packet that came last. */
  int band;

  /** {@code time_next_packet}: when the next one may leave; 0 at any time. */
  long nextNs;

  void add(Waiting waiting) {
    Waiting last = line.peekLast();
    if (last == null || waiting.sendNs() >= last.sendNs()) {
      line.add(waiting);
    } else {
      early.put(new TimeKey(waiting.sendNs(), number++), waiting);
    }
  }

  /** The one that leaves next, or null. */
  @Nullable Waiting peek() {
    return isEarlyFirst() ? early.firstEntry().getValue() : line.peek();
  }

  private boolean isEarlyFirst() {
    Waiting head = line.peek();
    return !early.isEmpty() && (head == null || early.firstKey().timeNs() < head.sendNs());
  }

  /** Takes out what {@link #peek} has shown. */
  void remove() {
    if (isEarlyFirst()) {
      early.pollFirstEntry();
    } else {
      line.remove();
    }
  }

  /** Takes all out. */
  void purge(Consumer<Packet> discard) {
    line.forEach(waiting -> discard.accept(waiting.packet()));
    line.clear();
    early.values().forEach(waiting -> discard.accept(waiting.packet()));
    early.clear();
    qlen = 0;
  }
}
