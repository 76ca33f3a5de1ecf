package org.netshard.cluster.lane;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread of a lane, or of several lanes of the same actor system.
 *
 * <p>What the thread hands to itself goes to a plain queue, see {@link LaneQueue}. What other
 * threads hand to it goes to a concurrent queue. The loop takes at most {@link #REMOTE_BURST} tasks
 * from the concurrent queue, then at most {@link #LOCAL_BURST} from its own, and so on: neither
 * side can starve the other, and a control message from outside waits for {@value #LOCAL_BURST}
 * mailbox runs at most.
 */
final class LaneThread implements Runnable {
  static final int REMOTE_BURST = 16;
  static final int LOCAL_BURST = 16;

  private final LaneQueue local = new LaneQueue();
  private final Queue<Runnable> remote = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean parked;
  private volatile boolean stopping;
  private volatile boolean stopped;

  /** Starts thread {@code number}, made by the actor system's factory, which sets its handler. */
  LaneThread(int number, ThreadFactory factory) {
    thread = factory.newThread(this);
    thread.setName("netshard-lane-" + number);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  Thread thread() {
    return thread;
  }

  /**
   * Hands a task to this thread.
   *
   * @throws RejectedExecutionException if the thread has ended
   */
  void execute(Runnable task) {
    if (Thread.currentThread() == thread) {
      local.add(task);
      return;
    }
    remote.add(task);
    if (parked) {
      LockSupport.unpark(thread);
    }
    // The thread's last drain may have come before the add: then the task is still there.
    if (stopped && remote.remove(task)) {
      throw new RejectedExecutionException(thread.getName() + " has ended");
    }
  }

  /** Runs a task behind all that this thread has now, from whichever thread. */
  void executeLast(Runnable task) {
    execute(() -> local.addLast(task));
  }

  /** Lets the thread end once both queues are empty. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    while (true) {
      drain();
      if (!stopping) {
        park();
      } else if (remote.isEmpty()) {
        stopped = true;
        drain();
        return;
      }
    }
  }

  /** Runs tasks, fairly between the two queues, until both are empty. */
  private void drain() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (int i = 0; i < REMOTE_BURST; i++) {
        Runnable task = remote.poll();
        if (task == null) {
          break;
        }
        run(task);
        busy = true;
      }
      for (int i = 0; i < LOCAL_BURST; i++) {
        Runnable task = local.poll();
        if (task == null) {
          break;
        }
        run(task);
        busy = true;
      }
    }
  }

  /** Runs one task; what it throws goes to the actor system's handler and ends nothing here. */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // The handler that Akka gave the thread logs what is harmless and ends the system otherwise.
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  private void park() {
    parked = true;
    // Read after the write above; a producer writes its task before it reads `parked`.
    if (remote.isEmpty() && !stopping) {
      LockSupport.park(this);
    }
    parked = false;
    // Parking returns at once while the interrupt flag is up: do not spin on it.
    boolean unused = Thread.interrupted();
  }
}
