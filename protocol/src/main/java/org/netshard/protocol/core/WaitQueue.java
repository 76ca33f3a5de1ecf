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
  private static final Entry[] NO_ENTRIES = {};

  private final List<Entry> entries = new ArrayList<>(1);

  /** One who waits, until he leaves. */
  private static final class Entry {
    private final Waiter waiter;
    private final boolean exclusive;
    private boolean left;

    Entry(Waiter waiter, boolean exclusive) {
      this.waiter = waiter;
      this.exclusive = exclusive;
    }
  }

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
      if (entries.get(i).waiter == waiter) {
        entries.remove(i).left = true;
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
    for (Entry entry : entries.toArray(NO_ENTRIES)) {
      if (!entry.left) {
        entry.waiter.wake(0);
      }
    }
  }

  /**
   * Tells everybody who shares, and the first of the others that it is of use to.
   *
   * @param key see {@link Waiter#wake}
   */
  public void wake(int key) {
    int count = entries.size();
    if (count == 1) {
      // Nearly always so; who is told may leave, or others come who are not told.
      boolean unused = entries.get(0).waiter.wake(key);
    } else if (count > 1) {
      wakeEach(key);
    }
  }

  private void wakeEach(int key) {
    for (Entry entry : entries.toArray(NO_ENTRIES)) {
      if (!entry.left && entry.waiter.wake(key) && entry.exclusive) {
        return;
      }
    }
  }
}
