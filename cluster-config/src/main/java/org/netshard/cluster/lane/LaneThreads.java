package org.netshard.cluster.lane;

import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;

/**
 * The lane threads of one actor system: lane {@code i} runs on thread {@code i mod count}.
 *
 * <p>A thread starts with its first lane and ends when its last lane was shut down; Akka shuts a
 * dispatcher down while no actor is on it and starts it again for the next one.
 */
final class LaneThreads {
  /** By an object that each actor system has one of; collected with the system. */
  private static final Map<Object, LaneThreads> BY_SYSTEM = new WeakHashMap<>();

  private final int count;
  private final Map<Integer, Shared> running = new TreeMap<>();

  LaneThreads(int count) {
    this.count = count;
  }

  /** The threads of the system that {@code key} belongs to; the first caller sets their number. */
  static LaneThreads of(Object key, int count) {
    synchronized (BY_SYSTEM) {
      return BY_SYSTEM.computeIfAbsent(key, unused -> new LaneThreads(count));
    }
  }

  /** A new executor for a lane, on the thread that the lane's number says. */
  synchronized LaneExecutor executor(int lane, ThreadFactory factory) {
    int number = lane % count;
    Shared shared = running.get(number);
    if (shared == null) {
      shared = new Shared(new LaneThread(number, factory));
      running.put(number, shared);
      shared.thread.start();
    }
    Shared used = shared;
    used.lanes++;
    return new LaneExecutor(used.thread, () -> release(number, used));
  }

  private synchronized void release(int number, Shared shared) {
    if (--shared.lanes == 0) {
      running.remove(number);
      shared.thread.stop();
    }
  }

  synchronized int runningCount() {
    return running.size();
  }

  private static final class Shared {
    final LaneThread thread;
    int lanes;

    Shared(LaneThread thread) {
      this.thread = thread;
    }
  }
}
