package org.netshard.protocol.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Those who wait for one thing, in the order in which they are woken: first those who share what
 * comes, the latest first, then those who take it for themselves, the earliest first.
 *
 * <p><b>Source:</b> {@code kernel/sched/wait.c}: {@code add_wait_queue}, {@code
 * prepare_to_wait_exclusive}, {@code __wake_up_common}.
 */
public final class WaitQueue {
  private final List<Entry> entries = new ArrayList<>(1);

  private record Entry(Waiter waiter, boolean exclusive) {}

  /** Adds one who shares what comes. */
  public void add(Waiter waiter) {
    entries.add(0, new Entry(waiter, false));
  }

  /** Adds one who takes what comes ({@code WQ_FLAG_EXCLUSIVE}). */
  public void addExclusive(Waiter waiter) {
    entries.add(new Entry(waiter, true));
  }

  /** Takes one out, if it is there. */
  public void remove(Waiter waiter) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).waiter() == waiter) {
        entries.remove(i);
        return;
      }
    }
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Tells everybody ({@code wake_up_interruptible_all}). */
  public void wakeAll() {
    for (Entry entry : List.copyOf(entries)) {
      if (entries.contains(entry)) {
        entry.waiter().wake(0);
      }
    }
  }

  /**
   * Tells everybody who shares, and the first of the others that it is of use to.
   *
   * @param key see {@link Waiter#wake}
   */
  public void wake(int key) {
    if (entries.isEmpty()) {
      return;
    }
    for (Entry entry : List.copyOf(entries)) {
      if (entries.contains(entry) && entry.waiter().wake(key) && entry.exclusive()) {
        return;
      }
    }
  }
}
