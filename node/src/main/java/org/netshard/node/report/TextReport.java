package org.netshard.node.report;

import java.util.List;
import java.util.Locale;
import org.netshard.namespace.cgroup.MemcgEvent;
import org.netshard.namespace.spec.KernelReport.CgroupUse;
import org.netshard.namespace.spec.KernelReport.Output;
import org.netshard.namespace.spec.KernelReport.Unmet;
import org.netshard.namespace.spec.MemoryReport.Killed;
import org.netshard.namespace.spec.MemoryReport.Refusal;
import org.netshard.node.run.RunOutcome;
import org.netshard.node.run.RunSummary;
import org.netshard.node.scenario.Units;
import org.netshard.protocol.abi.Errno;

/** The report of a run as tables. */
public final class TextReport {
  private static final int ROWS_MAX = 20;

  private TextReport() {}

  /** The report as text. */
  public static String text(RunReport report) {
    StringBuilder text = new StringBuilder();
    RunSummary summary = report.summary();
    run(report).appendTo(text);
    kernels(summary).appendTo(text);
    calls(summary).appendTo(text);
    failures(summary).appendTo(text);
    WorkloadTables.append(summary.workloads(), text);
    cgroups(summary, text);
    refusals(summary, text);
    killed(summary, text);
    outputs(summary, text);
    unmet(summary, text);
    warnings(summary, text);
    crashes(summary, text);
    return text.toString();
  }

  private static Table run(RunReport report) {
    RunOutcome outcome = report.outcome();
    RunSummary summary = report.summary();
    double wall = outcome.wallNs() / 1e9;
    Table table = new Table("Run", "what", "value");
    table.row("scenario", report.scenario().file());
    table.row("seed", Long.toString(report.scenario().seed()));
    table.row("nodes", outcome.nodes());
    table.row("virtual time", seconds(outcome.virtualNs()));
    table.row(
        "wall time",
        String.format(
            Locale.ROOT, "%.2f s (%,.0f calls/s)", wall, summary.calls() / Math.max(wall, 1e-9)));
    table.row("events", summary.events());
    table.row("calls", summary.calls());
    table.row(
        "expectations",
        "%d met, %d not met".formatted(summary.expectationsMet(), summary.expectationsFailed()));
    table.row("trace hash", summary.traceHash());
    return table;
  }

  private static Table kernels(RunSummary summary) {
    Table table = new Table("Kernels and namespaces", "what", "made", "at the end");
    table.row("kernels", summary.kernels(), summary.kernels() - summary.crashes().size());
    table.row("network namespaces", summary.namespacesCreated(), summary.namespacesAlive());
    table.row("sockets", summary.socketsCreated(), summary.socketsOpen());
    return table;
  }

  private static Table calls(RunSummary summary) {
    Table table = new Table("Calls", "call", "succeeded", "failed");
    summary
        .callsByName()
        .forEach((name, total) -> table.row(name, total.succeeded(), total.failed()));
    return table;
  }

  private static Table failures(RunSummary summary) {
    Table table = new Table("Sockets that were not made", "error", "times");
    summary.failures().forEach(table::row);
    return table;
  }

  private static void cgroups(RunSummary summary, StringBuilder text) {
    Table table =
        new Table(
            "Memory cgroups",
            "kernel",
            "cgroup",
            "now",
            "peak",
            "limit",
            "sock",
            "kernel memory",
            "refused",
            "events");
    List<RunSummary.Of<CgroupUse>> cgroups =
        summary.cgroups().stream().filter(TextReport::isTold).toList();
    for (RunSummary.Of<CgroupUse> one : first(cgroups)) {
      CgroupUse use = one.what();
      table.row(
          one.kernel(),
          use.path(),
          Units.showBytes(use.currentBytes()),
          Units.showBytes(use.peakBytes()),
          Units.showBytes(use.limitBytes()),
          Units.showBytes(use.sockBytes()),
          Units.showBytes(use.kernelBytes()),
          use.refused(),
          events(use));
    }
    table.appendTo(text);
    more(cgroups.size(), text);
  }

