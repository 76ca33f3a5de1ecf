package org.netshard.namespace.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.Task;

/**
 * Ends the tasks that the OOM killer chose, between two parts of the call that ran out of memory,
 * and those that a write to {@code cgroup.kill} ends.
 *
 * <p>When all are gone, a call that could not go on without their memory is made again.
 *
 * <p><b>Source:</b> {@code mm/oom_kill.c}, {@code __oom_kill_process}; {@code kernel/exit.c}.
 */
final class OomKill {
  private final KernelModel model;
  private final SyscallTable syscalls;
  private final IntConsumer dying;
  private final List<Killed> killed = new ArrayList<>(0);
  private boolean running;
  private boolean restart;
  private long result;

  /**
   * A task that was killed.
   *
   * @param by who did it
   */
  record Killed(Task task, String by) {}

  /**
   * Nobody is being killed.
   *
   * @param dying is told of each task before it ends, to give back what its call holds
   */
  OomKill(KernelModel model, SyscallTable syscalls, IntConsumer dying) {
    this.model = model;
    this.syscalls = syscalls;
    this.dying = dying;
  }

  /** Whether nobody is being killed. */
  boolean idle() {
    return !running;
  }

  /**
   * Begins to kill.
   *
   * @param callResult result of the call so far
   * @return {@link SocketCalls#PENDING} while a task ends, 0 when all have
   */
  long begin(long callResult) {
    running = true;
    killed.clear();
    result = callResult;
    restart = model.cgroups().memcontrol().takeRestart();
    return next();
  }

  /** Goes on after one has ended; see {@link #begin}. */
  long next() {
    Integer tgid;
    while ((tgid = model.cgroups().kills().pollFirst()) != null) {
      String killer = model.cgroups().takeKiller(tgid);
      for (Task task : model.threadGroup(tgid)) {
        killed.add(new Killed(task, killer));
        dying.accept(task.pid());
      }
      long ending = syscalls.kill(tgid);
      if (ending == SocketCalls.PENDING) {
        return ending;
      }
    }
    running = false;
    return 0;
  }

  /** The tasks that were killed. */
  List<Killed> killed() {
    return killed;
  }

  /** Whether one of them is this. */
  boolean killed(int pid) {
    return killed.stream().anyMatch(one -> one.task.pid() == pid);
  }

  /** Whether the call must be made again. */
  boolean restart() {
    return restart;
  }

  /** The result that the call had. */
  long result() {
    return result;
  }
}
