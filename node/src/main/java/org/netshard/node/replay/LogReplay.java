package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.Task;
import org.netshard.node.cli.BadInputException;
import org.netshard.node.strace.Notation;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceSyntaxException;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * Makes the calls of all processes of a log in a simulated kernel at once.
 *
 * <p>A call begins at the log's time, in the order in which the log shows calls begin, and not
 * before those are over in the simulation that the log shows as over by then. If these come late,
 * the log's clock stands still meanwhile, so that think times stay what they were. A call sleeps
 * until something in the simulation ends it. When nothing is left there that could, the first call
 * that the log has over is told to be still sleeping, and is interrupted.
 */
final class LogReplay implements Program {
  private final String file;
  private final List<LogOrder.Moment> moments;
  private final LogOrder order;
  private final ReplayCalls calls;
  private final Set<PendingCall> pending = new LinkedHashSet<>();
  private final long baseNs;
  private long shiftNs;
  private int position;
  private boolean begun;
  private boolean waits;
  private @Nullable BadInputException bad;
  private @Nullable PendingCall last;

  LogReplay(String file, List<StraceEvent> log, ReplaySetup setup) {
    this.file = file;
    this.order = new LogOrder(log);
    setup.setShowsHandlers(order.showsHandlers());
    setup.setShowsWaits(order.showsWaits());
    this.moments = order.moments();
    this.calls = new ReplayCalls(file, order, setup);
    this.baseNs = moments.isEmpty() ? 0 : Math.max(0, moments.get(0).timeNs());
  }

  /** What came of it. */
  ReplayResult result() {
    return calls.result();
  }

  /** What is wrong with the log or the settings and has ended the replay, or null. */
  @Nullable BadInputException bad() {
    return bad;
  }

  /** Where in the log it is, for messages. */
  String position() {
    PendingCall call = last;
    return call == null ? "" : " at " + call.recorded().place() + ": " + call.recorded().text();
  }

  /** Whether there is nothing left to do: all calls have begun, and those are over that can be. */
  boolean done() {
    return bad != null || (position == moments.size() && firstThatEnds() == null);
  }

  @Override
  public String name() {
    return file;
  }

