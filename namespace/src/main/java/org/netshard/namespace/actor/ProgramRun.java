package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;

/** One program of a kernel, the step that it waits for or makes, and how far the call of it is. */
final class ProgramRun implements Runnable {
  private final Simulation simulation;
  private final Program program;
  private Program.@Nullable Step step;
  private @Nullable Sleep progress;
  private long notBeforeNs;
  private boolean outlivesKills;

  ProgramRun(Simulation simulation, Program program) {
    this.simulation = simulation;
    this.program = program;
  }

  /** What it runs. */
  Program program() {
    return program;
  }

  /** The step that it waits for or makes; null before the first and after the last. */
  Program.@Nullable Step step() {
    return step;
  }

  /** Whether its step is one of this task's. */
  boolean makes(int pid) {
    return step != null && step.pid() == pid;
  }

  /** Its next step begins no earlier than this. */
  void notBefore(long timeNs) {
    notBeforeNs = timeNs;
  }

  /** Its step cannot be made, or not be ended, as the task was killed. */
  void taskIsGone() {
    simulation.callFlow().setRunning(null);
    if (outlivesKills) {
      schedule();
    }
  }

  /** Asks for the next step and puts it into the queue. */
  void schedule() {
    Program.Step next = program.next(simulation, simulation.nowNs());
    step = next;
    if (next == null) {
      simulation.ended(this);
    } else {
      long fromNs = Math.max(simulation.nowNs(), notBeforeNs);
      simulation.at(Math.max(fromNs, next.atNs()), this);
    }
  }

  @Override
  public void run() {
    proceed(true);
  }

  /** Begins the call of its step, or goes on with it after a sleep. */
  private void proceed(boolean anew) {
    Program.Step made = step;
    if (made == null) {
      throw new IllegalStateException(program.name() + " has no step to make");
    }
    simulation.callFlow().setRunning(this);
    Task task = simulation.model().task(made.pid());
    if (task == null && simulation.model().killed(made.pid())) {
      taskIsGone();
    } else if (task != null && task.cgroup().frozen()) {
      simulation.callFlow().setRunning(null);
      simulation.whenThawed(() -> proceed(anew));
    } else {
      if (anew) {
        progress().reset();
      }
      simulation.callFlow().begin(made);
    }
  }

  /** A task was killed, perhaps in the call of this program. */
  void killed(int pid, String by) {
    boolean slept = progress != null && makes(pid) && progress.forget();
    outlivesKills |= program.killed(pid, by, simulation.nowNs());
    if (slept && outlivesKills) {
      simulation.at(simulation.nowNs(), this);
    }
  }

  /** Lets the task sleep in the call of its step until it is woken, or its time is over. */
  void sleep() {
    sleeper().sleep();
  }

  /**
   * A signal has come for a task: if it sleeps in the call of this program, it is woken.
   *
   * @return whether it is in a call of this program
   */
  boolean interrupt(int pid) {
    if (!makes(pid) || progress == null || !(progress.asleep || progress.waking)) {
      return false;
    }
    progress.interrupt();
    progress.wake(0);
    return true;
  }

  /** Tells the program, at the end of the simulation, if its task sleeps. */
  void tellSleeper() {
    if (progress != null && progress.asleep) {
      program.asleep(simulation.nowNs());
    }
  }

  /** How far the call is. */
  TaskProgress progress() {
    return sleeper();
  }

  /** The file that the call holds, or null. */
  @Nullable OpenFile held() {
    return progress == null ? null : progress.held();
  }

  /** What else the call has kept, or null. */
  @Nullable Object state() {
    return progress == null ? null : progress.state();
  }

  private Sleep sleeper() {
    Sleep present = progress;
    if (present == null) {
      present = new Sleep();
      progress = present;
    }
    return present;
  }

  /** How far the present call is, and whether its task sleeps in it. */
  private final class Sleep extends TaskProgress {
    private boolean asleep;
    private boolean waking;
    private final Runnable goOn = this::goOn;
    private final Runnable timeOver = this::timeOver;

    /**
     * When the timer that is set goes off; those that are not needed any more are not taken out.
     */
    private long timerNs = EventQueue.NEVER;

    @Override
    boolean maySleep() {
      return program.maySleep();
    }

    void sleep() {
      if (takeYield()) {
        waking = true;
        simulation.at(simulation.nowNs(), takeSecondYield() ? this::yieldAgain : goOn);
        return;
      }
      asleep = true;
      setTimer();
    }

    /**
     * One timer serves many sleeps: it is set again when it goes off too early, so that a task that
     * always sleeps with a time limit and is woken before does not fill the queue.
     */
    private void setTimer() {
      if (deadlineNs() < timerNs) {
        timerNs = deadlineNs();
        simulation.at(timerNs, timeOver);
      }
    }

    private void timeOver() {
      long nowNs = simulation.nowNs();
      if (timerNs <= nowNs) {
        timerNs = EventQueue.NEVER;
      }
      if (!asleep) {
        return;
      }
      if (deadlineNs() > nowNs) {
        setTimer();
        return;
      }
      leaveQueues();
      asleep = false;
      proceed(false);
    }

    /** The wake-up is an event of its own, after all that is due now. */
    @Override
    protected void woken() {
      if (asleep) {
        asleep = false;
        waking = true;
        simulation.noteWakeup(step);
        simulation.at(simulation.nowNs(), goOn);
      }
    }

    private void yieldAgain() {
      simulation.at(simulation.nowNs(), goOn);
    }

    private void goOn() {
      if (waking) {
        waking = false;
        proceed(false);
      }
    }

    /** The task will never be woken, as it was killed; whether it slept. */
    boolean forget() {
      boolean slept = asleep || waking;
      asleep = false;
      waking = false;
      leaveQueues();
      return slept;
    }
  }
}
