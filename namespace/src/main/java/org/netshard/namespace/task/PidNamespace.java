package org.netshard.namespace.task;

/**
 * A pid namespace: the first task in it is its init, and with that one it ends.
 *
 * <p><b>Source:</b> {@code kernel/pid_namespace.c}; {@code kernel/pid.c}, {@code alloc_pid}.
 *
 * <p><b>Differs from Linux:</b> all tasks are numbered as in the initial one.
 */
final class PidNamespace {
  /** The namespace of tasks that are there from the beginning; it never ends or changes. */
  static final PidNamespace INITIAL = new PidNamespace();

  private int init;
  private boolean ended;

  /** Whether its init has ended, so that there can be no more tasks in it. */
  boolean ended() {
    return ended;
  }

  /** A process begins in it. */
  void add(int pid) {
    if (init == 0 && this != INITIAL) {
      init = pid;
    }
  }

  /** A process of it has ended; true if all others must end too. */
  boolean remove(int pid) {
    if (init != pid) {
      return false;
    }
    ended = true;
    return true;
  }
}
