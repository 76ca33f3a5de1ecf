package org.netshard.node.run;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.netshard.namespace.spec.WorkloadReport;
import org.netshard.namespace.stats.Throughput;
import org.netshard.protocol.abi.Errno;

/**
 * What became of a workload in all kernels together. The order in which their reports come is of no
 * effect: counts and buckets add up.
 */
public final class WorkloadTotal {
  private static final int DIGITS = 3;
  private static final double NS_PER_SECOND = 1e9;

  private final String name;
  private final String kind;
  private final Histogram latencies = new Histogram(DIGITS);
  private final Throughput throughput = new Throughput();
  private final TreeMap<String, Long> errors = new TreeMap<>();
  private long sent;
  private long received;
  private long bytes;

  WorkloadTotal(String name, String kind) {
    this.name = name;
    this.kind = kind;
  }

  void add(WorkloadReport report) {
    sent += report.sent();
    received += report.received();
    bytes += report.bytes();
    for (WorkloadReport.CallErrors one : report.errors()) {
      errors.merge(one.call() + " " + Errno.resultText(-one.errno()), one.count(), Long::sum);
    }
    for (WorkloadReport.Bucket bucket : report.latencies()) {
      latencies.recordValueWithCount(bucket.valueNs(), bucket.count());
    }
    long number = report.firstSlot();
    for (WorkloadReport.Slot slot : report.slots()) {
      if (slot.messages() > 0) {
        throughput.addSlot(report.slotShift(), number, slot.messages(), slot.bytes());
      }
      number++;
    }
  }

  /** Its name in the scenario. */
  public String name() {
    return name;
  }

  /** Its kind. */
  public String kind() {
    return kind;
  }

  /** What was sent or asked for. */
  public long sent() {
    return sent;
  }

  /** What arrived, was answered or made. */
  public long received() {
    return received;
  }

  /** What was sent and did not arrive, or was not answered. */
  public long lost() {
    return sent - received;
  }

  /** Bytes of data received. */
  public long bytes() {
    return bytes;
  }

  /** How often a call failed, by its name and the error's. */
  public Map<String, Long> errors() {
    return errors;
  }

  /** Latencies, virtual nanoseconds. */
  public Histogram latencies() {
    return latencies;
  }

  /** Length of the slots over which throughput is counted, virtual seconds. */
  public double slotSeconds() {
    return (1L << throughput.shift()) / NS_PER_SECOND;
  }

  /**
   * Throughput of each slot, per virtual second. The first slot and the last, in which it began and
   * ended, do not count if there are others.
   *
   * @param ofBytes of bytes rather than messages
   */
  public Histogram throughput(boolean ofBytes) {
    Histogram histogram = new Histogram(DIGITS);
    var slots = throughput.slots();
    int edge = slots.size() > 2 ? 1 : 0;
    for (WorkloadReport.Slot slot : slots.subList(edge, slots.size() - edge)) {
      long count = ofBytes ? slot.bytes() : slot.messages();
      histogram.recordValue(Math.round(count / slotSeconds()));
    }
    return histogram;
  }

  /**
   * Mean throughput from the first slot to the last, per virtual second.
   *
   * @param ofBytes of bytes rather than messages
   */
  public double meanThroughput(boolean ofBytes) {
    int slots = throughput.slots().size();
    return slots == 0 ? 0 : (ofBytes ? bytes : received) / (slots * slotSeconds());
  }
}