  /** The events that happened, as {@code memory.events} names them. */
  private static String events(CgroupUse use) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < use.events().size(); i++) {
      if (use.events().get(i) > 0) {
        text.append(text.length() == 0 ? "" : ", ")
            .append(MemcgEvent.values()[i].kernelName())
            .append(' ')
            .append(use.events().get(i));
      }
    }
    return text.length() == 0 ? "none" : text.toString();
  }

  private static void refusals(RunSummary summary, StringBuilder text) {
    Table table =
        new Table(
            "Refused for want of memory",
            "kernel",
            "cgroup",
            "limit of",
            "task",
            "call",
            "error",
            "times",
            "first",
            "last");
    for (RunSummary.Of<Refusal> one : first(summary.refusals())) {
      Refusal refusal = one.what();
      table.row(
          one.kernel(),
          refusal.cgroup(),
          refusal.limit(),
          refusal.task(),
          refusal.call(),
          Errno.resultText(-refusal.errno()),
          refusal.count(),
          seconds(refusal.firstNs()),
          seconds(refusal.lastNs()));
    }
    table.appendTo(text);
    more(summary.refusals().size(), text);
  }

  private static void killed(RunSummary summary, StringBuilder text) {
    Table table = new Table("Killed", "kernel", "task", "pid", "cgroup", "by", "at");
    for (RunSummary.Of<Killed> one : first(summary.killed())) {
      Killed task = one.what();
      table.row(
          one.kernel(), task.task(), task.pid(), task.cgroup(), task.by(), seconds(task.atNs()));
    }
    table.appendTo(text);
    more(summary.killed().size(), text);
  }

  /** The root of a kernel without limits tells nothing that the sockets do not. */
  private static boolean isTold(RunSummary.Of<CgroupUse> one) {
    return !one.what().path().equals("/") || one.what().limitBytes() != Long.MAX_VALUE;
  }

  private static void outputs(RunSummary summary, StringBuilder text) {
    for (RunSummary.Of<Output> one : first(summary.outputs())) {
      Output output = one.what();
      text.append("%s at %s: %s%n".formatted(one.kernel(), seconds(output.atNs()), output.line()));
      output.text().lines().forEach(line -> text.append("  ").append(line).append('\n'));
      text.append('\n');
    }
    more(summary.outputs().size(), text);
  }

  private static void unmet(RunSummary summary, StringBuilder text) {
    Table table =
        new Table(
            "Expectations not met", "place", "kernel", "task", "call", "expected", "actual", "at");
    for (RunSummary.Of<Unmet> one : first(summary.unmet())) {
      Unmet unmet = one.what();
      table.row(
          unmet.place(),
          one.kernel(),
          unmet.task(),
          unmet.text(),
          unmet.expected(),
          unmet.actual(),
          seconds(unmet.atNs()));
    }
    table.appendTo(text);
    more(summary.expectationsFailed(), text);
  }

  private static void warnings(RunSummary summary, StringBuilder text) {
    Table table = new Table("Warnings", "kernels", "warning");
    for (RunSummary.Warning warning : first(summary.warnings())) {
      table.row(warning.kernels(), warning.text());
    }
    table.appendTo(text);
    more(summary.warnings().size(), text);
  }

  private static void crashes(RunSummary summary, StringBuilder text) {
    Table table = new Table("Kernels stopped by a bug", "kernel", "event");
    first(List.copyOf(summary.crashes().entrySet()))
        .forEach(crash -> table.row(crash.getKey(), crash.getValue()));
    table.appendTo(text);
    more(summary.crashes().size(), text);
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(all.size(), ROWS_MAX));
  }

  private static void more(long count, StringBuilder text) {
    if (count > ROWS_MAX) {
      text.setLength(text.length() - 1);
      text.append("  and ").append(count - ROWS_MAX).append(" more (--json or --out have all)\n\n");
    }
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.6f s", Units.seconds(nanos));
  }
}
