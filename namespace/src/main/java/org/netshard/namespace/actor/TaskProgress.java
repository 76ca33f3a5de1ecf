package org.netshard.namespace.actor;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.OpenFile;
import org.netshard.protocol.core.Progress;

/** How far the call of a task is, and the file that it holds while it sleeps. */
abstract class TaskProgress extends Progress {
  private @Nullable OpenFile held;

  /** Whether the task may sleep. */
  abstract boolean maySleep();

  @Override
  public boolean mayYield() {
    return maySleep();
  }

  /** Holds a file until the call has a result, whatever becomes of its descriptor. */
  void hold(OpenFile file) {
    if (held == null) {
      file.get();
      held = file;
    }
  }

  /** The file that is held, or null. */
  @Nullable OpenFile held() {
    return held;
  }

  /** The file that was held, whose reference the caller must give back; null if there is none. */
  @Nullable OpenFile takeHeld() {
    OpenFile file = held;
    held = null;
    return file;
  }
}
