package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.SignalHandlers.Action;
import org.netshard.namespace.task.Signals;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.core.Progress;

/**
 * What comes of the signals that wait for a task when it returns to its program.
 *
 * <p><b>Source:</b> {@code kernel/signal.c}: {@code get_signal}; {@code arch/x86/kernel/signal.c}:
 * {@code handle_signal}, {@code arch_do_signal_or_restart}.
 */
final class SignalDelivery {
  private final Simulation simulation;

  SignalDelivery(Simulation simulation) {
    this.simulation = simulation;
  }

  /**
   * What a call returns to its program.
   *
   * @param returned what it has come to
   * @return that, or EINTR for one that a signal has interrupted; {@link Progress#WAIT} if it is to
   *     go on
   */
  long result(ProgramRun run, @Nullable Task task, long returned) {
    boolean interrupted =
        returned == Progress.ERESTARTSYS
            || returned == Progress.ERESTARTNOHAND
            || returned == Progress.ERESTART_RESTARTBLOCK;
    if (!interrupted || run.program().seesRestarts() || task == null) {
      return returned;
    }
    Action called = deliver(task);
    if (!simulation.model().cgroups().kills().isEmpty()) {
      return Errno.EINTR.negated();
    }
    boolean again =
        called == null
            || (returned == Progress.ERESTARTSYS && (called.flags() & Signal.SA_RESTART) != 0);
    return again ? Progress.WAIT : Errno.EINTR.negated();
  }

  /** A call of a task is over. */
  void afterCall(Task task) {
    Signals signals = task.signals();
    int ignored = signals.takeIgnored();
    if (ignored != 0) {
      simulation.signalCame(task, ignored, "ignored");
    }
    deliver(task);
    signals.endCall();
  }

  /** Delivers all that wait; the first function that was called, or null. */
  @Nullable Action deliver(Task task) {
    Signals signals = task.signals();
    Action called = null;
    int signal;
    while ((signal = signals.take()) != 0) {
      Action action = signals.handlers().action(signal);
      if (action.calls()) {
        simulation.signalCame(task, signal, "handled");
        called = called == null ? action : called;
        if ((action.flags() & Signal.SA_RESETHAND) != 0) {
          signals.handlers().setAction(signal, Action.DEFAULT);
        }
      } else if (action.handler() == Signal.SIG_IGN || Signal.ignoredByDefault(signal)) {
        simulation.signalCame(task, signal, "ignored");
      } else if (Signal.stopsByDefault(signal)) {
        simulation.model().machine().leftOut("signals that stop a process do nothing");
      } else {
        simulation.signalCame(task, signal, "kills");
        task.family().diesOf(signal);
        simulation.model().cgroups().kill(task.tgid(), "signal " + signal);
        break;
      }
    }
    return called;
  }
}
