package org.netshard.namespace.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A queue of events against a naive one, a list that is sorted at each removal. */
class EventQueueProperties {
  private record Key(long timeNs, int origin, long sequence) {}

  private static final Comparator<Key> ORDER =
      Comparator.comparingLong(Key::timeNs)
          .thenComparingInt(Key::origin)
          .thenComparingLong(Key::sequence);

  @Property(tries = 200)
  void eventsComeByTimeOriginAndSequenceWhateverOrderTheyArriveIn(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 999) Integer> steps) {
    EventQueue<Key> queue = new EventQueue<>(key -> false);
    List<Key> naive = new ArrayList<>();
    long sequence = 1_000;
    for (int step : steps) {
      if (step % 3 == 2 && !naive.isEmpty()) {
        removeBoth(queue, naive);
      } else {
        // Few times and origins, so that most events differ in the last part of their key only;
        // sequences fall here, as a late message of another node may.
        Key key = new Key(step / 3 % 5, step / 15 % 4, --sequence);
        queue.add(key.timeNs(), key.origin(), key.sequence(), key);
        naive.add(key);
      }
      assertThat(queue.size()).isEqualTo(naive.size());
    }
    while (!naive.isEmpty()) {
      removeBoth(queue, naive);
    }
    assertThat(queue.nextTime()).isEqualTo(EventQueue.NEVER);
  }

  @Property(tries = 200)
  void whatWasTakenBackDoesNotCome(
      @ForAll @Size(max = 400) List<@IntRange(min = 0, max = 999) Integer> steps) {
    Set<Key> takenBack = new HashSet<>();
    EventQueue<Key> queue = new EventQueue<>(takenBack::contains);
    List<Key> naive = new ArrayList<>();
    long sequence = 0;
    for (int step : steps) {
      if (step % 8 == 7 && !naive.isEmpty()) {
        removeBoth(queue, naive);
      } else if (step % 8 >= 4 && !naive.isEmpty()) {
        takenBack.add(naive.remove(step / 8 % naive.size()));
        queue.cancelled();
      } else {
        Key key = new Key(step / 8 % 20, 0, sequence++);
        queue.add(key.timeNs(), key.origin(), key.sequence(), key);
        naive.add(key);
      }
      assertThat(queue.size()).isEqualTo(naive.size());
    }
    while (!naive.isEmpty()) {
      removeBoth(queue, naive);
    }
    assertThat(queue.nextTime()).isEqualTo(EventQueue.NEVER);
  }

  private static void removeBoth(EventQueue<Key> queue, List<Key> naive) {
    naive.sort(ORDER);
    assertThat(queue.nextTime()).isEqualTo(naive.get(0).timeNs());
    assertThat(queue.remove()).isEqualTo(naive.remove(0));
  }

  @Property(tries = 50)
  void ownEventsOfOneMomentComeInTheOrderInWhichTheyWereAdded(
      @ForAll @IntRange(min = 1, max = 200) int count) {
    EventQueue<Integer> queue = new EventQueue<>(key -> false);
    queue.add(7, 1, 0, -1);
    for (int i = 0; i < count; i++) {
      queue.add(7, i);
    }
    for (int i = 0; i < count; i++) {
      assertThat(queue.remove()).isEqualTo(i);
    }
    assertThat(queue.remove()).isEqualTo(-1);
  }

  @Example
  void removingFromAnEmptyQueueIsABug() {
    assertThatThrownBy(new EventQueue<Integer>(number -> false)::remove)
        .isInstanceOf(IllegalStateException.class);
  }
}
