package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Memcontrol;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Progress;

/**
 * The way of a call, from the step of a program to its result: parts of it in other actors, memory
 * that runs out meanwhile, sleep, and signals that wait at its end.
 */
final class CallFlow {
  private final Simulation simulation;
  private final KernelModel model;
  private @Nullable OomKill oomKill;
  private @Nullable SignalDelivery signals;
  private @Nullable ProgramRun running;
  private boolean hasResult;

  CallFlow(Simulation simulation) {
    this.simulation = simulation;
    this.model = simulation.model();
  }

  /** The program whose call is under way, or null if there is none. */
  void setRunning(@Nullable ProgramRun run) {
    running = run;
  }

  /** Whether the call that is under way is one of this task's. */
  boolean makes(int pid) {
    return running != null && running.makes(pid);
  }

  /** Begins the call of a step, or goes on with it. */
  void begin(Program.Step step) {
    Task task = model.task(step.pid());
    if (task == null) {
      throw new IllegalStateException("no task with pid " + step.pid());
    }
    int cpu = model.cpuOf(task);
    model.machine().setCpu(cpu);
    model.cgroups().memcontrol().begin(simulation.nowNs(), cpu, false);
    model.cgroups().memcontrol().enter(task.memcg());
    if (step.call().name() == SyscallName.EXIT_GROUP) {
      endSleepers(task);
    }
    goOn(simulation.syscalls().perform(task, step.call(), known(running).progress()));
  }

  /** Threads of a process that ends are not woken any more, and hold nothing. */
  private void endSleepers(Task ending) {
    for (Task thread : model.threadsOf(ending)) {
      releaseHeld(thread.pid());
      simulation.programs().forEach(run -> run.killed(thread.pid(), "exit_group"));
    }
  }

  /** Goes on after a part of a call, or of the end of a task that is killed. */
  void goOn(long result) {
    if (result == SocketCalls.PENDING) {
      simulation.passBaton();
      return;
    }
    boolean idle = oomKill == null || oomKill.idle();
    if (idle && model.cgroups().kills().isEmpty()) {
      end(result);
      return;
    }
    OomKill kill =
        oomKill == null ? new OomKill(model, simulation.syscalls(), this::releaseHeld) : oomKill;
    oomKill = kill;
    long killing = idle ? kill.begin(result) : kill.next();
    if (killing == SocketCalls.PENDING) {
      simulation.passBaton();
      return;
    }
    ProgramRun interrupted = running;
    Program.Step step = interrupted == null ? null : interrupted.step();
    boolean over = hasResult;
    hasResult = false;
    noteKilled(kill);
    if (interrupted == null && over) {
      return;
    }
    if (interrupted == null || step == null) {
      throw new IllegalStateException("memory ran out without a call");
    }
    if (kill.killed(step.pid())) {
      if (!over) {
        simulation.passSyscallTime();
      }
      interrupted.taskIsGone();
    } else if (over) {
      next(interrupted);
    } else if (kill.restart()) {
      begin(step);
    } else {
      end(kill.result());
    }
  }

  /** Gives back what the call of a task holds, as the task is being killed. */
  private void releaseHeld(int pid) {
    for (ProgramRun run : simulation.programs()) {
      if (!run.makes(pid)) {
        continue;
      }
      OpenFile file = run.progress().takeHeld();
      if (file != null) {
        simulation.syscalls().addToRelease(file);
      }
      if (run.progress().state() instanceof Progress.Kept kept) {
        run.progress().setState(null);
        kept.drop(model.machine());
      }
    }
  }

  private void noteKilled(OomKill kill) {
    for (OomKill.Killed killed : kill.killed()) {
      Task task = killed.task();
      simulation.hash().add(simulation.nowNs(), "SIGKILL " + task.pid() + " by " + killed.by());
      simulation.ledger().killed(task, killed.by(), simulation.nowNs());
      simulation.programs().forEach(run -> run.killed(task.pid(), killed.by()));
    }
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("no program is running");
    }
    return value;
  }

  private void end(long returned) {
    ProgramRun ended = running;
    Program.Step step = ended == null ? null : ended.step();
    if (ended == null || step == null) {
      throw new IllegalStateException("a result without a call");
    }
    if (returned == SocketCalls.WAIT && ended.program().maySleep()) {
      running = null;
      ended.sleep();
      return;
    }
    Task caller = model.task(step.pid());
    long result = signals().result(ended, caller, returned);
    if (result == SocketCalls.WAIT) {
      ended.progress().clearInterrupt();
      begin(step);
      return;
    }
    Syscall made = step.call();
    simulation.passSyscallTime();
    long nowNs = simulation.nowNs();
    model.machine().setNowNs(nowNs);
    throttle(ended, made);
    simulation.hash().add(nowNs, step.pid(), made, result);
    simulation.ledger().count(made, result);
    Memcontrol.Refusal refusal = model.cgroups().memcontrol().refusal();
    if (refusal != null && caller != null && Errno.isError(result)) {
      simulation.ledger().refused(refusal, caller.name(), made.name(), result, nowNs);
    }
    ended.program().completed(simulation, made, result, nowNs);
    if (caller != null && caller.hasSignals()) {
      signals().afterCall(caller);
      if (!model.cgroups().kills().isEmpty()) {
        hasResult = true;
        goOn(0);
        return;
      }
    }
    next(ended);
  }

  /** A program goes on after its call. */
  private void next(ProgramRun ended) {
    running = null;
    simulation.queueCleanup();
    ended.schedule();
  }

  /** A task that has passed {@code memory.high} sleeps before it makes its next call. */
  private void throttle(ProgramRun program, Syscall made) {
    Program.Step step = program.step();
    Task task = step == null ? null : model.task(step.pid());
    long sleepNs = model.cgroups().memcontrol().takeThrottleNs(task == null ? null : task.memcg());
    if (sleepNs > 0) {
      program.notBefore(simulation.nowNs() + sleepNs);
      simulation
          .hash()
          .add(
              simulation.nowNs(), "mem_cgroup_handle_over_high " + made.callName() + " " + sleepNs);
    }
  }

  /** Delivers what has come to a task that runs its program. */
  void lookAtSignals(Task task) {
    if (model.task(task.pid()) == null) {
      return;
    }
    running = null;
    signals().deliver(task);
    if (!model.cgroups().kills().isEmpty()) {
      hasResult = true;
      model.cgroups().memcontrol().begin(simulation.nowNs(), model.cpuOf(task), false);
      simulation.syscalls().beginKill(task);
      goOn(0);
    }
  }

  private SignalDelivery signals() {
    SignalDelivery present = signals;
    if (present == null) {
      present = new SignalDelivery(simulation);
      signals = present;
    }
    return present;
  }
}
