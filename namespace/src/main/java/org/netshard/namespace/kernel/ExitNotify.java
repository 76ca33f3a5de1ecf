package org.netshard.namespace.kernel;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Family;
import org.netshard.namespace.task.SignalHandlers;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Signal;

/**
 * Who is told that a process has ended.
 *
 * <p><b>Source:</b> {@code kernel/exit.c}: {@code exit_notify}, {@code forget_original_parent};
 * {@code kernel/signal.c}, {@code do_notify_parent}.
 */
public final class ExitNotify {
  private final KernelModel model;
  private final Map<Integer, Family> traced = new TreeMap<>();
  private final Map<Integer, Family> zombies = new TreeMap<>();

  ExitNotify(KernelModel model) {
    this.model = model;
  }

  /** The last thread of a process has ended. */
  public void ended(Task last) {
    Family family = last.familyIfAny();
    if (family == null) {
      return;
    }
    for (Family orphan : family.orphan()) {
      Task child = model.task(orphan.pid());
      if (child != null && child.deathSignal() != 0) {
        model.sendSignal(child, child.deathSignal(), true);
      }
      if (orphan.ended()) {
        notifyParent(orphan);
      }
    }
    family.end(last.cred());
    zombies.put(family.pid(), family);
    if (family.traced()) {
      traced.put(family.pid(), family);
    } else {
      notifyParent(family);
    }
  }

  /** The tracer of a process has seen its end, so that its parent may see it. */
  public void tracerReaps(int pid) {
    Family family = traced.remove(pid);
    if (family != null) {
      family.setTraced(false);
      notifyParent(family);
    }
  }

  /** A process that has ended, and that nobody has waited for yet; or null. */
  public @Nullable Family zombie(int pid) {
    return zombies.get(pid);
  }

  /** A process that has ended is gone for good ({@code release_task}). */
  public void release(Family family) {
    zombies.remove(family.pid());
    family.leave();
  }

  /** Whether a process that has ended can be waited for. */
  public static boolean canBeReaped(Family family) {
    return family.ended() && !family.traced();
  }

  /** A parent that does not care for its children never has to wait for one. */
  private void notifyParent(Family family) {
    Family above = family.parent();
    Task parent = above == null ? null : threadOf(above.pid());
    if (above == null || parent == null || above.ignoresChildren()) {
      release(family);
      return;
    }
    int signal = family.exitSignal();
    if (signal == Signal.SIGCHLD && parent.hasSignals()) {
      SignalHandlers.Action action = parent.signals().handlers().action(signal);
      boolean ignores = action.handler() == Signal.SIG_IGN;
      if (ignores || (action.flags() & Signal.SA_NOCLDWAIT) != 0) {
        release(family);
      }
      signal = ignores ? 0 : signal;
    }
    if (signal != 0 && parent.hasSignals()) {
      model.sendSignal(parent, signal, true);
    }
    above.waitQueue().wake(0);
  }

  private @Nullable Task threadOf(int tgid) {
    Task leader = model.task(tgid);
    if (leader != null) {
      return leader;
    }
    for (Task thread : model.threadGroup(tgid)) {
      return thread;
    }
    return null;
  }
}
