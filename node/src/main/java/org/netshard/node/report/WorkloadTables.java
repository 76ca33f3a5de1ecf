package org.netshard.node.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.netshard.node.run.WorkloadTotal;
import org.netshard.node.scenario.Units;

/** The tables of a report that tell of workloads. */
final class WorkloadTables {
  private WorkloadTables() {}

  static void append(Collection<WorkloadTotal> workloads, StringBuilder text) {
    counts(workloads).appendTo(text);
    latencies(workloads).appendTo(text);
    throughput(workloads).appendTo(text);
  }

  private static Table counts(Collection<WorkloadTotal> workloads) {
    Table table =
        new Table("Workloads", "workload", "kind", "sent", "received", "lost", "bytes", "errors");
    for (WorkloadTotal total : workloads) {
      List<String> errors = new ArrayList<>();
      total.errors().forEach((error, count) -> errors.add(error + " " + count));
      table.row(
          total.name(),
          total.kind(),
          total.sent(),
          total.received(),
          total.lost(),
          total.bytes(),
          errors.isEmpty() ? "none" : String.join(", ", errors));
    }
    return table;
  }

  private static Table latencies(Collection<WorkloadTotal> workloads) {
    Table table =
        new Table(
            "Latency (virtual time)", "workload", "mean", "p50", "p90", "p99", "p99.9", "max");
    for (WorkloadTotal total : workloads) {
      Histogram histogram = total.latencies();
      if (histogram.getTotalCount() > 0) {
        table.row(
            total.name(),
            Units.showNanos(histogram.getMean()),
            percentile(histogram, 50),
            percentile(histogram, 90),
            percentile(histogram, 99),
            percentile(histogram, 99.9),
            percentile(histogram, 100));
      }
    }
    return table;
  }

  private static String percentile(Histogram nanos, double percentile) {
    return Units.showNanos((double) nanos.getValueAtPercentile(percentile));
  }

  private static Table throughput(Collection<WorkloadTotal> workloads) {
    Table table =
        new Table(
            "Throughput (per virtual second)",
            "workload",
            "messages",
            "p1",
            "p50",
            "p99",
            "bytes",
            "measured over");
    for (WorkloadTotal total : workloads) {
      if (total.received() > 0) {
        Histogram messages = total.throughput(false);
        table.row(
            total.name(),
            Math.round(total.meanThroughput(false)),
            messages.getValueAtPercentile(1),
            messages.getValueAtPercentile(50),
            messages.getValueAtPercentile(99),
            Math.round(total.meanThroughput(true)),
            Units.showNanos(total.slotSeconds() * 1e9));
      }
    }
    return table;
  }
}
