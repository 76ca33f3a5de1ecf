package org.netshard.namespace.task;

/**
 * A pid namespace: the first task in it is its init, and with that one it ends.
 *
 * <p><b>Source:</b> {@code kernel/pid_namespace.c}; {@code kernel/pid.c}, {@code alloc_pid}.
 *
 * <p><b>Differs from Linux:</b> all tasks are numbered as in the initial one.
 */
final class PidNamespace {
  private final boolean initial;
  private int init;
  private boolean ended;

  private PidNamespace(boolean initial) {
    this.initial = initial;
  }

  /** The namespace of tasks that are there from the beginning; it never ends. */
  static PidNamespace initial() {
    return new PidNamespace(true);
  }

  /** A namespace without tasks. */
  static PidNamespace create() {
    return new PidNamespace(false);
  }

  /** Whether its init has ended, so that there can be no more tasks in it. */
  boolean ended() {
    return ended;
  }

  /** A process begins in it. */
  void add(int pid) {
    if (init == 0) {
      init = pid;
    }
  }

  /** A process of it has ended; true if all others must end too. */
  boolean remove(int pid) {
    ended = !initial && init == pid;
    return ended;
  }
}
