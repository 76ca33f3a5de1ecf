package org.netshard.namespace.task;

import java.util.Map;
import java.util.TreeMap;
import org.netshard.protocol.abi.Signal;

/**
 * What the threads of a process share of signals: what is to be done for each, those that wait for
 * any of the threads, and the timer of {@code alarm}.
 *
 * <p><b>Source:</b> {@code include/linux/sched/signal.h}: {@code struct sighand_struct}, {@code
 * struct signal_struct}; {@code kernel/signal.c}: {@code sig_ignored}, {@code
 * flush_signal_handlers}.
 */
public final class SignalHandlers {
  private final Map<Integer, Action> actions = new TreeMap<>();
  private long pending;
  private long timerNs = Long.MAX_VALUE;
  private long timerIntervalNs;

  /**
   * What is to be done for a signal.
   *
   * @param handler {@link Signal#SIG_DFL}, {@link Signal#SIG_IGN}, or the address of a function
   * @param flags {@code SA_RESTART} and so on
   * @param mask signals that are blocked while the function runs
   * @param restorer address that the C library gives along
   */
  public record Action(long handler, long flags, long mask, long restorer) {
    /** The default. */
    public static final Action DEFAULT = new Action(Signal.SIG_DFL, 0, 0, 0);

    /** Whether a function is called. */
    public boolean calls() {
      return handler != Signal.SIG_DFL && handler != Signal.SIG_IGN;
    }
  }

  /** What is to be done for a signal. */
  public Action action(int signal) {
    return actions.getOrDefault(signal, Action.DEFAULT);
  }

  /** Says what is to be done for a signal; one that is ignored from now on waits no more. */
  public void setAction(int signal, Action action) {
    actions.put(signal, action);
    if (ignores(signal)) {
      pending &= ~Signal.bit(signal);
    }
  }

  /** Whether a signal does nothing. */
  public boolean ignores(int signal) {
    long handler = action(signal).handler();
    return handler == Signal.SIG_IGN
        || (handler == Signal.SIG_DFL && Signal.ignoredByDefault(signal));
  }

  /** A copy for a new process, whose timer does not run. */
  SignalHandlers copy() {
    SignalHandlers copy = new SignalHandlers();
    copy.actions.putAll(actions);
    return copy;
  }

  /** Another program has no functions of this one ({@code flush_signal_handlers}). */
  void execve() {
    actions.values().removeIf(Action::calls);
  }

  /** Signals that wait for any thread. */
  long pending() {
    return pending;
  }

  void setPending(long set) {
    pending = set;
  }

  /** When the timer ends, virtual nanoseconds; the largest number if it does not run. */
  public long timerNs() {
    return timerNs;
  }

  /** The time after which the timer ends again, nanoseconds; 0 for never. */
  public long timerIntervalNs() {
    return timerIntervalNs;
  }

  /** Sets the timer. */
  public void setTimer(long endNs, long intervalNs) {
    timerNs = endNs;
    timerIntervalNs = intervalNs;
  }
}
