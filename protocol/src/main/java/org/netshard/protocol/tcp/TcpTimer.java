package org.netshard.protocol.tcp;

import org.netshard.protocol.core.NetNs;

/**
 * A timer that is set anew far more often than it ends.
 *
 * <p>An event that was asked for stays as long as the timer ends no earlier; when it comes too
 * early, it is asked for once more. So a connection that sets its timer with each segment keeps one
 * event, not one for each segment.
 */
abstract class TcpTimer {
  private static final long OFF = Long.MAX_VALUE;

  /** When it ends; negative if it was cleared since, and would have ended then. */
  private long endNs = OFF;

  private long eventNs = OFF;

  /** Whether it is set. */
  final boolean isSet() {
    return endNs >= 0 && endNs != OFF;
  }

  /**
   * Whether it keeps a reference to its sock: one that was cleared stays in the kernel's timer
   * wheel until its time is over ({@code inet_csk_clear_xmit_timer}).
   */
  final boolean isPending(long nowNs) {
    return isSet() || (endNs < 0 && -endNs > nowNs);
  }

  /** When it ends, virtual nanoseconds; the largest number if it is not set. */
  final long endNs() {
    return isSet() ? endNs : OFF;
  }

  /** Sets it, or sets it anew ({@code mod_timer}). */
  final void set(NetNs net, long atNs) {
    endNs = atNs;
    if (atNs < eventNs) {
      ask(net);
    }
  }

  /** Takes it back. */
  final void clear() {
    if (isSet()) {
      endNs = -endNs;
    }
  }

  private void ask(NetNs net) {
    long asked = endNs;
    eventNs = asked;
    net.machine().softirqs().timer(asked, () -> event(net, asked));
  }

  private void event(NetNs net, long asked) {
    if (asked != eventNs) {
      // An earlier end was asked for meanwhile, whose event has taken the place of this one.
      return;
    }
    eventNs = OFF;
    if (!isSet()) {
      return;
    }
    if (net.machine().nowNs() < endNs) {
      ask(net);
      return;
    }
    endNs = OFF;
    end();
  }

  /** It ends. */
  abstract void end();
}
