package org.netshard.namespace.task;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;
import org.netshard.protocol.cred.Cred;

/**
 * A process among its relatives: its parent, its children, and how it has ended; what its threads
 * share of it.
 *
 * <p>One that has ended stays a child of its parent until that has waited for it.
 *
 * <p><b>Source:</b> {@code include/linux/sched.h}: {@code real_parent}, {@code children}, {@code
 * exit_code}, {@code exit_signal}; {@code include/linux/sched/signal.h}: {@code wait_chldexit}.
 *
 * <p><b>Differs from Linux:</b> children belong to a process, not to the thread that made them, so
 * that {@code __WNOTHREAD} changes nothing.
 */
public final class Family {
  private static final int CODE_BITS = 0xff;

  private final int pid;
  private final int exitSignal;
  private final WaitQueue waitQueue = new WaitQueue();
  private @Nullable Family parent;
  private Map<Integer, Family> children = Map.of();
  private boolean traced;
  private boolean ignoresChildren;
  private boolean ended;
  private boolean released;
  private @Nullable WaitQueue endQueue;
  private boolean groupExit;
  private boolean subreaper;
  private int status;
  private @Nullable Cred cred;

  /** A process whose parent is not simulated, which is told of its end by SIGCHLD as usual. */
  Family(int pid) {
    this(pid, Signal.SIGCHLD);
  }

  private Family(int pid, int exitSignal) {
    this.pid = pid;
    this.exitSignal = exitSignal;
  }

  /**
   * A child.
   *
   * @param signal what tells the parent of the child's end; 0 for nothing
   */
  Family child(int childPid, int signal) {
    Family child = relative(childPid, signal);
    adopt(child);
    return child;
  }

  /** A child of its parent ({@code CLONE_PARENT}), which tells of its end as this one does. */
  Family sibling(int childPid) {
    Family child = relative(childPid, exitSignal);
    if (parent != null) {
      parent.adopt(child);
    }
    return child;
  }

  private Family relative(int newPid, int signal) {
    Family relative = new Family(newPid, signal);
    relative.traced = traced;
    relative.ignoresChildren = ignoresChildren;
    return relative;
  }

  private void adopt(Family child) {
    if (children.isEmpty()) {
      children = new LinkedHashMap<>(2);
    }
    children.put(child.pid, child);
    child.parent = this;
  }

  /** Its number. */
  public int pid() {
    return pid;
  }

  /** Its parent, or null if that is not simulated. */
  public @Nullable Family parent() {
    return parent;
  }

  /** Its children, in the order in which they became that. */
  public Collection<Family> children() {
    return children.values();
  }

  /** The signal that tells its parent of its end; 0 for none. */
  public int exitSignal() {
    return exitSignal;
  }

  /** Those of its threads that wait for a child ({@code wait_chldexit}). */
  public WaitQueue waitQueue() {
    return waitQueue;
  }

  /** Whether a tracer looks first at its end, and then lets the parent see it. */
  public boolean traced() {
    return traced;
  }

  /** Says whether it and the children to come are traced. */
  public void setTraced(boolean newTraced) {
    traced = newTraced;
  }

  /** Whether it never waits for children, as one that ignores SIGCHLD. */
  public boolean ignoresChildren() {
    return ignoresChildren;
  }

  /** Says that it and the children to come never wait. */
  public void setIgnoresChildren() {
    ignoresChildren = true;
  }

  /** {@code PR_GET_CHILD_SUBREAPER}: whether it gets the children of those below it that end. */
  public boolean subreaper() {
    return subreaper;
  }

  /** {@code PR_SET_CHILD_SUBREAPER}. */
  public void setSubreaper(boolean newSubreaper) {
    subreaper = newSubreaper;
  }

  /** A thread exits with a code, which is the process's if the thread is its first. */
  public void exits(boolean first, int code) {
    if (first && !groupExit) {
      status = (code & CODE_BITS) << 8;
    }
  }

  /** The process exits with a code; the first to say so counts ({@code do_group_exit}). */
  public void exitsAll(int code) {
    if (!groupExit) {
      groupExit = true;
      status = (code & CODE_BITS) << 8;
    }
  }

  /** A signal ends the process. */
  public void diesOf(int signal) {
    if (!groupExit) {
      groupExit = true;
      status = signal;
    }
  }

  /** How it has ended, as {@code wait4} tells it. */
  public int status() {
    return status;
  }

  /** Who it was when it ended, or null before. */
  public @Nullable Cred cred() {
    return cred;
  }

  /** Whether it has ended, and its parent may wait for it. */
  public boolean ended() {
    return ended;
  }

  /** It has ended, and stays until it is waited for. */
  public void end(Cred last) {
    cred = last;
    ended = true;
    wakeEnd();
  }

  /** Whether it is gone for good. */
  public boolean released() {
    return released;
  }

  /** Those who wait for its end without being its parent ({@code wait_pidfd}). */
  public WaitQueue endQueue() {
    WaitQueue present = endQueue == null ? new WaitQueue() : endQueue;
    endQueue = present;
    return present;
  }

  private void wakeEnd() {
    if (endQueue != null) {
      endQueue.wake(Poll.IN | Poll.RDNORM);
    }
  }

  /** Nobody needs to wait for it any more ({@code release_task}). */
  public void leave() {
    released = true;
    wakeEnd();
    Family above = parent;
    if (above != null) {
      above.children.remove(pid);
      parent = null;
    }
  }

  /**
   * Its children get another parent, as it ends: the next one above that takes them in, or nobody.
   *
   * @return the children
   */
  public List<Family> orphan() {
    Family reaper = parent;
    while (reaper != null && !reaper.subreaper) {
      reaper = reaper.parent;
    }
    List<Family> orphans = new ArrayList<>(children.values());
    children = Map.of();
    for (Family child : orphans) {
      child.parent = null;
      if (reaper != null) {
        reaper.adopt(child);
      }
    }
    return orphans;
  }
}
