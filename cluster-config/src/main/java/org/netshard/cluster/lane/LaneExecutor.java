package org.netshard.cluster.lane;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The executor of one lane: runs every task on the lane's thread, in the order they are handed over
 * from the lane itself, and in the order of arrival for each other thread.
 *
 * <p>Tasks accepted before {@link #shutdown} all run. {@link #shutdownNow} does the same: a lane
 * cannot interrupt a neighbour that shares its thread.
 */
public final class LaneExecutor extends AbstractExecutorService {
  private final LaneThread thread;
  private final Runnable onTerminated;
  private final AtomicBoolean shutdown = new AtomicBoolean();
  private final CountDownLatch terminated = new CountDownLatch(1);

  LaneExecutor(LaneThread thread, Runnable onTerminated) {
    this.thread = thread;
    this.onTerminated = onTerminated;
  }

  @Override
  public void execute(Runnable task) {
    if (shutdown.get()) {
      throw new RejectedExecutionException("the lane was shut down");
    }
    thread.execute(task);
  }

  @Override
  public void shutdown() {
    if (shutdown.compareAndSet(false, true)) {
      thread.executeLast(this::terminate);
    }
  }

  private void terminate() {
    onTerminated.run();
    terminated.countDown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown.get();
  }

  @Override
  public boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }
}
