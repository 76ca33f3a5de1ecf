package org.netshard.namespace.program;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Syscall;

/**
 * A sequence of system calls that one kernel makes, one at a time, on its own lane.
 *
 * <p>The kernel asks {@link #next} for a step, makes its call as the named task, and hands the
 * result to {@link #completed}. A program may look at the {@link KernelView} while it is asked; it
 * is never called at any other time or from another thread.
 */
public interface Program {
  /** Name for the trace and for messages. */
  String name();

  /**
   * The next call, or null when the program has ended.
   *
   * @param kernel the kernel in which it runs
   * @param nowNs virtual time at which the previous call ended
   */
  @Nullable Step next(KernelView kernel, long nowNs);

  /**
   * Whether its tasks may sleep in a call. If not, a call that would sleep ends with {@link
   * org.netshard.protocol.core.Progress#WAIT} in place of a result, and all goes on.
   */
  default boolean maySleep() {
    return true;
  }

  /**
   * The simulation has ended while a task of this program sleeps in a call.
   *
   * @param nowNs virtual time
   */
  default void asleep(long nowNs) {}

  /**
   * The call of the last step has ended.
   *
   * @param kernel the kernel in which it runs
   * @param call the call, with its memory as the kernel left it
   * @param result 0 and above, or {@code -errno}
   * @param nowNs virtual time at which it ended
   */
  void completed(KernelView kernel, Syscall call, long result, long nowNs);

  /**
   * A task was killed, perhaps in the middle of a call, which then has no result.
   *
   * @param pid its number
   * @param by who did it: the OOM killer, or {@code cgroup.kill}
   * @param nowNs virtual time
   * @return whether the program goes on with other tasks if its last step was this one's
   */
  default boolean killed(int pid, String by, long nowNs) {
    return false;
  }

  /**
   * Whether the program is one that looks on from outside, as {@code strace} does: it is told of
   * calls that a signal has interrupted by {@link org.netshard.protocol.core.Progress#ERESTARTSYS}
   * and its like, and makes them again itself.
   */
  default boolean seesRestarts() {
    return false;
  }

  /**
   * A signal has come to a task, and has called a function of it, has killed it, or was ignored.
   *
   * @param pid number of the task
   * @param signal number of the signal
   * @param nowNs virtual time
   */
  default void signalled(int pid, int signal, long nowNs) {}

  /**
   * One call of a program.
   *
   * @param atNs virtual time at which it begins; one that has passed means at once
   * @param pid task that makes it
   * @param call the call
   */
  record Step(long atNs, int pid, Syscall call) {}
}
