package org.netshard.namespace.program;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;

/** What a program may see and do of the kernel in which it runs, between its calls. */
public interface KernelView {
  /** Virtual time in nanoseconds. */
  long nowNs();

  /** The machine: a program may look at it and set it up, as its kernel's lane runs both. */
  KernelModel model();

  /** The credentials of the task with this pid, or null if there is none. */
  @Nullable Cred cred(int pid);

  /** The pid of the child that the last {@code fork}, {@code clone} or {@code vfork} made. */
  int lastChildPid();

  /** The sock behind a descriptor, or null if it is no socket of this kernel. */
  @Nullable Sk sock(int pid, int fd);

  /**
   * Gives a task the lowest free descriptor for something that is not simulated, as a call that
   * this kernel does not have would have done.
   *
   * @return the descriptor, or {@code -errno}
   */
  int installUnsimulated(int pid, boolean cloexec);

  /** Adds a program; its first step is asked for at once. */
  void attach(Program program);

  /** Has something done at a moment of virtual time, or now if that has passed. */
  void later(long timeNs, Runnable action);

  /**
   * Has something done when nothing else is left to be done at this moment of virtual time; by one
   * at a time only.
   */
  void whenIdle(Runnable action);

  /** Wakes a task that sleeps in a call, as a signal does; its call ends with EINTR if it can. */
  void interrupt(int pid);

  /** Has every hop of the calls to come told to somebody, or nobody with null. */
  void trace(@Nullable HopTrace trace);

  /** Prints something, for the report; it is a part of the trace. */
  void output(KernelReport.Output output);

  /** Notes once that something is left out of the simulation. */
  void warn(String warning);
}