  /** Begins, or goes on when the simulation has come to rest before the log is at its end. */
  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (!begun) {
      begun = true;
      goOn(kernel);
      // A step that never comes, so that it is told of signals.
      return new Step(EventQueue.NEVER, 0, Syscall.close(-1));
    } else {
      PendingCall stuck = firstThatEnds();
      if (stuck == null) {
        throw new IllegalStateException(
            file + ": nothing happens before " + moments.get(position).event().place());
      }
      interrupt(kernel, stuck);
    }
    return null;
  }

  @Override
  public void signalled(int pid, int signal, long nowNs) {
    calls.signalCame(pid, signal);
  }

  @Override
  public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
    throw new IllegalStateException(file + " makes no call itself: " + call);
  }

  private @Nullable PendingCall firstThatEnds() {
    PendingCall first = null;
    for (PendingCall call : pending) {
      if (call.endLine() != LogOrder.NEVER && (first == null || call.endLine() < first.endLine())) {
        first = call;
      }
    }
    return first;
  }

  /** Nothing is left that could end a call. */
  private void interrupt(KernelView kernel, PendingCall call) {
    if (call.waitsForFiles()) {
      call.readyFiles();
      return;
    }
    if (call.again()) {
      tryLast(kernel, call);
      return;
    }
    if (call.stuck()) {
      // It cannot be interrupted; its process makes its next call, as if this one were over.
      pending.remove(call);
      goOn(kernel);
      return;
    }
    call.setStuck();
    kernel.interrupt(call.process().pid());
  }

  /** Lets happen what can happen now, and comes back for the rest. */
  private void goOn(KernelView kernel) {
    while (bad == null && !waits && position < moments.size()) {
      LogOrder.Moment moment = moments.get(position);
      PendingCall blocking = blocking(moment);
      if (blocking != null) {
        if (blocking.waitsForFiles()) {
          readyFiles(kernel, blocking);
        } else if (blocking.again()) {
          tryLast(kernel, blocking);
        }
        return;
      }
      long atNs = timeOf(moment.timeNs(), kernel.nowNs());
      if (atNs > kernel.nowNs()) {
        comeBack(kernel, atNs);
        return;
      }
      shiftNs += moment.timeNs() < 0 ? 0 : kernel.nowNs() - atNs;
      position++;
      try {
        happen(kernel, moment);
      } catch (StraceSyntaxException wrong) {
        bad = new BadInputException(String.valueOf(wrong.getMessage()));
      } catch (BadInputException wrong) {
        bad = wrong;
      }
    }
  }

  /**
   * Makes recorded files ready, at the time at which the log has a call that waits for them end.
   */
  private void readyFiles(KernelView kernel, PendingCall call) {
    long atNs = timeOf(call.recorded().place().endNs(), kernel.nowNs());
    if (atNs > kernel.nowNs()) {
      comeBack(kernel, atNs);
    } else {
      call.readyFiles();
    }
  }

  private void comeBack(KernelView kernel, long atNs) {
    waits = true;
    kernel.later(
        atNs,
        () -> {
          waits = false;
          goOn(kernel);
        });
  }

  private long timeOf(long logNs, long nowNs) {
    return logNs < 0 ? nowNs : logNs - baseNs + shiftNs;
  }

  /** What must be over first and is not, or null. */
  private @Nullable PendingCall blocking(LogOrder.Moment moment) {
    for (PendingCall call : pending) {
      boolean before = call.endLine() < moment.line();
      boolean parent =
          !before
              && LogOrder.makesProcess(call.recorded())
              && call.recorded().result().value() == moment.event().pid();
      if (before || parent) {
        return call;
      }
    }
    return null;
  }

  private void happen(KernelView kernel, LogOrder.Moment moment) {
    if (moment.interrupts()) {
      interrupted(kernel, (StraceEvent.Call) moment.event());
    } else if (moment.event() instanceof StraceEvent.Call call) {
      begin(kernel, call);
    } else if (moment.event() instanceof StraceEvent.Exit exit) {
      end(kernel, exit);
    } else if (moment.event() instanceof StraceEvent.Superseded superseded) {
      calls.superseded(superseded);
    } else if (moment.event() instanceof StraceEvent.Signal signal) {
      calls.signal(signal);
    }
  }

  private void begin(KernelView kernel, StraceEvent.Call recorded) {
    PendingCall call = calls.begin(kernel, recorded);
    last = call;
    Syscall made = call.made();
    long endNs = recorded.place().endNs();
    if (made != null) {
      pending.add(call);
      if (call.waitsForFiles() && call.endLine() == recorded.place().startLine()) {
        call.readyFiles();
      }
      make(kernel, call, made);
      comeBack(kernel, kernel.nowNs());
    } else if (endNs > recorded.place().startNs() && call.endLine() != LogOrder.NEVER) {
      pending.add(call);
      kernel.later(timeOf(endNs, kernel.nowNs()), () -> notSimulatedIsOver(kernel, call));
    }
    makeQuiet(kernel);
  }

  private void make(KernelView kernel, PendingCall call, Syscall made) {
    make(kernel, call.process().pid(), made, result -> over(kernel, call, made, result));
  }

  private void tryLast(KernelView kernel, PendingCall call) {
    call.setLast();
    tryAgain(kernel, call);
  }

  private void tryAgain(KernelView kernel, PendingCall call) {
    Syscall made = call.made();
    if (made != null && call.again()) {
      call.setAgain(false);
      make(kernel, call, made);
    }
  }

  private void make(KernelView kernel, int pid, Syscall call, LongConsumer ended) {
    kernel.attach(new LogTask(file, new Step(kernel.nowNs(), pid, call), ended));
  }

  private void notSimulatedIsOver(KernelView kernel, PendingCall call) {
    if (pending.remove(call)) {
      goOn(kernel);
    }
  }

  private void over(KernelView kernel, PendingCall call, Syscall made, long result) {
    call.leaveFiles();
    if (!pending.remove(call)) {
      return;
    }
    if (!call.stuck() && calls.mayTryAgain(call, made, result) && !call.last()) {
      call.setAgain(true);
      pending.add(call);
      goOn(kernel);
      return;
    }
    try {
      calls.over(kernel, call, made, result);
    } catch (StraceSyntaxException wrong) {
      bad = new BadInputException(String.valueOf(wrong.getMessage()));
    }
    makeQuiet(kernel);
    List.copyOf(pending).forEach(other -> tryAgain(kernel, other));
    goOn(kernel);
  }

  /** Closes what the log does not have. */
  private void makeQuiet(KernelView kernel) {
    for (ReplayCalls.Quiet quiet : calls.takeQuiet()) {
      make(kernel, quiet.pid(), quiet.call(), result -> {});
    }
  }

  /** A signal of which the simulation does not know has ended a call. */
  private void interrupted(KernelView kernel, StraceEvent.Call recorded) {
    for (PendingCall call : pending) {
      if (call.recorded().equals(recorded) && call.made() != null) {
        kernel.interrupt(call.process().pid());
        comeBack(kernel, kernel.nowNs());
        return;
      }
    }
  }

  private void end(KernelView kernel, StraceEvent.Exit exit) {
    LogProcess ended = calls.exited(exit);
    if (ended == null) {
      return;
    }
    List<PendingCall> its = new ArrayList<>(pending);
    its.removeIf(call -> !call.process().equals(ended));
    pending.removeAll(its);
    if (kernel.cred(ended.pid()) != null && !its.isEmpty()) {
      kernel.interrupt(ended.pid());
    }
    kernel.later(kernel.nowNs(), () -> end(kernel, ended, exit));
    comeBack(kernel, kernel.nowNs());
  }

  /**
   * Ends a process that has not ended by itself, and lets its parent see it: the log is that far.
   */
  private void end(KernelView kernel, LogProcess ended, StraceEvent.Exit exit) {
    Task task = kernel.model().task(ended.pid());
    if (task == null) {
      kernel.model().exits().tracerReaps(ended.pid());
      return;
    }
    Long signal = exit.signal().isEmpty() ? null : Notation.constant(exit.signal());
    if (signal != null) {
      task.family().diesOf(signal.intValue());
    }
    Syscall call = Syscall.of(SyscallName.EXIT, exit.status());
    make(
        kernel,
        ended.pid(),
        call,
        result ->
            kernel.later(kernel.nowNs(), () -> kernel.model().exits().tracerReaps(ended.pid())));
  }
}
