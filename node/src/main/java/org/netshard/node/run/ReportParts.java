package org.netshard.node.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelReport.Output;
import org.netshard.namespace.spec.KernelReport.Unmet;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.WorkloadReport;

/**
 * Cuts long reports into parts that fit into a message.
 *
 * <p>The first part has the numbers. The others have the same name, no hash, zeros, and the rest of
 * the lists.
 */
final class ReportParts {
  /** Most characters of one list in one part. */
  static final int CHARS_MAX = 60_000;

  /** Lists that are cut. */
  private static final List<Sizes<?>> LISTS =
      List.of(
          new Sizes<>(KernelReport::expectationsFailed, ReportParts::length),
          new Sizes<>(KernelReport::warnings, String::length),
          new Sizes<>(KernelReport::cgroups, use -> use.path().length() + 90),
          new Sizes<>(
              report -> report.memory().refusals(),
              one -> one.cgroup().length() + one.limit().length() + one.task().length() + 50),
          new Sizes<>(
              report -> report.memory().killed(),
              one -> one.task().length() + one.cgroup().length() + 20),
          new Sizes<>(
              report -> report.memory().cgroupSamples(), sample -> sample.path().length() + 40),
          new Sizes<>(report -> report.memory().sockSamples(), sample -> 40),
          new Sizes<>(KernelReport::outputs, ReportParts::length),
          new Sizes<>(KernelReport::workloads, ReportParts::length));

  private ReportParts() {}

  /** A list of a report, and about how many characters an element has in a message. */
  private record Sizes<T>(Function<KernelReport, List<T>> list, ToIntFunction<T> length) {
    int length(KernelReport report) {
      return list.apply(report).stream().mapToInt(length).sum();
    }

    /** Where each part of the list begins, and its end. */
    int[] cuts(KernelReport report) {
      List<T> all = list.apply(report);
      List<Integer> cuts = new ArrayList<>(List.of(0));
      int used = 0;
      for (int i = 0; i < all.size(); i++) {
        int more = length.applyAsInt(all.get(i));
        if (used > 0 && used + more > CHARS_MAX) {
          cuts.add(i);
          used = 0;
        }
        used += more;
      }
      cuts.add(all.size());
      return cuts.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** The report, or its parts if it is long. */
  static List<KernelReport> of(KernelReport report) {
    List<int[]> cuts = LISTS.stream().map(sizes -> sizes.cuts(report)).toList();
    int parts = cuts.stream().mapToInt(cut -> cut.length - 1).max().orElse(1);
    if (parts == 1) {
      return List.of(report);
    }
    List<KernelReport> result = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      result.add(part(report, i, cuts));
    }
    return result;
  }

  /** Whether this is the part that has the numbers. */
  static boolean isFirst(KernelReport report) {
    return !report.traceHash().isEmpty();
  }

  /** About how many characters a report has in a message. */
  static int length(KernelReport report) {
    int length = 600 + report.crash().length();
    for (Sizes<?> sizes : LISTS) {
      length += sizes.length(report);
    }
    return length;
  }

  private static int length(WorkloadReport workload) {
    int numbers = workload.latencies().size() + workload.slots().size();
    return workload.name().length() + 60 + 10 * numbers + 30 * workload.errors().size();
  }

  private static int length(Output output) {
    return output.place().length() + output.line().length() + output.text().length() + 20;
  }

  private static int length(Unmet unmet) {
    return unmet.place().length()
        + unmet.task().length()
        + unmet.text().length()
        + unmet.expected().length()
        + unmet.actual().length()
        + 20;
  }

  private static <T> List<T> cut(List<T> all, int part, int[] cuts) {
    return part + 1 < cuts.length ? all.subList(cuts[part], cuts[part + 1]) : List.of();
  }

  private static KernelReport part(KernelReport report, int part, List<int[]> cuts) {
    boolean first = part == 0;
    MemoryReport memory = report.memory();
    return new KernelReport(
        report.name(),
        first ? report.traceHash() : "",
        first ? report.events() : 0,
        first ? report.calls() : 0,
        first ? report.lastEventNs() : 0,
        first ? report.namespacesCreated() : 0,
        first ? report.namespacesAlive() : 0,
        first ? report.socketsCreated() : 0,
        first ? report.socketsOpen() : 0,
        first ? report.failures() : List.of(),
        first ? report.results() : List.of(),
        first ? report.expectationsMet() : 0,
        cut(report.expectationsFailed(), part, cuts.get(0)),
        new MemoryReport(
            cut(memory.cgroups(), part, cuts.get(2)),
            cut(memory.refusals(), part, cuts.get(3)),
            cut(memory.killed(), part, cuts.get(4)),
            cut(memory.cgroupSamples(), part, cuts.get(5)),
            cut(memory.sockSamples(), part, cuts.get(6))),
        cut(report.warnings(), part, cuts.get(1)),
        first ? report.crash() : "",
        cut(report.outputs(), part, cuts.get(7)),
        cut(report.workloads(), part, cuts.get(8)));
  }
}
