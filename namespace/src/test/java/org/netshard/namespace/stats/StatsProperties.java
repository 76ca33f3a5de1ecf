package org.netshard.namespace.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.netshard.namespace.spec.WorkloadReport.Bucket;
import org.netshard.namespace.spec.WorkloadReport.Slot;

class StatsProperties {
  private static final long MAX = 1L << 55;

  @Property(tries = 500)
  void everyLatencyIsInTheBucketOfItsLeadingBits(
      @ForAll @Size(max = 200) List<@LongRange(min = 0, max = MAX) Long> values) {
    Latencies latencies = new Latencies();
    TreeMap<Long, Long> expected = new TreeMap<>();
    for (long value : values) {
      latencies.add(value);
      expected.merge(Latencies.bucket(value), 1L, Long::sum);
      assertThat(value - Latencies.bucket(value)).isLessThanOrEqualTo(value / 1024);
    }
    assertThat(latencies.buckets())
        .isEqualTo(
            expected.entrySet().stream().map(e -> new Bucket(e.getKey(), e.getValue())).toList());
  }

  @Property(tries = 500)
  void throughputAddsUpToTheSameInAnyOrder(
      @ForAll @Size(max = 60) List<@LongRange(min = 0, max = MAX) Long> first,
      @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 1L << 30) Long> second) {
    Throughput all = new Throughput();
    first.forEach(time -> all.add(time, 1, time & 7));
    second.forEach(time -> all.add(time, 1, time & 7));
    Throughput one = new Throughput();
    first.forEach(time -> one.add(time, 1, time & 7));
    Throughput other = new Throughput();
    second.forEach(time -> other.add(time, 1, time & 7));
    for (Throughput sum : List.of(sum(one, other), sum(other, one))) {
      assertThat(sum.shift()).isEqualTo(all.shift());
      assertThat(sum.slots()).isEqualTo(all.slots());
      assertThat(sum.firstSlot()).isEqualTo(all.firstSlot());
    }
    assertThat(all.slots().stream().mapToLong(Slot::messages).sum())
        .isEqualTo(first.size() + second.size());
  }

  private static Throughput sum(Throughput... parts) {
    Throughput sum = new Throughput();
    for (Throughput part : parts) {
      long number = part.firstSlot();
      for (Slot slot : part.slots()) {
        if (slot.messages() > 0) {
          sum.addSlot(part.shift(), number, slot.messages(), slot.bytes());
        }
        number++;
      }
    }
    return sum;
  }
}
