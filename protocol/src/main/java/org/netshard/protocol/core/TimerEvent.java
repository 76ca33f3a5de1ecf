package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * The moment at which a timer ends, as long as it is not taken back ({@link Softirqs#cancel}).
 *
 * <p>One that was taken back refers to nothing, so that what the timer belonged to can go at once.
 */
public final class TimerEvent implements Runnable {
  private final long atNs;
  private @Nullable Runnable end;

  /**
   * The end of a timer.
   *
   * @param atNs when, virtual nanoseconds
   * @param end what happens then
   */
  public TimerEvent(long atNs, Runnable end) {
    this.atNs = atNs;
    this.end = end;
  }

  /** When it happens, virtual nanoseconds. */
  public long atNs() {
    return atNs;
  }

  /** Whether it was taken back. */
  public boolean isCancelled() {
    return end == null;
  }

  /** Takes it back; only {@link Softirqs#cancel} does so. */
  public void markCancelled() {
    end = null;
  }

  @Override
  public void run() {
    Runnable then = end;
    if (then != null) {
      then.run();
    }
  }
}
