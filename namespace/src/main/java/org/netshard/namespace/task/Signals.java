package org.netshard.namespace.task;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Signal;

/**
 * The signals of one task: which it blocks, and which wait for it.
 *
 * <p><b>Source:</b> {@code kernel/signal.c}: {@code sigprocmask}, {@code prepare_signal}, {@code
 * dequeue_signal}, {@code set_user_sigmask}, {@code signal_delivered}.
 *
 * <p><b>Differs from Linux:</b> a function that a signal calls takes no time, so that its mask
 * blocks nothing; signals from 32 on wait once, as the others do.
 */
public final class Signals {
  private static final long UNBLOCKABLE = Signal.bit(Signal.SIGKILL) | Signal.bit(Signal.SIGSTOP);

  private final SignalHandlers handlers;
  private long blocked;
  private long pending;
  private @Nullable Long saved;
  private int ignored;

  Signals(SignalHandlers handlers) {
    this.handlers = handlers;
  }

  /** A child's: a thread shares the handlers. */
  Signals child(boolean thread) {
    Signals child = new Signals(thread ? handlers : handlers.copy());
    child.blocked = blocked;
    return child;
  }

  void execve() {
    handlers.execve();
  }

  /** What its process does for each signal. */
  public SignalHandlers handlers() {
    return handlers;
  }

  /** The signals that wait until they are not blocked any more. */
  public long blocked() {
    return blocked;
  }

  /** Sets the signals that wait; two cannot be blocked. */
  public void setBlocked(long set) {
    blocked = set & ~UNBLOCKABLE;
  }

  /** Blocks other signals until the call is over ({@code set_user_sigmask}). */
  public void blockForCall(long set) {
    if (saved == null) {
      saved = blocked;
    }
    setBlocked(set);
  }

  /** The call is over ({@code restore_saved_sigmask}). */
  public void endCall() {
    Long before = saved;
    if (before != null) {
      saved = null;
      blocked = before;
    }
  }

  /**
   * A signal comes for the task, or for any thread of its process.
   *
   * @return whether it waits; if not, it does nothing
   */
  public boolean send(int signal, boolean process) {
    boolean isBlocked = (blocked & Signal.bit(signal)) != 0;
    if (!isBlocked && handlers.ignores(signal)) {
      ignored = signal;
      return false;
    }
    if (process) {
      handlers.setPending(handlers.pending() | Signal.bit(signal));
    } else {
      pending |= Signal.bit(signal);
    }
    return true;
  }

  /** The last signal that did nothing, told once; 0 if there was none. */
  public int takeIgnored() {
    int taken = ignored;
    ignored = 0;
    return taken;
  }

  /** Whether a signal waits that is not blocked ({@code signal_pending}). */
  public boolean areWaiting() {
    return ((pending | handlers.pending()) & ~blocked) != 0;
  }

  /** Takes the next one that is not blocked, its own first; 0 if there is none. */
  public int take() {
    long own = pending & ~blocked;
    if (own != 0) {
      pending &= ~Long.lowestOneBit(own);
      return Long.numberOfTrailingZeros(own) + 1;
    }
    long shared = handlers.pending() & ~blocked;
    if (shared != 0) {
      handlers.setPending(handlers.pending() & ~Long.lowestOneBit(shared));
      return Long.numberOfTrailingZeros(shared) + 1;
    }
    return 0;
  }
}
