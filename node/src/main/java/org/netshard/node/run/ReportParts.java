package org.netshard.node.run;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelReport.CgroupUse;
import org.netshard.namespace.spec.KernelReport.Output;
import org.netshard.namespace.spec.KernelReport.Unmet;

/**
 * Cuts long reports into parts that fit into a message.
 *
 * <p>The first part has the numbers. The others have the same name, no hash, zeros, and the rest of
 * the lists.
 */
final class ReportParts {
  /** Most characters of lists in one part. */
  static final int CHARS_MAX = 60_000;

  private ReportParts() {}

  /** The report, or its parts if it is long. */
  static List<KernelReport> of(KernelReport report) {
    List<List<Unmet>> unmet = new ArrayList<>();
    List<List<String>> warnings = new ArrayList<>();
    List<List<CgroupUse>> cgroups = new ArrayList<>();
    List<List<Output>> outputs = new ArrayList<>();
    split(report.expectationsFailed(), unmet, ReportParts::length);
    split(report.warnings(), warnings, String::length);
    split(report.cgroups(), cgroups, use -> use.path().length() + 40);
    split(report.outputs(), outputs, ReportParts::length);
    int parts =
        Math.max(Math.max(unmet.size(), outputs.size()), Math.max(warnings.size(), cgroups.size()));
    if (parts <= 1) {
      return List.of(report);
    }
    List<KernelReport> result = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      result.add(
          part(report, i == 0, at(unmet, i), at(cgroups, i), at(warnings, i), at(outputs, i)));
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
    for (Unmet unmet : report.expectationsFailed()) {
      length += length(unmet);
    }
    for (String warning : report.warnings()) {
      length += warning.length();
    }
    for (Output output : report.outputs()) {
      length += length(output);
    }
    return length + 60 * report.cgroups().size();
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

  private static <T> List<T> at(List<List<T>> lists, int index) {
    return index < lists.size() ? lists.get(index) : List.of();
  }

  private static <T> void split(
      List<T> list, List<List<T>> parts, java.util.function.ToIntFunction<T> length) {
    int used = CHARS_MAX;
    for (T element : list) {
      used += length.applyAsInt(element);
      if (used > CHARS_MAX) {
        parts.add(new ArrayList<>());
        used = length.applyAsInt(element);
      }
      parts.get(parts.size() - 1).add(element);
    }
  }

  private static KernelReport part(
      KernelReport report,
      boolean first,
      List<Unmet> unmet,
      List<CgroupUse> cgroups,
      List<String> warnings,
      List<Output> outputs) {
    if (!first) {
      return new KernelReport(
          report.name(),
          "",
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          List.of(),
          List.of(),
          0,
          unmet,
          cgroups,
          warnings,
          "",
          outputs);
    }
    return new KernelReport(
        report.name(),
        report.traceHash(),
        report.events(),
        report.calls(),
        report.lastEventNs(),
        report.namespacesCreated(),
        report.namespacesAlive(),
        report.socketsCreated(),
        report.socketsOpen(),
        report.failures(),
        report.results(),
        report.expectationsMet(),
        unmet,
        cgroups,
        warnings,
        report.crash(),
        outputs);
  }
}
