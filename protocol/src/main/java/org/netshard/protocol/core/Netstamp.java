package org.netshard.protocol.core;

/**
 * Whether packets get a time stamp when they come in: as long as a sock of the machine has asked.
 *
 * <p><b>Source:</b> {@code net/core/dev.c}: {@code netstamp_needed_key}, {@code
 * net_enable_timestamp}, {@code net_timestamp_check}.
 */
final class Netstamp {
  private static final NetGeneric<Netstamp> KEY = new NetGeneric<>(Netstamp::new);

  private int wantedCount;

  private Netstamp() {}

  /** That of a machine. */
  static Netstamp of(Machine machine) {
    return machine.generic(KEY);
  }

  /** One more wants them ({@code net_enable_timestamp}). */
  void enable() {
    wantedCount++;
  }

  /** One does not want them any more ({@code net_disable_timestamp}). */
  void disable() {
    wantedCount = Math.max(0, wantedCount - 1);
  }

  /** Whether somebody wants them. */
  boolean isNeeded() {
    return wantedCount > 0;
  }
}
