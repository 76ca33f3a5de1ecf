package org.netshard.cluster.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneExecutorTest {
  private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
  private final ThreadFactory factory =
      task -> {
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        return thread;
      };
  private final LaneThreads threads = new LaneThreads(2);
  private final LaneExecutor lane = threads.executor(0, factory);

  @AfterEach
  void shutDown() {
    lane.shutdown();
  }

  /** Waits until all that was handed over before has run. */
  private static void settle(ExecutorService executor) throws Exception {
    executor.submit(() -> {}).get(10, TimeUnit.SECONDS);
  }

  @Test
  void tasksFromTheOwnThreadRunFirstInFirstOut() throws Exception {
    List<Integer> order = new ArrayList<>();
    CompletableFuture<List<Integer>> result = new CompletableFuture<>();
    lane.execute(
        () -> {
          for (int i = 0; i < 1000; i++) {
            int number = i;
            lane.execute(() -> order.add(number));
          }
          lane.execute(() -> result.complete(order));
          order.add(-1);
        });
    assertThat(result.get(10, TimeUnit.SECONDS))
        .isEqualTo(IntStream.range(-1, 1000).boxed().toList());
  }

  @Test
  void tasksOfManyProducersAllRunOnceAndInEachProducersOrder() throws Exception {
    int producers = 8;
    int count = 20_000;
    List<List<Integer>> seen = IntStream.range(0, producers).mapToObj(i -> newList()).toList();
    List<Thread> running = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      List<Integer> mine = seen.get(p);
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < count; i++) {
                  int number = i;
                  lane.execute(() -> mine.add(number));
                }
              });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }
    settle(lane);
    List<Integer> expected = IntStream.range(0, count).boxed().toList();
    assertThat(seen).allSatisfy(list -> assertThat(list).isEqualTo(expected));
  }

  private static List<Integer> newList() {
    return new ArrayList<>();
  }

  @Test
  void aTaskFromOutsideGetsInWhileTheLaneFeedsItself() throws Exception {
    CountDownLatch control = new CountDownLatch(1);
    Runnable forever =
        new Runnable() {
          @Override
          public void run() {
            if (control.getCount() > 0) {
              lane.execute(this);
            }
          }
        };
    lane.execute(forever);
    lane.execute(control::countDown);
    assertThat(control.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void localTasksGetInWhileOthersFloodTheLane() throws Exception {
    CountDownLatch done = new CountDownLatch(1000);
    CountDownLatch started = new CountDownLatch(1);
    Thread flood =
        new Thread(
            () -> {
              while (done.getCount() > 0) {
                lane.execute(started::countDown);
              }
            });
    flood.start();
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    lane.execute(
        new Runnable() {
          @Override
          public void run() {
            done.countDown();
            if (done.getCount() > 0) {
              lane.execute(this);
            }
          }
        });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    flood.join();
  }

  @Test
  void aParkedLaneWakesForEachTask() throws Exception {
    for (int i = 0; i < 2000; i++) {
      settle(lane);
    }
    assertThat(lane.isTerminated()).isFalse();
  }

  @Test
  void whatATaskThrowsGoesToTheHandlerAndTheLaneRunsOn() throws Exception {
    RuntimeException exception = new IllegalStateException("from a task");
    Error error = new AssertionError("an error from a task");
    lane.execute(
        () -> {
          throw exception;
        });
    lane.execute(
        () -> {
          throw error;
        });
    settle(lane);
    assertThat(uncaught).containsExactly(exception, error);
  }

  @Test
  void anInterruptedLaneRunsOn() throws Exception {
    lane.execute(() -> Thread.currentThread().interrupt());
    settle(lane);
    settle(lane);
    assertThat(uncaught).isEmpty();
  }

  @Test
  void shutdownRunsWhatWasAcceptedAndRejectsTheRest() throws Exception {
    List<Integer> ran = new ArrayList<>();
    CountDownLatch hold = new CountDownLatch(1);
    lane.execute(
        () -> {
          awaitQuietly(hold);
          lane.execute(() -> ran.add(2));
        });
    lane.execute(() -> ran.add(1));
    // The first task is still held, so its own hand-over comes after the shutdown.
    lane.shutdown();
    assertThat(lane.isShutdown()).isTrue();
    assertThat(lane.isTerminated()).isFalse();
    assertThat(lane.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
    hold.countDown();
    assertThat(lane.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).containsExactly(1);
    assertThat(uncaught).singleElement().isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> lane.execute(() -> ran.add(3)))
        .isInstanceOf(RejectedExecutionException.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void lanesWhoseNumbersAgreeModuloTheThreadsShareOneUntilTheLastIsShutDown() throws Exception {
    LaneExecutor lane1 = threads.executor(1, factory);
    LaneExecutor lane2 = threads.executor(2, factory);
    assertThat(threadOf(lane2)).isSameAs(threadOf(lane)).isNotSameAs(threadOf(lane1));
    assertThat(threadOf(lane2).getName()).isEqualTo("netshard-lane-0");
    assertThat(threadOf(lane1).getName()).isEqualTo("netshard-lane-1");
    assertThat(threadOf(lane1).isDaemon()).isTrue();

    Thread shared = threadOf(lane);
    lane.shutdown();
    assertThat(lane.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(threadOf(lane2)).isSameAs(shared);
    lane2.shutdown();
    shared.join(10_000);
    assertThat(shared.isAlive()).isFalse();
    assertThat(threads.runningCount()).isEqualTo(1);

    LaneExecutor again = threads.executor(0, factory);
    assertThat(threadOf(again)).isNotSameAs(shared);
    again.shutdown();
    lane1.shutdown();
  }

  private static Thread threadOf(LaneExecutor executor) throws Exception {
    return executor.submit(Thread::currentThread).get(10, TimeUnit.SECONDS);
  }

  @Test
  void aTaskThatRacesWithTheShutdownRunsOrIsRejected() throws Exception {
    for (int round = 0; round < 200; round++) {
      LaneExecutor racing = new LaneThreads(1).executor(0, factory);
      Queue<Integer> ran = new ConcurrentLinkedQueue<>();
      int accepted = 0;
      Thread stopper = new Thread(racing::shutdown);
      stopper.start();
      try {
        for (int i = 0; i < 1000; i++) {
          racing.execute(() -> ran.add(1));
          accepted++;
        }
      } catch (RejectedExecutionException e) {
        // What was refused must not run; the count below would differ.
        assertThat(accepted).isLessThan(1000);
      }
      stopper.join();
      racing.awaitTermination(10, TimeUnit.SECONDS);
      int expected = accepted;
      // One that passed the check just before may still be run by the ending thread.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (ran.size() != expected && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(ran).hasSize(expected);
    }
  }
}
