package org.netshard.cluster.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneQueueTest {
  private final LaneQueue queue = new LaneQueue();

  private static Task task(int number) {
    return new Task(number);
  }

  private record Task(int number) implements Runnable {
    @Override
    public void run() {}
  }

  private List<Integer> drained() {
    List<Integer> numbers = new ArrayList<>();
    while (queue.poll() instanceof Task task) {
      numbers.add(task.number());
    }
    return numbers;
  }

  @Test
  void tasksOfOneHandoverComeInTheirOrderHoweverManyTheyAre() {
    IntStream.range(0, 1000).forEach(i -> queue.add(task(i)));
    assertThat(drained()).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    assertThat(queue.poll()).isNull();
  }

  @Test
  void ringGrowsWhileItsContentWrapsAround() {
    List<Integer> seen = new ArrayList<>();
    int added = 0;
    for (int round = 0; round < 300; round++) {
      queue.addLast(task(added++));
      queue.addLast(task(added++));
      queue.addLast(task(added++));
      assertThat(queue.poll()).isInstanceOfSatisfying(Task.class, t -> seen.add(t.number()));
    }
    seen.addAll(drained());
    assertThat(seen).isEqualTo(IntStream.range(0, added).boxed().toList());
  }

  @Test
  void whatARunningTaskHandsOverComesBeforeThoseThatWait() {
    queue.add(task(0));
    queue.add(task(1));
    assertThat(queue.poll()).isEqualTo(task(0));
    queue.add(task(10));
    queue.add(task(11));
    assertThat(drained()).containsExactly(10, 1, 11);
  }

  @Test
  void chainWithoutEndLetsThoseThatWaitHaveTheirTurns() {
    queue.add(task(-1));
    queue.add(task(-2));
    queue.add(task(-3));
    List<Integer> waited = new ArrayList<>();
    for (int i = 0; i < 4 * LaneQueue.CHAIN_MAX; i++) {
      if (queue.poll() instanceof Task task && task.number() < -1) {
        waited.add(i);
      } else {
        queue.add(task(i));
      }
    }
    assertThat(waited)
        .hasSize(2)
        .allSatisfy(i -> assertThat(i).isLessThan(3 * LaneQueue.CHAIN_MAX));
    assertThat(drained()).hasSize(1);
  }

  @Test
  void lastComesBehindAllThatWasAddedBefore() {
    queue.add(task(0));
    queue.addLast(task(1));
    queue.add(task(2));
    queue.addLast(task(3));
    queue.add(task(4));
    assertThat(drained()).containsExactly(4, 0, 1, 2, 3);
  }
}
