package org.netshard.protocol.mptcp;

/** A timer of a connection, which stays one event however often it is set anew. */
final class MptcpTimer {
  private static final long OFF = Long.MAX_VALUE;

  private final MptcpSock msk;
  private final Runnable end;
  private long endNs = OFF;
  private long eventNs = OFF;

  MptcpTimer(MptcpSock msk, Runnable end) {
    this.msk = msk;
    this.end = end;
  }

  /** {@code timer_pending}. */
  boolean isSet() {
    return endNs != OFF;
  }

  /** {@code sk_reset_timer}. */
  void set(long atNs) {
    endNs = atNs;
    if (atNs < eventNs) {
      ask();
    }
  }

  /** {@code sk_stop_timer}. */
  void clear() {
    endNs = OFF;
  }

  private void ask() {
    long asked = endNs;
    eventNs = asked;
    msk.net().machine().softirqs().timer(asked, () -> event(asked));
  }

  private void event(long asked) {
    if (asked != eventNs) {
      return;
    }
    eventNs = OFF;
    if (!isSet()) {
      return;
    }
    if (msk.net().machine().nowNs() < endNs) {
      ask();
      return;
    }
    endNs = OFF;
    end.run();
  }
}
