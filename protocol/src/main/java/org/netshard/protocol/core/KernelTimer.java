package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * A timer that is set anew far more often than it ends.
 *
 * <p>Its event stays in the queue as long as the timer ends no earlier; when it comes too early, it
 * is asked for once more. So a connection that sets its timer with each segment keeps one event,
 * not one for each segment.
 *
 * <p><b>Source:</b> {@code include/linux/timer.h}, {@code struct timer_list}.
 */
public abstract class KernelTimer implements Runnable {
  private static final long OFF = Long.MAX_VALUE;

  /** When it ends; negative if it was cleared since, and would have ended then. */
  private long endNs = OFF;

  private @Nullable TimerEvent event;

  /** For subclasses. */
  protected KernelTimer() {}

  /** The namespace of what it belongs to. */
  protected abstract NetNs net();

  /** It ends. */
  protected abstract void end();

  /** Whether it is set ({@code timer_pending}). */
  public final boolean isSet() {
    return endNs >= 0 && endNs != OFF;
  }

  /**
   * Whether it keeps a reference to its sock: one that was cleared stays in the kernel's timer
   * wheel until its time is over ({@code inet_csk_clear_xmit_timer}).
   */
  public final boolean isPending(long nowNs) {
    return isSet() || (endNs < 0 && -endNs > nowNs);
  }

  /** When it ends, virtual nanoseconds; the largest number if it is not set. */
  public final long endNs() {
    return isSet() ? endNs : OFF;
  }

  /** Sets it, or sets it anew ({@code mod_timer}). */
  public final void set(long atNs) {
    endNs = atNs;
    if (event == null) {
      ask();
    } else if (atNs < event.atNs()) {
      cancel(event);
      ask();
    }
  }

  /** Takes it back, while it may soon be set again. */
  public final void clear() {
    if (isSet()) {
      endNs = -endNs;
    }
  }

  /** Takes it back, as it will hardly be set again ({@code timer_delete}). */
  public final void delete() {
    clear();
    if (event != null) {
      cancel(event);
      event = null;
    }
  }

  private void ask() {
    TimerEvent asked = new TimerEvent(endNs, this);
    event = asked;
    net().machine().softirqs().timer(asked);
  }

  private void cancel(TimerEvent asked) {
    net().machine().softirqs().cancel(asked);
  }

  /** Its event has come. */
  @Override
  public final void run() {
    event = null;
    if (!isSet()) {
      return;
    }
    if (net().machine().nowNs() < endNs) {
      ask();
      return;
    }
    endNs = OFF;
    end();
  }
}
