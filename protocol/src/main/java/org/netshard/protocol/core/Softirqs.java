package org.netshard.protocol.core;

/**
 * What happens later by itself: packets that arrive and timers that end. Each is an event of
 * virtual time.
 *
 * <p><b>Source:</b> {@code kernel/softirq.c}: {@code NET_RX_SOFTIRQ}, {@code TIMER_SOFTIRQ}.
 */
public interface Softirqs {
  /**
   * A packet comes to a namespace ({@code netif_rx}).
   *
   * @param atNs when, virtual nanoseconds
   */
  void netRx(NetNs net, Packet packet, long atNs);

  /** A packet was dropped on its way out, which {@link Packet#dropped} says why. */
  void txDropped(NetNs net, Packet packet);

  /**
   * A timer ends ({@code mod_timer}).
   *
   * @param atNs when, virtual nanoseconds
   */
  default void timer(long atNs, Runnable end) {
    timer(new TimerEvent(atNs, end));
  }

  /** A timer ends, unless that is taken back before. */
  void timer(TimerEvent event);

  /** Takes back the end of a timer ({@code timer_delete}); it must not have come yet. */
  void cancel(TimerEvent event);
}
