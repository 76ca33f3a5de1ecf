package org.netshard.protocol.core;

/** Somebody who wants to be told when something changes ({@code struct wait_queue_entry}). */
public interface Waiter {
  /**
   * Something has happened.
   *
   * @param key the {@link Poll} bits of what happened; 0 if that is not known
   * @return whether it was of use: of exclusive waiters only one that it was of use to is told
   */
  boolean wake(int key);
}
