package org.netshard.namespace.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.WorkloadReport;
import org.netshard.protocol.abi.SyscallName;

/** What the tasks of one workload of a kernel count. */
public final class LoadStats {
  /** Buckets in one report, so that each fits into a message. */
  static final int BUCKETS_MAX = 2000;

  private final String name;
  private final String kind;
  private final Latencies latencies = new Latencies();
  private final Throughput throughput = new Throughput();
  private final Map<String, Map<Integer, Long>> errors = new TreeMap<>();
  private long sent;
  private long received;
  private long bytes;
  private @Nullable LoadStats connects;

  /**
   * Nothing yet.
   *
   * @param name name of the workload in the scenario
   * @param kind its kind
   */
  public LoadStats(String name, String kind) {
    this.name = name;
    this.kind = kind;
  }

  /** The making of its connections, which has a report of its own. */
  public LoadStats connects() {
    if (connects == null) {
      connects = new LoadStats(name + ".connect", kind);
    }
    return connects;
  }

  /** Something was sent or asked for. */
  public void sent() {
    sent++;
  }

  /**
   * Something arrived, was answered or made.
   *
   * @param latencyNs how long it took
   * @param addedBytes bytes of data
   * @param nowNs virtual time
   */
  public void received(long latencyNs, long addedBytes, long nowNs) {
    received++;
    bytes += addedBytes;
    latencies.add(latencyNs);
    throughput.add(nowNs, 1, addedBytes);
  }

  /** A call failed; {@code -errno}. */
  public void failed(SyscallName call, long result) {
    errors
        .computeIfAbsent(call.kernelName(), key -> new TreeMap<>())
        .merge((int) -result, 1L, Long::sum);
  }

  /** What came of it: one report, or several that add up. */
  public List<WorkloadReport> reports() {
    List<WorkloadReport.CallErrors> failed = new ArrayList<>();
    errors.forEach(
        (call, byErrno) ->
            byErrno.forEach(
                (errno, count) -> failed.add(new WorkloadReport.CallErrors(call, errno, count))));
    List<WorkloadReport.Bucket> buckets = latencies.buckets();
    int first = Math.min(buckets.size(), BUCKETS_MAX);
    List<WorkloadReport> reports = new ArrayList<>(1);
    reports.add(
        new WorkloadReport(
            name,
            kind,
            sent,
            received,
            bytes,
            failed,
            buckets.subList(0, first),
            throughput.shift(),
            throughput.firstSlot(),
            throughput.slots()));
    for (int from = first; from < buckets.size(); from += BUCKETS_MAX) {
      int to = Math.min(from + BUCKETS_MAX, buckets.size());
      reports.add(
          new WorkloadReport(
              name, kind, 0, 0, 0, List.of(), buckets.subList(from, to), 0, 0, List.of()));
    }
    if (connects != null) {
      reports.addAll(connects.reports());
    }
    return reports;
  }
}
